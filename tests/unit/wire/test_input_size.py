"""How much a request gives a model to read: everything that is text, and everything that is not, counted as what it is."""

import asyncio
import base64
import json
import struct
import time

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.clock import SystemClock
from ai_api.providers.count_tokens import TokenCounter
from ai_api.wire import json_body
from ai_api.wire.input_reading import KEPT_DEFINITION_BYTES, VISITS_MAX
from ai_api.wire.input_size import InputSize, measure, texts

PIXEL = "data:image/png;base64," + "A" * 40_000
PDF = "data:application/pdf;base64,JVBERi0xLjQK"


def chat(*parts, **members):
    return measure("chat", {"messages": [{"role": "user", "content": list(parts)}], **members})


def responses(*items, **members):
    return measure("responses", {"input": list(items), **members})


def user(*parts):
    return {"role": "user", "content": list(parts)}


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("operation", "document", "expected"),
    [
        ("chat", {"messages": [{"role": "user", "content": "Grüße"}]}, InputSize(text_bytes=7, messages=1)),
        ("chat", {"messages": [{"role": "user", "name": "Ann", "content": "Hi"}]}, InputSize(text_bytes=5, messages=1)),
        (
            "chat",
            {"messages": [{"role": "assistant", "content": None, "refusal": "No."}]},
            InputSize(text_bytes=3, messages=1),
        ),
        (
            "chat",
            {"messages": [user({"type": "text", "text": "one"}, {"type": "text", "text": "two"})]},
            InputSize(text_bytes=6, messages=3),
        ),
        (
            "chat",
            {"messages": [{"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}]},
            InputSize(text_bytes=3, messages=2),
        ),
        (
            "chat",
            {
                "messages": [
                    {
                        "role": "assistant",
                        "tool_calls": [
                            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
                        ],
                    },
                    {"role": "tool", "tool_call_id": "c1", "content": "done"},
                ]
            },
            InputSize(text_bytes=2 + 1 + 7 + 2 + 4, messages=3),
        ),
        (
            "chat",
            {
                "messages": [
                    {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm", "signature": "abc"}]}
                ]
            },
            InputSize(text_bytes=2, opaque_bytes=3, messages=2),
        ),
        ("responses", {"input": "Hello", "instructions": "Be brief."}, InputSize(text_bytes=14, messages=2)),
        (
            "responses",
            {"input": [user({"type": "input_text", "text": "Hi"}), {"role": "assistant", "content": "Yes"}]},
            InputSize(text_bytes=5, messages=3),
        ),
        (
            "responses",
            {"input": [{"type": "function_call", "id": "fc", "call_id": "c1", "name": "f", "arguments": "{}"}]},
            InputSize(text_bytes=2 + 2 + 1 + 2, messages=1),
        ),
        (
            "responses",
            {"input": [{"type": "function_call_output", "call_id": "c1", "output": "done"}]},
            InputSize(text_bytes=6, messages=1),
        ),
        (
            "responses",
            {
                "input": [
                    {
                        "type": "function_call_output",
                        "call_id": "c1",
                        "output": [{"type": "input_text", "text": "done"}],
                    }
                ]
            },
            InputSize(text_bytes=6, messages=2),
        ),
        (
            "responses",
            {
                "input": [
                    {
                        "type": "reasoning",
                        "id": "rs",
                        "summary": [{"type": "summary_text", "text": "So"}],
                        "content": [{"type": "reasoning_text", "text": "Hm"}],
                        "encrypted_content": "gAAA",
                    }
                ]
            },
            InputSize(text_bytes=6, opaque_bytes=4, messages=3),
        ),
        (
            "responses",
            {"input": [{"type": "image_generation_call", "id": "ig", "result": "A" * 999, "revised_prompt": "a cat"}]},
            InputSize(text_bytes=7, messages=1, images=1),
        ),
    ],
)
def test_text_is_counted_in_bytes(operation, document, expected):
    assert measure(operation, document) == expected


@pytest.mark.parametrize("operation", ["chat", "responses"])
def test_tools_and_schemas_are_read_too(operation):
    tools = [
        {"type": "function", "function": {"name": "f", "description": "d" * 500, "parameters": {"type": "object"}}}
    ]
    found = measure(operation, {"tools": tools})
    assert found.tools_bytes == found.text_bytes == len(json_body.encode(tools))
    assert found.messages == 1
    schema = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"description": "s" * 300}}}
    for name in ("response_format", "text", "something_a_vendor_invents"):
        assert measure(operation, {name: schema}).text_bytes >= len(json_body.encode(schema))


