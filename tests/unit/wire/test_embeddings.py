"""What is read of a request for embeddings, how large its input is at most, and what an answer says it used."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.errors import Refusal
from ai_api.wire import json_body
from ai_api.wire.envelope import Envelope
from ai_api.wire.failures import StreamFailure
from ai_api.wire.input_reading import VISITS_MAX
from ai_api.wire.input_size import InputSize
from ai_api.wire.operations import WHOLE_OPERATIONS, texts, writes_tokens
from ai_api.wire.usage import Usage
from ai_api.wire.whole_answer import read as read_answer

ROW = WHOLE_OPERATIONS["embeddings"]
ANSWER = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.1, -2e-3]}],
    "model": "text-embedding-3-small",
    "usage": {"prompt_tokens": 8, "total_tokens": 8},
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def read(**members):
    return ROW.envelope(json_body.read(json.dumps({"model": "m", "input": "Hi"} | members).encode()))


def refused(**members):
    with pytest.raises(Refusal) as told:
        read(**members)
    assert (told.value.code, told.value.kind) == ("bad_request", "invalid")
    return told.value


def size_of(**members):
    return read(**members).input_size


def test_a_plain_request():
    envelope = read(dimensions=256, encoding_format="base64", user="u")
    assert envelope == Envelope(
        operation="embeddings",
        model="m",
        stream=False,
        wants_usage=False,
        output_tokens_max=0,
        output_field=None,
        choices=1,
        service_tier=None,
        input_size=InputSize(text_bytes=2, messages=1),
    )


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("Hé", InputSize(text_bytes=3, messages=1)),
        ("", InputSize(messages=1)),
        (["a", "bc"], InputSize(text_bytes=3, messages=2, inputs=2)),
        ([1, 2, 3], InputSize(tokens=3, messages=1)),
        ([[1, 2], [3], [4]], InputSize(tokens=4, messages=3, inputs=3)),
    ],
)
def test_every_form_of_input_is_measured(value, size):
    assert size_of(input=value) == size


@pytest.mark.parametrize(
    "value",
    [
        *(None, 1, 1.5, True, {}, {"text": "a"}, [], [None], [1.0], [True], ["a", 1], [1, "a"], [{"text": "a"}]),
        *([[]], [[1], []], [[1], 2], [["a"]], [[[1]]], [[1, True]], [[1, 2.0]]),
    ],
)
def test_an_input_of_another_form_is_refused_by_name(value):
    assert refused(input=value).param == "input"


def test_a_request_without_input_says_so():
    with pytest.raises(Refusal) as told:
        ROW.envelope(json_body.read(b'{"model":"m"}'))
    assert (told.value.param, told.value.message) == ("input", "input is missing.")


def test_a_stream_of_embeddings_is_refused_and_its_absence_passes():
    assert "not streamed" in refused(stream=True).message
    assert refused(stream="yes").param == "stream"
    assert read(stream=False).stream is False


@pytest.mark.parametrize("name", ["api_base", "base_url", "api_key"])
def test_a_caller_does_not_choose_where_its_call_goes(name):
    assert refused(**{name: "http://10.0.0.1"}).param == name


def test_what_is_said_beside_the_input_may_be_read_with_each_of_them():
    beside = len('{"instruction":"Find"}')
    size = size_of(input=["a", "b", "c"], instruction="Find")
    assert (size.text_bytes, size.opaque_bytes) == (3 + beside, 2 * beside)


@pytest.mark.parametrize("name", ["messages", "images", "cached_content"])
def test_a_field_of_unknown_reach_is_not_bounded_by_its_bytes(name):
    assert size_of(**{name: [{"type": "image_url"}]}).unbounded


def test_more_inputs_than_are_looked_at_are_not_bounded_by_their_bytes():
    size = size_of(input=["a"] * (VISITS_MAX + 1))
    assert size.unbounded
    assert size.inputs == VISITS_MAX + 1


@given(st.dictionaries(st.sampled_from(["input", "dimensions", "user", "stream", "service_tier", "x"]), json_values))
def test_no_document_of_any_shape_gives_anything_but_a_refusal_or_an_envelope(members):
    body = json_body.JsonBody({}, {"model": "m", **members}, 0)
    try:
        envelope = ROW.envelope(body)
    except Refusal as refusal:
        told = refusal
    else:
        assert (envelope.output_tokens_max, envelope.input_size.inputs >= 1) == (0, True)
        found = sum(len(text.encode()) for text in texts("embeddings", body.document))
        assert found <= envelope.input_size.text_bytes
        return
    assert (told.kind, told.param in {*members, "input"}) == ("invalid", True)


def test_only_operations_with_a_row_that_says_so_write_no_tokens():
    assert [writes_tokens(each) for each in ("chat", "responses", "messages", "embeddings")] == [
        True,
        True,
        True,
        False,
    ]


def answer(**members):
    return json.dumps(ANSWER | members).encode()


def test_only_the_answers_own_model_name_is_changed():
    got, usage = read_answer(ROW, answer(), "mine/embedder")
    assert got == answer().replace(b'"model": "text-embedding-3-small"', b'"model":"mine/embedder"')
    assert usage == Usage(8)
    assert read_answer(ROW, answer(), ANSWER["model"])[0] == answer()


@pytest.mark.parametrize(
    ("usage", "read"),
    [
        ({"prompt_tokens": 8, "total_tokens": 8, "completion_tokens": 0}, Usage(8)),
        ({"total_tokens": 5}, Usage(5)),
        # Embeddings have no output, so what a total is above the prompt is none.
        ({"prompt_tokens": 8, "total_tokens": 11}, Usage(8)),
        ({"prompt_tokens": "8", "total_tokens": 9}, Usage(9)),
        ({"prompt_tokens": -1}, None),
        ({}, None),
        (None, None),
        ([8], None),
        ("8", None),
    ],
)
def test_the_usage_is_the_input_alone_and_garbage_is_none(usage, read):
    assert read_answer(ROW, answer(usage=usage), "m")[1] == read


@pytest.mark.parametrize("model", [None, 1, "", ["m"]])
def test_an_answer_that_names_no_model_passes_as_it_is(model):
    assert read_answer(ROW, answer(model=model), "mine/embedder")[0] == answer(model=model)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"x"', b'{"data":[', b"\xff", answer()[:-9]])
def test_what_is_no_answer_fails(body):
    with pytest.raises(StreamFailure) as failure:
        read_answer(ROW, body, "m")
    assert failure.value.code == "upstream_interrupted"


def test_an_error_in_the_place_of_an_answer_is_none():
    with pytest.raises(StreamFailure) as failure:
        read_answer(ROW, b'{"error":{"message":"sk-secret","code":"x"}}', "m")
    assert failure.value.code == "upstream_error"
    assert "sk-secret" not in failure.value.message


@given(st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode()))
def test_whatever_a_provider_sends_is_an_answer_or_a_failure(body):
    try:
        shown, _ = read_answer(ROW, body, "m")
    except StreamFailure:
        return
    assert isinstance(json.loads(shown), dict)
