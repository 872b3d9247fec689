"""The input of a response as the messages of a chat.

A chat wants the results of tools right behind the message that calls them, and calls of one turn in one message: calls are
gathered, and results put in their place wherever they stood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ai_api.core.errors import Refusal
from ai_api.wire.call_seals import sealed, unpacked
from ai_api.wire.envelope import bad
from ai_api.wire.json_body import encode
from ai_api.wire.responses_over_chat_parts import content_of, result_of
from ai_api.wire.responses_over_chat_shape import members, unsayable
from ai_api.wire.responses_over_chat_tools import Toolbox
from ai_api.wire.strict import any_text, filled

_OF_AN_ITEM: Final = ("type", "id", "status")
_MESSAGE: Final = (*_OF_AN_ITEM, "role", "content", "phase")
_CALL: Final = (*_OF_AN_ITEM, "call_id", "name", "namespace", "caller")
_RESULT: Final = (*_CALL, "output")
_ROLES: Final[Mapping[str, str]] = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",
    "developer": "system",
}


@dataclass(slots=True)
class _Turn:
    """A message, the results of the tools it calls, and what of those results a result cannot hold."""

    message: dict[str, Any]
    results: list[dict[str, Any]] = field(default_factory=list)
    beside: list[dict[str, Any]] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)

    @property
    def is_speaking(self) -> bool:
        """Whether more calls belong to this message."""
        return self.message["role"] == "assistant" and not self.results

    def messages(self) -> list[dict[str, Any]]:
        """In a chat's order."""
        shown = [{"role": "user", "content": self.beside}] if self.beside else []
        return [self.message, *self.results, *shown]


