"""Gemini's conversation as the messages of a chat.

contents of model, one after another ──► one assistant message   (clients keep every chunk of a stream as a content)
results of functions                 ──► one tool message each, directly after the calls
what else a user says between them   ──► a user message after the last result, where a chat has a place for it
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ai_api.wire.envelope import bad
from ai_api.wire.generate_over_chat_fields import many, members
from ai_api.wire.generate_over_chat_media import media_part
from ai_api.wire.generate_over_chat_seals import extra_content_of
from ai_api.wire.generate_over_chat_tools import chat_name
from ai_api.wire.json_body import encode
from ai_api.wire.strict import filled, switch

_SAYS: Final = ("text", "inlineData", "functionCall", "functionResponse")
_THOUGHT: Final = "thought"
_ASIDE: Final = (_THOUGHT, "thoughtSignature")
_ADVICE: Final = {
    "fileData": "Send the file's bytes as inlineData.",
    "executableCode": "Code that a provider ran itself cannot be shown to another one.",
    "codeExecutionResult": "Code that a provider ran itself cannot be shown to another one.",
}
_ROLES: Final = {"user": "user", "function": "user", "tool": "user", "model": "model"}
_CALL: Final = ("id", "name", "args")
_RESULT: Final = ("id", "name", "response", "parts")


@dataclass(frozen=True, slots=True)
class _Part:
    """What a part says: the name of its member, and the value. `path` is the part's, and so is `signature`."""

    says: str
    value: Any
    path: str
    signature: str


@dataclass(frozen=True, slots=True)
class _Turn:
    role: str
    parts: list[_Part]
    path: str


@dataclass(frozen=True, slots=True)
class _Call:
    """A call that waits for its result; `given` says that its id is the caller's."""

    call_id: str
    name: str
    given: bool


@dataclass(slots=True)
class _Spoken:
    """What a model said, while it is gathered."""

    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    tool_calls: list[dict[str, Any]] = field(default_factory=list)


def read_instruction(value: object) -> dict[str, Any] | None:
    """The system message of a `systemInstruction`; None where it says nothing. Raises Refusal."""
    path = "systemInstruction"
    # Its role means nothing to Google either.
    given = members(value, path, ("role", "parts"))
    parts = []
    for part, at in many(given.get("parts"), f"{path}.parts"):
        said = members(part, at, ("text",)).get("text")
        if not isinstance(said, str):
            raise bad(f"{at}.text must be a string.", f"{at}.text")
        if said:
            parts.append({"type": "text", "text": said})
    return {"role": "system", "content": _joined(parts)} if parts else None


def read_contents(value: object) -> list[dict[str, Any]]:
    """The messages of `contents`. Raises Refusal."""
    turns = [_turn(content, path) for content, path in many(value, "contents")]
    conversation = _Conversation(_ids_given(turns))
    for turn in turns:
        if turn.role == "model":
            conversation.model_says(turn)
        else:
            conversation.user_says(turn)
    return conversation.end()


