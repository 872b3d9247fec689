"""Gemini's requests as chats: every field is translated or refused by its name, and results meet their calls."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from tests.support.chat_types import as_typed
from tests.support.sdk_shapes import misfits

from ai_api.core.errors import Refusal
from ai_api.wire import json_body
from ai_api.wire.generate_over_chat import GenerateOverChat

HI = [{"role": "user", "parts": [{"text": "Hi"}]}]
USER_HI = {"role": "user", "content": "Hi"}
WEATHER = {"name": "weather", "parametersJsonSchema": {"type": "object", "oneOf": [{"$comment": "kept"}]}}
CLOCK = {"name": "clock"}
NOTHING_TO_GIVE = {"type": "object", "properties": {}}
TOOLS = [{"functionDeclarations": [WEATHER, CLOCK]}]
AS_TOOLS = [
    {"type": "function", "function": {"name": "weather", "parameters": WEATHER["parametersJsonSchema"]}},
    {"type": "function", "function": {"name": "clock", "parameters": NOTHING_TO_GIVE}},
]


def chat(**document):
    """The chat for a document, held to OpenAI's own types."""
    made = GenerateOverChat().to_chat({"contents": HI} | document)
    assert misfits(CompletionCreateParamsNonStreaming, as_typed(made)) == []
    return made


def messages(*contents, **document):
    return chat(contents=list(contents), **document)["messages"]


def rest(**document):
    """What a chat says beside the messages."""
    made = chat(**document)
    del made["messages"]
    return made


def config(**members):
    return rest(generationConfig=members)


def refused(**document):
    """The field a document is refused for."""
    with pytest.raises(Refusal) as caught:
        chat(**document)
    assert caught.value.kind == "invalid"
    assert caught.value.param
    assert caught.value.param in caught.value.message
    return caught.value.param


def user(*parts):
    return {"role": "user", "parts": list(parts)}


def model(*parts):
    return {"role": "model", "parts": list(parts)}


def text(said):
    return {"text": said}


def called(name, call_id=None, **args):
    return {"functionCall": {"name": name, "args": args} | ({"id": call_id} if call_id else {})}


def result(name, call_id=None, **response):
    return {"functionResponse": {"name": name, "response": response} | ({"id": call_id} if call_id else {})}


def asked_for(call_id, name, **args):
    arguments = json.dumps(args, separators=(",", ":"))
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def tool(call_id, **response):
    return {"role": "tool", "tool_call_id": call_id, "content": json.dumps(response, separators=(",", ":"))}


def inline(kind, data="AAAA", **members):
    return {"inlineData": {"mimeType": kind, "data": data} | members}


def test_the_smallest_request() -> None:
    assert chat() == {"messages": [USER_HI]}


def test_one_object_stands_for_a_list_of_one_and_a_role_may_be_left_out() -> None:
    given = {"contents": {"parts": {"text": "Hi"}}, "system_instruction": {"parts": {"text": "Be kind."}}}
    assert chat(**given)["messages"] == [{"role": "system", "content": "Be kind."}, USER_HI]
    declared = {"name": "clock", "parameters": None}
    assert rest(tools={"function_declarations": declared}) == {"tools": [AS_TOOLS[1]]}


def test_null_is_not_given() -> None:
    names = ("systemInstruction", "tools", "toolConfig", "generationConfig", "safetySettings", "cachedContent")
    assert chat(**dict.fromkeys(names), labels=None) == {"messages": [USER_HI]}


def test_instructions_of_several_parts_stay_apart() -> None:
    instruction = {"role": "user", "parts": [text("a"), text(""), text("b")]}
    content = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert chat(systemInstruction=instruction)["messages"][0] == {"role": "system", "content": content}
    assert chat(systemInstruction={"parts": [text("")]})["messages"] == [USER_HI]


