"""A read that is exactly one small HTTP request of the plainest form, known without a parser of HTTP.

Whatever is unusual in the least is not plain, and is the parser's affair: so nothing is ever taken for a request, or for the
end of one, that the parser would see otherwise.
"""

from __future__ import annotations

FIELDS_MAX = 64
_BODY_DIGITS_MAX = 5
_LENGTH = b"\r\ncontent-length: "
_UNUSUAL = (
    b"\r\ntransfer-encoding",
    b"\r\nexpect",
    b"\r\nupgrade",
    # The answer has to say it again.
    b"\r\nx-request-id",
    # A line that goes on in the next, or ends before its name does.
    b"\r\n ",
    b"\r\n\t",
    b"\r\n:",
    b" :",
    b"\t:",
    b"\x00",
)
_KEPT = b"\r\nconnection: keep-alive\r\n"


def line_of(read: bytes) -> bytes | None:
    """The request line, without its end, of a read that is a whole plain request and nothing else; None of any other.

    Plain is HTTP/1.1 with one Host, a Content-Length of at most 99,999 that is the length of what follows the head,
    and a connection that is kept.
    """
    line_end, head_end = read.find(b"\r\n"), read.find(b"\r\n\r\n")
    if line_end <= 0 or head_end <= line_end or not read.startswith(b" HTTP/1.1", line_end - 9):
        return None
    fields = read[line_end : head_end + 2].lower()
    line = read[:line_end]
    # Empty lines may stand before a request, and the parser is not strict with what is between its words.
    if line.count(b" ") != 2 or b"\n" in line or b"\r" in line:
        return None
    return line if _is_plain(fields) and _length_of(fields) == len(read) - head_end - 4 else None


def _is_plain(fields: bytes) -> bool:
    # A loop, as a generator costs as much again as all of the searching.
    for unusual in _UNUSUAL:
        if unusual in fields:
            return False
    lines = fields.count(b"\r\n")
    return (
        lines <= FIELDS_MAX
        and lines == fields.count(b"\n") == fields.count(b"\r")
        and fields.count(b"\r\nhost:") == 1
        and fields.count(b"\r\nconnection") == fields.count(_KEPT)
    )


def _length_of(fields: bytes) -> int | None:
    if fields.count(b"\r\ncontent-length") != 1 or (start := fields.find(_LENGTH)) < 0:
        return None
    start += len(_LENGTH)
    digits = fields[start : fields.index(b"\r\n", start)]
    return int(digits) if digits.isdigit() and len(digits) <= _BODY_DIGITS_MAX else None
