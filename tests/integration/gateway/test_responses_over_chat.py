"""`/v1/responses` for a model that only speaks chat: the official SDK notices nothing, and the bill is the chat's."""

from __future__ import annotations

import json
import time

import openai
import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from tests.integration.gateway.shapes import error_of, has_success_end, told
from tests.support.gateway import RESPONSES, responses_body

EVENT: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)
TOOLS = [
    {
        "type": "function",
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        "strict": False,
    },
    {"type": "custom", "name": "patch"},
    {"type": "namespace", "name": "agents", "description": "Agents.", "tools": [{"type": "function", "name": "spawn"}]},
    {"type": "web_search"},
]
CALLS = [
    {"name": "weather", "arguments": {"city": "Oslo"}, "id": "1"},
    {"name": "patch", "arguments": {"input": "+ x"}, "id": "2"},
    {"name": "agents__spawn", "arguments": {"task": "y"}, "id": "3"},
]


async def chat_only(g):
    return await g.org.caller(usd="5", operations=("chat",))


def client_of(g, caller):
    return openai.AsyncOpenAI(api_key=caller.secret, base_url=f"{g.url}/v1", max_retries=0)


def parsed(answer):
    """The events of a stream, each one by the SDK's types."""
    return [EVENT.validate_json(data, strict=True) for _, data in answer.events]


async def test_a_model_of_chats_cannot_be_asked_for_a_response(g, sim):
    caller = await chat_only(g)
    async with client_of(g, caller) as client:
        answer = await client.responses.create(
            model=caller.model.slug, input=told(thinking="Hm."), instructions="Be brief.", max_output_tokens=99
        )
    assert answer.output_text.startswith("Echo: hello")
    assert [item.type for item in answer.output] == ["reasoning", "message"]
    assert (answer.model, answer.status, answer.instructions) == (caller.model.slug, "completed", "Be brief.")
    arrived = sim.requests.last()
    assert arrived.target == b"/v1/chat/completions"
    body = json.loads(arrived.body)
    assert (body["model"], body["max_tokens"]) == (caller.model.upstream_model, 99)
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    record = await g.books.record()
    assert (record["operation"], record["usage_source"]) == ("responses", "provider")
    assert (record["input_tokens"], record["output_tokens"]) == (answer.usage.input_tokens, answer.usage.output_tokens)


async def test_the_answer_comes_in_one_piece(g):
    caller = await chat_only(g)
    prompt = told(thinking="Hm.", usage={"input": 30, "cached": 10, "output": 20, "reasoning": 7})
    async with (
        client_of(g, caller) as client,
        client.responses.stream(model=caller.model.slug, input=prompt) as stream,
    ):
        kinds = [event.type async for event in stream]
        final = await stream.get_final_response()
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds.count("response.output_text.delta") == 50
    assert kinds[-1] == "response.completed"
    assert final.output_text.startswith("Echo: hello")
    assert final.usage.input_tokens_details.cached_tokens == 10
    assert final.usage.output_tokens_details.reasoning_tokens == 7
    record = await g.books.record()
    assert (record["outcome"], record["stream"]) == ("ok", True)
    assert (record["input_tokens"], record["output_tokens"], record["reasoning_tokens"]) == (30, 20, 7)


