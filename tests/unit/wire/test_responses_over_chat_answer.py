"""A chat's answer as a response: every event and answer is one by OpenAI's own types, and says all that was said."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from ai_api.wire.failures import StreamFailure
from ai_api.wire.over_chat import Shown
from ai_api.wire.responses_over_chat import ResponsesOverChat
from ai_api.wire.sse import data_of, split
from ai_api.wire.usage import Usage

EVENT = TypeAdapter(ResponseStreamEvent)
SHOWN = Shown("acme/fast", 1_700_000_000, "0199b3c4d5e6.1")
USAGE = Usage(30, cached_read=10, output=20, reasoning=7)
TOOLS = [
    {"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": True},
    {"type": "custom", "name": "patch", "description": "Changes files."},
    {
        "type": "namespace",
        "name": "agents",
        "description": "Agents.",
        "tools": [{"type": "function", "name": "spawn", "parameters": {}, "strict": False}],
    },
    {"type": "web_search"},
]
ASKED = {
    "input": "hi",
    "instructions": "Be brief.",
    "tools": TOOLS,
    "tool_choice": {"type": "function", "name": "weather"},
    "temperature": 0.5,
    "max_output_tokens": 64,
    "metadata": {"team": "a"},
    "reasoning": {"effort": "low", "summary": "auto"},
    "text": {"verbosity": "low"},
    "prompt_cache_key": "k",
    "service_tier": "flex",
}


def writer(**document):
    return ResponsesOverChat().writer({"input": "hi", "tools": TOOLS} | document, SHOWN)


def chunk(**delta):
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}


def calls(*told):
    return chunk(tool_calls=list(told))


def called(index, name=None, arguments=None, call_id=None):
    function = {"name": name, "arguments": arguments}
    return {
        "index": index,
        "function": {key: value for key, value in function.items() if value is not None},
        **({"id": call_id} if call_id else {}),
    }


def events_of(frames):
    """The events of some frames, each one by the SDK's types."""
    read = []
    for frame in split(frames):
        data = data_of(frame)
        parsed = EVENT.validate_json(data, strict=True)
        assert frame.startswith(b"event: " + parsed.type.encode() + b"\n")
        read.append(json.loads(data))
    return read


def streamed(*chunks, finish_reason="stop", usage=USAGE, **document):
    """The events of a stream: numbered from nought, with every item opened, filled and closed in its place."""
    made = writer(**document)
    frames = b"".join(map(made.chunk, chunks)) + made.finish(finish_reason, usage)
    events = events_of(frames)
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert made.sequence_number == len(events) - 1
    assert [event["type"] for event in events[:2]] == ["response.created", "response.in_progress"]
    final = events[-1]["response"]
    assert {event["response"]["id"] for event in events if "response" in event} == {made.response_id}
    assert put_together(events) == final["output"]
    return events, final


def put_together(events):
    """The output as a client gathers it from the events of its parts."""
    items, said = {}, {}
    for event in events:
        kind, at = event["type"], event.get("output_index")
        if kind == "response.output_item.added":
            assert at == len(items)
            items[at] = None
        elif kind.endswith(".delta"):
            assert items[at] is None, "it is closed"
            key = (at, event.get("content_index", event.get("summary_index")))
            said[key] = said.get(key, "") + event["delta"]
        elif kind.endswith(("text.done", "refusal.done", "arguments.done", "input.done")):
            key = (at, event.get("content_index", event.get("summary_index")))
            [whole] = [event[name] for name in ("text", "refusal", "arguments", "input") if name in event]
            assert said.get(key, "") == whole
        elif kind == "response.output_item.done":
            assert items[at] is None
            items[at] = event["item"]
    assert len({item["id"] for item in items.values()}) == len(items)
    return list(items.values())


def kinds(events):
    return [event["type"].removeprefix("response.") for event in events]


def test_a_text_has_every_event_a_client_waits_for():
    events, final = streamed(chunk(role="assistant", content=""), chunk(content="Hel"), chunk(content="lo"))
    assert kinds(events) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    [item] = final["output"]
    assert (item["type"], item["status"], item["content"][0]["text"]) == ("message", "completed", "Hello")
    assert final["usage"] == {
        "input_tokens": 30,
        "input_tokens_details": {"cached_tokens": 10, "cache_write_tokens": 0},
        "output_tokens": 20,
        "output_tokens_details": {"reasoning_tokens": 7},
        "total_tokens": 50,
    }


