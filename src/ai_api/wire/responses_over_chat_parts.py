"""The parts of a message's content, and of a tool's output, as a chat has them."""

from __future__ import annotations

from typing import Any, Final

from ai_api.wire.envelope import bad
from ai_api.wire.responses_over_chat_shape import members, one_of, unsayable
from ai_api.wire.strict import any_text, filled, listed

_TEXTS: Final = frozenset({"input_text", "output_text", "text"})
_DETAILS: Final = {"auto": "auto", "low": "low", "high": "high", "original": "high"}
"""A chat's nearest word for how closely a picture is looked at."""


def content_of(value: object, path: str, role: str) -> str | list[dict[str, Any]]:
    """The content of a message with this chat role. Only users say more than text. Raises Refusal."""
    if isinstance(value, str):
        return value
    parts = [_part(part, f"{path}[{number}]", role) for number, part in enumerate(listed(value, path))]
    if not parts:
        return ""
    if len(parts) == 1 and parts[0]["type"] == "text":
        text: str = parts[0]["text"]
        return text
    return parts


def result_of(value: object, path: str) -> tuple[str, list[dict[str, Any]]]:
    """A tool's output as text, and its pictures and files, which a chat's result cannot hold. Raises Refusal.

    In the text `[image]` and `[file]` stand where those stood.
    """
    if isinstance(value, str):
        return value, []
    texts: list[str] = []
    beside: list[dict[str, Any]] = []
    for number, given in enumerate(listed(value, path)):
        part = _part(given, f"{path}[{number}]", "user")
        if part["type"] == "text":
            texts.append(part["text"])
        else:
            texts.append({"image_url": "[image]", "file": "[file]"}.get(part["type"], "[audio]"))
            beside.append(part)
    return "\n".join(texts), beside


def _part(part: object, path: str, role: str) -> dict[str, Any]:
    kind = part.get("type") if isinstance(part, dict) else None
    if isinstance(kind, str):
        if kind in _TEXTS:
            # What OpenAI found out about a text it wrote (sources, probabilities) is not part of what was said.
            given = members(part, path, ("type", "text", "annotations", "logprobs"))
            return {"type": "text", "text": any_text(given.get("text"), f"{path}.text")}
        if kind == "refusal" and role == "assistant":
            given = members(part, path, ("type", "refusal"))
            return {"type": "text", "text": any_text(given.get("refusal"), f"{path}.refusal")}
        if role == "user":
            match kind:
                case "input_image":
                    return _picture(part, path)
                case "input_file":
                    return _file(part, path)
                case "input_audio":
                    return _recording(part, path)
        raise bad(f"{path} is of type {kind[:64]}, which cannot be said here to this model.", f"{path}.type")
    raise bad(f"{path} must be an object with a type.", path)


def _picture(part: object, path: str) -> dict[str, Any]:
    given = members(part, path, ("type", "image_url", "detail"))
    picture = {"url": filled(given.get("image_url"), f"{path}.image_url")}
    if "detail" in given:
        picture["detail"] = _DETAILS[one_of(given["detail"], f"{path}.detail", _DETAILS)]
    return {"type": "image_url", "image_url": picture}


def _file(part: object, path: str) -> dict[str, Any]:
    given = members(part, path, ("type", "file_data", "file_url", "filename", "detail"))
    if "file_url" in given:
        raise unsayable(f"{path}.file_url", "Give the file's content in file_data.")
    if given.get("detail", "auto") != "auto":
        raise unsayable(f"{path}.detail")
    file = {"file_data": filled(given.get("file_data"), f"{path}.file_data")}
    if "filename" in given:
        file["filename"] = filled(given["filename"], f"{path}.filename")
    return {"type": "file", "file": file}


def _recording(part: object, path: str) -> dict[str, Any]:
    given = members(part, path, ("type", "input_audio"))
    recording = members(given.get("input_audio"), f"{path}.input_audio", ("data", "format"))
    named = {name: filled(recording.get(name), f"{path}.input_audio.{name}") for name in ("data", "format")}
    return {"type": "input_audio", "input_audio": named}