def test_tools_brought_along_in_a_conversation_are_tools():
    found = responses({"type": "additional_tools", "tools": [{"type": "function", "name": "f" * 50}]})
    assert found.tools_bytes > 50


@pytest.mark.parametrize("operation", ["chat", "responses"])
def test_what_steers_a_call_is_not_read_by_the_model(operation):
    steering = {
        "model": "m" * 100,
        "metadata": {"a": "b" * 500},
        "user": "u" * 100,
        "stream": True,
        "temperature": 0.5,
        "prompt_cache_key": "k" * 100,
        "stop": ["x"],
        "tools": None,
    }
    assert measure(operation, steering) == InputSize()


_words = st.text(min_size=1, max_size=20)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_words, inner, max_size=3),
    max_leaves=8,
).filter(lambda value: isinstance(value, (dict, list)))


@given(
    words=st.lists(_words, min_size=6, max_size=6),
    wrapped=_json,
    field=st.sampled_from(["documents", "response_format", "tool_choice", "chat_template_kwargs"]),
)
def test_no_text_is_missed_wherever_it_stands(words, wrapped, field):
    one, two, three, four, five, six = words
    document = {
        "messages": [
            {"role": "system", "content": one},
            {"role": "user", "content": [{"type": "text", "text": two}, three]},
            {"role": "assistant", "tool_calls": [{"id": four, "function": {"name": "f", "arguments": five}}]},
            {"role": "tool", "content": {"type": "text", "text": six}, "unheard_of": wrapped},
        ],
        field: wrapped,
    }
    expected = [*words, "f", json_body.encode({field: wrapped}).decode(), json_body.encode(wrapped).decode()]
    assert measure("chat", document).text_bytes >= sum(len(text.encode()) for text in expected)
    everything = "".join(texts("chat", document))
    assert all(word in everything for word in words)


# ── the bytes are an upper bound ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def _loaded():
    counter = TokenCounter(clock=SystemClock())
    asyncio.run(counter.load())
    counter.close()


@pytest.mark.usefixtures("_loaded")
@pytest.mark.parametrize("encoding", ["cl100k_base", "o200k_base"])
@given(
    text=st.text(
        alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("\ufdfa½…🏽\u200d क्षि가ำ\u0323á\n  "),
        max_size=60,
    )
)
def test_no_tokenizer_makes_more_tokens_than_bytes(encoding, text):
    tokenizer = tiktoken.get_encoding(encoding)
    document = {"messages": [{"role": "user", "content": text, "name": text}], "response_format": {text: [text]}}
    tokens = sum(len(tokenizer.encode_ordinary(each)) for each in texts("chat", document))
    assert tokens <= measure("chat", document).text_bytes


# ── what is not text ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("part", "low"),
    [
        ({"type": "image_url", "image_url": {"url": PIXEL}}, 0),
        ({"type": "image_url", "image_url": {"url": PIXEL, "detail": "auto"}}, 0),
        ({"type": "image_url", "image_url": {"url": PIXEL, "detail": "high"}}, 0),
        ({"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}}, 1),
        ({"type": "image_url", "image_url": {"url": "https://example.com/a.png?x=1.pdf", "detail": "low"}}, 1),
        ({"type": "image_url", "image_url": "https://example.com/picture"}, 0),
        ({"image_url": {"url": PIXEL}}, 0),
        ({"image": "A" * 5_000}, 0),
        ({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 5_000}}, 0),
        ({"type": "input_image", "image_url": PIXEL, "detail": "low"}, 1),
        ({"type": "input_image", "image_url": "https://example.com/a.png"}, 0),
    ],
)
def test_an_image_is_an_image_whatever_its_bytes(part, low):
    expected = InputSize(text_bytes=4, messages=3, images=1, images_low=low)
    assert chat({"type": "text", "text": "See:"}, part) == expected
    assert responses(user({"type": "input_text", "text": "See:"}, part)) == expected


def test_pictures_in_the_outputs_of_tools_are_images():
    for item in (
        {"type": "function_call_output", "output": [{"type": "input_image", "image_url": PIXEL}]},
        {"type": "computer_call_output", "output": {"type": "computer_screenshot", "image_url": PIXEL}},
    ):
        assert responses(item) == InputSize(messages=2, images=1)
    tool = {
        "role": "tool",
        "content": [{"type": "tool_result", "content": [{"type": "image_url", "image_url": PIXEL}]}],
    }
    assert measure("chat", {"messages": [tool]}) == InputSize(messages=3, images=1)


