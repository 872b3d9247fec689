"""The conversation of a messages request as a chat's messages.

    system                        ──► a message of role system, first
    turns of one role in a row    ──► one turn, as Anthropic reads them
    a user's turn                 ──► the results of tools, each a message of role tool, then one message of all the rest
    the assistant's turn          ──► one message: its text, then its tool calls

Thinking of earlier turns becomes `reasoning_content`, which is sent to those that take it back. What is redacted is left out: it
is sealed for the models that thought it, and means nothing to another.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from ai_api.wire.call_seals import sealed, unpacked
from ai_api.wire.envelope import bad
from ai_api.wire.json_body import encode
from ai_api.wire.messages_over_chat_parts import Part, joined, parts_of, read_parts, read_text, text_part
from ai_api.wire.messages_over_chat_shape import cannot, flag, kind, members
from ai_api.wire.messages_over_chat_tools import chat_name
from ai_api.wire.strict import any_text, filled, listed

_ROLES = ("user", "assistant", "system")

Located = tuple[object, str]
"""A block, and where in the request it stands."""


def read_turns(system: object, messages: object) -> list[dict[str, Any]]:
    """A chat's messages. `system` is None where there is none. Raises Refusal."""
    turns = list(_instruction(_blocks(system, "system"))) if system is not None else []
    given = [_message(each, f"messages[{number}]") for number, each in enumerate(listed(messages, "messages"))]
    if not given:
        raise bad("messages must hold at least one message.", "messages")
    if given[-1][0] == "assistant":
        raise cannot("messages", "This model cannot go on with an answer: end with a message of role user.")
    for role, together in groupby(given, itemgetter(0)):
        blocks = [block for _, content, path in together for block in _blocks(content, path)]
        if role == "user":
            turns.extend(_user(blocks))
        elif role == "assistant":
            turns.append(_assistant(blocks))
        else:
            turns.extend(_instruction(blocks))
    return turns


def _message(message: object, path: str) -> tuple[str, object, str]:
    given = members(message, path, ("role", "content"))
    role = given.get("role")
    if role not in _ROLES:
        raise bad(f"{path}.role must be user or assistant.", f"{path}.role")
    if role != "assistant" and not given.get("content"):
        raise bad(f"{path}.content must not be empty.", f"{path}.content")
    return role, given.get("content", []), f"{path}.content"


def _blocks(content: object, path: str) -> list[Located]:
    if isinstance(content, str):
        return [({"type": "text", "text": content}, path)]
    return [(block, f"{path}[{number}]") for number, block in enumerate(listed(content, path))]


def _instruction(blocks: list[Located]) -> Iterator[dict[str, Any]]:
    said = []
    for block, path in blocks:
        if kind(block, path) != "text":
            raise cannot(f"{path}.type", "Instructions are text.")
        said.append(read_text(block, path))
    whole = "\n\n".join(filter(None, said))
    if whole:
        yield {"role": "system", "content": whole}


def _user(blocks: list[Located]) -> Iterator[dict[str, Any]]:
    rest: list[Part] = []
    answered = False
    for block, path in blocks:
        if kind(block, path) == "tool_result":
            result, attached = _tool_result(block, path)
            rest.extend(attached)
            answered = True
            # At once, whatever stands before it: a chat takes nothing between tool calls and their results.
            yield result
        else:
            rest.extend(parts_of(block, path))
    if rest:
        yield {"role": "user", "content": joined(rest)}
    elif not answered:
        where = blocks[0][1]
        raise bad(f"{where} must not be empty.", where)


def _tool_result(block: object, path: str) -> tuple[dict[str, Any], list[Part]]:
    """The message of a result, and what of it has to follow in the user's: tools answer in text alone."""
    given = members(block, path, ("type", "tool_use_id", "content", "is_error", "cache_control"))
    call_id, _ = unpacked(filled(given.get("tool_use_id"), f"{path}.tool_use_id"))
    parts = read_parts(given.get("content", ""), f"{path}.content")
    said = "\n\n".join(part["text"] for part in parts if part["type"] == "text")
    attached = [part for part in parts if part["type"] != "text"]
    if attached:
        said = said or "The result is attached."
        attached.insert(0, text_part(f"Attached to the result of {call_id}:"))
    if flag(given, "is_error", path):
        said = f"Error: {said}" if said else "Error"
    return {"role": "tool", "tool_call_id": call_id, "content": said}, attached


def _assistant(blocks: list[Located]) -> dict[str, Any]:
    texts: list[str] = []
    calls: list[dict[str, Any]] = []
    thoughts: list[str] = []
    for block, path in blocks:
        match kind(block, path):
            case "text":
                texts.append(read_text(block, path))
            case "tool_use":
                calls.append(_tool_call(block, path))
            case "thinking":
                thoughts.append(_thought(block, path))
            case "redacted_thinking":
                continue
            case _:
                raise cannot(f"{path}.type", "Blocks of type text, tool_use and thinking exist here.")
    said = "".join(texts)
    thought = "\n\n".join(filter(None, thoughts))
    reasoned = {"reasoning_content": thought} if thought else {}
    if calls:
        return {"role": "assistant", "content": said or None, "tool_calls": calls, **reasoned}
    return {"role": "assistant", "content": said, **reasoned}


def _thought(block: object, path: str) -> str:
    given = members(block, path, ("type", "thinking", "signature", "cache_control"))
    return any_text(given.get("thinking", ""), f"{path}.thinking")


def _tool_call(block: object, path: str) -> dict[str, Any]:
    given = members(block, path, ("type", "id", "name", "input", "caller", "cache_control"))
    if "caller" in given and kind(given["caller"], f"{path}.caller") != "direct":
        raise cannot(f"{path}.caller.type")
    if not isinstance(given.get("input"), dict):
        raise bad(f"{path}.input must be an object.", f"{path}.input")
    call_id, seal = unpacked(filled(given.get("id"), f"{path}.id"))
    return {
        "id": call_id,
        "type": "function",
        "function": {
            "name": chat_name(given.get("name"), f"{path}.name"),
            "arguments": encode(given["input"]).decode(),
        },
        **sealed(seal),
    }
