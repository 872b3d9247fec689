"""Any way a network may cut a stream of bytes into reads."""

from hypothesis import strategies as st


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