@pytest.mark.parametrize(
    ("part", "why"),
    [
        ({"type": "file", "file": {"file_data": PDF, "filename": "a.pdf"}}, "a file"),
        ({"type": "file", "file": {"file_id": "file-1"}}, "a file"),
        ({"type": "input_file", "file_data": PDF}, "a file"),
        ({"type": "input_file", "file_url": "https://example.com/a.pdf"}, "a file"),
        ({"type": "input_file", "file_id": "file-1"}, "a file"),
        ({"type": "document", "source": {"type": "text", "data": "x"}}, "a file"),
        ({"type": "image_url", "image_url": {"url": PDF}}, "a file"),
        ({"type": "image_url", "image_url": {"url": "https://example.com/Film.MP4?x=1"}}, "a file"),
        ({"type": "image_url", "image_url": {"url": "gs://bucket/a"}}, "a file"),
        ({"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}}, "content of a kind not known"),
        ({"type": "input_video", "video": "AAAA"}, "content of a kind not known"),
        ({"video_url": {"url": "https://example.com/a.mp4"}}, "content of a kind not known"),
        ({"type": "invented_next_year", "text": "Hi"}, "content of a kind not known"),
        ({"type": "input_audio", "input_audio": {"url": "https://x"}}, "a recording that is not in the body"),
        ({"type": "input_audio", "input_audio": {"data": "https://x"}}, "a recording that is not in the body"),
    ],
)
def test_a_file_has_no_bound_and_nor_has_what_is_not_known(part, why):
    assert chat(part).unbounded == why
    assert responses(user(part)).unbounded == why
    assert responses({"type": "function_call_output", "output": [part]}).unbounded == why


@pytest.mark.parametrize(
    ("operation", "document", "why"),
    [
        ("chat", {"web_search_options": {}}, "web_search_options"),
        ("chat", {"search_parameters": {"mode": "on"}}, "search_parameters"),
        ("chat", {"plugins": [{"id": "web"}]}, "plugins"),
        ("chat", {"prediction": {"type": "content", "content": "x"}}, "prediction"),
        ("chat", {"chat_template": "{{ messages }}"}, "chat_template"),
        ("chat", {"messages": [{"role": "assistant", "audio": {"id": "a"}}]}, "a recording the provider keeps"),
        ("responses", {"previous_response_id": "resp_1"}, "previous_response_id"),
        ("responses", {"conversation": "conv_1"}, "conversation"),
        ("responses", {"context_management": [{"type": "compaction"}]}, "context_management"),
        ("responses", {"input": [{"type": "item_reference", "id": "x"}]}, "an item the provider keeps"),
        ("responses", {"input": [{"type": "invented_next_year"}]}, "an item of a kind not known"),
    ],
)
def test_input_that_is_not_in_the_body_is_not_bounded_by_it(operation, document, why):
    assert measure(operation, document).unbounded == why
    assert measure(operation, dict.fromkeys(document)).unbounded is None


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "web_search"},
        {"type": "web_search_preview", "search_context_size": "low"},
        {"type": "file_search"},
        {"type": "code_interpreter", "container": {"type": "auto"}},
        {"type": "image_generation"},
        {"type": "computer_use_preview"},
        {"type": "mcp", "server_label": "x"},
        {"type": "shell", "environment": {"type": "container_auto"}},
        {"type": "invented_next_year"},
        {"type": ["function"]},
        {"google_search": {}},
    ],
)
def test_tools_the_provider_runs_may_read_more_than_the_body(tool):
    function = {"type": "function", "name": "f"}
    for members in (
        {"tools": [function, tool]},
        {"tools": [{"type": "namespace", "tools": [{"type": "namespace", "tools": [tool]}]}]},
        {"input": [{"type": "additional_tools", "tools": [tool]}]},
    ):
        assert measure("responses", members).unbounded == "a tool the provider runs"
    assert measure("chat", {"tools": [tool]}).unbounded == "a tool the provider runs"


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "name": "f", "parameters": {"properties": {"file_id": {}, "container": {}}}},
        {"type": "custom", "name": "apply_patch", "format": {"type": "grammar", "definition": "start: x"}},
        {"type": "local_shell"},
        {"type": "shell"},
        {"type": "shell", "environment": {"type": "local"}},
        {"type": "apply_patch"},
        {"type": "tool_search"},
        {"name": "f"},
        {"function": {"name": "f"}},
        {},
    ],
)
def test_tools_the_caller_runs_are_all_in_the_body(tool):
    for operation in ("chat", "responses"):
        found = measure(operation, {"tools": [tool]})
        assert (found.unbounded, found.tools_bytes) == (None, len(json_body.encode([tool])))


# ── messages ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def messages(*blocks, **members):
    return measure("messages", {"messages": [user(*blocks)], **members})


PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 5_000}}


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ([{"type": "text", "text": "Grüße"}], InputSize(text_bytes=7, messages=2)),
        ([PICTURE], InputSize(messages=2, images=1)),
        ([{"type": "image", "source": {"type": "url", "url": "https://a.example/b"}}], InputSize(messages=2, images=1)),
        ([{"type": "tool_use", "id": "t1", "name": "f", "input": {"a": 1}}], InputSize(text_bytes=10, messages=2)),
        ([{"type": "tool_result", "tool_use_id": "t1", "content": "done"}], InputSize(text_bytes=6, messages=2)),
        (
            [{"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "a"}, PICTURE]}],
            InputSize(text_bytes=3, messages=4, images=1),
        ),
        ([{"type": "thinking", "thinking": "Hm", "signature": "abc"}], InputSize(2, opaque_bytes=3, messages=2)),
        ([{"type": "redacted_thinking", "data": "abcd"}], InputSize(opaque_bytes=4, messages=2)),
        (
            [{"type": "document", "title": "T", "source": {"type": "text", "media_type": "text/plain", "data": "abc"}}],
            InputSize(text_bytes=4, messages=2),
        ),
        (
            [{"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "ab"}, PICTURE]}}],
            InputSize(text_bytes=2, messages=4, images=1),
        ),
        ([{"type": "search_result", "source": "s", "title": "t", "content": "c"}], InputSize(3, messages=2)),
        (
            [{"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"q": "x"}}],
            InputSize(text_bytes=21, messages=2),
        ),
        (
            [
                {
                    "type": "web_search_tool_result",
                    "tool_use_id": "s1",
                    "content": [{"type": "web_search_result", "url": "u", "title": "t", "encrypted_content": "EEEE"}],
                }
            ],
            InputSize(text_bytes=4, opaque_bytes=4, messages=3),
        ),
        ([{"type": "compaction", "content": "so far"}], InputSize(text_bytes=6, messages=2)),
    ],
)
def test_blocks_of_messages_are_counted_as_what_they_are(blocks, expected):
    assert messages(*blocks) == expected


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ({"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}}, "a file"),
        ({"type": "document", "source": {"type": "url", "url": "https://a.example/b.pdf"}}, "a file"),
        ({"type": "document"}, "a file"),
        ({"type": "image", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}}, "a file"),
        ({"type": "image", "source": {"type": "url", "url": "https://a.example/b.pdf"}}, "a file"),
        (
            {"type": "document", "citations": {"enabled": True}, "source": {"type": "text", "data": "x"}},
            "a document that is cited from",
        ),
        ({"type": "invented_next_year"}, "content of a kind not known"),
    ],
)
def test_blocks_that_have_no_bound(block, why):
    assert messages(block).unbounded == why
    assert messages({"type": "tool_result", "content": [block]}).unbounded == why
    fetched = {"type": "web_fetch_tool_result", "content": {"type": "web_fetch_result", "content": block}}
    assert messages(fetched).unbounded == why


def test_the_system_prompt_is_free():
    assert messages(system="Be kind.") == InputSize(text_bytes=8, messages=2)
    blocks = [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]
    assert messages(system=blocks) == InputSize(text_bytes=6, messages=4)
    found = texts("messages", {"system": blocks, "messages": [user({"type": "text", "text": "three"})]})
    assert sorted(found) == ["one", "three", "two"]


@pytest.mark.parametrize("kind", ["bash_20250124", "text_editor_20250728", "computer_20251124", "memory_20250818"])
def test_tools_the_caller_runs_but_the_provider_describes_are_free(kind):
    found = messages(tools=[{"type": kind, "name": "x"}])
    assert (found.unbounded, found.opaque_bytes) == (None, KEPT_DEFINITION_BYTES)


@pytest.mark.parametrize(
    "kind", ["web_search_20250305", "code_execution_20250825", "mcp_toolset", "bash_20250124x", "advisor_20260301"]
)
def test_tools_of_messages_that_the_provider_runs(kind):
    assert messages(tools=[{"name": "f"}, {"type": kind, "name": "x"}]).unbounded == "a tool the provider runs"


@pytest.mark.parametrize(
    ("management", "why"),
    [
        ({"edits": [{"type": "clear_tool_uses_20250919"}, {"type": "clear_thinking_20251015", "keep": "all"}]}, None),
        ({"edits": []}, None),
        ({"edits": [{"type": "clear_thinking_20251015"}, {"type": "compact_20260112"}]}, "context_management"),
        ({"edits": ["clear_thinking"]}, "context_management"),
        ("clear", "context_management"),
    ],
)
def test_a_context_that_is_summed_up_is_bounded_and_one_that_is_cleared_is_not(management, why):
    assert messages(context_management=management).unbounded == why
    assert measure("responses", {"context_management": management}).unbounded == "context_management"


def test_what_steers_messages_is_read_by_the_model():
    steering = {
        "max_tokens": 9,
        "stop_sequences": ["x" * 99],
        "thinking": {"type": "enabled", "budget_tokens": 2_048},
        "top_k": 5,
        "speed": "fast",
        "inference_geo": "eu",
        "cache_control": {"type": "ephemeral"},
    }
    assert measure("messages", steering) == InputSize()
    assert measure("messages", {"container": {"skills": []}}).unbounded == "container"


# ── recordings ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def wave(*, seconds, rate=24_000, kind=1, channels=1, bits=16):
    data = bytes(seconds * rate * channels * bits // 8)
    sample = channels * bits // 8
    head = struct.pack(
        "<4sI4s4sIHHIIHH",
        b"RIFF",
        len(data) + 36,
        b"WAVE",
        b"fmt ",
        16,
        kind,
        channels,
        rate,
        rate * sample,
        sample,
        bits,
    )
    return base64.b64encode(head + struct.pack("<4sI", b"data", len(data)) + data).decode()


def seconds_of(data):
    found = chat({"type": "input_audio", "input_audio": {"data": data, "format": "wav"}})
    assert (found.audio_items, found.text_bytes, found.unbounded) == (1, 0, None)
    return found.audio_seconds


@pytest.mark.parametrize("rate", [8_000, 24_000, 48_000])
@pytest.mark.parametrize(("channels", "bits"), [(1, 8), (1, 16), (2, 16), (2, 32)])
def test_a_plain_recording_is_as_long_as_it_is(rate, channels, bits):
    assert 3 <= seconds_of(wave(seconds=3, rate=rate, channels=channels, bits=bits)) <= 4
    assert 3 <= seconds_of("data:audio/wav;base64," + wave(seconds=3, rate=rate, channels=channels, bits=bits)) <= 4


def test_any_other_recording_is_taken_for_the_slowest_there_is():
    mp3 = base64.b64encode(b"\xff\xfb" + bytes(60_000)).decode()
    assert 60 <= seconds_of(mp3) <= 61
    for odd in (
        wave(seconds=1, kind=17),
        wave(seconds=1, rate=0) + "AAAA" * 300,
        "AAAA",
        "é",
        "A",
        "",
        "data:audio/wav;base64",
    ):
        assert seconds_of(odd) >= len(odd) * 3 // 4 // 1_000


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "document",
    [
        {"messages": [{}] * (VISITS_MAX + 1)},
        {"messages": [{"content": [{}] * (VISITS_MAX + 1)}]},
        {"messages": [{"content": [""] * (VISITS_MAX + 1)}]},
        {"messages": [{"role": "user", **{str(i): i for i in range(VISITS_MAX)}}]},
        {"messages": [{"tool_calls": [{}] * (VISITS_MAX + 1)}]},
        {"tools": [{"type": "namespace", "tools": [{"name": "f"}] * VISITS_MAX}]},
    ],
)
def test_a_body_of_countless_parts_is_not_walked_to_its_end(document):
    assert measure("chat", document).unbounded == "more parts than are looked at"


@pytest.mark.parametrize("size_bytes", [300_000, 5_000_000])
@pytest.mark.parametrize("word", ["word ", "你好", "and so on… "])
def test_long_prompts_are_measured_whole(size_bytes, word):
    count = size_bytes // len(word.encode())
    document = {"messages": [{"role": "user", "content": word * count}]}
    asked_at = time.perf_counter()
    found = measure("chat", document)
    # Shown, not judged: the machine may be busy.
    print(f"{size_bytes:>9,} bytes of {word!r}: {(time.perf_counter() - asked_at) * 1e3:.2f} ms")
    assert found == InputSize(text_bytes=count * len(word.encode()), messages=1)


_any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.sampled_from(["", "m", "text", "image_url", "input_audio", "file"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "content",
                    "output",
                    "tools",
                    "tool_calls",
                    "function",
                    "image_url",
                    "input_audio",
                    "data",
                    "detail",
                    "url",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@pytest.mark.parametrize("operation", ["chat", "responses"])
@given(
    document=st.dictionaries(st.sampled_from(["messages", "input", "tools", "functions", "instructions", "x"]), _any)
)
def test_any_json_has_a_size_and_never_more_text_than_bytes(operation, document):
    found = measure(operation, document)
    assert 0 <= found.tools_bytes <= found.text_bytes <= 2 * len(json.dumps(document).encode())
