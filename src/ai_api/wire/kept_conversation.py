"""Conversations that the gateway keeps: what is written down of a response, and how it is gone on from.

A *turn* is one response with the input it answered, which is as much as is kept of a call. A conversation is turns in order:
what comes before the input of the next call, and what a list of input items shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ai_api.wire.envelope import bad
from ai_api.wire.json_body import decode, elements, encode, members, write

PAGE_DEFAULT: Final = 20
PAGE_MAX: Final = 100

# What may be sent without an id. With one, a provider would look for the item among those that it keeps itself.
_PLAIN: Final = frozenset(
    {"message", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output"}
)
_PREFIXES: Final = {"message": "msg", "function_call": "fc", "custom_tool_call": "ctc", "reasoning": "rs"}


@dataclass(frozen=True, slots=True)
class Turn:
    """A response as it was answered, and the items it was given, each as JSON."""

    response: bytes
    given: tuple[bytes, ...]

    @property
    def output(self) -> list[bytes]:
        """The items of the answer."""
        return elements(members(self.response).get("output", b"[]"))

    def written(self) -> bytes:
        """As one text, which `read_turn` reads."""
        return write({"response": self.response, "input": _listed(self.given)})


def read_turn(data: bytes) -> Turn:
    """A turn out of what was written. Raises ValueError."""
    parts = members(data)
    return Turn(parts["response"], tuple(elements(parts["input"])))


def items_of(value: bytes | memoryview | None) -> tuple[bytes, ...]:
    """The items of a request's `input`: a text is a user's message. Raises Refusal for what is neither text nor list."""
    if value is None or bytes(value[:4]) == b"null":
        return ()
    if value[:1] == b'"':
        content = {"type": "input_text", "text": decode(bytes(value))}
        return (encode({"type": "message", "role": "user", "content": [content]}),)
    try:
        return tuple(elements(value))
    except ValueError:
        raise bad("input must be a text, or a list of items.", "input") from None


def gone_on_from(turns: Iterable[Turn], given: Sequence[bytes]) -> bytes:
    """The `input` that says a conversation and then these items, as JSON.

    Thoughts are left out: they are sealed for the provider that had them, and the next one may be another.
    """
    said = (item for turn in turns for item in (*turn.given, *turn.output))
    return _listed([*(again for item in said if (again := _said_again(item)) is not None), *given])


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for: in this order, behind the item of this id, so many."""

    order: str = "desc"
    after: str | None = None
    limit: int = PAGE_DEFAULT


def list_items(turns: Sequence[Turn], page: Page) -> bytes:
    """What the last of these turns answered, as OpenAI lists it: all that was said before, and its own input.

    Raises Refusal for a page that begins behind an item that is not there.
    """
    shown: list[dict[str, Any]] = []
    for turn in turns:
        answered = turn.output if turn is not turns[-1] else []
        name = str(decode(turn.response).get("id", ""))[-32:]
        shown += [_shown(item, name, number) for number, item in enumerate((*turn.given, *answered))]
    if page.order == "desc":
        shown.reverse()
    ids = [item["id"] for item in shown]
    if page.after is not None:
        if page.after not in ids:
            raise bad("after names no item of this response.", "after")
        shown = shown[ids.index(page.after) + 1 :]
    some = shown[: page.limit]
    return encode(
        {
            "object": "list",
            "data": some,
            "first_id": some[0]["id"] if some else None,
            "last_id": some[-1]["id"] if some else None,
            "has_more": len(shown) > len(some),
        }
    )


def _said_again(item: bytes) -> bytes | None:
    """An item of an earlier turn as it is said again; None for one that nobody could read."""
    try:
        parts = members(item)
    except ValueError:
        # No object: whoever is asked next says so, as it was said of it the first time.
        return item
    kind = decode(parts.get("type", b'"message"'))
    if kind == "reasoning":
        return None
    if isinstance(kind, str) and kind in _PLAIN:
        parts.pop("id", None)
        parts.pop("status", None)
    return write(parts)


def _shown(item: bytes, turn: str, number: int) -> dict[str, Any]:
    """An item as a list shows it: each has an id, and the content of a message is a list."""
    found = decode(item)
    document: dict[str, Any] = found if isinstance(found, dict) else {"content": found}
    kind = document.get("type", "message")
    own = document.get("id")
    prefix = _PREFIXES.get(kind, "item") if isinstance(kind, str) else "item"
    document |= {"type": kind, "id": own if isinstance(own, str) and own else f"{prefix}_{turn}_{number}"}
    content = document.get("content")
    if kind == "message":
        document.setdefault("status", "completed")
        if isinstance(content, str):
            is_answer = document.get("role") == "assistant"
            part = {"type": "output_text", "annotations": []} if is_answer else {"type": "input_text"}
            document["content"] = [{**part, "text": content}]
    return document


def _listed(items: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(items) + b"]"