@pytest.mark.parametrize(
    ("kind", "data", "part"),
    [
        ("image/png", "AAAA", {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}),
        ("IMAGE/svg+xml", "AA==", {"type": "image_url", "image_url": {"url": "data:image/svg+xml;base64,AA=="}}),
        ("image/webp", "-_8", {"type": "image_url", "image_url": {"url": "data:image/webp;base64,+/8="}}),
        ("audio/x-wav", "AAAA", {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}),
        ("audio/mpeg", "AAAA", {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}}),
        (
            "application/pdf",
            "AAAA",
            {"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,AAAA"}},
        ),
    ],
)
def test_media_become_the_parts_a_chat_has_for_them(kind, data, part) -> None:
    said = [{"type": "text", "text": "Look:"}, part]
    assert messages(user(text("Look:"), inline(kind, data))) == [{"role": "user", "content": said}]


def test_a_file_keeps_its_name() -> None:
    (said,) = messages(user(inline("application/pdf", displayName="a.pdf")))
    assert said["content"][0]["file"]["filename"] == "a.pdf"


@pytest.mark.parametrize(
    ("part", "field"),
    [
        (inline("video/mp4"), "inlineData.mimeType"),
        (inline("text/plain"), "inlineData.mimeType"),
        (inline("image/png;a=b"), "inlineData.mimeType"),
        (inline("image/png,x"), "inlineData.mimeType"),
        (inline(None), "inlineData.mimeType"),
        (inline("image/png", "A"), "inlineData.data"),
        (inline("image/png", "AA="), "inlineData.data"),
        (inline("image/png", "A A A"), "inlineData.data"),
        (inline("image/png", ""), "inlineData.data"),
        (inline("image/png", 1), "inlineData.data"),
        (inline("image/png", displayName="a"), "inlineData.displayName"),
        ({"inlineData": "AAAA"}, "inlineData"),
        ({"fileData": {"fileUri": "https://a.example/b"}}, "fileData"),
        ({"file_data": {"file_uri": "gs://b"}}, "file_data"),
        ({"executableCode": {"language": "PYTHON", "code": "1"}}, "executableCode"),
        ({"codeExecutionResult": {"outcome": "OUTCOME_OK"}}, "codeExecutionResult"),
        (text("a") | {"videoMetadata": {}}, "videoMetadata"),
        (text("a") | {"thought": True}, "thought"),
        (text("a") | {"thought": 1}, "thought"),
        (text("a") | {"thoughtSignature": 1}, "thoughtSignature"),
        (text(1), "text"),
        (called("f"), "functionCall"),
        (result("f"), "functionResponse"),
    ],
)
def test_a_part_is_dropped_in_silence(part, field) -> None:
    assert refused(contents=[user(text("a"), part)]) == f"contents[0].parts[1].{field}"


@pytest.mark.parametrize("part", [{}, {"text": None}, text("a") | inline("image/png"), "a", None])
def test_a_part_that_says_nothing_or_two_things(part) -> None:
    assert refused(contents=[user(part)]) == "contents[0].parts[0]"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"role": "system", "parts": [text("a")]}, "contents[0].role"),
        ({"role": 1, "parts": [text("a")]}, "contents[0].role"),
        ({"parts": []}, "contents[0].parts"),
        ({}, "contents[0].parts"),
        ({"parts": [text("a")], "name": "x"}, "contents[0].name"),
        ("Hi", "contents[0]"),
        (model(inline("image/png")), "contents[0].parts[0].inlineData"),
        (model(result("f")), "contents[0].parts[0].functionResponse"),
        (model({"thought": True} | called("f")), "contents[0].parts[0].thought"),
        (model({"functionCall": "f"}), "contents[0].parts[0].functionCall"),
        (model({"functionCall": {"args": {}}}), "contents[0].parts[0].functionCall.name"),
        (model({"functionCall": {"name": "f", "args": []}}), "contents[0].parts[0].functionCall.args"),
        (model({"functionCall": {"name": "f", "id": 1}}), "contents[0].parts[0].functionCall.id"),
        (
            model({"functionCall": {"name": "f", "willContinue": True}}),
            "contents[0].parts[0].functionCall.willContinue",
        ),
        (model(called("f", "1"), called("g", "1")), "contents[0].parts[1].functionCall.id"),
    ],
)
def test_a_content_of_another_shape(content, field) -> None:
    assert refused(contents=[content]) == field


