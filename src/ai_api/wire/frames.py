"""Single frames out of what comes of a provider's stream, and what is wrong where they do not come to an end."""

from __future__ import annotations

from ai_api.wire.failures import StreamFailure
from ai_api.wire.sse import FrameCutter, FrameTooLong, split


def whole_frames(cutter: FrameCutter, data: bytes) -> list[bytes]:
    """The frames that are whole with these bytes, each with its closing blank line. Raises StreamFailure."""
    try:
        return split(cutter.feed(data))
    except FrameTooLong:
        raise StreamFailure("upstream_interrupted", "The provider sent a frame without an end.") from None


def unended() -> StreamFailure:
    """What to raise for a stream that its provider closed before its end."""
    return StreamFailure("upstream_interrupted", "The provider's stream stopped before its end.")
