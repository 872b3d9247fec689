"""What a connection of our own must not get wrong: whose answer it is, where it ends, what is kept, what is waited for."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.unit.core.raw_peer import answering, peer
from tests.unit.core.test_egress import found

from ai_api.core import egress as egress_module
from ai_api.core.egress import Egress, Forbidden, Interrupted, TimedOut, Timeouts, Unreachable
from ai_api.core.exchange import READ_AHEAD_BYTES_MAX

PATIENT = Timeouts(connect_s=5, first_byte_s=5, idle_s=5)


@pytest.fixture
async def egress():
    made = Egress()
    yield made
    await made.close()


async def ask(egress, url, *, body=b"{}", headers=None, timeouts=PATIENT):
    return await egress.open("POST", url, headers=headers or {}, body=body, timeouts=timeouts, private_network=True)


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


# ── whose answer it is ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("late", [False, True])
async def test_an_answer_nobody_asked_for_is_taken_for_the_next_ones(egress, late):
    smuggled = b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nsmuggled"
    own = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

    async def play(line):
        await line.request()
        if late:
            await line.say(own)
            await asyncio.sleep(0.05)
            await line.say(smuggled)
        else:
            await line.say(own + smuggled)
        await line.until_left()

    async with peer(play) as server:
        assert await (await ask(egress, server.url())).read_all(100) == b"ok"
        await until(lambda: server.left)
        assert await (await ask(egress, server.url())).read_all(100) == b"ok"
        assert server.connections == 2


async def test_the_rest_of_a_request_is_read_as_the_next_one(egress):
    async def play(line):
        await line.reader.readuntil(b"\r\n\r\n")
        await line.answer(b"too large", "413 Content Too Large")
        await line.until_left()

    async with peer(play) as server:
        for _ in range(2):
            answer = await ask(egress, server.url(), body=b"x" * 16_000_000)
            assert (answer.status, await answer.read_all(100)) == (413, b"too large")
        assert server.connections == 2


async def test_what_comes_before_the_answer_is_taken_for_it(egress):
    async def play(line):
        await line.request()
        await line.say(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n")
        await line.answer(headers="x-own: 1\r\n")

    async with peer(play) as server:
        answer = await ask(egress, server.url())
        assert (answer.status, await answer.read_all(100)) == (200, b"ok")
        assert "link" not in answer.headers
        assert answer.headers["x-own"] == "1"


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nx: 1\r\n folded\r\ncontent-length: 0\r\n\r\n",
    ],
)
async def test_an_answer_that_others_may_read_differently_is_read_at_all(egress, said):
    async def play(line):
        await line.request()
        await line.say(said)
        await line.until_left()

    async with peer(play) as server:
        with pytest.raises(Interrupted):
            await ask(egress, server.url())


@pytest.mark.parametrize(
    "headers",
    [
        {"x-key": "a\r\nx-other: b"},
        {"x-key": "a\nb"},
        {"x-key": "a\rb"},
        {"x-key": "a\0b"},
        {"x\r\ny": "a"},
        {"x-key": "\ud800"},
        {"Content-Length": "5"},
        {"transfer-encoding": "chunked"},
        {"Host": "other.example"},
    ],
)
async def test_a_header_says_how_the_request_is_read(egress, headers):
    async with peer(answering) as server:
        with pytest.raises(Forbidden) as failed:
            await ask(egress, server.url(), headers=headers)
        assert (failed.value.sent, server.connections) == (False, 0)


@pytest.mark.parametrize("path", ["/a b", "/a\r\nx: y", "/\u00e9", "/a\\b", "/<a>"])
async def test_a_path_says_how_the_request_is_read(egress, path):
    async with peer(answering) as server:
        with pytest.raises(Forbidden):
            await ask(egress, server.url(path=path))
        assert server.connections == 0


# ── where it ends ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("endless", [b"x-trailer: " + b"a" * 262_144, b"2;" + b"e" * 262_144])
async def test_what_is_no_body_goes_on_for_ever(egress, endless):
    async def play(line):
        await line.request()
        start = b"0\r\n" if endless.startswith(b"x") else b""
        await line.say(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n" + start)
        for at in range(0, len(endless), 1024):
            await line.say(endless[at : at + 1024])
        await line.until_left()

    async with peer(play) as server:
        answer = await ask(egress, server.url())
        with pytest.raises(Interrupted):
            await answer.read_all(1_000)


async def test_a_trailer_is_taken_for_a_header(egress):
    async def play(line):
        await line.request()
        await line.say(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\ncontent-encoding: gzip\r\n\r\n"
        )

    async with peer(play) as server:
        answer = await ask(egress, server.url())
        assert await answer.read_all(100) == b"ab"
        assert "content-encoding" not in answer.headers


async def test_more_is_read_than_anybody_takes(egress):
    piece, sent = b"x" * 65_536, 0

    async def play(line):
        nonlocal sent
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 64000000\r\n\r\n")
        while True:
            await line.say(piece)
            sent += len(piece)

    async with peer(play) as server:
        answer = await ask(egress, server.url())
        before = -1
        while sent != before:
            before = sent
            await asyncio.sleep(0.05)
        # One read of the network may come on top, and what the kernel keeps was not read.
        assert answer.unread_bytes <= READ_AHEAD_BYTES_MAX + 262_144
        taken = 0
        while taken < before:
            taken += len(await answer.read())
        answer.close()
        await until(lambda: server.left)


async def test_a_reader_who_takes_his_time_is_told_that_the_answer_fell_silent(egress):
    async def play(line):
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab")
        await asyncio.sleep(0.2)
        await line.say(b"cd")

    async with peer(play) as server:
        answer = await ask(egress, server.url(), timeouts=Timeouts(5, 5, 0.15))
        assert await answer.read() == b"ab"
        await asyncio.sleep(0.3)
        assert await answer.read() == b"cd"
        assert await answer.read() == b""


async def test_who_hung_up_waits_for_more(egress):
    async def play(line):
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab")
        await line.until_left()

    async with peer(play) as server:
        answer = await ask(egress, server.url())
        answer.close()
        with pytest.raises(Interrupted):
            await answer.read()


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_connections_rest_for_ever(egress, monkeypatch):
    monkeypatch.setattr(egress_module, "KEPT_S", 0.05)

    async def play(line):
        await line.request()
        await line.answer()
        await line.until_left()

    async with peer(play) as server:
        await (await ask(egress, server.url())).read_all(100)
        await until(lambda: server.left == 1)
        assert egress._lines == {}


@pytest.mark.parametrize("said", ["connection: close\r\n", "HTTP/1.0"])
async def test_a_connection_its_peer_gives_up_is_used_again(egress, said):
    async def play(line):
        await line.request()
        if said == "HTTP/1.0":
            await line.say(b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok")
        else:
            await line.answer(headers=said)
        await line.until_left()

    async with peer(play) as server:
        for _ in range(2):
            assert await (await ask(egress, server.url())).read_all(100) == b"ok"
        assert server.connections == 2


async def test_closing_leaves_calls_waiting(egress):
    async def play(line):
        await line.request()
        await line.until_left()

    async with peer(play) as server:
        calling = asyncio.create_task(ask(egress, server.url()))
        await until(lambda: server.heads and server.heads[0])
        await egress.close()
        with pytest.raises(Interrupted):
            await calling
        await until(lambda: server.left)


async def test_a_name_is_looked_up_for_each_of_many_calls_or_for_none_when_one_leaves():
    asked, answer_now = [], asyncio.Event()

    async def lookup(host, port):
        asked.append(host)
        await answer_now.wait()
        return await found("127.0.0.1")[0](host, port)

    egress = Egress(lookup=lookup)
    async with peer(answering) as server:
        calls = [asyncio.create_task(ask(egress, server.url("api.example.com"))) for _ in range(5)]
        await until(lambda: asked)
        calls[0].cancel()
        await asyncio.wait({calls[0]})
        answer_now.set()
        for call in calls[1:]:
            assert await (await call).read_all(100) == b"ok"
        assert asked == ["api.example.com"]
    await egress.close()


# ── who it is ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def certified(folder, name):
    """A server's side and a client's side, of which the client believes the server to be `name`."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "both.pem").write_bytes(private + certificate)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "both.pem")
    return server, ssl.create_default_context(cadata=certificate.decode())