@pytest.mark.parametrize("contents", [None, [], "Hi", 1, [model(text(""))], [model()]])
def test_a_conversation_that_says_nothing(contents) -> None:
    assert refused(contents=contents) == "contents"


def test_thoughts_are_said_as_words_or_signatures_shown_to_others() -> None:
    thought = text("hm") | {"thought": True, "thoughtSignature": "c2ln"}
    said = model(thought, {"thoughtSignature": "c2ln"}, text("a") | {"thought": False, "thoughtSignature": "x"})
    assert messages(said, *HI) == [{"role": "assistant", "content": "a", "reasoning_content": "hm"}, USER_HI]
    assert messages(*HI, model(thought), *HI) == [USER_HI, USER_HI]


def test_the_chunks_of_a_stream_that_a_client_kept_are_one_message() -> None:
    kept = (model(text("Let me ")), model(text("see.")), model(called("f")), model(called("g")), model(text("")))
    assert messages(*HI, *kept, {"role": "function", "parts": [result("g"), result("f")]}) == [
        USER_HI,
        {
            "role": "assistant",
            "content": "Let me see.",
            "tool_calls": [asked_for("call_1", "f"), asked_for("call_2", "g")],
        },
        tool("call_2"),
        tool("call_1"),
    ]


def test_two_calls_of_one_name_get_each_other_s_results() -> None:
    turns = (model(called("f", x=1), called("f", x=2)), user(result("f", y=1), result("f", y=2)))
    first, *results = messages(*turns)
    assert first["tool_calls"] == [asked_for("call_1", "f", x=1), asked_for("call_2", "f", x=2)]
    assert results == [tool("call_1", y=1), tool("call_2", y=2)]


def test_results_with_ids_find_their_calls_in_any_order() -> None:
    turns = (model(called("f", "a"), called("f", "b")), user(result("f", "b", y=2)), user(result("f", "a", y=1)))
    assert messages(*turns)[1:] == [tool("b", y=2), tool("a", y=1)]


def test_an_id_on_one_side_only() -> None:
    assert messages(model(called("f", "a")), user(result("f")))[1] == tool("a")
    assert messages(model(called("f")), user(result("f", "made-by-the-client")))[1] == tool("call_1")


def test_ids_stay_as_the_conversation_grows_and_never_meet_a_given_one() -> None:
    first = (model(called("f")), user(result("f")))
    later = (model(called("f", "call_2"), called("f")), user(result("f", "call_2"), result("f")))
    short, long = messages(*first), messages(*first, *later)
    assert long[: len(short)] == short
    assert [call["id"] for call in long[2]["tool_calls"]] == ["call_2", "call_3"]
    assert long[3:] == [tool("call_2"), tool("call_3")]


@pytest.mark.parametrize(
    ("turns", "field"),
    [
        ((model(called("f")),), "contents"),
        ((model(called("f")), user(text("a"))), "contents"),
        ((model(called("f"), called("g")), user(result("f")), model(text("a"))), "contents[2]"),
        ((model(called("f")), user(result("g"))), "contents[1].parts[0].functionResponse"),
        ((model(called("f")), user(result("f"), result("f"))), "contents[1].parts[1].functionResponse"),
        ((model(called("f", "a")), user(result("f", "b"))), "contents[1].parts[0].functionResponse"),
        ((model(called("f", "a")), user(result("g", "a"))), "contents[1].parts[0].functionResponse.name"),
        ((model(called("f")), user({"functionResponse": {}})), "contents[1].parts[0].functionResponse.name"),
        (
            (model(called("f")), user({"functionResponse": {"name": "f", "response": "a"}})),
            "contents[1].parts[0].functionResponse.response",
        ),
        (
            (model(called("f")), user({"functionResponse": {"name": "f", "scheduling": "SILENT"}})),
            "contents[1].parts[0].functionResponse.scheduling",
        ),
    ],
)
def test_a_call_without_its_result_reaches_the_provider(turns, field) -> None:
    assert refused(contents=list(turns)) == field


