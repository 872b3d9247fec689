"""`POST /v1/messages` and `POST /v1/messages/count_tokens`, in Anthropic's dialect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.types import Receive

from ai_api.core.errors import Refusal
from ai_api.gateway.docket import Ask
from ai_api.protocols.openapi import ANSWERS_OF_ANTHROPIC, REFUSALS_OF_ANTHROPIC, body_of
from ai_api.protocols.serve import AsgiOut, CallAnswer, DataPlane, Stopped, answer_refusal
from ai_api.wire import anthropic_envelope

PATHS = ("/v1/messages", "/messages")
"""With and without `/v1`."""

COUNT_PATHS = tuple(f"{path}/count_tokens" for path in PATHS)
"""Where tokens are counted."""

_COUNTED: Mapping[int | str, dict[str, Any]] = {
    200: {
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
                    "required": ["input_tokens"],
                    "properties": {"input_tokens": {"type": "integer", "minimum": 0}},
                }
            }
        },
    },
    **{status: ANSWERS_OF_ANTHROPIC[status] for status in (400, 408, 413)},
    **REFUSALS_OF_ANTHROPIC,
}


class CountAnswer(CallAnswer):
    """A count as a response. Neither it nor its refusal is recorded."""

    def __init__(self, plane: DataPlane) -> None:
        super().__init__(plane, "anthropic", "messages", anthropic_envelope.count_tokens)
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


def answer(plane: DataPlane) -> CallAnswer:
    """What answers at `PATHS`."""
    return CallAnswer(plane, "anthropic", "messages", anthropic_envelope.messages)


def count(plane: DataPlane) -> CountAnswer:
    """What answers at `COUNT_PATHS`."""
    return CountAnswer(plane)


def router(answer: CallAnswer, count: CountAnswer) -> APIRouter:
    """The doors as the framework knows them."""
    doors = APIRouter(tags=["Calls"])

    async def create_message() -> CallAnswer:
        """Answers a conversation in Anthropic's dialect, whole or as a stream of events."""
        return answer

    async def count_message_tokens() -> CallAnswer:
        """Says how many tokens the input of a message has, without making the call. It costs nothing."""
        return count

    def add(path: str, endpoint: Callable[[], Any], answers: Mapping[int | str, dict[str, Any]], asks: Any) -> None:
        doors.add_api_route(
            path,
            endpoint,
            methods=["POST"],
            status_code=200,
            response_class=CallAnswer,
            response_model=None,
            responses=dict(answers),
            openapi_extra=asks,
            include_in_schema=path.startswith("/v1"),
        )

    for path in PATHS:
        add(path, create_message, ANSWERS_OF_ANTHROPIC, body_of("messages", "max_tokens"))
    for path in COUNT_PATHS:
        add(path, count_message_tokens, _COUNTED, {"requestBody": body_of("messages")["requestBody"]})
    return doors
