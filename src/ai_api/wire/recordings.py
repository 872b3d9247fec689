"""How long a recording in a request can be, from its first bytes and its size."""

from __future__ import annotations

import binascii
import struct

SLOWEST_BYTES_A_SECOND = 1_000
"""The lowest rate of the compressed formats models take (MP3 at 8 kbit/s)."""

# RIFF header and "fmt " chunk: format, channels, samples a second, bytes of a sample of all channels, bits of one of one.
_WAVE = struct.Struct("<4s4x4s4s4xHHI4xHH")
_PLAIN_SAMPLES = (1, 3)
_HEAD_CHARS = 4 * 12


def seconds_of(data: str) -> float:
    """The most seconds a recording in base64 (plain, or a data URL) can last.

    Uncompressed WAV says how fast it is; everything else is taken for the slowest there is.
    """
    start = data.find(",") + 1 if data.startswith("data:") else 0
    size_bytes = (len(data) - start) * 3 / 4
    return size_bytes / (_wave_bytes_a_second(data[start : start + _HEAD_CHARS]) or SLOWEST_BYTES_A_SECOND)


def _wave_bytes_a_second(data: str) -> int:
    """The rate of uncompressed samples in a WAV file; 0 where the head does not tell."""
    try:
        head = binascii.a2b_base64(data)
    except (binascii.Error, ValueError):
        return 0
    if len(head) < _WAVE.size:
        return 0
    riff, wave, chunk, kind, channels, samples_a_second, sample_bytes, bits = _WAVE.unpack_from(head)
    if (riff, wave, chunk) != (b"RIFF", b"WAVE", b"fmt ") or kind not in _PLAIN_SAMPLES:
        return 0
    return int(samples_a_second * min(sample_bytes, channels * -(-bits // 8)))
