"""No secret reaches the log, by whatever way; and logging never fails whoever logs."""

# ruff: noqa: G004  -- libraries format their messages themselves, so the tests do as well

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from ai_api.observability import Redactor, Sink, configure

LEARNED = "plain words as a pass phrase"
PATTERNED = "sk-proj-" + "c4NaRy" * 8
CANARIES = [LEARNED, PATTERNED]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Logging as a process has it, put back afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook, sys.unraisablehook)
    stream, redactor = io.StringIO(), Redactor()
    redactor.learn(LEARNED)
    configure("DEBUG", redactor=redactor, stream=stream)
    yield stream
    root.handlers[:], sys.excepthook, threading.excepthook, sys.unraisablehook = before[0], *before[2:]
    root.setLevel(before[1])
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def assert_clean(stream: io.StringIO, expected: int = 1) -> None:
    written = stream.getvalue()
    assert len([line for line in lines(stream) if line["event"] != "Using selector: EpollSelector"]) == expected, (
        written
    )
    assert "[redacted]" in written
    for canary in CANARIES:
        assert canary not in written


def only_ours() -> None:
    """Takes the handlers of pytest away, which it adds before each test and which raise at a bad format."""
    root = logging.getLogger()
    root.handlers[:] = [handler for handler in root.handlers if type(handler).__module__.startswith("ai_api.")]


class Holder:
    def __init__(self, secret: str) -> None:
        self.secret = secret

    def __repr__(self) -> str:
        return f"Holder(secret={self.secret!r})"


def nested(secret: str) -> dict:
    return {"a": [{"headers": {"x-api-key": secret}}, (secret, {secret}), Holder(secret)], secret: secret.encode()}


def raised(secret: str) -> Exception:
    try:
        try:
            raise ValueError(f"bad key {secret}")
        except ValueError as error:
            raise RuntimeError({"authorization": f"Bearer {secret}"}) from error
    except RuntimeError as error:
        return error


WAYS = {
    "message": lambda log, s: log.debug(f"sent {s}"),
    "field": lambda log, s: log.info("sent", value=s),
    "nested": lambda log, s: log.warning("sent", body=nested(s)),
    "bound": lambda log, s: log.bind(token=s).error("sent"),
    "url": lambda log, s: log.debug(f"GET https://x.test/v1beta/models?key={s}"),
    "dsn": lambda log, s: log.debug(f"postgresql://me:{s}@db.test/ai"),
    "object": lambda log, s: log.info("sent", holder=Holder(s)),
    "bytes": lambda log, s: log.info(s.encode()),
    "exception": lambda log, s: log.error("failed", exc_info=raised(s)),
    "long": lambda log, s: log.info("".join(["x" * 8180, s, "y" * 20_000, s])),
}
STDLIB_WAYS = {
    "message": lambda log, s: log.debug(f"sent {s}"),
    "argument": lambda log, s: log.debug("sent %s", s),
    "mapping": lambda log, s: log.info("sent %(a)s", {"a": s}),
    "bad-format": lambda log, s: log.info("sent %d %d", *[s]),
    "object": lambda log, s: log.info("sent %r", Holder(s)),
    "exception": lambda log, s: log.error("failed", exc_info=raised(s)),
    "extra": lambda log, s: log.info("x", extra={"request_id": s}),
}


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("way", WAYS)
def test_no_secret_passes_through_our_own_logger(stream: io.StringIO, way: str, canary: str) -> None:
    WAYS[way](structlog.get_logger("ai_api.test"), canary)
    assert_clean(stream)


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("way", STDLIB_WAYS)
@pytest.mark.parametrize("library", ["uvicorn.error", "uvicorn.access", "aiohttp.client", "alembic", "anything"])
def test_no_secret_passes_through_a_library(stream: io.StringIO, library: str, way: str, canary: str) -> None:
    only_ours()
    STDLIB_WAYS[way](logging.getLogger(library), canary)
    assert_clean(stream)


@pytest.mark.parametrize("canary", CANARIES)
def test_no_secret_passes_through_a_warning(stream: io.StringIO, canary: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(f"old key {canary}", stacklevel=1)
    assert_clean(stream)


@pytest.mark.parametrize("canary", CANARIES)
def test_no_secret_passes_through_what_nobody_caught(stream: io.StringIO, canary: str, capfd) -> None:
    error = raised(canary)
    sys.excepthook(type(error), error, error.__traceback__)

    def fail() -> None:
        raise RuntimeError(canary)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    class Unraisable:
        exc_type, exc_value, exc_traceback = type(error), error, error.__traceback__
        err_msg, object = None, None

    sys.unraisablehook(Unraisable())
    assert_clean(stream, expected=3)
    assert canary not in "".join(capfd.readouterr())


@pytest.mark.parametrize("canary", CANARIES)
async def test_no_secret_passes_through_a_forgotten_task(stream: io.StringIO, canary: str) -> None:
    asyncio.get_running_loop().call_exception_handler({"message": "lost", "exception": raised(canary)})
    assert_clean(stream)


def test_a_line_says_when_where_what_and_for_which_call(stream: io.StringIO) -> None:
    structlog.get_logger("ai_api.gateway").bind(request_id="r-1").info(
        "admitted", call_id="c-1", held_nanos=5, none=None
    )
    (line,) = lines(stream)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info", "logger": "ai_api.gateway", "event": "admitted", "request_id": "r-1", "call_id": "c-1",
        "held_nanos": 5, "none": None,
    }  # fmt: skip


