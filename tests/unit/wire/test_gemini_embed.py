"""What is read of embeddings in Gemini's dialect, how large their input is at most, and what Google's answer says it used."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.errors import Refusal
from ai_api.wire import json_body
from ai_api.wire.envelope import Envelope
from ai_api.wire.failures import StreamFailure
from ai_api.wire.gemini_embed import embed, embed_batch, embed_for_upstream, read_embedded
from ai_api.wire.input_size import InputSize
from ai_api.wire.operations import texts, writes_tokens
from ai_api.wire.usage import Usage

HI = {"content": {"parts": [{"text": "hi"}]}}

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
contents = st.fixed_dictionaries(
    {}, optional={"parts": json_values | st.lists(st.fixed_dictionaries({"text": json_values})), "role": json_values}
)
requests = st.fixed_dictionaries(
    {},
    optional={
        "content": json_values | contents,
        "model": json_values | st.just("models/m"),
        "title": json_values,
        "embedContentConfig": json_values,
        "outputDimensionality": json_values,
    },
)
documents = requests | st.fixed_dictionaries({"requests": json_values | st.lists(json_values | requests, max_size=3)})


def body(document):
    return json_body.read(document if isinstance(document, bytes) else json.dumps(document).encode())


def size_of(document):
    return (embed_batch if "requests" in document else embed)(body(document), model="m").input_size


def test_a_plain_request():
    assert embed(body(HI | {"outputDimensionality": 5}), model="acme/m") == Envelope(
        operation="embed",
        model="acme/m",
        stream=False,
        wants_usage=False,
        output_tokens_max=0,
        output_field=None,
        choices=1,
        service_tier=None,
        input_size=InputSize(text_bytes=2, messages=2),
    )
    assert not writes_tokens("embed")


@pytest.mark.parametrize(
    ("document", "size"),
    [
        ({"requests": [HI, HI, HI]}, InputSize(text_bytes=6, messages=6, inputs=3)),
        (HI | {"title": "é", "taskType": "CLUSTERING"}, InputSize(text_bytes=2 + 2 + 10, messages=2)),
        (HI | {"embedContentConfig": {"autoTruncate": True}}, InputSize(text_bytes=2 + 2, messages=2)),
        (HI | {"xLater": [1]}, InputSize(text_bytes=2 + len(b'{"xLater":[1]}'), messages=2)),
        ({"requests": [HI], "xLater": 1}, InputSize(text_bytes=2 + len(b'{"xLater":1}'), messages=2)),
        (
            {"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}, {"text": "hi"}]}},
            InputSize(text_bytes=2, messages=3, images=1),
        ),
    ],
)
def test_what_a_model_reads_is_not_counted(document, size):
    assert size_of(document) == size
    assert sum(len(text.encode()) for text in texts("embed", document)) == size.text_bytes


def test_a_file_is_bounded_by_the_body():
    film = {"content": {"parts": [{"fileData": {"fileUri": "https://www.youtube.com/watch?v=1"}}]}}
    assert size_of({"requests": [HI, film]}).unbounded == "a file"
    assert size_of({"requests": [HI] * 21_000}).unbounded == "more parts than are looked at"
    assert size_of({"requests": [HI] * 21_000}).inputs == 21_000


def test_a_batch_is_sent_for_another_model_or_with_other_bytes():
    sent = (
        rb'{"requests":[{"model":"models/fast","content":{"parts":[{"text":"h\u00e9 \/"}]},"x":1.50},{"content":{}}]}'
    )
    written = json_body.write(embed_for_upstream(body(sent).fields, "gemini-embedding-001"))
    assert written == sent.replace(b"models/fast", b"models/gemini-embedding-001")
    alone = b'{"model":"fast","content":{ }}'
    assert json_body.write(embed_for_upstream(body(alone).fields, "g")) == alone.replace(b"fast", b"models/g")


@given(documents)
def test_no_document_of_any_shape_gives_anything_but_a_refusal_or_an_envelope(document):
    for read in (embed, embed_batch):
        with suppress(Refusal):
            envelope = read(body(document), model="m")
            assert envelope.input_size.inputs == len(document.get("requests", [HI]))
            json_body.read(json_body.write(embed_for_upstream(body(document).fields, "g")))


@pytest.mark.parametrize(
    ("answer", "usage"),
    [
        ({"embedding": {"values": [0.1]}, "usageMetadata": {"promptTokenCount": 5}}, Usage(5)),
        ({"embeddings": [], "usageMetadata": {"totalTokenCount": 5}}, Usage(5)),
        ({"embedding": {"values": [0.1]}}, None),
        ({"embedding": {}, "usageMetadata": {"promptTokenCount": -1}}, None),
        ({"embedding": {}, "usageMetadata": [5]}, None),
    ],
)
def test_what_google_says_it_read_is_lost(answer, usage):
    assert read_embedded(json.dumps(answer).encode()) == usage


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b"5", b'{"error":{"code":500}}', b"\xff"])
def test_what_is_no_answer_passes_as_one(answer):
    with pytest.raises(StreamFailure):
        read_embedded(answer)