def test_the_response_repeats_what_was_asked():
    events, final = streamed(chunk(content="x"), **ASKED)
    for response in (events[0]["response"], final):
        assert {name: response[name] for name in ASKED if name not in {"input", "tools", "text"}} == {
            name: value for name, value in ASKED.items() if name not in {"input", "tools", "text"}
        }
        assert response["text"] == {"verbosity": "low", "format": {"type": "text"}}
        # What the model was not offered is not among the tools.
        assert response["tools"] == TOOLS[:3]
        assert (response["model"], response["created_at"], response["id"]) == (
            "acme/fast",
            1_700_000_000,
            "resp_0199b3c4d5e6.1",
        )
    assert events[0]["response"]["status"] == "in_progress"


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_thoughts_are_lost_or_shown_as_words(name):
    events, final = streamed(chunk(**{name: "Hm"}), chunk(**{name: "m."}), chunk(content="Yes."))
    assert kinds(events)[2:8] == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
    ]
    assert [item["type"] for item in final["output"]] == ["reasoning", "message"]
    assert final["output"][0]["summary"] == [{"type": "summary_text", "text": "Hmm."}]


def test_thoughts_in_parts_of_the_content_break_the_answer():
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    _, final = streamed(chunk(content=[thinking]), chunk(content=[{"type": "text", "text": "Yes."}]))
    assert [item["type"] for item in final["output"]] == ["reasoning", "message"]


def test_a_refusal_is_empty_output():
    events, final = streamed(chunk(content="Well. "), chunk(refusal="I will"), chunk(refusal=" not."))
    assert final["output"][0]["content"] == [
        {"type": "output_text", "text": "Well. ", "annotations": [], "logprobs": []},
        {"type": "refusal", "refusal": "I will not."},
    ]
    assert "refusal.done" in kinds(events)


def test_calls_that_are_told_by_turns_are_mixed_up():
    events, final = streamed(
        chunk(content="I look."),
        calls(called(0, "weather", "", "a"), called(1, "agents__spawn", "", "b")),
        calls(called(1, arguments='{"x":'), called(0, arguments='{"city":')),
        calls(called(0, arguments='"Oslo"}')),
        calls(called(1, arguments="1}")),
        finish_reason="tool_calls",
    )
    first, second = final["output"][1:]
    assert (first["call_id"], first["name"], first["arguments"]) == ("a", "weather", '{"city":"Oslo"}')
    assert (second["call_id"], second["namespace"], second["name"]) == ("b", "agents", "spawn")
    assert second["arguments"] == '{"x":1}'
    assert "namespace" not in first
    assert kinds(events).count("function_call_arguments.done") == 2


def test_the_input_of_a_custom_tool_comes_as_json():
    text = 'a "quote"\nand ü'
    arguments = json.dumps({"input": text})
    events, final = streamed(
        calls(called(0, "patch", arguments[:5], "a")),
        calls(called(0, arguments=arguments[5:])),
        finish_reason="tool_calls",
    )
    [item] = final["output"]
    assert (item["type"], item["name"], item["input"], item["call_id"]) == ("custom_tool_call", "patch", text, "a")
    assert kinds(events)[2:-1] == [
        "output_item.added",
        "custom_tool_call_input.delta",
        "custom_tool_call_input.done",
        "output_item.done",
    ]


@pytest.mark.parametrize(("arguments", "shown"), [('"x"', "x"), ("rm -r", "rm -r"), ('{"a":1}', '{"a":1}'), ("", "")])
def test_a_custom_tool_called_in_another_way_breaks_the_answer(arguments, shown):
    _, final = streamed(calls(called(0, "patch", arguments, "a")))
    assert final["output"][0]["input"] == shown


def test_a_call_without_arguments_is_no_json():
    _, final = streamed(calls(called(0, "weather", None, "a")))
    assert final["output"][0]["arguments"] == "{}"


def test_servers_that_number_calls_badly_lose_them():
    _, final = streamed(
        calls(called(0, "weather", "{}", "a")),
        calls(called(0, "spin", "{}", "b")),
        calls({"id": "c", "function": {"name": "late", "arguments": ""}}),
        calls({"function": {"arguments": "{}"}}),
        calls(called(7, arguments='{"y"', call_id="c")),
        calls(called(7, "last", ":1}")),
    )
    told = [(item["name"], item["arguments"]) for item in final["output"]]
    assert told == [("weather", "{}"), ("spin", "{}"), ("late", "{}"), ("last", '{"y":1}')]
    # The provider gave one id twice.
    ids = [item["call_id"] for item in final["output"]]
    assert ids[:3] == ["a", "b", "c"]
    assert len(set(ids)) == 4


@pytest.mark.parametrize(
    ("finish_reason", "status", "reason"),
    [
        ("stop", "completed", None),
        ("tool_calls", "completed", None),
        (None, "completed", None),
        ("length", "incomplete", "max_output_tokens"),
        ("content_filter", "incomplete", "content_filter"),
    ],
)
def test_an_answer_that_was_cut_short_is_shown_as_complete(finish_reason, status, reason):
    chunks = [chunk(content="I look."), calls(called(0, "weather", '{"ci', "a"))]
    events, final = streamed(*chunks, finish_reason=finish_reason)
    assert events[-1]["type"] == f"response.{status}"
    assert final["status"] == status
    assert (final["incomplete_details"] or {}).get("reason") == reason
    assert [item["status"] for item in final["output"]] == ["completed", status]


