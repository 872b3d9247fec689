"""Answers to how many tokens a call's input has, in the dialects that ask for it. None of them is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.types import Receive

from ai_api.core.errors import Refusal
from ai_api.gateway.docket import Ask
from ai_api.protocols.asgi_out import AsgiOut, answer_refusal
from ai_api.protocols.serve import CallAnswer, DataPlane, ReadEnvelope, Stopped
from ai_api.wire import counts
from ai_api.wire.envelope import Operation


class CountAnswer(CallAnswer):
    """A count as a response. Neither it nor its refusal is recorded."""

    def __init__(self, plane: DataPlane, dialect: str, operation: Operation, read_envelope: ReadEnvelope) -> None:
        super().__init__(plane, dialect, operation, read_envelope)
        self._counts = plane.counts
        self._tell = plane.tell

    async def _carry(self, ask: Ask, _receive: Receive, out: AsgiOut) -> None:
        try:
            counted = await self._counts.count(ask)
        except Refusal as refusal:
            await self._turn_away(ask, refusal, out)
            return
        head = [
            (b"content-type", b"application/json"),
            (b"cache-control", b"no-store"),
            (b"x-ai-api-token-count", counted.source.encode()),
            (b"content-length", str(len(counted.body)).encode()),
        ]
        await out.start(200, head)
        await out.finish(counted.body)

    async def _refuse(self, stopped: Stopped, out: AsgiOut) -> None:
        await self._turn_away(stopped.docket.ask, stopped.refusal, out, close=True)

    async def _turn_away(self, ask: Ask, refusal: Refusal, out: AsgiOut, *, close: bool = False) -> None:
        self._tell.turned_away(ask.request_id, refusal)
        await answer_refusal(out, refusal, dialect=self.dialect, close=close)


def counted_answers(
    operation: Operation, answers: Mapping[int | str, dict[str, Any]], refusals: Mapping[int | str, dict[str, Any]]
) -> dict[int | str, dict[str, Any]]:
    """What a count can be answered with, for the OpenAPI document; `answers` and `refusals` are those of the dialect's calls."""
    field = counts.FIELDS[operation]
    counted = {
        "description": "How many tokens the input has. `x-ai-api-token-count` says who counted.",
        "headers": {
            "x-ai-api-token-count": {
                "description": "`provider` counted them, a `tokenizer` of the gateway's estimated, or it is a bound by `bytes`.",
                "schema": {"enum": ["provider", "tokenizer", "bytes"]},
            }
        },
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": [field],
                    "properties": {field: {"type": "integer", "minimum": 0}},
                }
            }
        },
    }
    return {200: counted, **{status: answers[status] for status in (400, 408, 413)}, **refusals}
