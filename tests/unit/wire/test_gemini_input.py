"""How much a model is given to read by a request in Gemini's dialect."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.wire.input_reading import VISITS_MAX
from ai_api.wire.input_size import measure, texts


def size(*parts, **members):
    return measure("generate", {"contents": [{"role": "user", "parts": list(parts)}], **members})


def inline(kind, data="AAAA"):
    return {"inlineData": {"mimeType": kind, "data": data}}


def test_everything_a_model_reads_counts_as_text():
    document = {
        "contents": [
            {"role": "user", "parts": [{"text": "ä" * 100}]},
            {"role": "model", "parts": [{"functionCall": {"name": "n" * 50, "args": {"a": "x" * 60}}}]},
            {"parts": [{"functionResponse": {"name": "f", "response": {"r": "y" * 70}}}]},
            {"parts": [{"executableCode": {"language": "PYTHON", "code": "z" * 80}}]},
        ],
        "systemInstruction": {"parts": [{"text": "s" * 90}]},
        "tools": [{"functionDeclarations": [{"name": "f", "description": "d" * 1_000}]}],
        "generationConfig": {"responseSchema": {"type": "OBJECT", "description": "c" * 500}, "temperature": 1},
    }
    found = measure("generate", document)
    assert (
        200 + 50 + 60 + 70 + 80 + 90 + 1_000 + 500
        <= found.text_bytes
        <= len(json.dumps(document, ensure_ascii=False)) + 200
    )
    assert found.tools_bytes >= 1_000
    assert found.unbounded is None
    assert sum(len(each.encode()) for each in texts("generate", document)) == found.text_bytes


def test_what_only_steers_is_read_by_nobody():
    steering = {"generationConfig": {"maxOutputTokens": 5, "top_p": 0.5}, "safetySettings": [{"category": "x" * 500}]}
    assert size({"text": "hi"}, **steering).text_bytes <= size({"text": "hi"}).text_bytes + 4


def test_media_weigh_what_their_base64_does():
    found = size(inline("image/png", "A" * 40_000), inline("audio/mp3", "A" * 4_000), {"text": "hi"})
    assert (found.images, found.audio_items, found.audio_seconds, found.unbounded) == (1, 1, 3, None)
    assert found.text_bytes < 100
    assert size(inline("text/plain", "A" * 4_000)).opaque_bytes == 4_000
    assert size({"text": "x", "thoughtSignature": "A" * 900, "thought": True}).opaque_bytes == 900


@pytest.mark.parametrize(
    "parts",
    [
        [inline("application/pdf")],
        [inline("video/mp4")],
        [{"inlineData": "AAAA"}],
        [{"fileData": {"fileUri": "https://example.com/a"}}],
        [{"functionResponse": {"name": "f", "response": {}, "parts": [inline("application/pdf")]}}],
        [{"x_invented": {"id": "1"}}],
        [{"text": ["a"]}],
    ],
)
def test_what_the_body_does_not_bound_is_bounded_by_its_bytes(parts):
    assert size(*parts).unbounded is not None


@pytest.mark.parametrize(
    "name", ["googleSearch", "google_search", "codeExecution", "urlContext", "googleMaps", "x_invented"]
)
def test_what_a_tool_of_the_provider_reads_is_bounded_by_the_body(name):
    assert size({"text": "hi"}, tools=[{name: {}}]).unbounded == "a tool the provider runs"
    assert (
        size({"text": "hi"}, tools=[{"function_declarations": [{"name": "f"}]}, {"computerUse": {}}]).unbounded is None
    )


def test_both_spellings_are_measured():
    camel = size(inline("image/png"), systemInstruction={"parts": [{"text": "abc"}]})
    snake = size(
        {"inline_data": {"mime_type": "image/png", "data": "AAAA"}}, system_instruction={"parts": [{"text": "abc"}]}
    )
    assert camel == snake


def test_a_body_of_many_parts_is_looked_at_for_ever():
    assert size(*({"text": ""} for _ in range(VISITS_MAX))).unbounded == "more parts than are looked at"


@given(st.lists(st.text(max_size=20), max_size=5))
def test_no_text_is_lost(said):
    found = size(*({"text": each} for each in said))
    assert found.text_bytes >= sum(len(each.encode("utf-8", "surrogatepass")) for each in said if each.isascii())
