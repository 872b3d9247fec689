"""A line for every step that makes somebody wait."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

_WORTH_A_LINE_S = 1.0


class Progress:
    """Tells what takes time, on a stream for people (stderr). Steps may overlap and run in several threads."""

    def __init__(self, stream: TextIO, *, quiet: bool = False, clock_s: Callable[[], float] = time.monotonic) -> None:
        """`quiet` prints nothing at all; `clock_s` is a monotonic clock in seconds."""
        self._stream = stream
        self._quiet = quiet
        self._clock_s = clock_s
        self._writing = threading.Lock()

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Prints `name… 1.4 s` after a step of over a second. On a terminal `name…` shows while it is still going."""
        if self._quiet:
            yield
            return
        started_s = self._clock_s()
        on_terminal = self._stream.isatty()
        waiting = threading.Timer(_WORTH_A_LINE_S, self._write, [f"{name}…"])
        waiting.daemon = True
        if on_terminal:
            waiting.start()
        try:
            yield
        finally:
            waiting.cancel()
            if on_terminal:
                waiting.join()  # a late first half must not follow the whole line
            elapsed_s = self._clock_s() - started_s
            if elapsed_s > _WORTH_A_LINE_S:
                self._write(f"{chr(13) if on_terminal else ''}{name}… {elapsed_s:.1f} s\n")

    def _write(self, text: str) -> None:
        with self._writing:
            self._stream.write(text)
            self._stream.flush()
