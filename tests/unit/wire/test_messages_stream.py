"""Streams of messages in passing: unknown events and blocks untouched, the end kept back, failures never ends."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.anthropic_lane import (
    THOUGHT_TEXT_AND_TWO_TOOLS,
    block_delta,
    block_start,
    block_stop,
    message_end,
    message_start,
)
from tests.unit.wire.splits import feed_all, splits, until_failure

from ai_api.wire.anthropic_messages import MessagesStream
from ai_api.wire.failures import StreamFailure
from ai_api.wire.usage import Usage

UPSTREAM, SHOWN = "claude-sonnet-4-5-20250929", "team/claude"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    [f'"model":"{UPSTREAM}"', '{"type":"message_stop"}', "event: message_stop\n\n", "[DONE]", "\n\n"]
)


def frame(event, end=b"\n", **dumps):
    dumps.setdefault("separators", (",", ":"))
    return b"event: " + event["type"].encode() + end + b"data: " + json.dumps(event, **dumps).encode() + end + end


def frames(*events):
    return b"".join(map(frame, events))


def renamed(event):
    return event | {"message": event["message"] | {"model": SHOWN}}


def read(stream):
    reader = MessagesStream(shown_model=SHOWN)
    return reader, reader.feed(stream)


def text(*said):
    return [block_start(0, type="text", text=""), *(block_delta(0, type="text_delta", text=each) for each in said)]


@st.composite
def streams(draw):
    """A whole stream, what the caller must see of it before the end, and the end."""
    end = draw(st.sampled_from([b"\n", b"\r\n"]))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")]))

    def write(event):
        return frame(event, end, separators=separators)

    opening = write(message_start(input_tokens=10, cache_read_input_tokens=5, output_tokens=1))
    spelled = f'"model"{separators[1]}"{UPSTREAM}"'.encode()
    delta = st.builds(lambda said: block_delta(0, type="text_delta", text=said), texts)
    tool = st.builds(lambda said: block_delta(1, type="input_json_delta", partial_json=said), texts)
    novel = st.builds(lambda said: {"type": "sim_novel", "message": {"model": UPSTREAM}, "x": said}, texts)
    block = st.just(block_start(2, type="novel_block", model=UPSTREAM, input={"model": UPSTREAM}))
    middle = [
        write(event) for event in draw(st.lists(delta | tool | novel | block | st.just({"type": "ping"}), max_size=5))
    ]
    if draw(st.booleans()):
        middle.insert(draw(st.integers(0, len(middle))), b": a comment" + end + end)
    last = [write(event) for event in message_end("end_turn", output_tokens=20)]
    if draw(st.booleans()):
        last.insert(1, write({"type": "ping"}))
    shown = opening.replace(spelled, b'"model":' + json.dumps(SHOWN).encode(), 1)
    tail = b"".join(last)
    return opening + b"".join(middle) + tail, shown + b"".join(middle), tail


@given(streams(), st.data())
def test_whatever_the_split_the_caller_sees_the_same_bytes_and_the_end_waits(stream, data):
    sent, now, tail = stream
    reader = MessagesStream(shown_model=SHOWN)
    gone = feed_all(reader, data.draw(splits(sent)))
    assert gone + reader.tail == now + tail
    assert now.startswith(gone)
    assert reader.tail.endswith(tail)
    assert (reader.finished, reader.finish_reason) == (True, "end_turn")
    assert reader.usage == Usage(15, cached_read=5, output=20)
    reader.end()


def test_the_end_is_sent_before_the_settlement():
    delta, stop = message_end("tool_use")
    reader = MessagesStream(shown_model=SHOWN)
    assert reader.feed(frames(message_start())) == frames(renamed(message_start()))
    assert reader.feed(frames(*text("a"), block_stop(0))) == frames(*text("a"), block_stop(0))
    assert reader.feed(frame(delta)) == b""
    assert (reader.tail, reader.finished, reader.finish_reason) == (frame(delta), False, "tool_use")
    assert reader.feed(frame(stop)) == b""
    assert (reader.tail, reader.finished) == (frames(delta, stop), True)
    reader.end()


def test_a_name_that_is_the_caller_s_already_is_written_again():
    reader = MessagesStream(shown_model=UPSTREAM)
    sent = b'event: message_start\ndata: {"type": "message_start", "message": {"model" :  "' + UPSTREAM.encode()
    sent += b'", "x": 1.50}}\n\n'
    assert reader.feed(sent) == sent


def test_the_cache_is_billed_twice_or_not_at_all():
    reader, _ = read(frames(*THOUGHT_TEXT_AND_TWO_TOOLS))
    assert reader.usage == Usage(90, cached_read=30, cache_write=50, output=40, reasoning=12)
    assert reader.output_tokens_seen >= 5


def test_output_of_the_beginning_is_taken_for_all_of_it():
    start = message_start(input_tokens=10, output_tokens=1)
    delta, stop = message_end("end_turn")
    reader, _ = read(frames(start, *text("a" * 80), {**delta, "usage": None}, stop))
    assert reader.usage == Usage(10, output=1, output_known=False)
    assert reader.output_tokens_seen == 20
    cut, _ = read(frames(start, *text("a")))
    assert cut.usage == Usage(10, output=1, output_known=False)


def test_a_stream_that_says_nothing_of_its_usage():
    start, (delta, stop) = message_start(), message_end("end_turn")
    del start["message"]["usage"]
    del delta["usage"]
    reader, _ = read(frames(start, *text("a"), delta, stop))
    assert (reader.usage, reader.finished) == (None, True)


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        frames(message_start()),
        frames(message_start(), *text("a"), block_stop(0)),
        frames(message_start(), *text("a"), message_end("end_turn")[0]),
        frames(*text('{"type":"message_stop"}')),
        frames(message_end("end_turn")[1])[:-1],
    ],
)
def test_a_cut_stream_is_shown_as_complete(stream):
    reader, sent = read(stream)
    assert not reader.finished
    assert b"stop_reason" not in sent.replace(b'"stop_reason":null', b"")
    with pytest.raises(StreamFailure) as failed:
        reader.end()
    assert failed.value.code == "upstream_interrupted"


ERRORS = {
    "overloaded_error": "upstream_overloaded",
    "rate_limit_error": "upstream_rate_limited",
    "timeout_error": "upstream_timeout",
    "authentication_error": "upstream_auth",
    "invalid_request_error": "upstream_invalid",
    "invented_error": "upstream_error",
}


@pytest.mark.parametrize("kind", ERRORS)
def test_the_provider_s_words_about_an_error_are_shown(kind):
    with pytest.raises(StreamFailure) as failed:
        read(frames(message_start(), {"type": "error", "error": {"type": kind, "message": "sk-ant-123 at db-7"}}))
    assert failed.value.code == ERRORS[kind]
    assert "db-7" not in failed.value.message
    assert failed.value.before == frame(renamed(message_start()))


@pytest.mark.parametrize("error", [None, "overloaded", [], {}, {"type": ["x"]}])
def test_an_error_of_an_odd_shape_is_passed_on(error):
    with pytest.raises(StreamFailure) as failed:
        read(frame({"type": "error", "error": error}))
    assert failed.value.code == "upstream_error"


@pytest.mark.parametrize("malformed", [b"data: {\n\n", b"data: <html>\n\n", b"data: \xff\n\n", b"data: [DONE]\n\n"])
def test_a_malformed_frame_passes(malformed):
    with pytest.raises(StreamFailure) as failed:
        read(frames(message_start()) + malformed)
    assert failed.value.code == "upstream_interrupted"


failing = st.sampled_from([b"data: {\n\n", frame({"type": "error", "error": {"type": "api_error"}})])


@given(st.lists(texts, max_size=4), failing, st.booleans(), st.data())
def test_what_the_caller_gets_before_a_failure_depends_on_the_split(said, failure, has_reason, data):
    good = frames(*(block_delta(0, type="text_delta", text=each) for each in said))
    reason = frame(message_end("end_turn")[0]) if has_reason else b""
    reader = MessagesStream(shown_model=SHOWN)
    # A stop reason is part of the end: whoever has it takes the answer for complete.
    assert until_failure(reader, data.draw(splits(good + reason + failure))) == good


@given(
    st.sampled_from([b"data: {\n\n", frame({"type": "error"}), frames(*text("late")), b"data: [DONE]\n\n"]), st.data()
)
def test_what_follows_the_end_is_sent_or_undoes_it(late, data):
    whole = frames(message_start(), *message_end("end_turn"))
    reader = MessagesStream(shown_model=SHOWN)
    gone = feed_all(reader, data.draw(splits(whole + late)))
    assert gone + reader.tail == frames(renamed(message_start()), *message_end("end_turn"))
    assert reader.finished


def test_frames_have_no_end():
    with pytest.raises(StreamFailure) as failed:
        read(b"data: " + b"x" * 1_048_577)
    assert failed.value.code == "upstream_interrupted"


def test_a_stream_that_never_stops_after_its_reason_fills_the_memory():
    reader, _ = read(frames(message_start(), message_end("end_turn")[0]))
    for _ in range(10):
        assert reader.feed(frames(*text("x" * 100_000))) == b""
    with pytest.raises(StreamFailure) as failed:
        reader.feed(frames(*text("x" * 100_000)))
    assert failed.value.code == "upstream_interrupted"


@pytest.mark.parametrize(
    "unknown",
    [
        b"data: 5\n\n",
        b"data: null\n\n",
        b'event: x\ndata: {"type": 5, "x": 1.0e2}\n\n',
        b'event: x\ndata: {"type": "x_y", "message": {"model": "' + UPSTREAM.encode() + b'"}}\n\n',
        b'event: message_start\ndata: {"type": "message_start", "message": "none"}\n\n',
        b'event: content_block_delta\ndata: {"type": "content_block_delta", "delta": ["a"]}\n\n',
        b'event: message_delta\ndata: {"type": "message_delta", "delta": 5, "usage": [1]}\n\n',
        b": comment\n\n",
        b"id: 4\nretry: 10\n\n",
    ],
)
def test_events_nobody_knows_are_changed(unknown):
    reader, sent = read(frames(message_start()) + unknown)
    assert sent == frames(renamed(message_start())) + unknown
    assert not reader.finished


def test_a_reason_of_an_odd_shape_is_sent_early():
    delta, stop = message_end("end_turn")
    odd = {**delta, "delta": {"stop_reason": {"of": "next year"}}}
    reader, sent = read(frames(message_start(), odd, stop))
    assert (sent, reader.finish_reason, reader.finished) == (b"", None, True)
    long, _ = read(frames(*message_end("x" * 900)))
    assert long.finish_reason == "x" * 64


@pytest.mark.parametrize(
    ("deltas", "tokens"),
    [
        ([{"type": "text_delta", "text": "a"}] * 3, 3),
        ([{"type": "text_delta", "text": "ü" * 20}], 10),
        ([{"type": "thinking_delta", "thinking": "a" * 40}], 10),
        ([{"type": "input_json_delta", "partial_json": "a" * 40}, {"type": "x_delta", "x": "a" * 40}], 20),
        ([{"type": "signature_delta", "signature": "a" * 400}, {"type": "text_delta", "text": ""}, {}], 0),
    ],
)
def test_output_seen_is_a_token_a_delta_or_a_token_for_four_bytes(deltas, tokens):
    assert read(frames(*(block_delta(0, **delta) for delta in deltas)))[0].output_tokens_seen == tokens
