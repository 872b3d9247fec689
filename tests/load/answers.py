"""What is asked, and what a whole answer looks like: every answer of a load run is read to its end and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from tests.load.forms import CHAT, Form
from tests.support.upstream import directive

PROMPT = "How does a river find its way to the sea?"


class WrongAnswer(Exception):
    """An answer was not what was asked for. A load run that meets one has failed."""


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of call, in one dialect. `chunk_delay_ms` is the provider's pace, 0 for all at once; `prompt_bytes` adds so much to read."""

    name: str
    stream: bool
    chunk_delay_ms: int = 0
    prompt_bytes: int = 0
    form: Form = CHAT

    def request(self, *, model: str, secret: str, headers: Mapping[str, str] | None = None) -> bytes:
        """The bytes of one HTTP request. `headers` are those that only this server needs."""
        prompt = PROMPT + " word" * (self.prompt_bytes // 5)
        if self.chunk_delay_ms:
            prompt = f"{directive(chunk_delay_ms=self.chunk_delay_ms)} {prompt}"
        payload = msgspec.json.encode(self.form.body(model, prompt, self.stream))
        head = (
            f"POST {self.form.path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {secret}\r\nuser-agent: load/1\r\n"
            f"content-type: application/json\r\ncontent-length: {len(payload)}\r\n"
        )
        more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        return f"{head}{more}\r\n".encode() + payload

    def text_of(self, body: bytes) -> str:
        """The text of an answer, which is parsed whole. Raises WrongAnswer."""
        try:
            return self.form.text(body, stream=self.stream)
        except (msgspec.MsgspecError, LookupError, TypeError) as error:
            raise WrongAnswer(f"{self.name}: cannot be read: {body[-200:]!r}") from error

    def check(self, status: int, body: bytes, *, length: int | None) -> None:
        """The quick look at every answer: status, end, number of chunks, and the length of its like. Raises WrongAnswer."""
        if status != 200:
            raise WrongAnswer(f"{self.name}: status {status}: {body[:300]!r}")
        whole = self.form.is_whole(body, stream=self.stream)
        if not whole or (length is not None and len(body) != length):
            raise WrongAnswer(f"{self.name}: {len(body)} bytes instead of {length}, ending in {body[-100:]!r}")


PLAIN = Question("plain", stream=False)
STREAM = Question("stream of 50 chunks, at once", stream=True)
PACED = Question("stream of 50 chunks, one every 5 ms", stream=True, chunk_delay_ms=5)
LONG = Question("plain, prompt of 300 KB", stream=False, prompt_bytes=300_000)