def test_what_a_user_says_among_results_comes_after_the_last() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    shown = {"functionResponse": {"name": "f", "response": {}, "parts": [inline("image/png")]}}
    turns = (model(called("f"), called("g")), user(text("Well?"), shown), user(result("g"), text("")))
    assert messages(*turns)[1:] == [
        tool("call_1"),
        tool("call_2"),
        {"role": "user", "content": [{"type": "text", "text": "Well?"}, picture]},
    ]


def test_blank_text_beside_results_makes_no_message_and_alone_it_does() -> None:
    assert messages(model(called("f")), user(result("f"), text("")))[1:] == [tool("call_1")]
    assert messages(user(text(""))) == [{"role": "user", "content": ""}]


def test_functions_of_both_kinds_of_schema() -> None:
    assert rest(tools=TOOLS) == {"tools": AS_TOOLS}
    assert rest(tools=[{}, {"functionDeclarations": []}]) == {}
    assert rest(tools=[]) == {}


def test_what_a_function_returns_is_told_in_its_description() -> None:
    def described(**members):
        return rest(tools={"functionDeclarations": {"name": "f"} | members})["tools"][0]["function"]["description"]

    assert described(description="d") == "d"
    assert described(response={"type": "STRING"}) == 'Returns {"type":"string"}'
    assert described(description="d", response_json_schema={"const": 1}) == 'd\n\nReturns {"const":1}'


def test_a_schema_of_google_s_says_the_same_in_json_schema() -> None:
    schema = {
        "type": "OBJECT",
        "title": "T",
        "description": "d",
        "propertyOrdering": ["b", "a", "gone"],
        "properties": {
            "a": {"type": "STRING", "enum": ["x", "y"], "nullable": True, "example": "x"},
            "b": {"type": "array", "items": {"type": "INTEGER", "format": "int32"}, "maxItems": "3", "min_items": 1},
            "c": {"anyOf": [{"type": "NUMBER", "minimum": 0.5}, {"ref": "#/$defs/d"}], "nullable": True, "default": 1},
        },
        "required": ["a"],
        "defs": {"d": {"type": "BOOLEAN"}},
        "additionalProperties": False,
    }
    expected = {
        "type": "object",
        "title": "T",
        "description": "d",
        "properties": {
            "b": {"type": "array", "items": {"type": "integer", "format": "int32"}, "maxItems": 3, "minItems": 1},
            "a": {"type": ["string", "null"], "enum": ["x", "y", None], "examples": ["x"]},
            "c": {"anyOf": [{"type": "number", "minimum": 0.5}, {"$ref": "#/$defs/d"}, {"type": "null"}], "default": 1},
        },
        "required": ["a"],
        "$defs": {"d": {"type": "boolean"}},
        "additionalProperties": False,
    }
    (declared,) = rest(tools=[{"functionDeclarations": [{"name": "f", "parameters": schema}]}])["tools"]
    assert declared["function"]["parameters"] == expected
    assert list(declared["function"]["parameters"]["properties"]) == ["b", "a", "c"]
    answer = config(responseMimeType="application/json", responseSchema=schema)
    assert answer["response_format"]["json_schema"]["schema"] == expected


