"""Changes inputs at random, in the ways that matter to readers of frames and of JSON."""

from __future__ import annotations

import random


def mutated(chance: random.Random, known: list[bytes]) -> bytes:
    """One of the known inputs, changed in one to four places."""
    data = bytearray(chance.choice(known))
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0:
                data[at:at] = chance.choice(
                    (b"\n\n", b"\r\n", b"\r", b"data: ", b"{", b"]", b'"', b"\\", b"\x00", b"\xff")
                )
            case 1:
                del data[at : at + chance.randrange(1, 40)]
            case 2 if at < len(data):
                data[at] = chance.randrange(256)
            case 3:
                other = chance.choice(known)
                data[at:at] = other[chance.randrange(len(other)) :]
            case 4:
                data[at:at] = data[at : at + chance.randrange(1, 40)] * chance.randrange(1, 6)
            case _:
                data[at:at] = chance.choice((b"null", b"true", b"-1", b"1e999", b"[]", b"{}", b'""', b'"model":"m"'))
    return bytes(data)
