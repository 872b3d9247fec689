"""Server-sent events as bytes: whole frames out of any split."""

from __future__ import annotations

TAIL_BYTES_MAX = 1_048_576

KEEP_ALIVE = b": keep-alive\n\n"
_MARK = b"\xef\xbb\xbf"
"""The byte order mark, which may open a stream and means nothing."""


class FrameTooLong(ValueError):
    """A frame grew past its bound without an end."""


class FrameCutter:
    """Collects reads and gives back whole frames, in one piece, byte for byte.

    Cuts at the last blank line (two line feeds, also with carriage returns, or two of those alone), which survives split
    characters, comments and reads of one byte.
    """

    __slots__ = ("_frame_bytes_max", "_rest")

    def __init__(self, *, frame_bytes_max: int = TAIL_BYTES_MAX) -> None:
        self._rest = b""
        self._frame_bytes_max = frame_bytes_max

    @property
    def rest(self) -> bytes:
        """What came after the last whole frame."""
        return self._rest

    def feed(self, data: bytes) -> bytes:
        """All frames that are whole now; empty when none is. Raises FrameTooLong."""
        rest = self._rest
        if not rest and data.endswith(b"\n\n") and b"\r" not in data and not data.startswith(b"\n"):
            # Whole frames in one read, as nearly all come.
            return data
        start = max(0, len(rest) - 3)
        buffer = rest + data if rest else data
        plain, returned = buffer.rfind(b"\n\n", start), buffer.rfind(b"\n\r\n", start)
        # A blank line that opens the stream (at 0) is no frame yet.
        end = max(plain + 2, returned + 3) if plain > 0 or returned > 0 else 0
        if b"\r" in data and (alone := buffer.rfind(b"\r\r", start)) > 0:
            end = max(end, alone + 2)
        self._rest = buffer[end:]
        if len(self._rest) > self._frame_bytes_max:
            raise FrameTooLong("a frame has no end")
        return buffer[:end]


def split(frames: bytes) -> list[bytes]:
    """Single frames, each with its closing blank line, of what `FrameCutter.feed` gave."""
    if b"\r" in frames:
        return _split_with_returns(frames)
    if frames.find(b"\n\n") == len(frames) - 2 and not frames.startswith(b"\n"):
        # One frame, as a provider sends them while it writes: nothing to put together again.
        return [frames]
    return [frame + b"\n\n" for frame in frames.split(b"\n\n") if frame.strip(b"\n")]


def data_of(frame: bytes) -> bytes:
    """The data of one frame: its `data:` lines joined; empty for comments."""
    if frame.startswith(b"data: ") and frame.count(b"\n") == 2 and b"\r" not in frame:
        return frame[6:-2]
    lines = frame.removeprefix(_MARK).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return b"\n".join(line[5:].removeprefix(b" ") for line in lines if line.startswith(b"data:"))


def _split_with_returns(frames: bytes) -> list[bytes]:
    found: list[bytes] = []
    current: list[bytes] = []
    for line in frames.splitlines(keepends=True):
        current.append(line)
        if not line.strip(b"\r\n"):
            if len(current) > 1:
                found.append(b"".join(current))
            current = []
    return found