@pytest.mark.parametrize(
    ("schema", "field"),
    [
        ({"type": "OBJECT", "properties": {"a": {"oneOf": []}}}, "properties.a.oneOf"),
        ({"type": "THING"}, "type"),
        ({"type": ["string"]}, "type"),
        ({"properties": []}, "properties"),
        ({"items": "a"}, "items"),
        ({"anyOf": {}}, "anyOf"),
        ({"required": "a"}, "required"),
        ({"maxItems": "many"}, "maxItems"),
        ({"maxItems": True}, "maxItems"),
        ({"minimum": "1"}, "minimum"),
        ({"nullable": "yes"}, "nullable"),
        ({"description": 1}, "description"),
    ],
)
def test_a_word_of_a_schema_is_lost(schema, field) -> None:
    path = "tools[0].functionDeclarations[0].parameters"
    assert refused(tools=[{"functionDeclarations": [{"name": "f", "parameters": schema}]}]) == f"{path}.{field}"


@pytest.mark.parametrize(
    "name", ["googleSearch", "google_search", "codeExecution", "urlContext", "googleSearchRetrieval", "computerUse"]
)
def test_a_tool_that_google_runs_is_left_out(name) -> None:
    assert refused(tools=[*TOOLS, {name: {}}]) == f"tools[1].{name}"


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"name": ""}, ".name"),
        ({"description": 1}, ".description"),
        ({"parameters": {}, "parametersJsonSchema": {}}, ".parameters"),
        ({"parametersJsonSchema": []}, ".parametersJsonSchema"),
        ({"response": {"type": "THING"}}, ".response.type"),
        ({"response": {}, "responseJsonSchema": {}}, ".response"),
        ({"willRun": True}, ".willRun"),
        ({"behavior": "NON_BLOCKING"}, ".behavior"),
    ],
)
def test_a_declaration_that_cannot_be_made(members, field) -> None:
    declared = {"name": "f"} | members
    assert refused(tools=[{"functionDeclarations": [declared]}]) == f"tools[0].functionDeclarations[0]{field}"


