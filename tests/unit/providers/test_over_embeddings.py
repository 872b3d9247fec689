"""Gemini's embeddings over OpenAI's: what providers are sent, what is refused by its name, and what the caller sees."""

import json
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from tests.support.anthropic_lane import chat_call
from tests.support.google_sdk import types
from tests.unit.wire.test_gemini_embed import HI, documents

from ai_api.core.errors import Refusal
from ai_api.providers.lanes import lane_for, offers, over_embeddings
from ai_api.providers.native import NativeLane
from ai_api.providers.over_embeddings import embed_lanes
from ai_api.providers.wiring import derive
from ai_api.wire import json_body
from ai_api.wire.failures import StreamFailure

WIRING = derive("openai", "https://api.openai.com/v1", None)
LANE = embed_lanes({"native": NativeLane()})[over_embeddings("native")]
SEA = {"content": {"parts": [{"text": "the"}, {"text": "sea"}]}}


def call_of(document, **members):
    fields = json_body.read(json.dumps(document).encode()).fields
    call = chat_call({}, wiring=WIRING, upstream_model="text-embedding-3-small", headers={"x-goog-api-client": "g"})
    return replace(call, operation="embed", fields=fields, document=json_body.Members(fields), **members)


def sent(document):
    return LANE.request(call_of(document))


def refused(document):
    with pytest.raises(Refusal) as caught:
        sent(document)
    assert caught.value.kind == "invalid"
    return caught.value.param


def answer_to(document, answer):
    body = json.dumps(answer).encode() if isinstance(answer, dict) else answer
    return LANE.whole(call_of(document))(body)


def data(*vectors):
    return {"object": "list", "data": list(vectors), "model": "text-embedding-3-small"}


def at(index, vector):
    return {"object": "embedding", "index": index, "embedding": vector}


@pytest.mark.parametrize(
    ("document", "asked"),
    [
        (HI, {"input": ["hi"]}),
        (HI | {"output_dimensionality": 5, "model": "models/m"}, {"input": ["hi"], "dimensions": 5}),
        (HI | {"embedContentConfig": {"outputDimensionality": 5}}, {"input": ["hi"], "dimensions": 5}),
        (HI | {"title": None, "taskType": None}, {"input": ["hi"]}),
        ({"content": {"role": "user", "parts": {"text": "hi"}}}, {"input": ["hi"]}),
        (
            {"requests": [HI | {"outputDimensionality": 3}, SEA | {"outputDimensionality": 3}]},
            {"input": ["hi", "the\nsea"], "dimensions": 3},
        ),
    ],
)
def test_a_provider_is_asked_for_something_else(document, asked):
    request = sent(document)
    assert request.url == "https://api.openai.com/v1/embeddings"
    assert json.loads(request.body) == {"model": "text-embedding-3-small"} | asked
    assert "x-goog-api-client" not in request.headers
    assert request.headers["authorization"].startswith("Bearer ")


@pytest.mark.parametrize(
    ("document", "param"),
    [
        (HI | {"taskType": "CLUSTERING"}, "taskType"),
        (HI | {"title": "Rivers"}, "title"),
        (HI | {"x_later": 1}, "x_later"),
        (HI | {"outputDimensionality": 0}, "outputDimensionality"),
        (HI | {"outputDimensionality": "5"}, "outputDimensionality"),
        (HI | {"embedContentConfig": {"autoTruncate": False}}, "embedContentConfig.autoTruncate"),
        (
            HI | {"outputDimensionality": 5, "embedContentConfig": {"outputDimensionality": 5}},
            "embedContentConfig.outputDimensionality",
        ),
        ({"content": {}}, "content.parts"),
        ({"content": {"parts": [{"text": 1}]}}, "content.parts[0].text"),
        ({"content": {"parts": [{"inlineData": {"mimeType": "image/png"}}]}}, "content.parts[0].inlineData"),
        ({"requests": [HI, HI | {"task_type": "CLUSTERING"}]}, "requests[1].task_type"),
        ({"requests": [HI, HI | {"outputDimensionality": 5}]}, "requests[1].outputDimensionality"),
        ({"requests": [HI], "xLater": 1}, "xLater"),
    ],
)
def test_what_cannot_be_asked_is_left_out(document, param):
    assert refused(document) == param


@given(documents)
def test_no_document_of_any_shape_gives_anything_but_a_refusal_or_texts(document):
    with suppress(Refusal):
        asked = json.loads(sent(document).body)
        assert len(asked["input"]) == len(document.get("requests", [HI]))
        assert set(asked) <= {"model", "input", "dimensions"}


def test_vectors_are_given_to_other_texts_or_as_other_numbers():
    out_of_order = json.dumps(data(at(1, [2]), at(0, [1])) | {"usage": {"prompt_tokens": 7}}).encode()
    got = answer_to({"requests": [HI, SEA]}, out_of_order.replace(b"[1]", b"[1.50, -0.0]"))
    assert got.body == b'{"embeddings":[{"values":[1.50, -0.0]},{"values":[2]}],"usageMetadata":{"promptTokenCount":7}}'
    assert got.usage.input_total == 7
    types.EmbedContentResponse.model_validate(json.loads(got.body))
    alone = answer_to(HI, data({"embedding": [0.25]}))
    assert (alone.body, alone.usage) == (b'{"embedding":{"values":[0.25]}}', None)


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>",
        b"{}",
        {"data": None},
        data(),
        data(at(0, [1])),
        data(at(0, [1]), at(2, [1])),
        data(at(0, [1]), at(0, [1])),
        data(at(0, [1]), {"embedding": [1]}),
        data(at(0, [1]), at(1, "AACAPw==")),
        data(at(0, [1]), {"index": 1}),
        data(*(at(place, [1]) for place in range(3))),
        data(at(0, [1]), at(1, [1])) | {"error": {"message": "no"}},
    ],
    ids=str,
)
def test_what_is_not_a_vector_for_each_text_is_given_out_as_one(answer):
    with pytest.raises(StreamFailure):
        answer_to({"requests": [HI, SEA]}, answer)


def test_who_is_asked_in_which_dialect():
    google = derive("gemini", "https://generativelanguage.googleapis.com/v1beta/openai", None)
    assert lane_for(google, "embed", {"embeddings"}) == "native"
    assert lane_for(WIRING, "embed", {"embeddings"}) == "embed over native"
    assert lane_for(derive("groq", "https://api.groq.com/openai/v1", None), "embed", {"embeddings"}) is None
    for wiring in (google, WIRING):
        assert lane_for(wiring, "embed", {"chat"}) is None
    assert lane_for(google, "generate", {"embeddings"}) is None
    assert offers("embed", {"embeddings"})
    assert not offers("embed", {"chat", "responses"})
    assert LANE.loaded is None
    with pytest.raises(TypeError):
        LANE.stream(call_of(HI))
