"""What a provider of the caller's own dialect is sent: the caller's bytes, but for what must change."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from ai_api.core.ids import uuid7
from ai_api.providers.native import NativeLane
from ai_api.providers.port import Deadlines, OpenKey, UpstreamCall, Wiring
from ai_api.wire import json_body
from ai_api.wire.anthropic_messages import MessagesStream
from ai_api.wire.failures import StreamFailure
from ai_api.wire.openai_stream import ChatStream, ResponsesStream

# Every field of the documented request, and some that nobody has heard of, in spellings a rewriting would lose.
CHAT = r"""{
 "messages": [ {"role":"developer","content":"Be \u0062rief \/ kind.","name":"ops"},
   {"role":"user","content":[{"type":"text","text":"\ud83e\udd89 ü"},
     {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},
     {"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}, {"type":"file","file":{"file_data":"AA"}}]},
   {"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"c1","type":"function",
     "function":{"name":"f","arguments":"{\"model\":\"fast\"}"}}], "reasoning_content":"hm"},
   {"role":"tool","tool_call_id":"c1","content":"1" } ],
 "model" : "fast" , "audio":{"voice":"alloy","format":"mp3"},"frequency_penalty":0.10,"presence_penalty":-1.0e0,
 "function_call":"none","functions":[],"logit_bias":{"50256":-100},"logprobs":true,"top_logprobs":2,
 "metadata":{"api_base":"http://10.0.0.1","model":"fast"},"modalities":["text"],"n":2,"parallel_tool_calls":false,
 "prediction":{"type":"content","content":"x"},"prompt_cache_key":"k","prompt_cache_retention":"24h",
 "reasoning_effort":"low","response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"a":1e2}}},
 "safety_identifier":"u","seed":18446744073709551615,"service_tier":"flex","stop":["\n","]"],"store":false,
 "temperature":1,"tool_choice":{"type":"function","function":{"name":"f"}},
 "tools":[{"type":"function","function":{"name":"f","parameters":{},"strict":true}}],"top_p":0.90,"user":"u",
 "verbosity":"low","web_search_options":{},
 "top_k":40,"min_p":0.05,"chat_template_kwargs":{"enable_thinking":false},"dimensions":3,"top_n":1,
 "extra_body":{"api_base":"http://10.0.0.1","api_key":"x"},"mock_response":"x","extra_headers":{"host":"x"},
 "x_invented":{"deep":[{"er":[1.50,-0.0,null]}]},"":0}"""
RESPONSES = r"""{"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"\u0061"}]},
   {"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAAA"}],
 "instructions":null,"include":["reasoning.encrypted_content"],"max_tool_calls":3,"metadata":{},"model":"fast",
 "parallel_tool_calls":true,"prompt_cache_key":"k","reasoning":{"effort":"high"},"safety_identifier":"u","store":false,
 "stream_options":{"include_obfuscation":false},"temperature":1.0,"text":{"verbosity":"low"},"tool_choice":"auto",
 "tools":[{"type":"custom","name":"p","format":{"type":"grammar","syntax":"lark","definition":"start: x"}},
   {"type":"namespace","name":"n","tools":[]},{"type":"tool_search"}],
 "top_logprobs":0,"top_p":1,"truncation":"auto","user":"u","client_metadata":{"x":"y"},"x_invented":1E2}"""

MESSAGES = r"""{"max_tokens" : 300,"model" : "fast","messages":[ {"role":"user","content":[{"type":"text","text":"\u00e9\/",
     "cache_control":{"type":"ephemeral","ttl":"1h"}},{"type":"image","source":{"type":"base64","data":"AAAA"}}]},
   {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},
     {"type":"tool_use","id":"t","name":"f","input":{"model":"fast"}},{"type":"invented_block","x":1.50}]} ],
 "system":[{"type":"text","text":"Be kind.","cache_control":{"type":"ephemeral"}}],"metadata":{"user_id":"u"},
 "stop_sequences":["\n"],"temperature":0.70,"top_k":5,"top_p":1e0,"thinking":{"type":"enabled","budget_tokens":128},
 "tool_choice":{"type":"auto","disable_parallel_tool_use":true},"service_tier":"auto","output_config":{"effort":"low"},
 "tools":[{"type":"bash_20250124","name":"bash"},{"name":"f","input_schema":{"type":"object"},"strict":true}],
 "context_management":{"edits":[]},"inference_geo":"eu","x_invented":{"deep":[{"er":[1.50,-0.0,null]}]}}"""

names = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=24)


def wiring(url="https://api.example.com/v1/chat/completions"):
    return Wiring(
        urls={
            "chat": url,
            "responses": "https://api.example.com/v1/responses",
            "messages": "https://api.example.com/v1/messages",
        },
        lanes={"chat": "native", "responses": "native", "messages": "native"},
        models_url=None,
        auth_header="authorization",
        auth_prefix="Bearer ",
        headers={"openai-organization": "org-1"},
    )


def call_of(body, *, operation="chat", **members):
    parsed = json_body.read(body.encode() if isinstance(body, str) else body)
    values = {
        "operation": operation,
        "lane": "native",
        "stream": False,
        "fields": parsed.fields,
        "document": parsed.document,
        "upstream_model": "gpt-4o-2024-08-06",
        "shown_model": "fast",
        "output_tokens_max": None,
        "wants_usage": False,
        "key": OpenKey(uuid7(), members.pop("provider", "openai"), wiring(), "sk-upstream", private_network=False),
        "headers": {"openai-beta": "x=1"},
        "request_id": "0199.1",
        "deadlines": Deadlines(1, 1, 1, 1),
    }
    return UpstreamCall(**values | members)


def sent(body, **members):
    """Each top-level member that goes out, in order, as its value's bytes."""
    return dict(json_body.read(NativeLane().request(call_of(body, **members)).body).fields)