def test_a_name_that_a_chat_does_not_take_is_changed_everywhere_alike() -> None:
    name, long = "server.tool:x", "a" * 65
    calling = {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": [name]}}
    made = chat(
        contents=[model(called(name)), user(result(name))],
        tools=[{"functionDeclarations": [{"name": name}, {"name": long}, CLOCK]}],
        toolConfig=calling,
    )
    names = [each["function"]["name"] for each in made["tools"]]
    assert names[0].startswith("server_tool_x_")
    assert [len(each) for each in names] == [22, 64, 5]
    assert made["tool_choice"]["function"]["name"] == names[0]
    assert made["messages"][0]["tool_calls"][0]["function"]["name"] == names[0]


@pytest.mark.parametrize(
    ("mode", "choice"), [("AUTO", "auto"), ("any", "required"), ("NONE", "none"), ("VALIDATED", "auto")]
)
def test_how_functions_may_be_called(mode, choice) -> None:
    calling = {"functionCallingConfig": {"mode": mode}}
    assert rest(tools=TOOLS, toolConfig=calling) == {"tools": AS_TOOLS, "tool_choice": choice}
    assert rest(tools=TOOLS, toolConfig={"functionCallingConfig": {}}) == {"tools": AS_TOOLS}
    if choice != "required":
        assert rest(toolConfig=calling) == {}


def test_only_some_functions_may_be_called() -> None:
    def calling(mode, *names):
        chosen = {"function_calling_config": {"mode": mode, "allowed_function_names": list(names)}}
        return rest(tools=[{"functionDeclarations": [WEATHER, CLOCK, {"name": "f"}]}], tool_config=chosen)

    one = {"type": "function", "function": {"name": "clock"}}
    assert calling("ANY", "clock")["tool_choice"] == one
    assert len(calling("ANY", "clock")["tools"]) == 3
    assert calling("ANY", "clock", "weather") == {"tools": AS_TOOLS, "tool_choice": "required"}
    assert calling("VALIDATED", "clock") == {"tools": [AS_TOOLS[1]], "tool_choice": "auto"}


@pytest.mark.parametrize(
    ("tool_config", "field"),
    [
        ({"functionCallingConfig": {"mode": "SOME"}}, ".functionCallingConfig.mode"),
        ({"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["gone"]}}, None),
        ({"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": "clock"}}, None),
        ({"functionCallingConfig": {"mode": "AUTO", "allowedFunctionNames": ["clock"]}}, None),
        ({"functionCallingConfig": {"allowedFunctionNames": ["clock"]}}, None),
        ({"functionCallingConfig": []}, ".functionCallingConfig"),
        ({"retrievalConfig": {}}, ".retrievalConfig"),
        ([], ""),
    ],
)
def test_a_choice_that_a_chat_cannot_make(tool_config, field) -> None:
    named = ".functionCallingConfig.allowedFunctionNames" if field is None else field
    assert refused(tools=TOOLS, toolConfig=tool_config) == f"toolConfig{named}"


def test_a_call_is_demanded_of_no_function() -> None:
    assert refused(toolConfig={"functionCallingConfig": {"mode": "ANY"}}) == "toolConfig.functionCallingConfig.mode"


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"maxOutputTokens": 9}, {"max_completion_tokens": 9}),
        ({"max_output_tokens": 9}, {"max_completion_tokens": 9}),
        ({"temperature": 0, "topP": 0.5}, {"temperature": 0, "top_p": 0.5}),
        ({"temperature": 0.0, "topP": 1}, {"temperature": 0.0}),
        ({"temperature": 1, "topP": 0.95}, {"temperature": 1, "top_p": 0.95}),
        ({"temperature": 1, "topP": 0.95, "topK": 64}, {}),
        ({"seed": -3, "presencePenalty": 0.5, "frequency_penalty": -1}, None),
        ({"stopSequences": ["a", "b", "c", "d"]}, {"stop": ["a", "b", "c", "d"]}),
        ({"stopSequences": []}, {}),
        ({"candidateCount": 1}, {}),
        ({"candidateCount": 3}, {"n": 3}),
        ({"responseMimeType": "text/plain"}, {}),
        ({"responseMimeType": "application/json"}, {"response_format": {"type": "json_object"}}),
        ({"responseLogprobs": False, "responseModalities": ["text"]}, {}),
        ({"thinkingConfig": {"includeThoughts": True}}, {}),
        ({"thinkingConfig": {"thinkingBudget": -1}}, {}),
        ({"thinkingConfig": {"thinkingBudget": 0}}, {"reasoning_effort": "none"}),
        ({"thinkingConfig": {"thinkingBudget": 1}}, {"reasoning_effort": "low"}),
        ({"thinkingConfig": {"thinkingBudget": 1024}}, {"reasoning_effort": "low"}),
        ({"thinkingConfig": {"thinkingBudget": 1025}}, {"reasoning_effort": "medium"}),
        ({"thinkingConfig": {"thinkingBudget": 8192}}, {"reasoning_effort": "medium"}),
        ({"thinking_config": {"thinking_budget": 8193}}, {"reasoning_effort": "high"}),
        ({"thinkingConfig": {"thinkingLevel": "MINIMAL"}}, {"reasoning_effort": "minimal"}),
        ({"thinkingConfig": {"thinkingLevel": "high"}}, {"reasoning_effort": "high"}),
        ({"thinkingConfig": {"thinkingLevel": "XHIGH"}}, {"reasoning_effort": "xhigh"}),
        ({"thinkingConfig": {"thinkingLevel": "THINKING_LEVEL_UNSPECIFIED"}}, {}),
    ],
)
def test_a_setting_and_what_becomes_of_it(members, said) -> None:
    if said is None:
        said = {"seed": -3, "presence_penalty": 0.5, "frequency_penalty": -1}
    assert config(**members) == said


