"""Any way a network may cut a stream of bytes into reads."""

from hypothesis import strategies as st

from ai_api.wire.failures import StreamFailure


@st.composite
def splits(draw, stream):
    """The stream's bytes in pieces: one, all single bytes, or cut anywhere."""
    way = draw(st.sampled_from(["whole", "bytes", "anywhere"]))
    if way == "whole":
        return [stream]
    if way == "bytes":
        return [stream[at : at + 1] for at in range(len(stream))]
    cuts = sorted(draw(st.sets(st.integers(0, len(stream)), max_size=12)))
    return [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


def feed_all(reader, pieces):
    """What a reader gives for each piece, in one."""
    return b"".join(reader.feed(piece) for piece in pieces)


def until_failure(reader, pieces):
    """What a reader gives before it fails, the good frames of the failing read among it. AssertionError if it does not."""
    gone = b""
    try:
        for piece in pieces:
            gone += reader.feed(piece)
    except StreamFailure as failure:
        return gone + failure.before
    raise AssertionError("the stream did not fail")
