"""What is read of a request in either of OpenAI's operations: types, bounds, and what both refuse by name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.errors import Refusal
from ai_api.wire import json_body
from ai_api.wire.envelope import MODEL_NAME_CHARS_MAX
from ai_api.wire.openai_envelope import CHOICES_MAX, chat, responses

HI = {"role": "user", "content": "Hi"}


def read(door, **members):
    """The envelope of a body with these members beside what the operation needs."""
    needed = {"messages": [HI]} if door is chat else {"input": "Hi"}
    return door(json_body.read(json.dumps({"model": "m"} | needed | members).encode()))


def refused(door, **members):
    with pytest.raises(Refusal) as told:
        read(door, **members)
    return told.value


BOTH = pytest.mark.parametrize("door", [chat, responses])


@BOTH
def test_a_plain_request(door):
    envelope = read(door)
    assert envelope.operation == ("chat" if door is chat else "responses")
    assert envelope.model == "m"
    assert envelope.stream is False
    assert envelope.output_tokens_max is None
    assert envelope.output_field is None
    assert envelope.choices == 1
    assert envelope.service_tier is None
    assert (envelope.input_size.text_bytes, envelope.input_size.unbounded) == (2, None)


@BOTH
@pytest.mark.parametrize("name", ["stream", "store"])
@pytest.mark.parametrize("value", ["true", 1, 0, [], {}])
def test_flags_are_true_or_false(door, name, value):
    told = refused(door, **{name: value})
    assert (told.code, told.kind, told.param) == ("bad_request", "invalid", name)


@BOTH
@pytest.mark.parametrize(("value", "streamed"), [(True, True), (False, False), (None, False)])
def test_stream_and_null_is_no(door, value, streamed):
    assert read(door, stream=value).stream is streamed


@BOTH
@pytest.mark.parametrize("name", ["model", "service_tier"])
@pytest.mark.parametrize("value", [1, True, ["m"], {"name": "m"}])
def test_names_are_text(door, name, value):
    assert refused(door, **{name: value}).param == name


@BOTH
def test_a_missing_model_is_left_to_preflight_and_an_endless_one_is_refused(door):
    assert read(door, model=None).model is None
    assert read(door, model="m" * MODEL_NAME_CHARS_MAX).model == "m" * MODEL_NAME_CHARS_MAX
    told = refused(door, model="m" * (MODEL_NAME_CHARS_MAX + 1))
    assert (told.kind, told.param) == ("invalid", "model")


@BOTH
@pytest.mark.parametrize("value", [0, -1, 1.0, 1.5, "100", True, [1], 2**31 + 1, 2**70])
def test_a_bound_on_output_is_a_whole_number_from_1_on(door, value):
    for name in ["max_output_tokens"] if door is responses else ["max_tokens", "max_completion_tokens", "n"]:
        told = refused(door, **{name: value})
        assert (told.kind, told.param) == ("invalid", name)


@BOTH
@given(bound=st.integers(1, 2**31))
def test_a_bound_on_output_is_read_exactly(door, bound):
    for name in ["max_output_tokens"] if door is responses else ["max_tokens", "max_completion_tokens"]:
        envelope = read(door, **{name: bound})
        assert (envelope.output_tokens_max, envelope.output_field) == (bound, name)


def test_the_old_name_and_the_new_one_may_both_stand_there_but_not_disagree():
    # A server may honour either, so a hold for one of them would not cover the other.
    both = read(chat, max_tokens=10, max_completion_tokens=10)
    assert both.output_tokens_max == 10
    told = refused(chat, max_tokens=100_000, max_completion_tokens=10)
    assert (told.kind, told.param) == ("invalid", "max_tokens")


def test_n_answers_are_held_for_n_times_up_to_a_bound():
    assert read(chat, n=None).choices == 1
    assert read(chat, n=7).choices == 7
    assert read(chat, n=CHOICES_MAX).choices == CHOICES_MAX
    assert refused(chat, n=CHOICES_MAX + 1).param == "n"


def test_answers_that_are_written_and_thrown_away_count_too():
    assert read(chat, n=2, best_of=5).choices == 5
    assert read(chat, n=2, best_of=1).choices == 2
    assert read(chat, best_of=None).choices == 1
    assert refused(chat, best_of=CHOICES_MAX + 1).param == "best_of"
    assert refused(chat, best_of="2").param == "best_of"


def test_the_usage_chunk_is_hidden_from_callers_that_did_not_ask():
    assert read(chat).wants_usage is False
    assert read(chat, stream_options=None).wants_usage is False
    assert read(chat, stream_options={}).wants_usage is False
    assert read(chat, stream_options={"include_usage": False}).wants_usage is False
    assert read(chat, stream_options={"include_usage": True, "x": 1}).wants_usage is True
    assert refused(chat, stream_options=[]).param == "stream_options"
    assert refused(chat, stream_options={"include_usage": "yes"}).param == "stream_options.include_usage"


@pytest.mark.parametrize(
    ("door", "members", "param"),
    [
        (chat, {"messages": "Hi"}, "messages"),
        (chat, {"messages": {"role": "user"}}, "messages"),
        (chat, {"tools": {}}, "tools"),
        (responses, {"tools": "all"}, "tools"),
    ],
)
def test_lists_are_lists(door, members, param):
    assert refused(door, **members).param == param


def test_a_chat_without_messages_is_refused_by_name():
    with pytest.raises(Refusal, match="messages is missing") as told:
        chat(json_body.read(b'{"model":"m"}'))
    assert told.value.kind == "invalid"


@pytest.mark.parametrize(
    "members",
    [
        {"messages": [1, None, "x", []]},
        {"messages": [{"content": [1, None]}, {"content": 5}, {"content": {"type": 5}}, {"audio": "x"}, {}]},
        {"tools": [1, None, "x", {}]},
    ],
)
def test_what_only_the_provider_can_judge_is_left_to_it(members):
    assert read(chat, **members).input_size.unbounded is None


@pytest.mark.parametrize(
    "members",
    [
        {"input": None},
        {"input": [1, None, "x", {}]},
        {"input": [{"content": [1]}, {"output": 5}, {"tools": 5}, {"tools": [5]}]},
        {"prompt": "text", "conversation": None, "previous_response_id": None},
        {"tools": [{"type": "namespace"}, {"type": "namespace", "tools": "x"}]},
    ],
)
def test_odd_shapes_are_no_accident_of_ours(members):
    assert read(responses, **members).input_size.unbounded is None


# ── steering ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@BOTH
@pytest.mark.parametrize("name", ["api_base", "base_url", "api_key"])
@pytest.mark.parametrize("value", ["http://127.0.0.1:1", None, {}])
def test_where_a_call_goes_is_not_the_callers_to_say(door, name, value):
    told = refused(door, **{name: value})
    assert (told.code, told.kind, told.param) == ("bad_request", "invalid", name)
    assert "127.0.0.1" not in told.message


# ── state at the provider ────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_chat_is_stored_and_nobody_is_left_to_believe_it_was():
    told = refused(chat, store=True)
    assert (told.code, told.kind, told.param) == ("bad_request", "invalid", "store")
    assert "store: false" in told.message
    assert read(chat, store=False).must_store is False


def test_who_wants_a_response_stored_or_continued_is_heard():
    assert [
        read(responses, **given).must_store for given in ({}, {"store": None}, {"store": False}, {"store": True})
    ] == [
        False,
        False,
        False,
        True,
    ]
    assert read(responses, previous_response_id="resp_1").previous_response_id == "resp_1"
    assert refused(responses, previous_response_id=1).param == "previous_response_id"


def test_reasoning_that_is_sealed_is_noticed():
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": []}
    assert read(responses, input=[reasoning]).sealed_reasoning is False
    assert read(responses, input=[{**reasoning, "encrypted_content": "gAAAA"}]).sealed_reasoning is True


@pytest.mark.parametrize(
    ("members", "param", "kind"),
    [
        ({"background": True}, "background", "invalid"),
        ({"conversation": "conv_1"}, "conversation", "not_found"),
        ({"conversation": {"id": "conv_1"}}, "conversation", "not_found"),
        ({"prompt": {"id": "pmpt_1", "variables": {}}}, "prompt", "not_found"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input", "not_found"),
        ({"input": [HI, {"id": "msg_1"}]}, "input", "not_found"),
        ({"input": [{"type": "image_generation_call", "id": "ig_1"}]}, "input", "not_found"),
        ({"input": [{"type": "message", "id": "msg_1", "status": "completed"}]}, "input", "not_found"),
        ({"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}]}, "input", "not_found"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "file-1"}]}]},
            "input",
            "not_found",
        ),
        (
            {
                "input": [
                    {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_file", "file_id": "f"}]}
                ]
            },
            "input",
            "not_found",
        ),
        (
            {
                "input": [
                    {"type": "computer_call_output", "output": {"type": "computer_screenshot", "file_id": "file-1"}}
                ]
            },
            "input",
            "not_found",
        ),
    ],
)
def test_stored_responses_and_files_of_somebody_else_are_out_of_reach(members, param, kind):
    told = refused(responses, **members)
    assert (told.kind, told.param) == (kind, param)


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "file_search", "vector_store_ids": ["vs_1"]},
        {"type": "code_interpreter", "container": "cntr_1"},
        {"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["file-1"]}},
        {"type": "shell", "environment": {"type": "container_reference", "container_id": "cntr_1"}},
        {"type": "shell", "environment": {"type": "container_auto", "file_ids": ["file-1"]}},
        {"type": "image_generation", "input_image_mask": {"file_id": "file-1"}},
    ],
)
@pytest.mark.parametrize("place", ["tools", "namespace", "item"])
def test_a_tool_cannot_open_what_the_provider_keeps_for_somebody_else(tool, place):
    members = {
        "tools": {"tools": [{"type": "function", "name": "f"}, tool]},
        "namespace": {"tools": [{"type": "namespace", "name": "n", "tools": [tool]}]},
        "item": {"input": [HI, {"type": "additional_tools", "tools": [tool]}]},
    }[place]
    told = refused(responses, **members)
    assert (told.code, told.kind, told.param) == ("pointer_not_found", "not_found", "tools")


@pytest.mark.parametrize("where", [{"server_url": "https://mcp.example/sse"}, {"connector_id": "connector_dropbox"}])
def test_the_provider_is_not_sent_to_other_servers(where):
    told = refused(responses, tools=[{"type": "mcp", "server_label": "x"} | where])
    assert (told.code, told.kind, told.param) == ("bad_request", "invalid", "tools")


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]}],
        [HI, {"role": "assistant", "audio": {"id": "audio_1"}}],
    ],
)
def test_files_and_recordings_of_somebody_else_are_out_of_reach_in_a_chat(messages):
    told = refused(chat, messages=messages)
    assert (told.code, told.kind, told.param) == ("pointer_not_found", "not_found", "messages")


@pytest.mark.parametrize(
    "members",
    [
        {"cached_content": "cachedContents/1"},
        {"extra_body": {"google": {"cached_content": "cachedContents/1"}}},
        {"extra_body": {"cachedContent": "cachedContents/1"}},
    ],
)
def test_what_google_keeps_for_somebody_else_is_out_of_reach(members):
    told = refused(chat, **members)
    assert (told.code, told.kind, told.param) == ("pointer_not_found", "not_found", "cached_content")
    assert read(chat, extra_body={"google": {"thinking_config": {}}}).model == "m"


def test_a_refused_pointer_is_not_repeated():
    for members in [
        {"conversation": "conv_secret"},
        {"tools": [{"type": "file_search", "vector_store_ids": ["vs_secret"]}]},
    ]:
        assert "secret" not in refused(responses, **members).message


# ── a coding agent's request ─────────────────────────────────────────────────────────────────────────────────────────────

AGENT = {
    "stream": True,
    "store": False,
    "include": ["reasoning.encrypted_content"],
    "prompt_cache_key": "0199-1",
    "client_metadata": {"x": "y"},
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "reasoning": {"effort": "high", "summary": "auto"},
    "service_tier": "priority",
    "tools": [
        {"type": "function", "name": "exec", "strict": False, "parameters": {"type": "object", "properties": {}}},
        {
            "type": "custom",
            "name": "apply_patch",
            "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"},
        },
        {"type": "namespace", "name": "mail", "tools": [{"type": "function", "name": "send", "parameters": {}}]},
        {"type": "tool_search", "execution": "client"},
    ],
    "input": [
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Be brief."}]},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Fix it."}]},
        {"type": "reasoning", "id": "rs_1", "summary": [], "content": None, "encrypted_content": "gAAAA"},
        {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "exec", "namespace": "x", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "done"},
        {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c2", "name": "apply_patch", "input": "*** Begin"},
        {"type": "custom_tool_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "ok"}]},
        {"type": "tool_search_call", "id": "ts_1", "call_id": "c3", "arguments": {"query": "mail"}},
        {
            "type": "tool_search_output",
            "call_id": "c3",
            "tools": [{"type": "function", "name": "send", "parameters": {}}],
        },
        {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]},
    ],
}


def test_a_coding_agents_request_passes():
    envelope = read(responses, **AGENT)
    assert envelope.stream
    assert envelope.service_tier == "priority"
    assert envelope.input_size.unbounded is None


def test_a_coding_agent_that_searches_the_web_passes_unbounded():
    searching = AGENT | {"tools": [*AGENT["tools"], {"type": "web_search", "external_web_access": True}]}
    assert read(responses, **searching).input_size.unbounded == "a tool the provider runs"


def test_an_item_invented_next_year_passes_unbounded():
    newer = AGENT | {"input": [*AGENT["input"], {"type": "invented_next_year", "id": "x_1", "anything": {"id": "y"}}]}
    assert read(responses, **newer).input_size.unbounded == "an item of a kind not known"


@BOTH
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "messages",
                "input",
                "tools",
                "stream",
                "n",
                "max_tokens",
                "max_output_tokens",
                "store",
                "background",
                "prompt",
                "conversation",
                "stream_options",
                "model",
                "service_tier",
                "previous_response_id",
                "web_search_options",
                "content",
            ]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers(-2, 3) | st.sampled_from(["", "m", "namespace", "item_reference"]),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            "id",
                            "type",
                            "content",
                            "output",
                            "tools",
                            "file",
                            "file_id",
                            "container",
                            "environment",
                            "audio",
                            "include_usage",
                        ]
                    ),
                    inner,
                    max_size=3,
                )
            ),
            max_leaves=8,
        ),
    )
)
def test_any_json_object_is_read_or_refused(door, document):
    try:
        envelope = door(json_body.read(json.dumps(document).encode()))
    except Refusal as told:
        refusal, envelope = told, None
    if envelope is None:
        assert refusal.kind in {"invalid", "not_found"}
        assert refusal.param
    else:
        assert 1 <= envelope.choices <= CHOICES_MAX