def test_an_answer_in_a_json_schema_goes_on_as_it_is() -> None:
    schema = {"type": "object", "oneOf": [{"const": 1}]}
    form = config(responseMimeType="application/json", responseJsonSchema=schema)["response_format"]
    assert form == {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"maxOutputTokens": 0}, "maxOutputTokens"),
        ({"maxOutputTokens": "9"}, "maxOutputTokens"),
        ({"maxOutputTokens": 2**31}, "maxOutputTokens"),
        ({"maxOutputTokens": True}, "maxOutputTokens"),
        ({"temperature": "1"}, "temperature"),
        ({"topP": True}, "topP"),
        ({"topK": 64}, "topK"),
        ({"top_k": 40, "temperature": 1, "topP": 0.95}, "topK"),
        ({"seed": 1.5}, "seed"),
        ({"presencePenalty": []}, "presencePenalty"),
        ({"stopSequences": ["a"] * 5}, "stopSequences"),
        ({"stopSequences": "a"}, "stopSequences"),
        ({"stopSequences": [""]}, "stopSequences[0]"),
        ({"candidateCount": 0}, "candidateCount"),
        ({"candidateCount": 9}, "candidateCount"),
        ({"responseMimeType": "text/x.enum"}, "responseMimeType"),
        ({"responseMimeType": []}, "responseMimeType"),
        ({"responseSchema": {"type": "STRING"}}, "responseMimeType"),
        ({"responseSchema": {}, "responseJsonSchema": {}}, "responseSchema"),
        ({"responseMimeType": "application/json", "responseJsonSchema": True}, "responseJsonSchema"),
        ({"responseLogprobs": True}, "responseLogprobs"),
        ({"logprobs": 2}, "logprobs"),
        ({"responseModalities": ["TEXT", "IMAGE"]}, "responseModalities"),
        ({"responseModalities": "TEXT"}, "responseModalities"),
        ({"mediaResolution": "MEDIA_RESOLUTION_LOW"}, "mediaResolution"),
        ({"speechConfig": {}}, "speechConfig"),
        ({"imageConfig": {}}, "imageConfig"),
        ({"max_output_tokens": 9, "maxOutputTokens": 9}, "maxOutputTokens"),
        ({"thinkingConfig": {"thinkingBudget": -2}}, "thinkingConfig.thinkingBudget"),
        ({"thinkingConfig": {"thinkingBudget": 1, "thinkingLevel": "LOW"}}, "thinkingConfig.thinkingBudget"),
        ({"thinkingConfig": {"thinkingLevel": "MAX"}}, "thinkingConfig.thinkingLevel"),
        ({"thinkingConfig": {"includeThoughts": 1}}, "thinkingConfig.includeThoughts"),
        ({"thinkingConfig": {"depth": 1}}, "thinkingConfig.depth"),
        ({"thinkingConfig": 1}, "thinkingConfig"),
    ],
)
def test_a_setting_is_dropped_in_silence(members, field) -> None:
    assert refused(generationConfig=members) == f"generationConfig.{field}"


@pytest.mark.parametrize("name", ["cachedContent", "labels", "stream", "store", "x" * 90])
def test_a_field_nobody_knows_is_dropped_in_silence(name) -> None:
    assert refused(**{name: {"a": "b"}}) == name[:64]


@pytest.mark.parametrize(
    ("tier", "said"),
    [
        ("standard", {"service_tier": "default"}),
        ("FLEX", {"service_tier": "flex"}),
        ("priority", {"service_tier": "priority"}),
        ("unspecified", {}),
    ],
)
def test_a_tier_by_the_name_it_has_in_a_chat(tier, said) -> None:
    assert rest(serviceTier=tier) == said
    assert refused(service_tier=f"{tier}er") == "serviceTier"


def test_settings_of_google_s_own_filters_are_none_of_another_provider_s() -> None:
    settings = [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]
    assert chat(safetySettings=settings, model="models/m") == {"messages": [USER_HI]}
    assert refused(safetySettings={}) == "safetySettings"
    assert refused(model=1) == "model"


