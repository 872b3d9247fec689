"""How one answer of the simulator should differ from the plain one."""

from typing import Any, Literal

import msgspec

Place = int | Literal["headers", "finish", "usage", "terminal"]
"""Where in an answer something happens: before anything is written, before content chunk k, or before a closing group."""

Finish = Literal["stop", "length", "content_filter", "refusal", "failed"]


class BadDirectiveError(ValueError):
    """A directive, or a behaviour given to the control endpoint, cannot be understood."""


class Usage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Token numbers to report, in one meaning for every dialect.

    `input` is everything that was read, cache reads and cache writes included; `output` includes `reasoning`.
    The Anthropic shape subtracts the cache classes from `input_tokens`, as that provider does.
    `None` leaves the simulator's own deterministic count in place.
    """

    input: int | None = None
    cached: int = 0
    cache_write: int = 0
    cache_write_1h: int = 0
    output: int | None = None
    reasoning: int = 0


class ToolCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One tool the model "decides" to call; a `custom` one takes free text in `arguments`.

    `seal` is what Google wants back with a call: the signature of a thought, in its own dialect and in its chats.
    """

    name: str
    arguments: dict[str, Any] | str = ""
    kind: Literal["function", "custom"] = "function"
    id: str | None = None
    namespace: str | None = None
    seal: str | None = None

    def argument_text(self) -> str:
        """The arguments as the text a provider sends: JSON for a dictionary, the very text otherwise."""
        return self.arguments if isinstance(self.arguments, str) else msgspec.json.encode(self.arguments).decode()


class ErrorText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Words of an error; what is None follows from the status."""

    message: str | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None


class Behaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One answer, described by its differences. Every field is explained in this package's README."""

    # When
    delay_ms: float = 0
    first_chunk_delay_ms: float = 0
    chunk_delay_ms: float = 0
    end_delay_ms: float = 0

    # What is said
    text: str | None = None
    thinking: str | None = None
    chunks: int | None = None
    chunk_bytes: int | None = None
    answer_bytes: int | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    tool_style: Literal["sequential", "interleaved", "one_chunk"] = "sequential"
    finish: Finish | None = None
    stopped_by: str | None = None
    script: tuple["Behaviour", ...] = ()

    # What is reported
    usage: Usage | None = None
    usage_raw: dict[str, Any] | None = None
    usage_missing: bool = False
    usage_flavour: Literal["openai", "azure", "every_chunk"] = "openai"
    answer_model: str | None = None
    service_tier: str | None = None

    # How it is written
    framing: Literal["default", "chunked", "close"] = "default"
    split_bytes: int | None = None
    split_pause_ms: float = 1
    line_end: Literal["lf", "crlf"] = "lf"
    json_style: Literal["compact", "spaced"] = "compact"
    unknown: bool = False
    comments: bool = False
    content_encoding: Literal["gzip", "deflate"] | None = None
    content_type: str | None = None
    headers: dict[str, str] = {}

    # What goes wrong
    status: int | None = None
    error: ErrorText = ErrorText()
    retry_after: str | int | None = None
    echo_key: bool = False
    raw_body: str | None = None
    redirect: str | None = None
    hang_at: Place | None = None
    cut_at: Place | None = None
    cut_how: Literal["rst", "fin"] = "rst"
    cut_in_frame: bool = False
    malformed_at: int | None = None
    error_at: int | None = None
    missing_end: Literal["done", "finish"] | None = None

    def __post_init__(self) -> None:
        """Refuse what no answer can be made of, so that a mistake in a test is loud."""
        for name in ("chunks", "chunk_bytes", "answer_bytes", "split_bytes"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1")
        if self.status is not None and not 300 <= self.status <= 599:
            raise ValueError("status must lie between 300 and 599: anything else is a successful answer")
        usage = self.usage
        if usage is not None and usage.input is not None and usage.input < usage.cached + usage.cache_write:
            raise ValueError("usage.input includes usage.cached and usage.cache_write and cannot be less")
        if usage is not None and usage.cache_write_1h > usage.cache_write:
            raise ValueError("usage.cache_write_1h is a part of usage.cache_write and cannot be more")

    def at_turn(self, tool_rounds: int) -> "Behaviour":
        """The step of a script that answers after so many rounds of tool results; itself where there is no script."""
        return self.script[min(tool_rounds, len(self.script) - 1)] if self.script else self

    @property
    def refuses(self) -> bool:
        """Whether the answer is a status of its own instead of a completion."""
        return self.status is not None or self.redirect is not None


PLAIN = Behaviour()

PRESETS: dict[str, Behaviour] = {
    "slow": Behaviour(delay_ms=1000),
    "trickle": Behaviour(chunk_delay_ms=100),
    "huge": Behaviour(answer_bytes=20 * 1024 * 1024),
    "length": Behaviour(finish="length"),
    "refusal": Behaviour(finish="refusal"),
    "failed": Behaviour(finish="failed"),
    "no-usage": Behaviour(usage_missing=True),
    "azure": Behaviour(usage_flavour="azure"),
    "crlf": Behaviour(line_end="crlf"),
    "split": Behaviour(split_bytes=7),
    "unknown": Behaviour(unknown=True, comments=True),
    "gzip": Behaviour(content_encoding="gzip"),
    "invalid": Behaviour(status=400),
    "unauthorized": Behaviour(status=401, echo_key=True),
    "forbidden": Behaviour(status=403),
    "not-found": Behaviour(status=404),
    "rate-limited": Behaviour(status=429, retry_after=2),
    "no-quota": Behaviour(status=429, error=ErrorText(type="insufficient_quota", code="insufficient_quota")),
    "server-error": Behaviour(status=500),
    "unavailable": Behaviour(status=503, retry_after=1),
    "overloaded": Behaviour(status=529),
    "redirect": Behaviour(redirect="/elsewhere"),
    "hang": Behaviour(hang_at="headers"),
    "hang-mid": Behaviour(hang_at=5),
    "reset": Behaviour(cut_at="headers"),
    "cut": Behaviour(cut_at=5),
    "cut-fin": Behaviour(cut_at=5, cut_how="fin"),
    "malformed": Behaviour(malformed_at=5),
    "error-mid": Behaviour(error_at=5),
    "no-end": Behaviour(missing_end="done"),
}
"""What the keys `sim-<name>` choose without being registered first."""