def test_a_field_cannot_stand_in_for_what_every_line_has(stream: io.StringIO) -> None:
    structlog.get_logger("ai_api").info("real", level="fake", at="fake", logger="fake")
    (line,) = lines(stream)
    assert (line["event"], line["level"], line["logger"], line["level_"]) == ("real", "info", "ai_api", "fake")


def test_no_character_can_break_a_line_or_steer_a_terminal(stream: io.StringIO) -> None:
    text = "a\nb\r\x1b[31m\x7f\x85\x9b31m\u2028"
    structlog.get_logger("ai_api").info(text)
    assert lines(stream)[0]["event"] == text
    assert stream.getvalue().rstrip("\n").isprintable()


def test_what_was_bound_for_one_call_is_not_in_the_next(stream: io.StringIO) -> None:
    log = structlog.get_logger("ai_api")
    log.bind(call_id="c-1").info("a")
    log.info("b")
    assert [line.get("call_id") for line in lines(stream)] == ["c-1", None]


def test_the_present_exception_is_taken_along(stream: io.StringIO) -> None:
    try:
        raise KeyError("k")
    except KeyError:
        structlog.get_logger("ai_api").exception("failed")
    (line,) = lines(stream)
    assert line["level"] == "error"
    assert "Traceback" in line["exception"]
    assert "KeyError: 'k'" in line["exception"]


def test_levels_are_kept_for_everybody(stream: io.StringIO) -> None:
    configure("WARNING", stream=stream)
    structlog.get_logger("ai_api").info("no")
    logging.getLogger("uvicorn.error").info("no")
    structlog.get_logger("ai_api").warning("yes")
    logging.getLogger("uvicorn.error").critical("yes")
    assert [(line["level"], line["event"]) for line in lines(stream)] == [("warning", "yes"), ("error", "yes")]


def test_a_filter_that_a_library_has_set_decides_nothing(stream: io.StringIO) -> None:
    """litellm, once loaded, hangs its own redaction on the loggers of uvicorn: it takes the arguments out of a record."""
    only_ours()
    library = logging.getLogger("uvicorn.error")
    library.addFilter(lambda _: False)
    configure("DEBUG", stream=stream)
    library.info("said")
    assert [line["event"] for line in lines(stream)] == ["said"]


class Hostile:
    def __str__(self) -> str:
        raise RuntimeError("no")

    __repr__ = __str__


def test_writing_never_raises(stream: io.StringIO) -> None:
    log = structlog.get_logger("ai_api")
    loop: dict = {}
    loop["loop"] = loop
    log.info(
        Hostile(), a=Hostile(), nan=float("nan"), surrogate="\ud800", loop=loop, key={Hostile: 1, None: 2, 3: b"\xff"}
    )
    only_ours()
    logging.getLogger("x").error("%s", Hostile())
    logging.getLogger("x").error("%d", "x", exc_info=(None, None, None))
    assert len(lines(stream)) >= 2


def test_a_stream_that_is_gone_is_counted_and_fails_nobody() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    sink = Sink(Gone(), Redactor())
    sink.write("info", "x", "y", {})
    assert sink.lost == 1


ANYTHING = st.recursive(st.text() | st.integers() | st.binary(), lambda x: st.dictionaries(st.text(), x) | st.lists(x))
QUOTED = st.text(st.sampled_from("\\\"'ab :=,{}[]@/"), min_size=8)


@settings(max_examples=60)
@given(st.sampled_from(["password", "x-api-key", "value"]), QUOTED, ANYTHING)
def test_every_line_is_json_whatever_is_scrubbed(name: str, secret: str, anything: object) -> None:
    stream, redactor = io.StringIO(), Redactor()
    redactor.learn(secret)
    sink = Sink(stream, redactor)
    sink.write("info", "ai_api", "x", {name: secret, "a": anything, "b": f"{name}: {secret!r}, c", "event": "taken"})
    assert sink.lost == 0
    (line,) = lines(stream)
    assert (line["level"], line["logger"]) == ("info", "ai_api")
    assert json.dumps(secret)[1:-1] not in stream.getvalue()


def test_settings_secrets_show_nothing_themselves(stream: io.StringIO) -> None:
    structlog.get_logger("ai_api").info("settings", ops_token=SecretStr(LEARNED), all={"url": SecretStr(PATTERNED)})
    for canary in CANARIES:
        assert canary not in stream.getvalue()
