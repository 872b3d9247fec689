"""Server-sent events as bytes: every byte comes out again, in whole frames, whatever the network did to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.wire.splits import splits

from ai_api.wire.sse import KEEP_ALIVE, TAIL_BYTES_MAX, FrameCutter, FrameTooLong, data_of, split

words = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)
ends = st.sampled_from(["\n", "\r\n"])
alone = st.just("\r")


@st.composite
def frames(draw, ends=ends):
    """One frame: comments, names, ids and data in any mix, its lines all ended the same way."""
    end = draw(ends)
    fields = st.tuples(st.sampled_from(["data: ", "data:", "event: ", "id: ", ": ", ":"]), words)
    lines = draw(st.lists(fields, min_size=1, max_size=4))
    return ("".join(f"{name}{text}{end}" for name, text in lines) + end).encode()


def is_whole(piece):
    """Whether bytes end where a frame ends."""
    return piece.endswith((b"\n\n", b"\n\r\n", b"\r\r"))


@given(st.lists(frames(), max_size=6) | st.lists(frames(alone), max_size=6), words, st.data())
def test_any_split_gives_back_exactly_the_bytes_and_only_whole_frames(sent, begun, data):
    # What comes after the last frame is the beginning of another one, which never ended.
    rest = f"data: {begun}".encode()
    stream = b"".join(sent) + rest
    cutter = FrameCutter()
    given_back = []
    for piece in data.draw(splits(stream)):
        head = cutter.feed(piece)
        assert head == b"" or is_whole(head)
        given_back += split(head)
    assert given_back == sent
    assert cutter.rest == rest


@given(st.lists(frames() | frames(alone), min_size=1, max_size=4), st.data())
def test_every_frame_is_given_as_soon_as_it_is_whole(sent, data):
    cutter = FrameCutter()
    for frame in sent:
        pieces = data.draw(splits(frame))
        assert b"".join(cutter.feed(piece) for piece in pieces) == frame
        assert cutter.rest == b""


@pytest.mark.parametrize("sent", [b":\n\n", b":\r\n\r\n", b"a\n\n", KEEP_ALIVE])
def test_the_shortest_comment_is_not_kept_back_until_the_next_frame(sent):
    assert FrameCutter().feed(sent) == sent


@pytest.mark.parametrize("blank", [b"\n", b"\n\n", b"\r\n\r\n"])
def test_blank_lines_before_the_first_frame_make_no_frame(blank):
    cutter = FrameCutter()
    given_back = cutter.feed(blank) + cutter.feed(b"data: a\n\n")
    assert given_back == blank + b"data: a\n\n"
    assert [data_of(frame) for frame in split(given_back)] == [b"a"]


def test_a_character_cut_in_two_is_whole_again():
    stream = "data: über ✓ 🦉\n\n".encode()
    for at in range(1, len(stream)):
        cutter = FrameCutter()
        assert cutter.feed(stream[:at]) == b""
        assert cutter.feed(stream[at:]) == stream


def test_a_frame_without_an_end_is_given_up_before_it_fills_the_memory():
    cutter = FrameCutter()
    assert cutter.feed(b"data: " + b"x" * (TAIL_BYTES_MAX - 6)) == b""
    with pytest.raises(FrameTooLong):
        cutter.feed(b"x")


def test_only_the_unfinished_part_counts_against_the_length():
    cutter = FrameCutter()
    long = b"data: " + b"x" * (2 * TAIL_BYTES_MAX) + b"\n\n"
    assert cutter.feed(long + b"data: y") == long
    with pytest.raises(FrameTooLong):
        cutter.feed(b"y" * TAIL_BYTES_MAX)


@pytest.mark.parametrize(
    ("frame", "data"),
    [
        (b"data: a\n\n", b"a"),
        (b"data:a\n\n", b"a"),
        (b"data:  a\n\n", b" a"),
        (b"data: a\r\n\r\n", b"a"),
        (b"event: x\ndata: a\nid: 1\n\n", b"a"),
        (b"data: a\ndata: b\n\n", b"a\nb"),
        (b"data: a\r\ndata: b\r\n\r\n", b"a\nb"),
        (b": a comment\n\n", b""),
        (b": data: a\n\n", b""),
        (b"data:\n\n", b""),
        (b"event: ping\n\n", b""),
        (b"\ndata: a\n\n", b"a"),
        (b"database: a\n\n", b""),
        (b"data: a\r\r", b"a"),
        (b"data: a\rdata: b\r\r", b"a\nb"),
        (b"\xef\xbb\xbfdata: a\n\n", b"a"),
        (b"data: a\xef\xbb\xbf\n\n", b"a\xef\xbb\xbf"),
        (b"data\n\n", b""),
        (b"data\ndata: a\n\n", b"a"),
        (b"a line without a colon\ndata: a\n\n", b"a"),
        (b" data: a\n\n", b""),
        (b"Data: a\n\n", b""),
        (b"data: a\x00b\n\n", b"a\x00b"),
        (b"\x00data: a\n\n", b""),
    ],
)
def test_the_data_of_a_frame(frame, data):
    assert data_of(frame) == data


def test_a_frame_that_ends_in_returns_waits_behind_one_that_ends_in_feeds():
    """Both came in one read: the second is whole as well, and nobody knows when there will be another."""
    cutter = FrameCutter()
    assert cutter.feed(b"data: a\n\ndata: b\r\r") == b"data: a\n\ndata: b\r\r"
    assert cutter.rest == b""
