"""The four shapes a call has: two operations, each whole and streamed."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from tests.support.gateway import CHAT, RESPONSES, Address, chat_body, responses_body
from tests.support.organization import Caller
from tests.support.upstream import directive
from tests.support.upstream.raw import RawAnswer


class Shape(NamedTuple):
    """An operation, whole or streamed."""

    operation: str
    stream: bool

    @property
    def path(self) -> str:
        return CHAT if self.operation == "chat" else RESPONSES

    def body(self, caller: Caller, prompt: str = "hello", **fields: Any) -> dict[str, Any]:
        make = chat_body if self.operation == "chat" else responses_body
        return make(caller, prompt, **fields, **({"stream": True} if self.stream else {}))

    async def ask(self, g: Address, caller: Caller, prompt: str = "hello", **behaviour: Any) -> RawAnswer:
        """Makes the call; `behaviour` is the simulator's."""
        return await g.ask(caller, self.path, self.body(caller, told(prompt, **behaviour)))

    def __str__(self) -> str:
        return f"{self.operation}-{'stream' if self.stream else 'whole'}"


SHAPES = [Shape(operation, stream) for operation in ("chat", "responses") for stream in (False, True)]
STREAMS = [shape for shape in SHAPES if shape.stream]
WHOLES = [shape for shape in SHAPES if not shape.stream]
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
every_stream = pytest.mark.parametrize("shape", STREAMS, ids=str)
every_whole = pytest.mark.parametrize("shape", WHOLES, ids=str)


def told(prompt: str = "hello", **behaviour: Any) -> str:
    """A prompt that tells the simulator how to answer."""
    return f"{prompt} {directive(**behaviour)}" if behaviour else prompt


def has_success_end(answer: RawAnswer) -> bool:
    """Whether a client would take a stream for complete."""
    return (
        b"data: [DONE]" in answer.body or b"response.completed" in answer.body or b"response.incomplete" in answer.body
    )


def error_of(answer: RawAnswer) -> dict[str, Any]:
    """The error object of an answer: its body's, or the last frame's of a stream."""
    if not answer.headers["content-type"].startswith("text/event-stream"):
        return dict(json.loads(answer.body)["error"])
    last = answer.payloads[-1]
    return dict(last["response"]["error"] if last.get("type") == "response.failed" else last["error"])