async def test_a_provider_whose_certificate_is_good_is_called_by_its_name(tmp_path):
    serving, believing = certified(tmp_path, "api.example.com")
    egress = Egress(lookup=found("127.0.0.1")[0], tls=believing)
    async with peer(answering, tls=serving) as server:
        for _ in range(2):
            answer = await ask(egress, f"https://api.example.com:{server.port}/v1")
            assert await answer.read_all(100) == b"ok"
        assert [len(heads) for heads in server.heads] == [2]
    await egress.close()


@pytest.mark.parametrize(("name", "believes"), [("other.example.com", True), ("api.example.com", False)])
async def test_a_provider_that_is_another_is_sent_the_key(tmp_path, name, believes):
    serving, believing = certified(tmp_path, name)
    egress = Egress(lookup=found("127.0.0.1")[0], tls=believing if believes else None)
    async with peer(answering, tls=serving) as server:
        with pytest.raises(Unreachable) as failed:
            await ask(egress, f"https://api.example.com:{server.port}/v1")
        assert not failed.value.sent
        assert not any(server.heads)
    await egress.close()


async def test_a_handshake_that_never_ends_is_waited_for():
    async def play(line):
        await line.reader.read()

    egress = Egress(lookup=found("127.0.0.1")[0])
    async with peer(play) as server:
        with pytest.raises(TimedOut) as failed:
            await ask(egress, f"https://api.example.com:{server.port}/v1", timeouts=Timeouts(0.2, 5, 5))
        assert not failed.value.sent
    await egress.close()
