"""Chat streams in passing: bytes untouched but for the model's name, the end kept back, failures never shown as ends."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.wire.splits import feed_all, splits, until_failure

from ai_api.wire.failures import StreamFailure
from ai_api.wire.openai_stream import ChatStream
from ai_api.wire.sse import TAIL_BYTES_MAX
from ai_api.wire.usage import Usage

UPSTREAM, SHOWN = "gpt-4o-2024-08-06", "openai/gpt-4o"
DONE = b"data: [DONE]\n\n"
USAGE = {"prompt_tokens": 12, "completion_tokens": 7, "total_tokens": 19}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    [f'"model":"{UPSTREAM}"', f'{{"model": "{UPSTREAM}"}}', "[DONE]", "data: [DONE]\n\n", "\n\n", '","usage":{}', "🦉"]
)


def frame(document, end=b"\n\n", **dumps):
    dumps.setdefault("separators", (",", ":"))
    return b"data: " + json.dumps(document, **dumps).encode() + end


def chunk(*, model=UPSTREAM, finish=None, **delta):
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": model, "choices": [choice]}


def usage_chunk(usage=USAGE, **members):
    return {"id": "c1", "object": "chat.completion.chunk", "model": UPSTREAM, "choices": [], "usage": usage, **members}


def read(stream, *, wants_usage=False, shown=SHOWN):
    """The reader after a whole stream, and what it sent before the end."""
    reader = ChatStream(shown_model=shown, wants_usage=wants_usage)
    return reader, reader.feed(stream)


@st.composite
def streams(draw):
    """A whole stream as frames, and the same frames as the caller must see them: sent at once, then with the end.

    The model is spelled one way in one stream, as every server does.
    """
    end = draw(st.sampled_from([b"\n\n", b"\r\n\r\n"]))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    ascii_only = draw(st.booleans())
    wants_usage = draw(st.booleans())

    def write(document):
        sent = frame(document, end, separators=separators, ensure_ascii=ascii_only)
        spelled = f'"model"{separators[1]}"{UPSTREAM}"'.encode()
        assert sent.count(spelled) <= 1
        return sent, sent.replace(spelled, b'"model":' + json.dumps(SHOWN).encode())

    documents = [chunk(role="assistant", content="")]
    documents += [
        chunk(content=draw(texts))
        if draw(st.booleans())
        else chunk(
            tool_calls=[{"index": 0, "function": {"arguments": draw(texts)}}], x_invented={"list": [draw(texts)]}
        )
        for _ in range(draw(st.integers(0, 4)))
    ]
    null_usage = draw(st.booleans())
    frames = [write(each | {"usage": None} if null_usage else each) for each in documents]
    if draw(st.booleans()):
        frames.insert(draw(st.integers(0, len(frames))), (b": keep-alive" + end,) * 2)
    frames.append(write(chunk(finish="stop")))
    tail = []
    place = draw(st.sampled_from(["own chunk", "with the finish", "nowhere"]))
    if place == "own chunk":
        sent, seen = write(usage_chunk())
        frames.append((sent, b""))
        tail = [seen] if wants_usage else []
    elif place == "with the finish":
        frames[-1] = write(chunk(finish="stop") | {"usage": USAGE})
    done = b"data: [DONE]" + end
    return (
        b"".join(sent for sent, _ in frames) + done,
        b"".join(seen for _, seen in frames),
        b"".join(tail) + done,
        wants_usage,
        place,
    )


@given(streams(), st.data())
def test_whatever_the_split_the_caller_sees_the_same_bytes_and_the_end_waits(stream, data):
    sent, now, tail, wants_usage, place = stream
    reader = ChatStream(shown_model=SHOWN, wants_usage=wants_usage)
    gone = feed_all(reader, data.draw(splits(sent)))
    assert gone + reader.tail == now + tail
    # What came in one read with the end may wait with it, but nothing of the end goes before.
    assert now.startswith(gone)
    assert reader.tail.endswith(tail)
    assert reader.finished
    assert reader.finish_reason == "stop"
    assert reader.usage == (None if place == "nowhere" else Usage(12, output=7))
    reader.end()


def test_a_read_that_holds_the_whole_answer_keeps_the_order_of_its_frames():
    stream = frame(chunk(content="hello")) + frame(chunk(finish="stop")) + frame(usage_chunk()) + DONE
    reader, sent = read(stream, wants_usage=True, shown=UPSTREAM)
    assert sent + reader.tail == stream


def test_the_end_goes_alone_when_it_comes_alone():
    hello, usage = frame(chunk(content="hello")), frame(usage_chunk())
    reader = ChatStream(shown_model=UPSTREAM, wants_usage=True)
    assert [reader.feed(each) for each in (hello, usage, DONE)] == [hello, b"", b""]
    assert reader.tail == usage + DONE


@pytest.mark.parametrize("wants_usage", [True, False])
def test_a_usage_chunk_is_hidden_from_callers_that_did_not_ask_and_held_back_from_those_that_did(wants_usage):
    reader, sent = read(frame(chunk(content="a")) + frame(usage_chunk()), wants_usage=wants_usage, shown=UPSTREAM)
    assert sent == frame(chunk(content="a"))
    assert reader.tail == (frame(usage_chunk()) if wants_usage else b"")
    assert reader.usage == Usage(12, output=7)
    assert not reader.finished


@pytest.mark.parametrize("wants_usage", [True, False])
def test_azure_attaches_usage_to_a_chunk_with_choices_and_it_is_billed_and_passed_on(wants_usage):
    last = frame(chunk(finish="stop") | {"usage": USAGE})
    reader, sent = read(last, wants_usage=wants_usage, shown=UPSTREAM)
    assert sent == last
    assert reader.usage == Usage(12, output=7)
    assert (reader.feed(DONE), reader.tail) == (b"", DONE)


def test_azure_opens_with_an_empty_model_and_the_name_is_still_replaced_later():
    opening = frame({"choices": [], "model": "", "object": "", "prompt_filter_results": [{"prompt_index": 0}]})
    _, sent = read(opening + frame(chunk(content="a")) + frame(chunk(content="b")))
    assert sent == opening + frame(chunk(model=SHOWN, content="a")) + frame(chunk(model=SHOWN, content="b"))


@pytest.mark.parametrize("member", ["usage", "error"])
def test_a_frame_without_choices_that_says_null_is_neither_usage_nor_an_error(member):
    opening = frame({"choices": [], "model": UPSTREAM, member: None})
    reader, sent = read(opening, shown=UPSTREAM)
    assert sent == opening
    assert reader.usage is None


def test_the_last_usage_of_a_stream_that_repeats_it_counts():
    running = [chunk(content="a") | {"usage": {"prompt_tokens": 12, "completion_tokens": n}} for n in (1, 2)]
    reader, _ = read(b"".join(map(frame, [*running, usage_chunk()])) + DONE)
    assert reader.usage == Usage(12, output=7)


def test_the_served_tier_is_noticed_wherever_the_provider_says_it():
    reader, _ = read(frame(chunk(content="a") | {"service_tier": "priority"}) + frame(usage_chunk()) + DONE)
    assert reader.usage == Usage(12, output=7, service_tier="priority")


# ── the model's name ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_content_that_quotes_the_model_is_not_the_models_name():
    quoting = chunk(
        content=f'"model":"{UPSTREAM}"', tool_calls=[{"function": {"arguments": f'{{"model":"{UPSTREAM}"}}'}}]
    )
    _, sent = read(frame(quoting))
    assert sent == frame(quoting | {"model": SHOWN})


@pytest.mark.parametrize(
    "members", [{"base_model": UPSTREAM}, {"model_version": UPSTREAM}, {"provider": {"model": UPSTREAM + "-eu"}}]
)
def test_other_members_that_look_like_it_stay(members):
    document = chunk(content="a") | members
    _, sent = read(frame(document))
    assert sent == frame(document | {"model": SHOWN})


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("meta-llama/Llama-3", '"meta-llama\\/Llama-3"'),
        ("modèle", '"mod\\u00e8le"'),
        ("modèle", '"modèle"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("a.*b", '"a.*b"'),
    ],
)
@pytest.mark.parametrize("gap", ["", " "])
def test_the_name_is_replaced_however_the_provider_spells_it(name, spelled, gap):
    def write(model):
        return f'data: {{"id":"x","model":{gap}{model},"choices":[{{"delta":{{"content":"a"}}}}]}}\n\n'.encode()

    _, sent = read(write(spelled) + write(spelled), shown='mine/"odd" 名')
    expected = write('"mine/\\"odd\\" 名"').replace(b'"model": ', b'"model":')
    assert sent == expected + expected
    assert name == json.loads(spelled)


def test_a_name_that_is_the_callers_own_changes_no_byte():
    spaced = frame(chunk(content="a"), separators=(" , ", " : "))
    assert read(spaced, shown=UPSTREAM)[1] == spaced


# ── ends and failures ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_done_inside_content_is_no_end():
    quoting = frame(chunk(content="[DONE]")) + frame(chunk(content="\n\ndata: [DONE]\n\n"))
    reader, sent = read(quoting, shown=UPSTREAM)
    assert (sent, reader.tail, reader.finished) == (quoting, b"", False)
    with pytest.raises(StreamFailure):
        reader.end()


@pytest.mark.parametrize("done", [b"data:[DONE]\n\n", b"data: [DONE]\r\n\r\n", b"event: end\ndata: [DONE] \n\n"])
def test_done_is_known_in_every_spacing_and_never_sent_before_the_settlement(done):
    reader, _ = read(frame(chunk(content="a")), shown=UPSTREAM)
    assert reader.feed(done) == b""
    assert (reader.tail, reader.finished) == (done, True)
    reader.end()


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        frame(chunk(content="a")),
        frame(chunk(content="a")) + frame(chunk(finish="stop")),
        frame(chunk(finish="stop")) + frame(usage_chunk()),
        frame(chunk(finish="stop")) + b"data: [DONE]",
        frame(chunk(finish="stop")) + b"data: [DO",
    ],
)
def test_a_cut_stream_is_never_shown_as_complete(stream):
    reader, _ = read(stream)
    with pytest.raises(StreamFailure) as failed:
        reader.end()
    assert failed.value.code == "upstream_interrupted"


@pytest.mark.parametrize(
    "malformed",
    [
        b"data: {\n\n",
        b"data: {}}\n\n",
        b'data: {"choices": [NaN]}\n\n',
        b"data: DONE\n\n",
        b"data: \xff\n\n",
        b"data: <html>\n\n",
    ],
)
def test_a_malformed_frame_ends_the_stream(malformed):
    with pytest.raises(StreamFailure) as failed:
        read(frame(chunk(content="a")) + malformed)
    assert failed.value.code == "upstream_interrupted"


@given(st.lists(texts, max_size=4), st.sampled_from([b"data: {\n\n", frame({"error": "x"})]), st.data())
def test_what_the_caller_gets_before_a_failure_does_not_depend_on_the_split(said, failing, data):
    good = b"".join(frame(chunk(content=each)) for each in said)
    reader = ChatStream(shown_model=UPSTREAM, wants_usage=True)
    assert until_failure(reader, data.draw(splits(good + failing + DONE))) == good


@given(st.sampled_from([b"data: {\n\n", frame({"error": "x"}), frame(chunk(content="late"))]), st.data())
def test_what_follows_the_end_cannot_undo_it_and_reaches_nobody(late, data):
    hello = frame(chunk(content="hello"))
    reader = ChatStream(shown_model=UPSTREAM, wants_usage=True)
    assert feed_all(reader, data.draw(splits(hello + DONE + late))) + reader.tail == hello + DONE
    assert reader.tail.endswith(DONE)
    # Nor is it billed.
    assert reader.output_tokens_seen == 2
    assert reader.finished


def test_a_frame_that_never_ends_ends_the_stream():
    with pytest.raises(StreamFailure) as failed:
        read(b"data: " + b"x" * 1_048_577)
    assert failed.value.code == "upstream_interrupted"


@pytest.mark.parametrize(
    "error",
    [
        {"error": {"message": "sk-secret is out of credit", "code": 402}},
        {"error": "sk-secret"},
        {"error": {"message": "sk-secret"}, "choices": []},
        {"error": {"message": "sk-secret"}, "choices": None, "model": 5},
    ],
)
def test_an_error_frame_ends_the_stream_without_the_providers_words(error):
    with pytest.raises(StreamFailure) as failed:
        read(frame(chunk(content="a")) + frame(error) + DONE)
    assert failed.value.code == "upstream_error"
    assert "sk-secret" not in failed.value.message


# ── what nobody here knows ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "unknown",
    [
        b"data: 5\n\n",
        b'data: ["a"]\n\n',
        b"data: null\n\n",
        b"data: {}\n\n",
        b'data: {"choices":{"0":"a"},"x":1.0e2}\n\n',
        b'event: progress\nid: 7\ndata: {"percent": 50}\n\n',
        b": comment\n\n",
        b"retry: 10\n\n",
    ],
)
def test_what_nobody_knows_passes_byte_for_byte(unknown):
    reader, sent = read(unknown)
    assert sent == unknown
    assert not reader.finished


def test_a_frame_of_an_odd_shape_is_still_searched_for_usage_and_name():
    odd = chunk(finish=0) | {"usage": USAGE}
    reader, sent = read(frame(odd))
    assert sent == frame(odd | {"model": SHOWN})
    assert reader.usage == Usage(12, output=7)


# ── how much was said, where the provider gives no count ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("deltas", "tokens"),
    [
        ([{"role": "assistant", "content": ""}], 0),
        ([{"content": None}], 0),
        ([{"content": "a"}], 1),
        ([{"content": "a"}, {"content": "b"}, {"content": "c"}], 3),
        ([{"content": "a" * 40}], 10),
        ([{"content": "ü" * 20}], 10),
        ([{"reasoning_content": "a" * 40}], 10),
        ([{"content": [{"type": "thinking", "thinking": "a" * 40}]}], 19),
        ([{"tool_calls": [{"index": 0, "function": {"arguments": "a" * 40}}]}], 21),
        ([{"content": "a", "tool_calls": None}] * 3, 3),
        ([{"content": "a", "tool_calls": []}] * 3, 3),
    ],
)
def test_output_seen_is_a_token_a_frame_or_a_token_for_four_bytes(deltas, tokens):
    reader, _ = read(b"".join(frame(chunk(**delta)) for delta in deltas))
    assert reader.output_tokens_seen == tokens


def test_a_name_that_is_learned_changes_what_came_before_it_in_the_same_read():
    """Whether a frame was renamed hung on whether the network brought it together with one that names the model."""
    unnamed = frame({"id": "c1", "model": "", "choices": [], "seen": {"model": UPSTREAM}})
    stream = unnamed + frame(chunk(content="a")) + frame(chunk(content="b"))
    pieces = [stream[at : at + 1] for at in range(len(stream))]
    reader = ChatStream(shown_model=SHOWN, wants_usage=False)
    bytewise = feed_all(reader, pieces)
    _, whole = read(stream)
    assert whole == bytewise
    assert whole.startswith(unnamed)
    assert whole.count(SHOWN.encode()) == 2


def test_frames_after_the_usage_are_kept_without_end():
    """They belong to the end and are held back for it; a provider that never ends must not fill the memory by them."""
    reader = ChatStream(shown_model=SHOWN, wants_usage=True)
    reader.feed(frame(usage_chunk()))
    more = frame(chunk(content="x" * 1_000)) * 100
    while len(reader.tail) + len(more) <= TAIL_BYTES_MAX:
        assert reader.feed(more) == b""
    with pytest.raises(StreamFailure, match="after its end"):
        reader.feed(more)