def test_nothing_said_is_an_answer_without_an_end():
    events, final = streamed(usage=None)
    assert kinds(events) == ["created", "in_progress", "completed"]
    assert (final["output"], final["usage"]) == ([], None)
    assert streamed(usage=Usage(3, output_known=False))[1]["usage"] is None


def test_the_tier_that_served_is_not_told():
    made = writer(service_tier="auto")
    frames = made.chunk(chunk(content="x") | {"service_tier": "priority"}) + made.finish("stop", None)
    assert events_of(frames)[-1]["response"]["service_tier"] == "priority"
    frames = writer(service_tier="gold").finish("stop", None)
    assert events_of(frames)[-1]["response"]["service_tier"] is None


# ── whole ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def whole(message, finish_reason="stop", **members):
    answer = {
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
    }
    body = writer().whole(answer | members, USAGE)
    Response.model_validate_json(body, strict=True)
    return json.loads(body)


def test_a_whole_answer_says_something_else_than_a_streamed_one():
    asked = [called(0, "weather", '{"city":"Oslo"}', "a"), called(1, "patch", '{"input":"x"}', "b")]
    said = {"reasoning_content": "Hm.", "content": "I look.", "refusal": "No."}
    unnumbered = [{name: value for name, value in call.items() if name != "index"} for call in asked]
    _, final = streamed(chunk(**said), calls(*asked), finish_reason="length")
    answer = whole({"role": "assistant", "tool_calls": unnumbered} | said, "length")
    assert answer == final
    assert [item["status"] for item in answer["output"]] == ["completed"] * 3 + ["incomplete"]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"choices": []},
        {"choices": None},
        {"choices": ["x"]},
        {"choices": [{}]},
        {"choices": [{"message": "x"}]},
        {"choices": [{"message": {"content": 1}}]},
        {"choices": [{"message": {"content": "x"}, "finish_reason": 1}]},
        {"choices": [{"message": {"tool_calls": [{"id": "a"}]}}]},
        {"choices": [{"message": {"content": [{"type": "novel"}]}}]},
        {"choices": [{"message": {"content": "x"}, "finish_reason": "error"}]},
        {"choices": [{"message": {"content": "x"}}], "error": {"message": "overloaded"}},
    ],
)
def test_what_is_no_answer_is_shown_as_one(answer):
    with pytest.raises(StreamFailure):
        writer().whole(answer, None)


@pytest.mark.parametrize(("told", "finish_reason"), [({"error": {"code": 502}}, None), ({}, "error")])
def test_an_error_beside_a_choice_is_shown_as_a_complete_answer(told, finish_reason):
    made = writer()
    made.chunk(chunk(content="Hel"))
    with pytest.raises(StreamFailure) as caught:  # noqa: PT012  -- one or the other tells of it
        made.chunk(chunk() | told)
        made.finish(finish_reason, None)
    assert caught.value.code == "upstream_error"


# ── anything ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4)
indexes = st.integers(0, 2)
deltas = st.one_of(
    st.builds(lambda text: {"content": text}, texts),
    st.builds(lambda text: {"reasoning_content": text}, texts),
    st.builds(lambda text: {"refusal": text}, texts),
    st.builds(lambda index, text: {"tool_calls": [called(index, arguments=text)]}, indexes, texts),
)


@given(st.lists(deltas, max_size=12), st.sampled_from(["stop", "tool_calls", "length"]))
def test_an_order_nobody_thought_of_breaks_the_events(said, finish_reason):
    names = iter(itertools.cycle(["weather", "agents__spawn", "novel", "patch"]))
    begun = set()
    for delta in said:
        for call in delta.get("tool_calls", ()):
            if call["index"] not in begun:
                call["function"]["name"], call["id"] = next(names), f"call_{call['index']}"
                begun.add(call["index"])
    _, final = streamed(*(chunk(**delta) for delta in said), finish_reason=finish_reason)
    heard = {}
    for item in final["output"]:
        for part in item.get("content", item.get("summary", ())):
            kind = part["type"]
            heard[kind] = heard.get(kind, "") + (part["refusal"] if kind == "refusal" else part["text"])
    for kind, name in (("output_text", "content"), ("summary_text", "reasoning_content"), ("refusal", "refusal")):
        assert heard.get(kind, "") == "".join(delta.get(name, "") for delta in said)


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "delta", "index", "content", "tool_calls", "function", "name", "arguments", "id"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(anything, anything, anything)
def test_what_a_provider_makes_up_breaks_the_gateway(content, told, tier):
    for made_up in ({"choices": content}, chunk(content=content), chunk(tool_calls=told), chunk(tool_calls=[told])):
        made = writer()
        try:
            events_of(made.chunk(made_up | {"service_tier": tier}) + made.finish("stop", None))
        except StreamFailure as failure:
            assert failure.code in {"upstream_interrupted", "upstream_error"}  # noqa: PT017  -- one of two good ends