class _Conversation:
    """Writes messages, turn by turn."""

    def __init__(self, ids_given: set[str]) -> None:
        self._ids_given = ids_given
        self._calls_seen = 0
        self._messages: list[dict[str, Any]] = []
        self._spoken: _Spoken | None = None
        self._open: list[_Call] = []
        self._waiting: list[dict[str, Any]] = []

    def model_says(self, turn: _Turn) -> None:
        """Takes a model's turn. Raises Refusal."""
        if self._spoken is None:
            self._refuse_open_calls(turn.path)
            self._spoken = _Spoken()
        for part in turn.parts:
            if part.says == "text":
                self._spoken.texts.append(part.value)
            elif part.says == _THOUGHT:
                self._spoken.thoughts.append(part.value)
            elif part.says == "functionCall":
                self._spoken.tool_calls.append(self._called(part))
            else:
                path = f"{part.path}.{part.says}"
                raise bad(f"{path} cannot be said by a model: it has text and functionCall.", path)

    def user_says(self, turn: _Turn) -> None:
        """Takes a user's turn, or results of functions. Raises Refusal."""
        self._close_model()
        for part in turn.parts:
            if part.says == "functionResponse":
                self._result(part)
            elif part.says == "functionCall":
                raise bad(f"{part.path}.functionCall can be said by a model only.", f"{part.path}.functionCall")
            else:
                self._waiting.append(_said(part))
        if not self._open:
            self._close_user()

    def end(self) -> list[dict[str, Any]]:
        """The messages. Raises Refusal."""
        self._close_model()
        self._refuse_open_calls("contents")
        if not self._messages:
            raise bad("contents says nothing.", "contents")
        return self._messages

    def _called(self, part: _Part) -> dict[str, Any]:
        path = f"{part.path}.functionCall"
        given = members(part.value, path, _CALL)
        name = chat_name(filled(given.get("name"), f"{path}.name"))
        arguments = given.get("args", {})
        if not isinstance(arguments, dict):
            raise bad(f"{path}.args must be an object.", f"{path}.args")
        call_id = _id(given, path)
        if any(call.call_id == call_id for call in self._open):
            raise bad(f"{path}.id is the id of another call of this turn.", f"{path}.id")
        call = _Call(call_id or self._new_id(), name, call_id is not None)
        self._open.append(call)
        extra = extra_content_of(part.signature)
        return {
            "id": call.call_id,
            "type": "function",
            "function": {"name": name, "arguments": encode(arguments).decode()},
            **({} if extra is None else {"extra_content": extra}),
        }

    def _new_id(self) -> str:
        # By its place, so that the same history has the same ids in every request, as prompt caches need.
        while True:
            self._calls_seen += 1
            made = f"call_{self._calls_seen}"
            if made not in self._ids_given:
                return made

    def _result(self, part: _Part) -> None:
        path = f"{part.path}.functionResponse"
        given = members(part.value, path, _RESULT)
        name = chat_name(filled(given.get("name"), f"{path}.name"))
        response = given.get("response", {})
        if not isinstance(response, dict):
            raise bad(f"{path}.response must be an object.", f"{path}.response")
        call = self._call_of(_id(given, path), name, path)
        self._open.remove(call)
        self._messages.append(
            {"role": "tool", "tool_call_id": call.call_id, "content": encode(response).decode()},
        )
        if "parts" in given:
            for shown, at in many(given["parts"], f"{path}.parts"):
                blob = members(shown, at, ("inlineData",), _ADVICE).get("inlineData")
                self._waiting.append(media_part(blob, f"{at}.inlineData"))

    def _call_of(self, call_id: str | None, name: str, path: str) -> _Call:
        for call in self._open:
            if call_id is not None and call.call_id == call_id:
                if call.name != name:
                    raise bad(f"{path}.name is not the name of the function that was called.", f"{path}.name")
                return call
        # Results are told apart by their order where calls, or results, came without ids.
        for call in self._open:
            if call.name == name and (call_id is None or not call.given):
                return call
        raise bad(f"{path} answers no functionCall of the turn before it.", path)

    def _refuse_open_calls(self, path: str) -> None:
        if self._open:
            raise bad(f"{path}: a functionCall before it has no functionResponse.", path)

    def _close_model(self) -> None:
        spoken, self._spoken = self._spoken, None
        if spoken is None:
            return
        content = "".join(spoken.texts)
        thought = "".join(spoken.thoughts)
        reasoned = {"reasoning_content": thought} if thought else {}
        if spoken.tool_calls:
            said = {"content": content or None, "tool_calls": spoken.tool_calls}
            self._messages.append({"role": "assistant", **said, **reasoned})
        elif content:
            self._messages.append({"role": "assistant", "content": content, **reasoned})

    def _close_user(self) -> None:
        waiting, self._waiting = self._waiting, []
        said = [part for part in waiting if part.get("text") != ""]
        follows_results = bool(self._messages) and self._messages[-1]["role"] == "tool"
        if said or (waiting and not follows_results):
            self._messages.append({"role": "user", "content": _joined(said)})


def _turn(value: object, path: str) -> _Turn:
    given = members(value, path, ("role", "parts"))
    role = _ROLES.get(filled(given.get("role", "user"), f"{path}.role"))
    if role is None:
        raise bad(f"{path}.role must be user, model or function.", f"{path}.role")
    if role == "model" and given.get("parts", []) == []:
        # Left behind by answers that were cut off before their first word.
        return _Turn(role, [], path)
    parts = [_part(part, at, role) for part, at in many(given.get("parts"), f"{path}.parts")]
    return _Turn(role, [part for part in parts if part is not None], path)


def _part(value: object, path: str, role: str) -> _Part | None:
    """What a part says; None for what only the provider that said it could read: signatures alone."""
    given = members(value, path, (*_SAYS, *_ASIDE), _ADVICE)
    says = [name for name in _SAYS if name in given]
    is_thought = switch(given.get("thought", False), f"{path}.thought")
    signature = given.get("thoughtSignature", "")
    if not isinstance(signature, str):
        raise bad(f"{path}.thoughtSignature must be a string.", f"{path}.thoughtSignature")
    if len(says) > 1 or (not says and not given):
        raise bad(f"{path} must have one of {', '.join(_SAYS)}.", path)
    if is_thought and (role != "model" or says not in ([], ["text"])):
        raise bad(f"{path}.thought can only be said of a model's text.", f"{path}.thought")
    if not says:
        return None
    said = given[says[0]]
    if says[0] == "text" and not isinstance(said, str):
        raise bad(f"{path}.text must be a string.", f"{path}.text")
    return _Part(_THOUGHT if is_thought else says[0], said, path, signature)


def _said(part: _Part) -> dict[str, Any]:
    if part.says == "text":
        return {"type": "text", "text": part.value}
    return media_part(part.value, f"{part.path}.inlineData")


def _joined(parts: list[dict[str, Any]]) -> Any:
    """A content of these parts: a string where that says the same, since not every server takes lists."""
    if len(parts) > 1 or (parts and parts[0]["type"] != "text"):
        return parts
    return parts[0]["text"] if parts else ""


def _ids_given(turns: list[_Turn]) -> set[str]:
    return set(_ids(turns))


def _ids(turns: list[_Turn]) -> Iterator[str]:
    for turn in turns:
        for part in turn.parts:
            if part.says == "functionCall" and isinstance(part.value, dict):
                found = part.value.get("id")
                if isinstance(found, str):
                    yield found


def _id(given: Mapping[str, Any], path: str) -> str | None:
    """The id of a call or a result; an empty one is none."""
    found = given.get("id", "")
    if not isinstance(found, str):
        raise bad(f"{path}.id must be a string.", f"{path}.id")
    return found or None
