"""Where the provider speaks the caller's dialect, a list of edits is all that happens to the bytes of requests and answers."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import pytest

from ai_api.wire.json_body import encode
from tests.support.gateway import Gateway
from tests.support.organization import Caller
from tests.support.recorded import ANSWERS, CHAT_USAGE_CHUNK, REQUESTS, STREAMS, Members
from tests.support.upstream import Behaviour
from tests.support.upstream.raw import RawAnswer
from tests.support.ways import WAYS

_EMBEDDINGS = "/v1/embeddings"
every_operation = pytest.mark.parametrize("operation", REQUESTS)
every_stream = pytest.mark.parametrize("operation", STREAMS)
either_cut = pytest.mark.parametrize("split_bytes", [None, 5], ids=["at once", "in small pieces"])


class Caught(NamedTuple):
    """A caller of one operation's native lane."""

    operation: str
    caller: Caller

    @classmethod
    async def of(cls, g: Gateway, operation: str) -> Caught:
        if operation == "embeddings":
            return cls(operation, await g.org.caller(operations=("embeddings",)))
        return cls(operation, await WAYS[f"{operation} by native"].caller(g, usd=None))

    @property
    def upstream(self) -> str:
        """The provider's name of the model."""
        return self.caller.model.upstream_model

    async def ask(self, g: Gateway, body: bytes, *, stream: bool) -> RawAnswer:
        if self.operation == "embeddings":
            return await g.ask(self.caller, _EMBEDDINGS, body)
        way = WAYS[f"{self.operation} by native"]
        return await g.ask(None, way.path(self.caller, stream=stream), body, headers=way.headers(self.caller))

    def members(self, *more: tuple[bytes, bytes]) -> Members:
        """The request's, the model in the middle where the dialect names it in the body."""
        members = REQUESTS[self.operation]
        model = () if self.operation == "generate" else ((b"model", encode(self.caller.model.slug)),)
        return (*members[:1], *model, *members[1:], *more)

    def answer(self, text: str) -> str:
        """A recorded answer of this model's."""
        return text.replace("@MODEL@", self.upstream)


def spread(members: Members) -> bytes:
    """A request as somebody would write it who likes white space."""
    return b"\r\n{ " + b"\t,\n ".join(b'"%b" \n:  %b' % each for each in members) + b" }\n\n"


def tight(members: Members) -> bytes:
    """The first edit of a request: no white space between the members of its top. Their order and their values stay."""
    return b"{" + b",".join(b'"%b":%b' % each for each in members) + b"}"


def renamed(members: Members, caught: Caught) -> Members:
    """The second edit of a request: the name by which the provider knows the model."""
    return tuple((name, encode(caught.upstream) if name == b"model" else value) for name, value in members)


def shown(answer: bytes, caught: Caught) -> bytes:
    """The only edit of answers that were asked for in full: the name the caller used. Gemini's name no model, but its version."""
    member = re.compile(rb'"model"\s*:\s*' + re.escape(encode(caught.upstream)))
    return (
        answer if caught.operation == "generate" else member.sub(b'"model":' + encode(caught.caller.model.slug), answer)
    )


@every_operation
@pytest.mark.parametrize("style", [spread, tight])
async def test_a_request_is_spelled_in_another_way(g, sim, operation, style):
    caught = await Caught.of(g, operation)
    answer = await caught.ask(g, style(caught.members()), stream=False)
    assert answer.status == 200, answer.body
    assert sim.requests.last().body == tight(renamed(caught.members(), caught))


@every_stream
async def test_a_streamed_request_is_spelled_in_another_way(g, sim, operation):
    caught = await Caught.of(g, operation)
    asks = () if operation == "generate" else ((b"stream", b"true"),)
    answer = await caught.ask(g, spread(caught.members(*asks)), stream=True)
    assert (answer.status, answer.ending) == (200, "whole"), answer.body
    # The third edit, of chats alone: the provider is always asked for its usage.
    asks += ((b"stream_options", b'{"include_usage":true}'),) if operation == "chat" else ()
    assert sim.requests.last().body == tight(renamed(caught.members(*asks), caught))


async def test_options_of_a_stream_that_were_given_are_spelled_in_another_way(g, sim):
    caught = await Caught.of(g, "chat")
    asked = ((b"stream_options", b'{ "x":1.0 , "include_usage" : true }'), (b"stream", b" true"))
    assert (await caught.ask(g, spread(caught.members(*asked)), stream=True)).status == 200
    assert sim.requests.last().body == tight(renamed(caught.members(asked[0], (b"stream", b"true")), caught))


async def test_a_model_that_gemini_s_callers_name_in_the_body_stays_theirs(g, sim):
    caught = await Caught.of(g, "generate")
    members = caught.members((b"model", encode(f"models/{caught.caller.model.slug}")))
    assert (await caught.ask(g, spread(members), stream=False)).status == 200
    told = tuple((name, encode(f"models/{caught.upstream}") if name == b"model" else value) for name, value in members)
    assert sim.requests.last().body == tight(told)


@every_operation
@either_cut
async def test_a_whole_answer_is_spelled_in_another_way(g, sim, operation, split_bytes):
    caught = await Caught.of(g, operation)
    recorded = caught.answer(ANSWERS[operation])
    tell(sim, caught, raw_body=recorded, split_bytes=split_bytes)
    answer = await caught.ask(g, tight(caught.members()), stream=False)
    assert answer.status == 200, answer.body
    assert answer.body == shown(recorded.encode(), caught)
    record = await g.books.record()
    assert (record["outcome"], record["usage_source"], record["input_tokens"]) == ("ok", "provider", 3)


@every_stream
@either_cut
async def test_a_streamed_answer_is_spelled_in_another_way(g, sim, operation, split_bytes):
    caught = await Caught.of(g, operation)
    recorded = caught.answer(STREAMS[operation])
    tell(sim, caught, raw_body=recorded, split_bytes=split_bytes)
    asks = () if operation == "generate" else ((b"stream", b"true"),)
    asks += ((b"stream_options", b'{"include_usage":true}'),) if operation == "chat" else ()
    answer = await caught.ask(g, tight(caught.members(*asks)), stream=True)
    assert (answer.status, answer.ending) == (200, "whole"), answer.body
    assert answer.body == shown(recorded.encode(), caught)
    record = await g.books.record()
    counted = (record["outcome"], record["usage_source"], record["input_tokens"], record["output_tokens"])
    assert counted == ("ok", "provider", 3, 5)


@either_cut
async def test_more_than_the_usage_is_hidden_from_who_did_not_ask_for_it(g, sim, split_bytes):
    """The second edit of an answer, of chats alone."""
    caught = await Caught.of(g, "chat")
    recorded = caught.answer(STREAMS["chat"])
    tell(sim, caught, raw_body=recorded, split_bytes=split_bytes)
    answer = await caught.ask(g, tight(caught.members((b"stream", b"true"))), stream=True)
    without = recorded.replace(caught.answer(CHAT_USAGE_CHUNK), "")
    assert without != recorded
    assert answer.body == shown(without.encode(), caught)
    assert (await g.books.record())["output_tokens"] == 5


def tell(sim: Any, caught: Caught, **how: Any) -> None:
    """How the provider answers calls of this model."""
    sim.behave(Behaviour(split_pause_ms=0, **how), model=caught.upstream)
