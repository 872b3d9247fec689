"""What a kept response says of itself, and which bytes of it are kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.wire.json_body import decode, encode
from ai_api.wire.kept_answer import Echo, response_at_the_end
from ai_api.wire.sse import FrameCutter, data_of, split

ECHO = Echo(response_id="resp_own", store=True, previous_response_id="resp_before")
SAID = {"id": "resp_own", "store": True, "previous_response_id": "resp_before"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
OBJECTS = st.dictionaries(st.sampled_from(["id", "store", "output", "previous_response_id", "x"]), JSON, max_size=5)


def frame(event: Any, *, spaced: bool = False, end: str = "\n") -> bytes:
    data = json.dumps(event, indent=1 if spaced else None, ensure_ascii=False)
    lines = ["event: e", *(f"data: {line}" for line in data.split("\n")), "", ""]
    return end.join(lines).encode()


@given(response=OBJECTS, spaced=st.booleans(), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_another_word_of_the_response_is_changed(response, spaced, end):
    sent = frame({"type": "response.created", "response": response}, spaced=spaced, end=end)
    shown = ECHO.frames(sent)
    (whole,) = split(FrameCutter().feed(shown))
    assert whole == shown
    assert shown.startswith(b"event: e\ndata: ")
    assert decode(data_of(whole)) == {"type": "response.created", "response": {**response, **SAID}}
    assert decode(ECHO.whole(encode(response))) == {**response, **SAID}


@given(event=JSON)
def test_an_event_without_a_response_is_written_anew(event):
    if isinstance(event, dict):
        event.pop("response", None)
    sent = frame({"type": "response.output_text.delta", "delta": encode(event).decode() + '"response":{}'})
    for each in (
        sent,
        frame(event),
        frame({"response": "none", "delta": event}),
        b": keep-alive\n\n",
        b"data: [DONE]\n\n",
    ):
        assert ECHO.frames(each) == each
        assert ECHO.frames(b"") == b""


def test_what_is_not_said_is_the_providers_word():
    body = b'{"id":"resp_theirs", "store":false,"previous_response_id":null}'
    assert decode(Echo(previous_response_id="resp_before").whole(body)) == {
        "id": "resp_theirs",
        "store": False,
        "previous_response_id": "resp_before",
    }
    assert decode(Echo(store=False).whole(b'{"store": true}')) == {"store": False}
    assert ECHO.whole(b"[1]") == b"[1]"


@pytest.mark.parametrize(
    ("response", "is_kept"),
    [
        ({"status": "completed", "output": []}, True),
        ({"status": "incomplete", "output": [{}]}, True),
        ({"status": "failed", "output": []}, False),
        ({"status": "in_progress", "output": []}, False),
        ({"status": "completed", "output": None}, False),
        ({"status": ["completed"], "output": []}, False),
        ({}, False),
    ],
)
def test_what_is_no_whole_answer_is_kept(response, is_kept):
    kept = encode(response) if is_kept else None
    assert response_at_the_end(encode(response), is_stream=False) == kept
    tail = b"event: e\ndata: " + encode({"type": "x", "response": response}) + b"\n\ndata: [DONE]\n\n"
    assert response_at_the_end(tail, is_stream=True) == kept


@given(tail=st.binary(max_size=60), is_stream=st.booleans())
def test_bytes_that_are_nothing_break_something(tail, is_stream):
    assert response_at_the_end(tail, is_stream=is_stream) is None