@pytest.mark.parametrize(("operation", "body"), [("chat", CHAT), ("responses", RESPONSES), ("messages", MESSAGES)])
@pytest.mark.parametrize("stream", [False, True])
def test_no_parameter_is_dropped_and_no_byte_of_a_value_changed(operation, body, stream):
    given_members = dict(json_body.read(body.encode()).fields)
    arrived = sent(body, operation=operation, stream=stream)
    added = {"stream_options": b'{"include_usage":true}'} if operation == "chat" and stream else {}
    assert arrived == given_members | {"model": b'"gpt-4o-2024-08-06"'} | added
    assert list(arrived) == [*given_members, *added]


def test_tools_bounds_and_every_other_parameter_survive_a_bound_that_is_set():
    given_members = dict(json_body.read(CHAT.encode()).fields)
    arrived = sent(CHAT, output_tokens_max=300)
    assert arrived == given_members | {"model": b'"gpt-4o-2024-08-06"', "max_completion_tokens": b"300"}


@given(asked=names, upstream=names)
def test_any_model_name_arrives_as_the_provider_spells_it(asked, upstream):
    body = json.dumps({"model": asked, "messages": [], "x": 1}).encode()
    arrived = sent(body, upstream_model=upstream)
    assert json.loads(arrived["model"]) == upstream
    assert (arrived["messages"], arrived["x"]) == (b"[]", b"1")


@given(upstream=names)
def test_a_deployment_name_cannot_leave_its_place_in_the_url(upstream):
    place = "https://r.openai.azure.com/openai/deployments/{model}/chat/completions?api-version=2024-10-21"
    key = OpenKey(uuid7(), "azure", wiring(place), "sk", private_network=False)
    url = URL(NativeLane().request(call_of('{"model":"m"}', upstream_model=upstream, key=key)).url, encoded=True)
    assert url.host == "r.openai.azure.com"
    assert url.raw_path.count("/") == place.split("?", maxsplit=1)[0].count("/") - 2
    assert URL(str(url), encoded=True).raw_parts[3] == url.raw_parts[3]
    assert url.query_string == "api-version=2024-10-21"
    assert not url.raw_fragment


@pytest.mark.parametrize(
    ("upstream", "in_url"),
    [("gpt-4o", "gpt-4o"), ("a/b", "a%2Fb"), ("../x", "..%2Fx"), ("a?b#c%d é", "a%3Fb%23c%25d%20%C3%A9")],
)
def test_azure_has_the_deployment_in_the_url_percent_encoded(upstream, in_url):
    key = OpenKey(uuid7(), "azure", wiring("https://r.openai.azure.com/d/{model}/chat"), "sk", private_network=False)
    request = NativeLane().request(call_of('{"model":"m"}', upstream_model=upstream, key=key))
    assert request.url == f"https://r.openai.azure.com/d/{in_url}/chat"
    assert json.loads(request.body) == {"model": upstream}


# ── usage is always asked for ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("options", "arrived"),
    [
        (None, {"include_usage": True}),
        ("null", {"include_usage": True}),
        ("{}", {"include_usage": True}),
        ('{"include_usage":false}', {"include_usage": True}),
        ('{"include_usage":null,"include_obfuscation":false}', {"include_usage": True, "include_obfuscation": False}),
    ],
)
def test_usage_is_asked_of_every_stream_whether_the_caller_did_or_not(options, arrived):
    body = '{"model":"m"' + (f',"stream_options":{options}' if options else "") + "}"
    assert json.loads(sent(body, stream=True)["stream_options"]) == arrived


def test_options_that_ask_for_usage_already_are_left_alone():
    body = '{"model":"m","stream_options":{ "include_usage" : true }}'
    assert sent(body, stream=True, wants_usage=True)["stream_options"] == b'{ "include_usage" : true }'


def test_whole_answers_and_responses_are_not_given_an_option_their_providers_refuse():
    assert "stream_options" not in sent('{"model":"m"}')
    assert "stream_options" not in sent('{"model":"m"}', operation="responses", stream=True)