@pytest.mark.parametrize("style", ["sequential", "interleaved", "one_chunk"])
async def test_tools_come_back_under_another_name(g, sim, style):
    caller = await chat_only(g)
    body = responses_body(caller, told(text="", tool_calls=CALLS, tool_style=style), tools=TOOLS, stream=True)
    answer = await g.ask(caller, RESPONSES, body)
    final = parsed(answer)[-1].response
    items = [item.to_dict() for item in final.output if item.type != "message"]
    named = [(item["type"], item.get("namespace"), item["name"], item["call_id"]) for item in items]
    assert named == [
        ("function_call", None, "weather", "call_1"),
        ("custom_tool_call", None, "patch", "call_2"),
        ("function_call", "agents", "spawn", "call_3"),
    ]
    assert [json.loads(items[0]["arguments"]), items[1]["input"]] == [{"city": "Oslo"}, "+ x"]
    offered = [tool["function"]["name"] for tool in json.loads(sim.requests.last().body)["tools"]]
    assert offered == ["weather", "patch", "agents__spawn"]
    # The next turn, made of what the client was given.
    results = [
        {"type": kind, "call_id": call_id, "output": "done"}
        for kind, call_id in (
            ("function_call_output", "call_1"),
            ("custom_tool_call_output", "call_2"),
            ("function_call_output", "call_3"),
        )
    ]
    turn = [{"role": "user", "content": "hi"}, *items, *results]
    again = await g.ask(caller, RESPONSES, {"model": caller.model.slug, "input": turn, "tools": TOOLS})
    Response.model_validate_json(again.body, strict=True)
    messages = json.loads(sim.requests.last().body)["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "tool", "tool"]
    assert [call["function"]["name"] for call in messages[1]["tool_calls"]] == offered


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_that_reached_its_bound_is_shown_as_complete(g, stream):
    caller = await chat_only(g)
    body = responses_body(caller, told(finish="length"), stream=stream)
    answer = await g.ask(caller, RESPONSES, body)
    shown = parsed(answer)[-1].response if stream else Response.model_validate_json(answer.body, strict=True)
    assert (shown.status, shown.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert (await g.books.record())["outcome"] == "ok"


@pytest.mark.parametrize(
    "behaviour",
    [
        {"cut_at": 5},
        {"cut_at": 5, "cut_how": "fin", "cut_in_frame": True},
        {"malformed_at": 5},
        {"error_at": 5},
        {"missing_end": "finish"},
        {"cut_at": "terminal", "cut_how": "fin"},
    ],
    ids=str,
)
async def test_a_stream_that_was_cut_is_shown_as_complete(g, behaviour):
    caller = await chat_only(g)
    answer = await g.ask(caller, RESPONSES, responses_body(caller, told(**behaviour), stream=True))
    assert (answer.status, answer.ending) == (200, "whole")
    assert not has_success_end(answer)
    events = parsed(answer)
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert (events[-1].type, error_of(answer)["code"]) == ("response.failed", "server_error")
    assert events[-1].response.id == events[0].response.id
    assert sum(event.type == "response.output_text.delta" for event in events) >= 4
    record = await g.books.record()
    assert record["outcome"] in {"upstream_interrupted", "upstream_error"}
    assert record["billed_cost_nanos"] > 0


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_leaves_is_answered_for_nobody(g, sim, stream):
    caller = await chat_only(g)
    body = responses_body(caller, told(hang_at=5), stream=stream)
    async with g.begun(caller, RESPONSES, body) as client:
        seen = await client.receive(timeout_s=0.6)
        assert seen.body.count(b"output_text.delta\ndata") == (5 if stream else 0)
        left_at = time.monotonic()
    event = await sim.witness.wait_for("aborted", timeout_s=2)
    assert event.monotonic_ns / 1e9 - left_at < 1
    assert (await g.books.record())["outcome"] == "client_closed"


async def test_what_this_model_cannot_be_asked_is_dropped_in_silence(g, sim):
    caller = await chat_only(g)
    for fields, param in (({"max_tool_calls": 1}, "max_tool_calls"), ({"tools": [{"type": "novel"}]}, "tools[0].type")):
        answer = await g.responses(caller, **fields)
        assert (answer.status, error_of(answer)["param"]) == (400, param)
    assert len(sim.requests) == 0


async def test_a_response_costs_another_amount_than_the_chat_it_is(g):
    """The two ways to ask the same: the same bound, the same hold, the same bill."""
    costs = []
    for ask in (g.chat, g.responses):
        caller = await chat_only(g)
        answer = await ask(caller, "hello " * 20)
        record = await g.books.record(request_id=answer.headers["x-request-id"])
        costs.append((record["input_tokens"], record["output_tokens"], record["billed_cost_nanos"]))
    assert costs[0] == costs[1]
