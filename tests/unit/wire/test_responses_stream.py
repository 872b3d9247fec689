"""Responses streams in passing: unknown events and fields untouched, terminal events kept back, failures never ends."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.wire.splits import feed_all, splits, until_failure

from ai_api.wire.failures import StreamFailure
from ai_api.wire.openai_stream import ResponsesStream
from ai_api.wire.usage import Usage

UPSTREAM, SHOWN = "gpt-5-2025-08-07", "openai/gpt-5"
USAGE = {"input_tokens": 12, "output_tokens": 7, "output_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 19}
TERMINAL = ["response.completed", "response.incomplete", "response.failed"]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    [f'"model":"{UPSTREAM}"', '{"type":"response.completed"}', "event: response.completed\n\n", "[DONE]", "\n\n"]
)


def frame(event, end=b"\n", **dumps):
    dumps.setdefault("separators", (",", ":"))
    name = event["type"].encode()
    return b"event: " + name + end + b"data: " + json.dumps(event, **dumps).encode() + end + end


def response(status="in_progress", **members):
    return {
        "id": "resp_1",
        "object": "response",
        "status": status,
        "model": UPSTREAM,
        "output": [],
        "usage": None,
    } | members


def event(kind, number=0, **members):
    return {"type": kind, "sequence_number": number} | members


def terminal(kind="response.completed", **members):
    members.setdefault("usage", USAGE)
    return event(kind, 9, response=response(kind.removeprefix("response."), **members))


def shown(document):
    """The event as the caller must see it."""
    return document | {"response": document["response"] | {"model": SHOWN}} if "response" in document else document


def read(stream, *, name=SHOWN, secret=None):
    reader = ResponsesStream(shown_model=name, secret=secret)
    return reader, reader.feed(stream)


@st.composite
def streams(draw):
    """A whole stream, what the caller must see of it before the end, the end, and the kind of end."""
    end = draw(st.sampled_from([b"\n", b"\r\n"]))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    kind = draw(st.sampled_from(TERMINAL))

    def write(document):
        sent = frame(document, end, separators=separators)
        spelled = f'"model"{separators[1]}"{UPSTREAM}"'.encode()
        return sent, sent.replace(
            spelled, b'"model":' + json.dumps(SHOWN).encode(), 1
        ) if "response" in document else sent

    middle = st.builds(
        event,
        st.sampled_from(
            ["response.output_text.delta", "response.function_call_arguments.delta", "response.x_invented"]
        ),
        number=st.integers(1, 8),
        delta=texts,
        x_invented=st.dictionaries(texts, texts, max_size=2),
    ) | st.builds(event, st.just("response.output_item.done"), item=st.fixed_dictionaries({"model": st.just(UPSTREAM)}))
    documents = [event("response.created", response=response()), *draw(st.lists(middle, max_size=4))]
    if draw(st.booleans()):
        documents.insert(1, event("response.in_progress", response=response(metadata={"note": draw(texts)})))
    frames = [write(document) for document in documents]
    if draw(st.booleans()):
        frames.insert(draw(st.integers(0, len(frames))), (b": keep-alive" + end + end,) * 2)
    last, last_seen = write(terminal(kind, output=[{"text": draw(texts)}]))
    done = b"data: [DONE]" + end + end if draw(st.booleans()) else b""
    return (
        b"".join(sent for sent, _ in frames) + last + done,
        b"".join(seen for _, seen in frames),
        last_seen + done,
        kind,
    )


@given(streams(), st.data())
def test_whatever_the_split_the_caller_sees_the_same_bytes_and_the_end_waits(stream, data):
    sent, now, tail, kind = stream
    reader = ResponsesStream(shown_model=SHOWN, secret="sk-upstream")
    gone = feed_all(reader, data.draw(splits(sent)))
    assert gone + reader.tail == now + tail
    assert now.startswith(gone)
    assert reader.tail.endswith(tail)
    assert reader.finished
    assert reader.finish_reason == kind.removeprefix("response.")
    assert reader.usage == Usage(12, output=7, reasoning=2)
    assert (reader.response_id, reader.sequence_number) == ("resp_1", 9)
    reader.end()


@pytest.mark.parametrize("kind", TERMINAL)
@pytest.mark.parametrize("name", [UPSTREAM, SHOWN])
def test_a_terminal_event_is_never_sent_before_the_settlement(kind, name):
    reader = ResponsesStream(shown_model=name, secret=None)
    created = event("response.created", response=response())
    assert reader.feed(frame(created)) == frame(created if name == UPSTREAM else shown(created))
    assert reader.feed(frame(terminal(kind))) == b""
    assert reader.tail == frame(terminal(kind) if name == UPSTREAM else shown(terminal(kind)))
    assert reader.usage == Usage(12, output=7, reasoning=2)


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "response.completed"},
        {"type": "response.completed", "response": None},
        {"type": "response.completed", "response": "resp_1"},
        {"type": "response.completed", "response": {}},
        event("response.completed", response=response("completed", usage=[1])),
        event("response.completed", response=response("completed", incomplete_details="none")),
        event("response.failed", response=response(7, service_tier=1)),
        event("response.completed", number="9", response=response("completed")),
        event("response.completed", number=9.0, response=response("completed")),
    ],
)
def test_a_terminal_event_of_an_odd_shape_is_still_the_end_and_still_waits(odd):
    reader, sent = read(frame(odd), name=UPSTREAM)
    assert (sent, reader.tail, reader.finished) == (b"", frame(odd), True)
    assert reader.usage is None
    reader.end()


def test_an_odd_terminal_event_keeps_what_can_be_read_of_it():
    odd = event("response.incomplete", number="9", response=response("incomplete", usage=USAGE, service_tier=3))
    reader, _ = read(frame(odd))
    assert reader.tail == frame(shown(odd))
    assert reader.usage == Usage(12, output=7, reasoning=2)


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        ({"reason": "max_output_tokens"}, "incomplete:max_output_tokens"),
        ({"reason": None}, "incomplete"),
        ({"reason": "x" * 64}, "incomplete"),
        (None, "incomplete"),
    ],
)
def test_an_incomplete_response_is_billed_and_says_why_it_is_incomplete(details, reason):
    reader, _ = read(frame(terminal("response.incomplete", incomplete_details=details)))
    assert reader.finish_reason == reason
    assert reader.usage == Usage(12, output=7, reasoning=2)


def test_the_served_tier_is_the_one_of_the_terminal_event():
    asked = frame(event("response.created", response=response(service_tier="auto")))
    reader, _ = read(asked + frame(terminal(service_tier="flex")))
    assert reader.usage == Usage(12, output=7, reasoning=2, service_tier="flex")


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        frame(event("response.created", response=response())),
        frame(event("response.output_text.delta", delta="a")) + b"data: [DONE]\n\n",
        frame(event("response.output_text.delta", delta='{"type":"response.completed"}')),
        frame(terminal())[:-1],
        frame(event("response.output_text.done", text="event: response.completed\n\n")),
    ],
)
def test_a_cut_stream_is_never_shown_as_complete(stream):
    reader, sent = read(stream, name=UPSTREAM)
    assert stream.startswith(sent)
    assert reader.tail == b""
    with pytest.raises(StreamFailure) as failed:
        reader.end()
    assert failed.value.code == "upstream_interrupted"


@pytest.mark.parametrize("malformed", [b"data: {\n\n", b"data: {]\n\n", b"data: <html>\n\n", b"data: \xff\n\n"])
def test_a_malformed_frame_ends_the_stream(malformed):
    with pytest.raises(StreamFailure) as failed:
        read(frame(event("response.created", response=response())) + malformed)
    assert failed.value.code == "upstream_interrupted"


@given(st.lists(texts, max_size=4), st.sampled_from([b"data: {\n\n", frame(event("error"))]), st.data())
def test_what_the_caller_gets_before_a_failure_does_not_depend_on_the_split(said, failing, data):
    good = b"".join(frame(event("response.output_text.delta", delta=each)) for each in said)
    reader = ResponsesStream(shown_model=UPSTREAM, secret=None)
    assert until_failure(reader, data.draw(splits(good + failing + frame(terminal())))) == good


@given(st.sampled_from([b"data: {\n\n", frame(event("error")), frame(event("response.x", delta="late"))]), st.data())
def test_what_follows_the_end_cannot_undo_it_nor_send_it_early(late, data):
    created = frame(event("response.created", response=response()))
    closing = data.draw(st.sampled_from([b"", b"data: [DONE]\n\n"]))
    reader = ResponsesStream(shown_model=UPSTREAM, secret=None)
    gone = feed_all(reader, data.draw(splits(created + frame(terminal()) + late + closing)))
    # Some servers close with the terminator of chats, and it does no harm.
    assert gone + reader.tail == created + frame(terminal()) + closing
    assert created.startswith(gone)
    assert reader.finished


def test_a_frame_that_never_ends_ends_the_stream():
    with pytest.raises(StreamFailure) as failed:
        read(b"data: " + b"x" * 1_048_577)
    assert failed.value.code == "upstream_interrupted"


@pytest.mark.parametrize(
    "error",
    [
        event("error", code="server_error", message="sk-upstream failed"),
        {"type": "error", "error": {"message": "sk-upstream failed"}},
        event("error", number="x", message="sk-upstream failed"),
    ],
)
def test_an_error_event_ends_the_stream_without_the_providers_words(error):
    with pytest.raises(StreamFailure) as failed:
        read(frame(error))
    assert failed.value.code == "upstream_error"
    assert "sk-upstream" not in failed.value.message


def test_the_providers_key_echoed_in_a_failure_does_not_reach_the_caller():
    failed = terminal("response.failed", error={"code": "invalid_api_key", "message": "Incorrect key sk-upstream-1234"})
    reader, _ = read(frame(failed), secret="sk-upstream-1234")
    assert b"sk-upstream" not in reader.tail
    assert json.loads(reader.tail.split(b"data: ")[1])["response"]["error"]["message"] == "Incorrect key [redacted]"


@pytest.mark.parametrize(
    "unknown",
    [
        b"data: 5\n\n",
        b"data: null\n\n",
        b'event: x\ndata: {"type": 5, "x": 1.0e2}\n\n',
        b'event: x\ndata: {"type": "x.y", "response": "none", "model": "' + UPSTREAM.encode() + b'"}\n\n',
        b'event: codex.rate_limits\ndata: {"type": "codex.rate_limits", "limits": {"p": [1, 2]}}\n\n',
        b": comment\n\n",
        b"id: 4\nretry: 10\n\n",
    ],
)
def test_events_nobody_knows_pass_byte_for_byte(unknown):
    created = frame(event("response.created", response=response()))
    reader, sent = read(created + unknown)
    assert sent == frame(shown(event("response.created", response=response()))) + unknown
    assert not reader.finished


def test_only_the_responses_own_model_is_renamed():
    inner = event(
        "response.output_item.done", item={"type": "x_call", "model": UPSTREAM, "arguments": f'"model":"{UPSTREAM}"'}
    )
    created = event("response.created", response=response(tools=[{"type": "image_generation", "model": UPSTREAM}]))
    _, sent = read(frame(created) + frame(inner))
    assert sent == frame(shown(created)) + frame(inner)


@pytest.mark.parametrize("first", [UPSTREAM, SHOWN, "gpt-5", ""])
@pytest.mark.parametrize("separators", [(",", ":"), (" , ", " : ")])
def test_a_name_that_is_spelled_or_said_in_another_way_later_reaches_the_caller(first, separators):
    begun = frame(event("response.created", response=response(model=first)))
    end = frame(terminal(), separators=separators)
    reader, seen = read(begun + end)
    assert UPSTREAM.encode() not in seen + reader.tail
    assert reader.tail.count(SHOWN.encode()) == (2 if first else 1)


@pytest.mark.parametrize(
    ("deltas", "tokens"),
    [(["a"], 1), (["a", "b", "c"], 3), (["a" * 40], 10), (["ü" * 20], 10), ([None, ""], 0), ([{"k": "v" * 40}], 12)],
)
def test_output_seen_is_a_token_a_delta_or_a_token_for_four_bytes(deltas, tokens):
    stream = b"".join(frame(event("response.output_text.delta", delta=delta)) for delta in deltas)
    assert read(stream)[0].output_tokens_seen == tokens
