"""Logs: one line of JSON per event on one stream, from this program and from every library, without secrets.

Everything ends in one `Sink`, which scrubs the finished line. Loggers come from `structlog.get_logger("ai_api.<room>")`; what
belongs to a call is given as an argument (`request_id=…`, `call_id=…`) or bound with `.bind(...)`, never kept aside.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

from ai_api.observability.redact import MASK, Redactor, is_secret_name

TEXT_CHARACTERS_MAX: Final = 16_384
_ITEMS_MAX = 100
_NESTING_MAX = 6
_LIBRARIES: Final = (
    "uvicorn",
    "uvicorn.error",
    "uvicorn.access",
    "uvicorn.asgi",
    "aiohttp",
    "asyncio",
    "alembic",
    "py.warnings",
)
_OWN: Final = frozenset({"at", "level", "logger", "event"})
"""What every line has; a field of the same name is shown with an underscore."""

# An encoder of one's own: `json.dumps` makes a new one for each line that is not all ASCII.
_dump: Final = json.JSONEncoder(ensure_ascii=False).encode
_FROM_EXTRA: Final = ("request_id", "call_id")

# JSON escapes the first 32 control characters by itself; these would break lines or steer terminals too, and lone
# surrogates cannot be written at all.
_UNPRINTABLE: Final = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029, *range(0xD800, 0xE000))}


class Sink:
    """Where all lines go. Writing never raises: a log that fails must not fail a call. `lost` counts what was not written."""

    def __init__(self, stream: TextIO, redactor: Redactor) -> None:
        self._stream = stream
        self._redactor = redactor
        self._lock = threading.Lock()
        self.lost = 0

    def write(self, level: str, logger: str, event: object, fields: Mapping[str, Any], error: object = None) -> None:
        """Writes one event: its fields as JSON, `error` (an exception, or True for the present one) as a traceback."""
        try:
            line: dict[str, Any] = {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
                "level": level,
                "logger": logger,
                "event": self._plain(event, _NESTING_MAX),
            }
            for name, value in self._mapping(fields, _NESTING_MAX).items():
                line[f"{name}_" if name in _OWN else name] = value
            if (trace := _traceback_of(error)) is not None:
                line["exception"] = self._short(trace)
            finished = self._finished(line)
            with self._lock:
                self._stream.write(_printable(finished) + "\n")
                self._stream.flush()
        except Exception:  # noqa: BLE001  -- the boundary of logging: nothing that goes wrong here may reach a call
            self.lost += 1

    def _finished(self, line: dict[str, Any]) -> str:
        whole = _dump(line)
        scrubbed = self._redactor.scrub(whole)
        if scrubbed == whole or _is_json(scrubbed):
            return scrubbed
        # A secret with quotes in it took some of the line's own along. What is left is still worth having, as text.
        return _dump({name: line[name] for name in ("at", "level", "logger")} | {"event": scrubbed})

    def _mapping(self, fields: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        plain: dict[str, Any] = {}
        for name, value in list(fields.items())[:_ITEMS_MAX]:
            text = name if isinstance(name, str) else _text_of(name)
            if is_secret_name(text):
                plain[text] = MASK
            elif value is None or type(value) is int or (type(value) is str and len(value) <= TEXT_CHARACTERS_MAX):
                # As nearly everything that is logged: it is plain already.
                plain[text] = value
            else:
                plain[text] = self._plain(value, depth)
        return plain

    def _plain(self, value: object, depth: int) -> Any:
        if isinstance(value, str):
            return self._short(value)
        if value is None or isinstance(value, int):
            return value
        if isinstance(value, float):
            return value if value - value == 0 else str(value)
        if depth and isinstance(value, Mapping):
            return self._mapping(value, depth - 1)
        if depth and isinstance(value, list | tuple | set | frozenset):
            return [self._plain(item, depth - 1) for item in list(value)[:_ITEMS_MAX]]
        return self._short(_text_of(value))

    def _short(self, text: str) -> str:
        if len(text) <= TEXT_CHARACTERS_MAX:
            return text
        # Scrubbed before it is cut, or the beginning of a secret could stay at the end. A traceback says most at its end.
        half = TEXT_CHARACTERS_MAX // 2
        head = self._redactor.scrub(text[: 4 * TEXT_CHARACTERS_MAX])[:half]
        tail = self._redactor.scrub(text[-4 * TEXT_CHARACTERS_MAX :])[-half:]
        return f"{head} […] {tail}"


class Log(structlog.BoundLoggerBase):
    """The logger structlog hands out. `log.info("what happened", request_id=…)`; `exc_info` is an exception or True."""

    _logger: _Out

    def debug(self, event: object, **fields: Any) -> None:
        """For whoever follows one call step by step."""
        self._logger.say(logging.DEBUG, event, {**self._context, **fields})

    def info(self, event: object, **fields: Any) -> None:
        """What an operator wants to have happened."""
        self._logger.say(logging.INFO, event, {**self._context, **fields})

    def warning(self, event: object, **fields: Any) -> None:
        """What an operator should know of."""
        self._logger.say(logging.WARNING, event, {**self._context, **fields})

    def error(self, event: object, **fields: Any) -> None:
        """What somebody must look at."""
        self._logger.say(logging.ERROR, event, {**self._context, **fields})

    def exception(self, event: object, **fields: Any) -> None:
        """An error with the present exception."""
        self._logger.say(logging.ERROR, event, {"exc_info": True, **self._context, **fields})


class _Out:
    """The end of a logger: its name, and what is worth writing."""

    def __init__(self, sink: Sink, name: str, level: int) -> None:
        self._sink = sink
        self._name = name
        self._level = level

    def say(self, level: int, event: object, fields: dict[str, Any]) -> None:
        if level >= self._level:
            error = fields.pop("exc_info", None)
            self._sink.write(_word(level), self._name, event, fields, error)


class _Handler(logging.Handler):
    """What libraries log, into the same sink."""

    def __init__(self, sink: Sink) -> None:
        super().__init__()
        self._sink = sink

    def emit(self, record: logging.LogRecord) -> None:
        try:
            event = record.getMessage()
        except Exception:  # noqa: BLE001  -- a library's mistake in its own format must not reach whoever logged
            event = f"{_text_of(record.msg)} {[_text_of(each) for each in _arguments_of(record)]}"
        fields: dict[str, Any] = {name: vars(record)[name] for name in _FROM_EXTRA if name in vars(record)}
        self._sink.write(_word(record.levelno), record.name, event, fields, record.exc_info or None)


def configure(level: str, *, redactor: Redactor | None = None, stream: TextIO | None = None) -> Sink:
    """Sends all the process says through one sink: structlog, the logging module, warnings, and what nobody caught.

    `level` is DEBUG, INFO, WARNING or ERROR; `redactor` knows the secrets in use (without one, patterns alone are scrubbed);
    `stream` is stderr if not given. For composition roots, once: logging is the one thing a process has only one of.
    """
    sink = Sink(stream or sys.stderr, redactor or Redactor())
    number = logging.getLevelNamesMapping()[level]

    def new_logger(name: str = "ai_api", *_: Any) -> _Out:
        return _Out(sink, name, number)

    # Kept by whoever asked for it: making one for each line takes a fifth of what the line does.
    structlog.configure(processors=[], wrapper_class=Log, logger_factory=new_logger, cache_logger_on_first_use=True)
    root = logging.getLogger()
    root.handlers[:] = [_Handler(sink)]
    root.setLevel(number)
    for name in _LIBRARIES:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        # A level, a mute or a filter that a library or whoever ran before has set would decide instead of ours.
        library.setLevel(logging.NOTSET)
        library.disabled = False
        library.filters.clear()
    logging.captureWarnings(capture=True)
    _catch_the_uncaught(sink)
    return sink


def _catch_the_uncaught(sink: Sink) -> None:
    def of_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        sink.write("error", "ai_api", "an exception that nobody caught", {}, (kind, error, trace))

    def of_thread(args: threading.ExceptHookArgs) -> None:
        fields = {"thread": args.thread.name if args.thread else None}
        sink.write("error", "ai_api", "a thread ended by an exception", fields, args.exc_value)

    def of_nobody(args: Any) -> None:
        sink.write("error", "ai_api", args.err_msg or "an exception that nobody could catch", {}, args.exc_value)

    sys.excepthook = of_main
    threading.excepthook = of_thread
    sys.unraisablehook = of_nobody


def _printable(text: str) -> str:
    # The only unprintable character of ASCII that JSON leaves as it is. Looking first is much quicker than translating.
    return text if text.isascii() and "\x7f" not in text else text.translate(_UNPRINTABLE)


def _word(level: int) -> str:
    return {logging.DEBUG: "debug", logging.INFO: "info", logging.WARNING: "warning"}.get(level) or (
        "error" if level > logging.WARNING else "debug"
    )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _text_of(value: object) -> str:
    try:
        return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes | bytearray) else str(value)
    except Exception:  # noqa: BLE001  -- somebody else's __str__: whatever it does, the rest of the line is worth having
        return f"<{type(value).__name__} that cannot be shown>"


def _arguments_of(record: logging.LogRecord) -> list[object]:
    arguments = record.args or ()
    return list(arguments.values()) if isinstance(arguments, Mapping) else list(arguments)


def _traceback_of(error: object) -> str | None:
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, tuple):
        error = error[1]
    if not isinstance(error, BaseException):
        return None
    return "".join(traceback.format_exception(error))
