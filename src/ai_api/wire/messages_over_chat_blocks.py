"""The content blocks of a stream of messages, out of pieces in whatever order a chat brings them.

Blocks of messages come one after another, each whole before the next begins; the tool calls of a chat may be mixed. A block is
passed on as it comes while nothing else is open. What comes in between waits: until a tool call that is complete gives way, else
until the end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ai_api.wire.call_seals import packed
from ai_api.wire.failures import StreamFailure
from ai_api.wire.json_body import decode, encode
from ai_api.wire.messages_over_chat_ids import generated
from ai_api.wire.messages_over_chat_said import Called, Said, malformed
from ai_api.wire.over_chat import Shown

KEPT_BYTES_MAX: Final = 1_048_576
"""How much of an answer is kept at most: the arguments of the open call, and what waits for it."""

CALLS_MAX: Final = 1_024
"""How many tool calls an answer may have."""


def event(kind: str, members: Mapping[str, Any]) -> bytes:
    """An event as Anthropic writes it."""
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), encode({"type": kind, **members}))


@dataclass(slots=True)
class _Block:
    """A block. `kept` is what an open call has said, and what a waiting block has not shown; `index` is None until it is open."""

    kind: str
    call_id: str = ""
    name: str = ""
    thought: str = ""
    index: int | None = None
    kept: bytearray = field(default_factory=bytearray)
    is_closed: bool = False


class BlockWriter:
    """Writes the blocks of one answer."""

    def __init__(self, shown: Shown, call_names: Mapping[str, str]) -> None:
        """`call_names` are the callers' names of tools by a chat's, where they differ."""
        self.calls = 0
        self._call_names = call_names
        self._shown = shown
        self._waiting: deque[_Block] = deque()
        """The open block, and those that wait for it."""
        self._calls: dict[int | str, _Block] = {}
        self._last_call: _Block | None = None
        self._opened = 0
        self._kept_bytes = 0
        self._is_mixed = False

    def add(self, piece: Said | Called) -> bytes:
        """The frames that a piece makes now. Raises StreamFailure."""
        if isinstance(piece, Said):
            return self._said(piece)
        return self._called(piece)

    def close(self) -> bytes:
        """The frames of everything that waited, and the end of the last block. Raises StreamFailure."""
        out = []
        while self._waiting:
            block = self._waiting[0]
            if block.index is None:
                out.append(self._open(block))
            if block.kind == "tool_use" and not block.kept:
                out.append(self._delta(block, "{}"))
            out.append(self._close_first())
        return b"".join(out)

    def _said(self, piece: Said) -> bytes:
        block, out = self._waiting[-1] if self._waiting else None, b""
        if block is None or block.kind != piece.kind:
            block = _Block(piece.kind)
            out = self._begin(block)
        if block is not self._waiting[0]:
            self._keep(block, piece.text)
            return out
        if block.index is None:
            out += self._open(block)
        return out + self._delta(block, piece.text)

    def _called(self, piece: Called) -> bytes:
        block, out = self._known(piece), b""
        if block is None:
            if self.calls == CALLS_MAX:
                raise StreamFailure("upstream_interrupted", "The provider's answer has too many tool calls.")
            self.calls += 1
            block = _Block("tool_use", piece.call_id or generated(self._shown, self.calls))
            self._last_call = block
            self._calls[self._key(piece)] = block
            out = self._begin(block)
        if piece.name and not block.name:
            block.name = piece.name
        elif piece.name not in {"", block.name}:
            raise malformed()
        block.thought = block.thought or piece.thought
        # White space before the first sign means nothing.
        arguments = piece.arguments if block.kept else piece.arguments.lstrip()
        if block.is_closed:
            if piece.arguments.strip():
                raise malformed()
            return out
        shown = len(block.kept)
        self._keep(block, arguments)
        if block is not self._waiting[0] or not block.name:
            return out
        if block.index is None:
            return out + self._open(block)
        return out + (self._delta(block, arguments) if len(block.kept) > shown else b"")

    def _known(self, piece: Called) -> _Block | None:
        """The call a piece belongs to; None for a new one."""
        if piece.index is None and not piece.call_id:
            return None if piece.name else self._last_call
        known = self._calls.get(self._key(piece))
        # Some servers give every call the same index; each has an id and a name of its own then.
        if known is not None and piece.name and piece.call_id not in {"", known.call_id}:
            return None
        return known

    def _key(self, piece: Called) -> int | str:
        return piece.index if piece.index is not None else piece.call_id

    def _begin(self, block: _Block) -> bytes:
        """Puts a block last, and closes the one before it if that is possible."""
        out = b""
        if self._waiting and not self._is_mixed:
            first = self._waiting[0]
            # After a whole object nothing can follow. Looked at once only: in an answer that is mixed, all the others wait.
            if first.index is None or (first.kind == "tool_use" and not _is_object(first.kept)):
                self._is_mixed = True
            else:
                out = self._close_first()
        self._waiting.append(block)
        return out

    def _keep(self, block: _Block, said: str) -> None:
        encoded = said.encode()
        self._kept_bytes += len(encoded)
        if self._kept_bytes > KEPT_BYTES_MAX:
            raise StreamFailure("upstream_interrupted", "The provider's tool call has no end.")
        block.kept += encoded

    def _open(self, block: _Block) -> bytes:
        """The start of a block, and what of it has been kept."""
        block.index = self._opened
        self._opened += 1
        content: dict[str, Any]
        if block.kind == "text":
            content = {"type": "text", "text": ""}
        elif block.kind == "thinking":
            # What another model thought has no signature of Anthropic's.
            content = {"type": "thinking", "thinking": "", "signature": ""}
        elif not block.name:
            raise malformed()
        else:
            name = self._call_names.get(block.name, block.name)
            content = {"type": "tool_use", "id": packed(block.call_id, block.thought), "name": name, "input": {}}
        out = event("content_block_start", {"index": block.index, "content_block": content})
        return out + (self._delta(block, block.kept.decode()) if block.kept else b"")

    def _delta(self, block: _Block, said: str) -> bytes:
        delta: dict[str, str]
        if block.kind == "text":
            delta = {"type": "text_delta", "text": said}
        elif block.kind == "thinking":
            delta = {"type": "thinking_delta", "thinking": said}
        else:
            delta = {"type": "input_json_delta", "partial_json": said}
        return event("content_block_delta", {"index": block.index, "delta": delta})

    def _close_first(self) -> bytes:
        block = self._waiting.popleft()
        self._kept_bytes -= len(block.kept)
        block.kept.clear()
        block.is_closed = True
        return event("content_block_stop", {"index": block.index})


def _is_object(arguments: bytearray) -> bool:
    try:
        return isinstance(decode(bytes(arguments)), dict)
    except ValueError:
        return False
