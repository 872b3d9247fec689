"""A call in no dialect: what is asked, and what was told, so that both can be compared whatever speaks in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Way = Literal["whole", "streamed"]
Stop = Literal["end", "length", "tools"]
Fault = Literal["invalid", "failed"]


@dataclass(frozen=True)
class Tool:
    """A tool that may be called."""

    name: str
    description: str
    schema: dict[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Call:
    """A call of a tool. `seal` is what its dialect wants back with it, and nobody else understands."""

    name: str
    arguments: dict[str, Any] = field(hash=False)
    call_id: str = ""
    seal: Any = field(default=None, hash=False, compare=False)


@dataclass(frozen=True)
class Turn:
    """Something said: by a user (a text, a PNG picture, results of calls by their ids) or by the model (a text, calls)."""

    role: Literal["user", "model"]
    text: str | None = None
    png: bytes | None = None
    calls: tuple[Call, ...] = ()
    results: tuple[tuple[Call, str], ...] = ()


@dataclass(frozen=True)
class Asked:
    """A request. `effort` is how much to think; `output_max` is in tokens."""

    turns: tuple[Turn, ...]
    system: str | None = None
    tools: tuple[Tool, ...] = ()
    schema: dict[str, Any] | None = field(default=None, hash=False)
    effort: Literal["high"] | None = None
    stop: tuple[str, ...] = ()
    output_max: int | None = None


@dataclass(frozen=True)
class Used:
    """Tokens: the input with what was cached of it, the output with what was thought."""

    input: int
    cached: int
    output: int
    reasoning: int


@dataclass(frozen=True)
class Told:
    """An answer, as a dialect's SDK shows it."""

    text: str
    thought: str
    calls: tuple[Call, ...]
    stop: Stop
    used: Used
    model: str
    stopped_by: str | None = None


@dataclass(frozen=True)
class Refused:
    """What an SDK raised, or told in the end: its name, the status, the words; `kind` says whose fault a caller takes it for."""

    kind: Fault
    error: str
    status: int | None
    words: str


def said(text: str) -> Turn:
    """A user's words."""
    return Turn("user", text)


def asking(prompt: str, **members: Any) -> Asked:
    """A request of one turn."""
    return Asked((said(prompt),), **members)