# ── a bound the gateway must set ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "provider", "fields"),
    [
        ('{"model":"m"}', "openai", ["max_completion_tokens"]),
        ('{"model":"m"}', "azure", ["max_completion_tokens"]),
        ('{"model":"m"}', "local", ["max_tokens"]),
        ('{"model":"m","max_tokens":900}', "openai", ["max_tokens"]),
        ('{"model":"m","max_completion_tokens":900}', "local", ["max_completion_tokens"]),
        ('{"model":"m","max_tokens":null}', "openai", ["max_completion_tokens"]),
        (
            '{"model":"m","max_tokens":900,"max_completion_tokens":900}',
            "local",
            ["max_completion_tokens", "max_tokens"],
        ),
    ],
)
def test_a_bound_takes_the_place_of_every_bound_the_caller_gave(body, provider, fields):
    document = json.loads(body)
    arrived = json.loads(NativeLane().request(call_of(body, provider=provider, output_tokens_max=300)).body)
    assert {name: value for name, value in arrived.items() if value is not None} == {
        **{name: value for name, value in document.items() if value is not None},
        "model": "gpt-4o-2024-08-06",
        **dict.fromkeys(fields, 300),
    }


@pytest.mark.parametrize("body", ['{"model":"m"}', '{"model":"m","max_output_tokens":900}'])
def test_a_bound_on_a_response_has_one_name(body):
    assert sent(body, operation="responses", output_tokens_max=300)["max_output_tokens"] == b"300"


# ── headers ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_headers_are_the_wirings_the_keys_ours_and_the_callers_allowed_ones():
    headers = NativeLane().request(call_of('{"model":"m"}')).headers
    assert headers == {
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "ai-api",
        "x-request-id": "0199.1",
        "openai-beta": "x=1",
        "openai-organization": "org-1",
        "authorization": "Bearer sk-upstream",
    }


def test_a_stream_is_asked_for_as_one_and_a_server_without_a_secret_gets_none():
    key = OpenKey(uuid7(), "local", wiring(), None, private_network=True)
    headers = NativeLane().request(call_of('{"model":"m"}', stream=True, key=key)).headers
    assert headers["accept"] == "text/event-stream"
    assert "authorization" not in headers


def test_the_callers_headers_cannot_replace_the_providers_key():
    headers = NativeLane().request(call_of('{"model":"m"}', headers={"authorization": "Bearer caller"})).headers
    assert headers["authorization"] == "Bearer sk-upstream"


@pytest.mark.parametrize(
    ("given_headers", "own", "expected"),
    [
        ({}, {"anthropic-version": "2023-06-01"}, ("2023-06-01", None)),
        ({"anthropic-version": "2024-01-01"}, {"anthropic-version": "2023-06-01"}, ("2024-01-01", None)),
        ({"anthropic-beta": "a-1, b-2,,a-1"}, {}, (None, "a-1,b-2")),
        ({"anthropic-beta": "a-1"}, {"anthropic-beta": "own-1,a-1"}, (None, "a-1,own-1")),
        ({"anthropic-beta": ""}, {"anthropic-beta": "own-1"}, (None, "own-1")),
    ],
)
def test_betas_of_the_caller_or_of_the_wiring_are_lost(given_headers, own, expected):
    key = OpenKey(uuid7(), "anthropic", replace(wiring(), headers=own), "sk-upstream", private_network=False)
    call = call_of('{"model":"m"}', operation="messages", key=key, headers=given_headers)
    headers = NativeLane().request(call).headers
    assert (headers.get("anthropic-version"), headers.get("anthropic-beta")) == expected


def test_a_bound_that_is_set_goes_where_messages_have_it():
    given_members = dict(json_body.read(MESSAGES.encode()).fields)
    arrived = sent(MESSAGES, operation="messages", provider="anthropic", output_tokens_max=30)
    assert arrived == given_members | {"model": b'"gpt-4o-2024-08-06"', "max_tokens": b"30"}


# ── the way back ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_operation_has_its_reader():
    lane = NativeLane()
    assert isinstance(lane.stream(call_of('{"model":"m"}', stream=True)), ChatStream)
    assert isinstance(lane.stream(call_of('{"model":"m"}', operation="responses", stream=True)), ResponsesStream)
    assert isinstance(lane.stream(call_of('{"model":"m"}', operation="messages", stream=True)), MessagesStream)


@pytest.mark.parametrize("operation", ["chat", "responses", "messages"])
def test_a_whole_answer_comes_back_under_the_callers_model_name(operation):
    call = call_of('{"model":"fast"}', operation=operation)
    got = NativeLane().whole(call)(b'{"id":"x","status":"completed","model":"gpt-4o-2024-08-06","choices":[]}')
    assert json.loads(got.body)["model"] == "fast"
    with pytest.raises(StreamFailure):
        NativeLane().whole(call)(b"<html>Bad gateway</html>")