SCHEMA = {"type": "OBJECT", "properties": {"a": {"type": "ARRAY", "items": {"enum": ["x"]}, "maxItems": "2"}}}
FULL = {
    "contents": [
        user(text("Hi"), inline("image/png"), inline("application/pdf", displayName="a.pdf")),
        model(text("hm") | {"thought": True, "thoughtSignature": "c2ln"}, called("f", x=1), called("g", "1")),
        user(result("f", y=1), result("g", "1"), text("Go on.")),
    ],
    "systemInstruction": {"role": "user", "parts": [text("Be kind.")]},
    "tools": [{"functionDeclarations": [{"name": "f", "parameters": SCHEMA, "response": SCHEMA}, WEATHER]}],
    "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f", "weather"]}},
    "generationConfig": {
        "maxOutputTokens": 9,
        "temperature": 0.5,
        "topP": 0.5,
        "stopSequences": ["a"],
        "candidateCount": 2,
        "seed": 1,
        "responseMimeType": "application/json",
        "responseSchema": SCHEMA,
        "responseModalities": ["TEXT"],
        "thinkingConfig": {"thinkingBudget": 1, "includeThoughts": True},
    },
    "safetySettings": [{}],
}


def places(node, path=()):
    """The path of every value in a document."""
    yield path
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(inner, (*path, key))


def put(node, path, value):
    """The document with another value in one place."""
    if not path:
        return value
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = put(node[path[0]], path[1:], value)
    return copy


NAMES = st.sampled_from(
    [*sorted({key for path in places(FULL) for key in path if isinstance(key, str)}), "top_k", "items"]
)
WORDS = st.sampled_from(
    ["user", "model", "ANY", "OBJECT", "STRING", "image/png", "AAAA", "f", "application/json", "LOW"]
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | WORDS
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.sampled_from([path for path in places(FULL) if path]),
    ANYTHING,
    st.dictionaries(st.text(max_size=8), ANYTHING, max_size=1),
)
def test_a_document_of_some_shape_breaks_the_translation(place, value, more) -> None:
    try:
        made = GenerateOverChat().to_chat(put(FULL, place, value) | more)
    except Refusal as refusal:
        if refusal.kind != "invalid" or not refusal.param:
            raise
        return
    json_body.encode(made)
    assert misfits(CompletionCreateParamsNonStreaming, as_typed(made)) == []


IDS = st.sampled_from([None, "1", "call_1", "call_2"])
SAYS = {
    "model": st.builds(text, st.sampled_from(["", "a"])) | st.builds(called, st.sampled_from("fg"), IDS),
    "user": st.builds(text, st.sampled_from(["", "b"])) | st.builds(result, st.sampled_from("fg"), IDS),
}
TURNS = st.sampled_from(["model", "user"]).flatmap(
    lambda role: st.builds(lambda parts: {"role": role, "parts": parts}, st.lists(SAYS[role], min_size=1, max_size=3))
)


@given(st.lists(TURNS, min_size=1, max_size=6))
def test_a_conversation_in_any_order_has_a_call_without_its_result(turns) -> None:
    try:
        made = messages(*turns)
    except Refusal:
        return
    calls_open: list[str] = []
    for message in made:
        if message["role"] == "tool":
            calls_open.remove(message["tool_call_id"])
        else:
            assert calls_open == []
            calls_open = [each["id"] for each in message.get("tool_calls", ())]
            assert len(set(calls_open)) == len(calls_open)
    assert calls_open == []
    said = "".join(part.get("text", "") for turn in turns for part in turn["parts"])
    told = "".join(
        message["content"] for message in made if isinstance(message["content"], str) and message["role"] != "tool"
    )
    in_parts = [part["text"] for message in made if isinstance(message["content"], list) for part in message["content"]]
    assert sorted(said) == sorted(told + "".join(in_parts))


def test_a_full_document_is_one() -> None:
    assert [message["role"] for message in chat(**FULL)["messages"]] == [
        "system",
        "user",
        "assistant",
        "tool",
        "tool",
        "user",
    ]
