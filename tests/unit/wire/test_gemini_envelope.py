"""What is read of a request in Gemini's dialect, in both of its spellings; pointers and steering refused wherever they stand."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.errors import Refusal
from ai_api.wire import json_body
from ai_api.wire.gemini_envelope import generate, with_output_bound
from ai_api.wire.gemini_names import camel

HI = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}


def body(document):
    return json_body.read(document if isinstance(document, bytes) else json.dumps(document).encode())


def envelope(document, *, model="acme/m", stream=False):
    return generate(body(document), model=model, stream=stream)


def part(**members):
    return {"contents": [{"role": "user", "parts": [{"text": "see"}, members]}]}


def refused(document):
    with pytest.raises(Refusal) as caught:
        envelope(document)
    return caught.value.kind, caught.value.param


@pytest.mark.parametrize(
    "config", [{"maxOutputTokens": 9, "candidateCount": 2}, {"max_output_tokens": 9, "candidate_count": 2}]
)
@pytest.mark.parametrize("name", ["generationConfig", "generation_config"])
def test_one_spelling_of_two_is_read(name, config):
    found = envelope(HI | {name: config, "serviceTier": "flex"}, stream=True)
    assert (found.model, found.stream, found.output_tokens_max, found.choices) == ("acme/m", True, 9, 2)
    assert (found.operation, found.service_tier, found.wants_usage) == ("generate", "flex", True)


@pytest.mark.parametrize(
    ("document", "param"),
    [
        ({}, "contents"),
        ({"contents": "hi"}, "contents"),
        ({"contents": None}, "contents"),
        (HI | {"tools": {}}, "tools"),
        (HI | {"generationConfig": []}, "generationConfig"),
        (HI | {"generationConfig": {"maxOutputTokens": 0}}, "maxOutputTokens"),
        (HI | {"generationConfig": {"maxOutputTokens": "9"}}, "maxOutputTokens"),
        (HI | {"generationConfig": {"maxOutputTokens": 9, "max_output_tokens": 8}}, "maxOutputTokens"),
        (HI | {"generationConfig": {}, "generation_config": {}}, "generationConfig"),
        (HI | {"generationConfig": {"candidateCount": 129}}, "candidateCount"),
        (b'{"contents":[],"generationConfig":{"maxOutputTokens":1,"maxOutputTokens":99}}', "generationConfig"),
        (HI | {"serviceTier": 1}, "serviceTier"),
        (HI | {"model": "other"}, "model"),
        (HI | {"model": ["acme/m"]}, "model"),
        (HI | {"api_base": "http://10.0.0.1"}, "api_base"),
        (HI | {"tools": [{"mcpServers": [{"streamableHttpTransport": {"url": "http://10.0.0.1"}}]}]}, "tools"),
        (part(fileData={"mimeType": "image/png"}), "contents"),
        (part(fileData="files/1"), "contents"),
        (part(fileData={"fileUri": "gs://bucket/secret.pdf"}), "contents"),
        (part(fileData={"fileUri": "http://example.com/x"}), "contents"),
        (part(fileData={"fileUri": "https://u@example.com/x"}), "contents"),
        (part(fileData={"fileUri": "https://[x"}), "contents"),
    ],
)
def test_what_cannot_be_read_breaks_or_passes(document, param):
    assert refused(document) == ("invalid", param)


@pytest.mark.parametrize(
    "document",
    [
        HI | {"cachedContent": "cachedContents/1"},
        HI | {"cached_content": "cachedContents/1"},
        HI | {"tools": [{"fileSearch": {"fileSearchStoreNames": ["fileSearchStores/1"]}}]},
        HI | {"tools": [{"file_search": {}}]},
        HI | {"tools": [{"retrieval": {"vertexAiSearch": {"datastore": "x"}}}]},
        part(fileData={"fileUri": "files/abc"}),
        part(fileData={"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc"}),
        part(fileData={"fileUri": "HTTPS://Generativelanguage.Googleapis.com./v1beta/files/abc"}),
        part(file_data={"file_uri": "https://generativelanguage.googleapis.com/v1beta/files/abc"}),
        {"contents": [], "system_instruction": {"parts": [{"fileData": {"fileUri": "files/abc"}}]}},
        part(functionResponse={"name": "f", "response": {}, "parts": [{"fileData": {"fileUri": "files/abc"}}]}),
        HI | {"systemInstruction": {"parts": {"fileData": {"fileUri": "files/abc"}}}},
    ],
)
def test_pointers_to_somebody_elses_files_pass(document):
    assert refused(document)[0] == "not_found"


@pytest.mark.parametrize(
    "uri",
    ["https://www.youtube.com/watch?v=1", "https://example.com/a.png", "https://storage.googleapis.com/b/o?sig=1"],
)
def test_what_anybody_can_read_is_passed_on_and_not_bounded(uri):
    assert envelope(part(fileData={"fileUri": uri})).input_size.unbounded == "a file"


def test_a_model_in_the_body_is_the_one_in_the_path():
    assert envelope(HI | {"model": "models/acme/m"}).model == envelope(HI | {"model": "acme/m"}).model == "acme/m"


@pytest.mark.parametrize(
    ("given_body", "expected"),
    [
        (b'{"contents":[]}', b'{"contents":[],"generationConfig":{"maxOutputTokens":7}}'),
        (b'{"generationConfig":null,"contents":[]}', b'{"generationConfig":{"maxOutputTokens":7},"contents":[]}'),
        (
            b'{"generation_config" : {"topP": 0.90, "max_output_tokens": 99 ,"x":[1e2]}}',
            b'{"generation_config":{"topP":0.90,"max_output_tokens":7,"x":[1e2]}}',
        ),
    ],
)
def test_a_bound_is_written_beside_the_callers_and_changes_other_bytes(given_body, expected):
    assert json_body.write(with_output_bound(body(given_body).fields, 7)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("max_output_tokens", "maxOutputTokens"),
        ("contents", "contents"),
        ("_private", "_private"),
        ("", ""),
        ("a_", "a_"),
    ],
)
def test_names_in_snake_case_are_taken_for_others(name, expected):
    assert camel(name) == expected


names = st.sampled_from(
    [
        "contents",
        "parts",
        "text",
        "tools",
        "generationConfig",
        "generation_config",
        "maxOutputTokens",
        "candidateCount",
        "systemInstruction",
        "inlineData",
        "fileData",
        "file_data",
        "fileUri",
        "functionResponse",
        "functionCall",
        "model",
        "functionDeclarations",
        "googleSearch",
        "role",
        "mimeType",
        "data",
        "cachedContent",
        "serviceTier",
    ]
)
documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 300)
    | st.sampled_from(["", "x", "files/1", "https://a.b/", "image/png"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=14,
)


@given(st.dictionaries(names, documents, max_size=5))
def test_json_of_any_shape_is_an_envelope_or_a_refusal(document):
    for ask in (document, HI | document):
        try:
            assert envelope(ask).input_size.text_bytes >= 0
        except Refusal as refusal:
            assert refusal.kind in {"invalid", "not_found"}  # noqa: PT017  -- either way is right
