"""The messages of a chat body, as far as Anthropic's dialect has a place for them.

What comes out is still in OpenAI's shape, made anew of what was understood: roles `system`, `user`, `assistant` and
`tool`; text, pictures and PDF files; tool calls and their results. Blank text, which Anthropic refuses and which says
nothing, is left out. Instructions are put first wherever they stood, as Anthropic's own chat endpoint does: in between,
the library would add sentences of its own, which nobody asked for and which no hold has room for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ai_api.providers.chat_shape import bad, items, kind, members, text, unsupported
from ai_api.wire import json_body

_INSTRUCTION = ("role", "content", "cache_control")
_TOOL_RESULT = (*_INSTRUCTION, "tool_call_id", "name")
# The members of our own answers come back when a client appends an answer to its conversation as it is.
_ASSISTANT = (*_INSTRUCTION, "tool_calls", "refusal", "reasoning_content", "annotations")
_PDF = "data:application/pdf;base64,"


def read_messages(value: object) -> list[dict[str, Any]]:
    """The conversation, ready to be translated. Raises Refusal."""
    instructions: list[dict[str, Any]] = []
    turns: list[dict[str, Any]] = []
    for number, message in enumerate(items(value, "messages")):
        path = f"messages[{number}]"
        if not isinstance(message, dict):
            raise bad(path, "must be an object.")
        read = _message(message, path)
        if read is not None:
            (instructions if read["role"] == "system" else turns).append(read)
    if not turns:
        raise bad("messages", "must hold a message that is not an instruction.")
    return instructions + turns


def _message(message: Mapping[str, Any], path: str) -> dict[str, Any] | None:
    match message.get("role"):
        case "system" | "developer":
            return _instruction(members(message, path, _INSTRUCTION), path)
        case "user":
            return _user(members(message, path, _INSTRUCTION), path)
        case "assistant":
            return _assistant(members(message, path, _ASSISTANT), path)
        case "tool":
            return _tool_result(members(message, path, _TOOL_RESULT), path)
        case "function":
            raise unsupported(f"{path}.role", "Give results in messages with role tool, not function.")
    raise bad(f"{path}.role", "must be system, developer, user, assistant or tool.")


def _instruction(given: Mapping[str, Any], path: str) -> dict[str, Any] | None:
    content = _content(given.get("content"), f"{path}.content", ("text",))
    return _with_cache({"role": "system", "content": content}, given, path) if content else None


def _user(given: Mapping[str, Any], path: str) -> dict[str, Any]:
    content = _content(given.get("content"), f"{path}.content", ("text", "image_url", "file"))
    if not content:
        raise bad(f"{path}.content", "is blank, which this model's provider does not take.")
    return _with_cache({"role": "user", "content": content}, given, path)


def _assistant(given: Mapping[str, Any], path: str) -> dict[str, Any] | None:
    content: Any = None
    if "content" in given:
        content = _content(given["content"], f"{path}.content", ("text", "refusal"))
    elif "refusal" in given:
        content = text(given["refusal"], f"{path}.refusal")
    message: dict[str, Any] = {"role": "assistant", "content": content or None}
    if "tool_calls" in given:
        calls = items(given["tool_calls"], f"{path}.tool_calls")
        message["tool_calls"] = [_tool_call(call, f"{path}.tool_calls[{number}]") for number, call in enumerate(calls)]
    elif not content:
        # Left behind by answers that were cut off before their first word.
        return None
    return _with_cache(message, given, path)


def _tool_call(call: object, path: str) -> dict[str, Any]:
    # `index` is a trace of clients that put streamed calls together.
    given = members(call, path, ("id", "type", "function", "index", "cache_control"))
    if given.get("type", "function") != "function":
        raise unsupported(f"{path}.type", "Only function tools exist.")
    function = members(given.get("function"), f"{path}.function", ("name", "arguments"))
    arguments = function.get("arguments", "")
    if not isinstance(arguments, str) or (arguments.strip() and not _is_object(arguments)):
        raise bad(f"{path}.function.arguments", "must be a JSON object in a string.")
    read: dict[str, Any] = {
        "id": text(given.get("id"), f"{path}.id"),
        "type": "function",
        "function": {"name": text(function.get("name"), f"{path}.function.name"), "arguments": arguments},
    }
    if "cache_control" in given:
        read["cache_control"] = cache_control(given["cache_control"], f"{path}.cache_control")
    return read


def _is_object(arguments: str) -> bool:
    try:
        return isinstance(json_body.decode(arguments.encode()), dict)
    except ValueError:
        return False


def _tool_result(given: Mapping[str, Any], path: str) -> dict[str, Any]:
    # `name` repeats what the call that is answered says already.
    content = _content(given.get("content", ""), f"{path}.content", ("text", "image_url"))
    message = {
        "role": "tool",
        "tool_call_id": text(given.get("tool_call_id"), f"{path}.tool_call_id"),
        "content": content,
    }
    return _with_cache(message, given, path)


def _content(value: object, path: str, kinds: tuple[str, ...]) -> str | list[dict[str, Any]]:
    if isinstance(value, str):
        return value if value.strip() else ""
    if not isinstance(value, list):
        raise bad(path, "must be a string or a list of parts.")
    parts: list[dict[str, Any]] = []
    for number, part in enumerate(value):
        read = _part(part, f"{path}[{number}]", kinds)
        if read is not None:
            parts.append(read)
    return parts or ""


def _part(part: object, path: str, kinds: tuple[str, ...]) -> dict[str, Any] | None:
    given_kind = kind(part, path)
    if given_kind not in kinds:
        raise unsupported(f"{path}.type", f"Parts of type {', '.join(kinds)} exist here.")
    given = members(part, path, ("type", given_kind, "cache_control"))
    value, value_path = given.get(given_kind), f"{path}.{given_kind}"
    if given_kind == "image_url":
        read = _picture(value, value_path)
    elif given_kind == "file":
        read = _pdf(value, value_path)
    elif not isinstance(value, str):
        raise bad(value_path, "must be a string.")
    elif not value.strip():
        return None
    else:
        read = {"type": "text", "text": value}
    if "cache_control" in given:
        read["cache_control"] = cache_control(given["cache_control"], f"{path}.cache_control")
    return read


def _picture(value: object, path: str) -> dict[str, Any]:
    given = members(value, path, ("url", "detail"))
    if given.get("detail", "auto") not in {"auto", "high"}:
        raise unsupported(f"{path}.detail", "Pictures are always read in full: leave it out, or scale the picture.")
    url = text(given.get("url"), f"{path}.url")
    # An https address is passed on and fetched by the provider; plain http would have to be fetched here.
    if not url.startswith(("https://", "data:image/")) or (url.startswith("data:") and ";base64," not in url):
        raise bad(f"{path}.url", "must be an https URL, or a data URL such as data:image/png;base64,…")
    return {"type": "image_url", "image_url": {"url": url}}


def _pdf(value: object, path: str) -> dict[str, Any]:
    given = members(value, path, ("file_data", "filename"))
    data = text(given.get("file_data"), f"{path}.file_data")
    if not data.startswith(_PDF):
        raise bad(f"{path}.file_data", f"must be a PDF as a data URL that begins with {_PDF}")
    source = {"type": "base64", "media_type": "application/pdf", "data": data.removeprefix(_PDF)}
    # A block in Anthropic's own shape is passed on as it is, and keeps the file's name.
    document = {"type": "document", "source": source}
    if "filename" in given:
        document["title"] = text(given["filename"], f"{path}.filename")
    return document


def _with_cache(message: dict[str, Any], given: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Puts a whole message's mark of what to keep in the prompt cache where it has an effect: on its last block."""
    if "cache_control" not in given:
        return message
    mark = cache_control(given["cache_control"], f"{path}.cache_control")
    if "tool_calls" in message:
        message["tool_calls"][-1].setdefault("cache_control", mark)
    elif isinstance(message["content"], list) and message["role"] != "tool":
        message["content"][-1].setdefault("cache_control", mark)
    else:
        message["cache_control"] = mark
    return message


def cache_control(value: object, path: str) -> dict[str, Any]:
    """A mark in Anthropic's shape, which clients also use in chat bodies. Raises Refusal."""
    given = members(value, path, ("type", "ttl"))
    if given.get("type") != "ephemeral" or given.get("ttl", "5m") not in {"5m", "1h"}:
        raise bad(path, 'must be {"type": "ephemeral"}, with a ttl of 5m or 1h where one is given.')
    return given
