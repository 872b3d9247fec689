"""Gemini's streams in passing: every byte as it came, the last word kept back, a cut never taken for an end."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.wire.splits import feed_all, splits, until_failure

from ai_api.wire.failures import StreamFailure
from ai_api.wire.gemini_stream import FRAME_BYTES_MAX, GenerateStream, read_whole_generated
from ai_api.wire.usage import Usage

USAGE = {"promptTokenCount": 12, "candidatesTokenCount": 5, "thoughtsTokenCount": 2, "totalTokenCount": 19}
COUNTED = Usage(12, output=7, reasoning=2)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ['"finishReason":"STOP"', '{"error":{}}', "data: {}\n\n", "[DONE]", "\r\n\r\n"]
)


def candidate(*parts, finish=None, **members):
    found = {"content": {"parts": list(parts), "role": "model"}, **members}
    return found if finish is None else found | {"finishReason": finish}


def chunk(*candidates, **members):
    return {"candidates": list(candidates), **members}


def frame(document, end=b"\r\n", **dumps):
    dumps.setdefault("separators", (",", ":"))
    return b"data: " + json.dumps(document, **dumps).encode() + end + end


def said(text="hi", **members):
    return chunk(candidate({"text": text}), **members)


def last(text="", **members):
    members.setdefault("usageMetadata", USAGE)
    return chunk(candidate({"text": text}, finish="STOP"), **members)


def read(*documents):
    reader = GenerateStream()
    return reader, feed_all(reader, [frame(document) for document in documents])


@st.composite
def streams(draw):
    """A whole stream, and where in it the end begins."""
    end = draw(st.sampled_from([b"\n", b"\r\n"]))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    middle = st.builds(said, texts, modelVersion=texts) | st.builds(
        chunk,
        st.builds(
            candidate,
            st.fixed_dictionaries({"x_invented": st.dictionaries(texts, texts, max_size=2)})
            | st.fixed_dictionaries(
                {"functionCall": st.fixed_dictionaries({"name": texts, "args": st.just({"a": 1})})}
            ),
        ),
    )
    frames = [frame(each, end, separators=separators) for each in draw(st.lists(middle, max_size=4))]
    if draw(st.booleans()):
        frames.insert(draw(st.integers(0, len(frames))), b": keep-alive" + end + end)
    before = b"".join(frames)
    closing = frame(last(draw(texts)), end, separators=separators)
    if draw(st.booleans()):
        closing += frame({"usageMetadata": USAGE}, end)
    return before, closing


@given(streams(), st.data())
def test_whatever_the_split_every_byte_passes_and_the_end_waits(stream, data):
    before, closing = stream
    reader = GenerateStream()
    gone = feed_all(reader, data.draw(splits(before + closing)))
    assert (gone, reader.tail) == (before, closing)
    assert not reader.finished
    reader.end()
    assert reader.finished
    assert (reader.finish_reason, reader.usage) == ("STOP", COUNTED)


@given(streams(), st.data())
def test_a_stream_cut_before_its_last_word_is_shown_as_complete(stream, data):
    sent = stream[0] + stream[1]
    cut = data.draw(st.integers(0, len(stream[0])))
    reader = GenerateStream()
    feed_all(reader, data.draw(splits(sent[:cut])))
    with pytest.raises(StreamFailure) as failed:
        reader.end()
    assert (failed.value.code, reader.tail) == ("upstream_interrupted", b"")


def test_half_a_frame_after_the_last_word_is_no_end():
    reader, _ = read(said(), last())
    reader.feed(b'data: {"candidates":[')
    with pytest.raises(StreamFailure):
        reader.end()


def test_a_chunk_with_a_reason_to_finish_ends_an_answer_that_goes_on():
    first, second = last("one"), last(" two")
    reader, gone = read(first, second, {"usageMetadata": USAGE})
    assert gone == frame(first)
    assert reader.tail == frame(second) + frame({"usageMetadata": USAGE})
    reader.end()


def test_one_of_two_candidates_ends_the_answer():
    documents = [
        chunk(candidate({"text": "a"}, index=0), candidate({"text": "b"}, index=1)),
        chunk(candidate({"text": "c"}, index=0, finish="STOP")),
        chunk(candidate({"text": "d"}, index=1)),
    ]
    reader, gone = read(*documents)
    assert gone == b"".join(map(frame, documents))
    assert reader.finish_reason is None
    with pytest.raises(StreamFailure):
        reader.end()
    closing = frame(chunk(candidate(index=1, finish="MAX_TOKENS")))
    assert reader.feed(closing) == b""
    reader.end()
    assert (reader.tail, reader.finish_reason) == (closing, "STOP")


def test_a_refused_prompt_is_taken_for_a_cut():
    blocked = {
        "promptFeedback": {"blockReason": "SAFETY"},
        "usageMetadata": {"promptTokenCount": 8, "totalTokenCount": 8},
    }
    reader, gone = read(blocked)
    assert (gone, reader.tail) == (b"", frame(blocked))
    reader.end()
    assert (reader.finish_reason, reader.usage) == ("blocked:SAFETY", Usage(8))
    assert read_whole_generated(json.dumps(blocked).encode()) == (Usage(8), "blocked:SAFETY")


@pytest.mark.parametrize("error", [{"error": {"code": 503, "message": "sk-upstream"}}, [{"error": {"code": 500}}]])
def test_an_error_in_the_stream_passes_for_an_answer(error):
    reader = GenerateStream()
    good = frame(said())
    assert until_failure(reader, [good + frame(error)]) == good
    with pytest.raises(StreamFailure) as failed:
        read_whole_generated(json.dumps(error).encode())
    assert (failed.value.code, "sk-upstream" in failed.value.message) == ("upstream_error", False)


def test_the_end_before_an_error_is_sent():
    reader = GenerateStream()
    assert until_failure(reader, [frame(said()), frame(last()), frame({"error": {"code": 503}})]) == frame(said())


@pytest.mark.parametrize("data", [b"data: {\n\n", b"data: \xff\n\n", b"data: " + b"[" * 5_000 + b"\n\n"])
def test_what_is_no_json_fails_and_never_breaks(data):
    with pytest.raises(StreamFailure):
        GenerateStream().feed(data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "candidates",
                    "content",
                    "parts",
                    "index",
                    "finishReason",
                    "promptFeedback",
                    "blockReason",
                    "usageMetadata",
                    "error",
                    "text",
                    "inlineData",
                    "groundingMetadata",
                    "webSearchQueries",
                    "mimeType",
                    "data",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_json_of_any_shape_is_read_or_is_a_failure(document):
    try:
        GenerateStream().feed(frame(document))
        read_whole_generated(json.dumps(document).encode())
    except StreamFailure as failure:
        assert failure.code == "upstream_error"  # noqa: PT017  -- most documents do not fail


def test_a_picture_is_too_long_a_frame_and_weighs_what_its_base64_does():
    picture = chunk(candidate({"inlineData": {"mimeType": "image/png", "data": "A" * 3_000_000}}))
    reader, gone = read(picture)
    assert gone == frame(picture)
    assert reader.output_tokens_seen == 1_291
    with pytest.raises(StreamFailure):
        GenerateStream().feed(b"data: " + b"x" * FRAME_BYTES_MAX)


def test_what_was_said_before_the_usage_came_weighs_nothing():
    call = {"functionCall": {"name": "look", "args": {"at": "the sky"}}, "thoughtSignature": "x" * 4_000}
    reader, _ = read(said("a" * 400), chunk(candidate(call)))
    assert 110 <= reader.output_tokens_seen <= 120


def test_searches_of_the_provider_are_free():
    grounded = candidate({"text": "x"}, finish="STOP", groundingMetadata={"webSearchQueries": ["a", "b"]})
    reader, _ = read(said(), chunk(grounded, usageMetadata=USAGE))
    assert reader.usage is not None
    assert reader.usage.web_searches == 2
    whole, _ = read_whole_generated(json.dumps(chunk(grounded, usageMetadata=USAGE)).encode())
    assert whole is not None
    assert whole.web_searches == 2
