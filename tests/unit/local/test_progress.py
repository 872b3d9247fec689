"""Nobody waits over a second without being told for what."""

from __future__ import annotations

import io
import re
import time

import pytest

from ai_api.local.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def ticking(*seconds: float):
    readings = iter(seconds)
    return lambda: next(readings)


@pytest.mark.parametrize(("took_s", "printed"), [(0.9, ""), (1.0, ""), (1.44, "starting Postgres… 1.4 s\n")])
def test_a_line_for_what_took_over_a_second(took_s, printed):
    stream = io.StringIO()
    with Progress(stream, clock_s=ticking(10.0, 10.0 + took_s)).step("starting Postgres"):
        pass
    assert stream.getvalue() == printed


def test_nothing_when_quiet():
    stream = io.StringIO()
    with Progress(stream, quiet=True, clock_s=ticking()).step("starting Postgres"):
        pass
    assert stream.getvalue() == ""


def test_a_step_that_fails_tells_how_long_it_took_and_fails():
    stream = io.StringIO()
    with pytest.raises(ValueError, match="no"), Progress(stream, clock_s=ticking(0.0, 2.0)).step("trying"):
        raise ValueError("no")
    assert stream.getvalue() == "trying… 2.0 s\n"


def test_a_terminal_shows_what_is_still_going():
    stream = Terminal()
    with Progress(stream).step("waiting"):
        deadline_s = time.monotonic() + 10
        while not stream.getvalue() and time.monotonic() < deadline_s:
            time.sleep(0.01)
        assert stream.getvalue() == "waiting…"
    assert re.fullmatch(r"waiting…\rwaiting… \d+\.\d s\n", stream.getvalue())


def test_a_terminal_shows_nothing_of_a_quick_step():
    stream = Terminal()
    with Progress(stream).step("waiting"):
        pass
    time.sleep(0.05)
    assert stream.getvalue() == ""
