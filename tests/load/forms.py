"""How a call looks in each dialect: what is sent, what the text of an answer is, and how one sees that it came whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

CHUNKS = 50
_OUTPUT_MAX = 1_000
"""More than is answered, where a dialect wants a bound to be named."""


@dataclass(frozen=True, slots=True)
class Form:
    """One dialect. `body` makes a request of a model, a prompt and whether it is streamed; `whole` takes the text of a whole
    answer out of its JSON, `piece` that of one event, which is empty for most. `is_done` looks at the end of a stream;
    `delta` stands once in each of its chunks of text, `whole_end` once in a whole answer.
    """

    path: str
    body: Callable[[str, str, bool], dict[str, Any]]
    whole: Callable[[Any], str]
    piece: Callable[[Any], str]
    is_done: Callable[[bytes], bool]
    delta: bytes
    whole_end: bytes

    def is_whole(self, body: bytes, *, stream: bool) -> bool:
        """Whether an answer of `CHUNKS` chunks came to its end."""
        if stream:
            # The chunk that says who speaks may have a text, which is empty.
            return self.is_done(body[-_END_BYTES:]) and body.count(self.delta) - CHUNKS in (0, 1)
        return body.endswith(b"}") and body.count(self.whole_end) == 1

    def text(self, body: bytes, *, stream: bool) -> str:
        """The text of an answer, which is parsed whole. Raises what parsing raises."""
        if not stream:
            return self.whole(msgspec.json.decode(body))
        return "".join(self.piece(msgspec.json.decode(data)) for data in _data(body))


_END_BYTES = 64 * 1024
"""A last event may repeat the whole answer."""


def _data(body: bytes) -> Iterator[bytes]:
    for line in body.split(b"\n"):
        if line.startswith(b"data:") and (data := line[5:].strip()) != b"[DONE]":
            yield data


def _chat(model: str, prompt: str, stream: bool) -> dict[str, Any]:
    asked: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": prompt}]}
    return asked | {"stream": True, "stream_options": {"include_usage": True}} if stream else asked


def _responses(model: str, prompt: str, stream: bool) -> dict[str, Any]:
    # Nobody is to keep it: what is kept costs one statement more.
    asked = {"model": model, "input": prompt, "store": False}
    return asked | {"stream": True} if stream else asked


def _messages(model: str, prompt: str, stream: bool) -> dict[str, Any]:
    said = [{"role": "user", "content": prompt}]
    asked = {"model": model, "max_tokens": _OUTPUT_MAX, "messages": said}
    return asked | {"stream": True} if stream else asked


CHAT = Form(
    path="/v1/chat/completions",
    body=_chat,
    whole=lambda answer: answer["choices"][0]["message"]["content"],
    piece=lambda event: "".join(choice["delta"].get("content") or "" for choice in event["choices"]),
    is_done=lambda end: end.endswith(b"data: [DONE]\n\n"),
    delta=b'"content":"',
    whole_end=b'"finish_reason":"stop"',
)
RESPONSES = Form(
    path="/v1/responses",
    body=_responses,
    whole=lambda answer: "".join(part["text"] for item in answer["output"] for part in item["content"]),
    piece=lambda event: event["delta"] if event["type"] == "response.output_text.delta" else "",
    is_done=lambda end: end.endswith(b"\n\n") and end.count(b'"type":"response.completed"') == 1,
    delta=b'"type":"response.output_text.delta"',
    whole_end=b'"total_tokens"',
)
MESSAGES = Form(
    path="/v1/messages",
    body=_messages,
    whole=lambda answer: "".join(part["text"] for part in answer["content"]),
    piece=lambda event: event["delta"].get("text", "") if event["type"] == "content_block_delta" else "",
    is_done=lambda end: end.endswith(b"\n\n") and b"message_stop" in end,
    delta=b"text_delta",
    whole_end=b'"stop_reason":"end_turn"',
)
