"""What is taken for a whole request without a parser: never what the parser of HTTP sees otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field

import httptools
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.thoroughness import tried

from ai_api.protocols import plain_request

LINE = b"POST /v1/chat/completions HTTP/1.1"
BODY = b'{"model":"a"}'
FIELDS = [
    b"Host: gateway.example",
    b"Accept: */*",
    b"Authorization: Bearer aiapi-0123",
    b"Content-Type: application/json",
    b"User-Agent: OpenAI/Python 2.8.1",
    b"X-Stainless-Retry-Count: 0",
    b"Content-Length: 13",
]


def request(*, line: bytes = LINE, fields: list[bytes] = FIELDS, body: bytes = BODY) -> bytes:
    return b"\r\n".join([line, *fields, b"", body])


def but(number: int, *instead: bytes) -> list[bytes]:
    """The fields with others in the place of one."""
    return [*FIELDS[:number], *instead, *FIELDS[number + 1 :]]


@pytest.mark.parametrize(
    "fields",
    [
        FIELDS,
        [*FIELDS, b"Connection: keep-alive"],
        [each.lower() for each in FIELDS],
        but(2, b"authorization: Bearer a:b  c", b"Empty:"),
        but(6, b"CONTENT-LENGTH: 013"),
    ],
    ids=["as aiohttp and Go send it", "as httpx and Node send it", "in small letters", "odd values", "a zero in front"],
)
def test_what_clients_send_is_left_to_the_parser(fields):
    assert plain_request.line_of(request(fields=fields)) == LINE


@pytest.mark.parametrize(
    "read",
    [
        b"",
        b"\r\n\r\n",
        b"\r\n" + request(),
        request()[:-1],
        request() + b"\n",
        request() + request(),
        request(line=LINE[:-1] + b"0"),
        request(line=b"POST  HTTP/1.1", fields=[]),
        request(fields=but(0)),
        request(fields=but(0, FIELDS[0], FIELDS[0])),
        request(fields=but(6, FIELDS[6], FIELDS[6])),
        request(fields=but(6, FIELDS[6], b"Content-Length: 12")),
        request(fields=but(6, b"Content-Length:13")),
        request(fields=but(6, b"Content-Length: +13")),
        request(fields=but(6, b"Content-Length: 13 ")),
        request(fields=but(6, b"Content-Length: 000013")),
        request(fields=but(6, b"Content-Length : 13")),
        request(fields=but(6, b"Transfer-Encoding: chunked"), body=b"d\r\n" + BODY + b"\r\n0\r\n\r\n"),
        request(fields=[*FIELDS, b"Transfer-Encoding: chunked"]),
        request(fields=[*FIELDS, b"Connection: close"]),
        request(fields=[*FIELDS, b"Connection: keep-alive, upgrade"]),
        request(fields=[*FIELDS, b"Expect: 100-continue"]),
        request(fields=[*FIELDS, b"Upgrade: websocket"]),
        request(fields=[*FIELDS, b"X-Request-Id: mine"]),
        request(fields=[*FIELDS, b" goes: on"]),
        request(fields=[*FIELDS, b"X: a\nTransfer-Encoding: chunked"]),
        request(fields=[*FIELDS, b"X: a\rb"]),
        request(fields=[*FIELDS, b"X: a\x00b"]),
        request(fields=[*FIELDS, *[b"X: a"] * plain_request.FIELDS_MAX]),
    ],
)
def test_what_is_unusual_is_not_left_to_the_parser(read):
    assert plain_request.line_of(read) is None


@dataclass
class Seen:
    """What httptools tells of a read, as uvicorn hears it."""

    begun: int = 0
    ended: int = 0
    url: bytes = b""
    names: list[bytes] = field(default_factory=list)
    body: bytes = b""
    is_kept: bool = False
    parser: httptools.HttpRequestParser = field(init=False)

    def of(self, read: bytes) -> Seen:
        self.parser = httptools.HttpRequestParser(self)
        self.parser.feed_data(read)
        return self

    def on_message_begin(self) -> None:
        self.begun += 1

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.names.append(name.lower())

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.ended += 1
        self.is_kept = self.parser.should_keep_alive()


PIECES = [
    b"\r\n",
    b"\n",
    b"\r",
    b" ",
    b"\t",
    b":",
    b"\r\n\r\n",
    b"0",
    b"13",
    b",",
    b"\x00",
    b"\xff",
    b"close",
    b"chunked",
]
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.integers(0, 24),
        st.one_of(
            st.sampled_from([*PIECES, *FIELDS, b"Transfer-Encoding: chunked", b"Connection: close", LINE, request()]),
            st.binary(max_size=3),
        ),
    ),
    max_size=3,
)


def changed(read: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for place, taken_out, put_in in changes:
        read = read[:place] + put_in + read[place + taken_out :]
    return read


@tried(ci=2_000, full=50_000)
@given(changes=CHANGES)
def test_what_the_parser_sees_otherwise_is_taken_for_a_request(changes):
    """Whatever is taken for one is a message that begins and ends there, is kept, and is for the same address.

    What the parser takes for malformed may be turned away too: nothing of it is left over either way.
    """
    read = changed(request(), changes)
    line = plain_request.line_of(read)
    if line is None:
        return
    try:
        seen = Seen().of(read)
    except httptools.HttpParserError:
        return
    assert (seen.begun, seen.ended, seen.is_kept) == (1, 1, True)
    assert line == b"%b %b HTTP/1.1" % (seen.parser.get_method(), seen.url)
    assert read.endswith(b"\r\n\r\n" + seen.body)
    assert not {b"transfer-encoding", b"expect", b"upgrade", b"x-request-id"} & set(seen.names)
    assert not seen.parser.should_upgrade()