class _Conversation:
    """Puts items together."""

    def __init__(self, box: Toolbox) -> None:
        self._box = box
        self._turns: list[_Turn] = []
        self._called: dict[str, _Turn] = {}
        self._thoughts: list[str] = []

    def add(self, item: object, path: str) -> None:
        """Takes the next item. Raises Refusal."""
        if not isinstance(item, dict):
            raise bad(f"{path} must be an object.", path)
        kind = item.get("type", "message")
        match kind:
            case "message":
                self._message(members(item, path, _MESSAGE), path)
            case "function_call":
                given = members(item, path, (*_CALL, "arguments"))
                arguments = any_text(given.get("arguments"), f"{path}.arguments")
                self._call(given, path, arguments if arguments.strip() else "{}")
            case "custom_tool_call":
                given = members(item, path, (*_CALL, "input"))
                self._call(given, path, encode({"input": any_text(given.get("input"), f"{path}.input")}).decode())
            case "function_call_output" | "custom_tool_call_output":
                self._result(members(item, path, _RESULT), path)
            case "additional_tools":
                # They are among the tools; what is left is who brought them along.
                members(item, path, (*_OF_AN_ITEM, "role", "tools"))
            case "reasoning":
                self._thought(item, path)
            case _:
                raise _of_openai(kind, path)

    def messages(self) -> list[dict[str, Any]]:
        """What was taken, as a chat. Raises Refusal for calls without a result."""
        for turn in self._turns:
            if turn.waiting:
                call_id = min(turn.waiting)[:64]
                raise bad(f"input has no output for the tool call {call_id}; every call needs one.", "input")
        return [message for turn in self._turns for message in turn.messages()]

    def _thought(self, item: Mapping[str, Any], path: str) -> None:
        """Keeps what was thought for the answer it belongs to. Raises Refusal."""
        if item.get("encrypted_content") is not None:
            # Written for the provider that wrote it; no other can read it.
            return
        for name in ("summary", "content"):
            said = item.get(name)
            if said is not None and not isinstance(said, list):
                raise bad(f"{path}.{name} must be a list.", f"{path}.{name}")
            for number, part in enumerate(said or ()):
                at = f"{path}.{name}[{number}]"
                if not isinstance(part, dict):
                    raise bad(f"{at} must be an object.", at)
                self._thoughts.append(any_text(part.get("text"), f"{at}.text"))

    def _reasoned(self, message: dict[str, Any]) -> None:
        """Gives an answer the thoughts that came before it."""
        thoughts, self._thoughts = [message.get("reasoning_content"), *self._thoughts], []
        if thought := "\n\n".join(filter(None, thoughts)):
            message["reasoning_content"] = thought

    def _message(self, given: Mapping[str, Any], path: str) -> None:
        role = given.get("role")
        if not isinstance(role, str) or role not in _ROLES:
            raise bad(f"{path}.role must be user, assistant, system or developer.", f"{path}.role")
        content = content_of(given.get("content"), f"{path}.content", _ROLES[role])
        last = self._turns[-1] if self._turns else None
        if role != "assistant":
            self._thoughts = []
        if role == "assistant" and last is not None and last.waiting:
            # Nothing may stand between calls and their results, so it is said in the message that calls.
            last.message["content"] = _joined(last.message["content"], content)
        else:
            last = _Turn({"role": _ROLES[role], "content": content})
            self._turns.append(last)
        self._reasoned(last.message)

    def _call(self, given: Mapping[str, Any], path: str, arguments: str) -> None:
        _check_caller(given, path)
        call_id, seal = unpacked(filled(given.get("call_id"), f"{path}.call_id"))
        name, namespace = filled(given.get("name"), f"{path}.name"), given.get("namespace")
        if namespace is not None:
            filled(namespace, f"{path}.namespace")
        called = {"name": self._box.chat_name(namespace, name), "arguments": arguments}
        if not self._turns or not self._turns[-1].is_speaking:
            self._turns.append(_Turn({"role": "assistant", "content": None}))
        turn = self._turns[-1]
        if call_id in self._called and call_id in self._called[call_id].waiting:
            raise bad(f"{path}.call_id is another call's.", f"{path}.call_id")
        self._reasoned(turn.message)
        call = {"id": call_id, "type": "function", "function": called, **sealed(seal)}
        turn.message.setdefault("tool_calls", []).append(call)
        turn.waiting.add(call_id)
        self._called[call_id] = turn

    def _result(self, given: Mapping[str, Any], path: str) -> None:
        _check_caller(given, path)
        call_id, _ = unpacked(filled(given.get("call_id"), f"{path}.call_id"))
        turn = self._called.get(call_id)
        if turn is None or call_id not in turn.waiting:
            raise bad(f"{path}.call_id names no call in input that waits for an output.", f"{path}.call_id")
        turn.waiting.remove(call_id)
        content, beside = result_of(given.get("output"), f"{path}.output")
        turn.results.append({"role": "tool", "tool_call_id": call_id, "content": content})
        if beside:
            turn.beside += [{"type": "text", "text": f"Output of {call_id}:"}, *beside]


def read_messages(instructions: object, given: object, box: Toolbox) -> list[dict[str, Any]]:
    """The messages of a chat that says what these instructions and this input say. Raises Refusal."""
    first: list[dict[str, Any]] = []
    if instructions is not None and any_text(instructions, "instructions"):
        first.append({"role": "system", "content": instructions})
    if isinstance(given, str):
        return [*first, {"role": "user", "content": given}]
    if not isinstance(given, list) or not given:
        raise bad("input must be a text, or a list of items that is not empty.", "input")
    conversation = _Conversation(box)
    for number, item in enumerate(given):
        conversation.add(item, f"input[{number}]")
    messages = conversation.messages()
    if not messages:
        raise bad("input must hold a message.", "input")
    return first + messages


def _joined(before: Any, after: Any) -> Any:
    if not before or not after:
        return before or after
    return [*_as_parts(before), *_as_parts(after)]


def _as_parts(content: Any) -> list[Any]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _check_caller(given: Mapping[str, Any], path: str) -> None:
    caller = given.get("caller")
    if caller is not None and (not isinstance(caller, dict) or caller.get("type") != "direct"):
        raise unsayable(f"{path}.caller", "Programs that call tools exist with OpenAI's own models only.")


def _of_openai(kind: object, path: str) -> Refusal:
    if not isinstance(kind, str):
        return bad(f"{path}.type must be a string.", f"{path}.type")
    message = f"{path} is of type {kind[:64]}, which cannot be said to this model. Leave it out of input."
    return bad(message, f"{path}.type")
