"""The way out, over real sockets on this machine: checked where it is dialled, never redirected, every fault named."""

import asyncio
import gzip
import socket

import pytest
from tests.unit.core.raw_peer import answering, peer
from tests.unit.core.test_addresses import INSIDE, NOWHERE, OWN

from ai_api.core.egress import Egress, Forbidden, Interrupted, TimedOut, Timeouts, Unreachable

QUICK = Timeouts(connect_s=3, first_byte_s=3, idle_s=0.2)


def found(*addresses):
    """A look-up that knows these addresses for every name, and what it was asked."""
    asked = []

    async def lookup(host, port):
        asked.append(host)
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET6 if ":" in address else socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }
            for address in addresses
        ]

    return lookup, asked


@pytest.fixture
async def open_egress():
    made = []

    def make(*addresses):
        lookup, asked = found(*addresses)
        egress = Egress(lookup=lookup) if addresses else Egress()
        egress.asked, egress.answers = asked, []
        made.append(egress)
        return egress

    yield make
    for egress in made:
        for answer in egress.answers:
            answer.close()
        await egress.close()


async def post(egress, url, *, private_network=True, body=b"{}", timeouts=QUICK, headers=None):
    answer = await egress.open(
        "POST", url, headers=headers or {}, body=body, timeouts=timeouts, private_network=private_network
    )
    egress.answers.append(answer)
    return answer


async def post_and_read(egress, url):
    return await (await post(egress, url)).read_all(1000)


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────────


SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0.0.0.0",
    "127.0.0.1.",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:0:0:1]",
    "[::1%25lo]",
    "\uff11\uff12\uff17.0.0.1",
    "127\u30020\u30020\u30021",
    "%31%32%37.0.0.1",
    "user@127.0.0.1",
    "api.example.com@127.0.0.1",
    "api.example.com:443@127.0.0.1",
    "localhost",
    "localhost.",
]


@pytest.fixture
def trap(monkeypatch):
    """Nothing is really dialled: what would have been is written down, and refused."""
    dialled = []

    def connect(self, address):
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return dialled


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_leads_inside_is_not_dialled(open_egress, trap, address):
    egress = open_egress(address)
    with pytest.raises(Forbidden, match="may not reach") as failed:
        await post(egress, "http://api.example.com/v1", private_network=False)
    assert (trap, failed.value.sent, egress.asked) == ([], False, ["api.example.com"])


@pytest.mark.parametrize("address", INSIDE)
async def test_a_literal_that_leads_inside_is_not_dialled(open_egress, trap, address):
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(Forbidden) as failed:
        await post(open_egress(), f"http://{host}/v1", private_network=False)
    assert (trap, failed.value.sent) == ([], False)


@pytest.mark.parametrize("address", NOWHERE)
async def test_where_no_provider_is_nobody_is_sent_not_even_for_private_networks(open_egress, trap, address):
    with pytest.raises(Forbidden, match="may not reach"):
        await post(open_egress(address), "http://api.example.com/v1")
    assert trap == []


@pytest.mark.parametrize("address", OWN)
async def test_the_trap_would_have_noticed(open_egress, trap, address):
    with pytest.raises(Unreachable) as failed:
        await post(open_egress(address), "http://api.example.com:81/v1")
    assert not isinstance(failed.value, Forbidden)
    assert [each[:2] for each in trap] == [(address, 81)]


@pytest.mark.parametrize("host", SPELLINGS)
async def test_an_inside_literal_is_not_dialled_however_it_is_spelled(open_egress, host):
    async with peer(answering) as trap:
        with pytest.raises(Unreachable) as failed:
            await post(open_egress(), trap.url(host), private_network=False)
        assert trap.connections == 0
    assert not failed.value.sent


@pytest.mark.parametrize(
    "among", [("8.8.8.8", "10.0.0.1"), ("2606:4700::1111", "8.8.8.8", "::1"), ("169.254.169.254", "1.1.1.1")]
)
async def test_one_inside_among_several_addresses_spoils_the_name(open_egress, trap, among):
    with pytest.raises(Forbidden):
        await post(open_egress(*among), "http://api.example.com/v1", private_network=False)
    assert trap == []


async def test_a_name_without_an_address_is_no_forbidden_one():
    async def lookup(host, port):
        return []

    egress = Egress(lookup=lookup)
    with pytest.raises(Unreachable) as failed:
        await egress.open("POST", "http://api.example.com/", headers={}, timeouts=QUICK)
    await egress.close()
    assert not isinstance(failed.value, Forbidden)


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
async def test_a_name_that_leads_inside_at_the_second_look_is_not_dialled(monkeypatch):
    """127.0.0.1 plays the internet, 127.0.0.2 the inside: the name's owner changes its address as soon as it was checked."""
    answers = iter([["127.0.0.1"], ["127.0.0.2"], ["127.0.0.1", "127.0.0.2"]])
    asked = []

    async def lookup(host, port):
        asked.append(host)
        return await found(*next(answers))[0](host, port)

    egress = Egress(lookup=lookup, may_dial=lambda address, *, private_network: str(address) == "127.0.0.1")

    async def hang_up_after(line):
        await line.request()
        await line.answer(headers="connection: close\r\n")

    async with peer(hang_up_after) as server, peer(answering, host="127.0.0.2", port=server.port) as trap:
        url = f"http://api.example.com:{server.port}/"

        async def ask():
            answer = await egress.open("POST", url, headers={}, body=b"{}", timeouts=QUICK)
            return await answer.read_all(100)

        assert await ask() == b"ok"
        # What was looked up is remembered for a while. After that it is looked up, and checked, again.
        egress.forget_names()
        for _ in range(2):
            with pytest.raises(Forbidden):
                await ask()
        assert (trap.connections, server.connections, len(asked)) == (0, 1, 3)
    await egress.close()


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
async def test_the_socket_is_checked_as_well_as_the_name():
    """Should a look-up ever be believed that was not checked, the address is still looked at where it is dialled."""
    said = iter([True, False])
    egress = Egress(lookup=found("127.0.0.2")[0], may_dial=lambda address, *, private_network: next(said))
    async with peer(answering, host="127.0.0.2") as trap:
        with pytest.raises(Forbidden):
            await egress.open("POST", f"http://api.example.com:{trap.port}/", headers={}, timeouts=QUICK)
        assert trap.connections == 0
    await egress.close()


async def test_the_same_address_is_dialled_for_a_key_that_may_reach_private_networks(open_egress):
    egress = open_egress("127.0.0.1")
    async with peer(answering) as server:
        answer = await post(egress, server.url("ollama.internal"))
        assert (answer.status, await answer.read_all(100)) == (200, b"ok")
        head = server.heads[0][0]
    assert f"host: ollama.internal:{server.port}" in head.lower()


async def test_what_is_checked_is_what_is_dialled(open_egress):
    # A second look-up could give another answer: there is none.
    egress = open_egress("127.0.0.1")
    async with peer(answering) as server:
        await (await post(egress, server.url("api.example.com"))).read_all(100)
    assert egress.asked == ["api.example.com"]


async def test_a_connection_made_for_private_networks_serves_no_other_key(open_egress):
    egress = open_egress("127.0.0.1")
    async with peer(answering) as server:
        await (await post(egress, server.url("api.example.com"))).read_all(100)
        with pytest.raises(Unreachable):
            await post(egress, server.url("api.example.com"), private_network=False)
        assert server.connections == 1


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 Other", "307 Temporary", "308 Permanent"])
async def test_a_redirect_to_an_inside_host_is_not_followed(open_egress, status):
    async with peer(answering) as trap:

        async def redirect(line):
            await line.request()
            await line.answer(b"", status, f"location: {trap.url()}\r\n")

        async with peer(redirect) as server:
            answer = await post(open_egress(), server.url())
            assert answer.status == int(status[:3])
        assert trap.connections == 0


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_a_proxy_of_the_environment_sees_nothing(open_egress, monkeypatch, name):
    async with peer(answering) as trap, peer(answering) as server:
        monkeypatch.setenv(name, trap.url())
        assert (await post(open_egress(), server.url())).status == 200
        assert (trap.connections, server.connections) == (0, 1)


async def test_cookies_of_one_callers_answer_do_not_come_with_the_next_call(open_egress):
    async def play(line):
        while True:
            await line.request()
            await line.answer(headers="set-cookie: session=1; Path=/\r\n")

    egress = open_egress("127.0.0.1")
    async with peer(play) as server:
        for _ in range(2):
            await (await post(egress, server.url("api.example.com"))).read_all(100)
        assert "cookie" not in "".join(server.heads[0]).lower()


# ── connections ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_kept_connection_is_used_again(open_egress):
    egress = open_egress()
    async with peer(answering) as server:
        for _ in range(3):
            answer = await post(egress, server.url())
            assert await answer.read_all(100) == b"ok"
            answer.finish()
        assert [len(heads) for heads in server.heads] == [3]


async def test_an_answer_is_not_lost_whose_connection_serves_the_next_call_before_anybody_has_seen_it(open_egress):
    egress = open_egress()
    rest, following = egress._rest, []

    def rest_and_go_on(line):
        rest(line)
        if not following:
            following.append(asyncio.create_task(post(egress, server.url())))

    egress._rest = rest_and_go_on
    async with peer(answering) as server, asyncio.timeout(5):
        answer = await post(egress, server.url())
        assert await answer.read_all(100) == b"ok"
        assert await (await following[0]).read_all(100) == b"ok"
        assert [len(heads) for heads in server.heads] == [2]


async def test_a_kept_connection_that_just_closed_is_tried_once_more_on_a_new_one(open_egress):
    async def play(line):
        await line.request()
        await line.answer()
        if line.number == 0:
            await line.request()
            return  # the provider closes as the second request arrives

    egress = open_egress()
    async with peer(play) as server:
        await (await post(egress, server.url())).read_all(100)
        answer = await post(egress, server.url(), body=b'{"paid":"once"}')
        assert await answer.read_all(100) == b"ok"
        assert [len(heads) for heads in server.heads] == [2, 1]


async def test_a_request_whose_answer_had_begun_is_not_sent_again(open_egress):
    """It was read, and may be paid for: that its answer broke off in the headers does not unsay it."""

    async def play(line):
        await line.request()
        await line.answer()
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-le")

    egress = open_egress()
    async with peer(play) as server:
        await post_and_read(egress, server.url())
        with pytest.raises(Unreachable) as failed:
            await post(egress, server.url())
        assert failed.value.sent
        assert [len(heads) for heads in server.heads] == [2]


async def test_a_kept_connection_that_closes_late_may_have_carried_the_request(open_egress, monkeypatch):
    monkeypatch.setattr("ai_api.core.egress.AT_ONCE_S", 0.05)

    async def play(line):
        await line.request()
        await line.answer()
        await line.request()
        # The provider works on it, and dies of it.
        await asyncio.sleep(0.15)

    egress = open_egress()
    async with peer(play) as server:
        await (await post(egress, server.url())).read_all(100)
        with pytest.raises(Unreachable) as failed:
            await post(egress, server.url())
        assert failed.value.sent
        assert server.connections == 1


async def test_it_is_once_and_not_for_ever(open_egress):
    async def play(line):
        await line.request()
        if line.number == 0:
            await line.answer()
            await line.request()

    egress = open_egress()
    async with peer(play) as server:
        await (await post(egress, server.url())).read_all(100)
        with pytest.raises(Unreachable) as failed:
            await post(egress, server.url())
        assert failed.value.sent
        assert [len(heads) for heads in server.heads] == [2, 1]


async def test_a_new_connection_that_closes_is_not_tried_again_for_the_call_may_have_been_read(open_egress):
    async def play(line):
        await line.request()

    async with peer(play) as server:
        with pytest.raises(Unreachable) as failed:
            await post(open_egress(), server.url())
        assert failed.value.sent
        assert server.connections == 1


@pytest.mark.parametrize("leave", ["close", "finish"])
async def test_an_answer_left_in_the_middle_hangs_up_soon(open_egress, leave):
    async def play(line):
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        await line.until_left()

    async with peer(play) as server:
        answer = await post(open_egress(), server.url())
        getattr(answer, leave)()
        async with asyncio.timeout(2):
            while not server.left:
                await asyncio.sleep(0.01)
        answer.close()
        assert (server.connections, server.left) == (1, 1)


async def test_a_call_that_is_cancelled_before_the_headers_hangs_up_at_once(open_egress):
    async def play(line):
        await line.request()
        await line.until_left()

    async with peer(play) as server:
        calling = asyncio.create_task(post(open_egress(), server.url(), timeouts=Timeouts()))
        while not server.connections or not server.heads[0]:
            await asyncio.sleep(0.01)
        calling.cancel()
        async with asyncio.timeout(1):
            while not server.left:
                await asyncio.sleep(0.01)
        assert (server.connections, server.left) == (1, 1)
        assert calling.cancelled()


async def test_a_finished_answer_whose_last_bytes_come_late_keeps_its_connection(open_egress):
    async def play(line):
        while True:
            await line.request()
            await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab")
            await asyncio.sleep(0.05)
            await line.say(b"cd")

    egress = open_egress()
    async with peer(play) as server:
        for _ in range(2):
            answer = await post(egress, server.url())
            assert await answer.read() == b"ab"
            answer.finish()
            await asyncio.sleep(0.1)
        assert [len(heads) for heads in server.heads] == [2]


# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_name_that_nobody_resolves_in_time_means_that_nothing_was_sent(open_egress):
    async def lookup(host, port):
        await asyncio.sleep(60)

    egress = Egress(lookup=lookup)
    try:
        with pytest.raises(TimedOut) as failed:
            await post(egress, "http://api.example.com/v1", timeouts=Timeouts(connect_s=0.1))
        assert not failed.value.sent
    finally:
        await egress.close()


async def test_a_provider_that_says_nothing_may_have_read_the_request(open_egress):
    async def play(line):
        await line.request()
        await line.until_left()

    async with peer(play) as server:
        with pytest.raises(TimedOut) as failed:
            await post(open_egress(), server.url(), timeouts=Timeouts(1, 0.1, 5))
        assert failed.value.sent
        async with asyncio.timeout(1):
            while not server.left:
                await asyncio.sleep(0.01)


async def test_silence_in_the_middle_is_a_timeout(open_egress):
    async def play(line):
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n")
        await line.until_left()

    async with peer(play) as server:
        answer = await post(open_egress(), server.url())
        assert await answer.read() == b"ab"
        with pytest.raises(TimedOut) as failed:
            await answer.read()
        assert failed.value.sent


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nobody_at_home_means_that_nothing_was_sent(open_egress):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable) as failed:
            await post(open_egress(), f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert not failed.value.sent


async def test_a_reset_before_the_headers_is_unreachable(open_egress):
    async def play(line):
        await line.request()
        line.reset()

    async with peer(play) as server:
        with pytest.raises(Unreachable) as failed:
            await post(open_egress(), server.url())
        assert failed.value.sent


@pytest.mark.parametrize(
    "said",
    [
        b"<html>not http</html>\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 " + b"O" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"x-%d: 1\r\n" % n for n in range(101)) + b"content-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: " + b"a" * 20_000,
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
async def test_garbage_is_the_providers_fault_and_not_the_callers(open_egress, said):
    async def play(line):
        await line.request()
        await line.say(said)
        await line.until_left()

    async with peer(play) as server:
        with pytest.raises(Interrupted) as failed:
            await post(open_egress(), server.url())
        assert failed.value.sent


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize(
    "begun",
    [
        b"content-length: 100\r\n\r\nhalf",
        b"transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"transfer-encoding: chunked\r\n\r\n9\r\nhalf",
    ],
)
async def test_a_body_cut_off_is_never_taken_for_a_whole_one(open_egress, begun, reset):
    async def play(line):
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\n" + begun)
        await asyncio.sleep(0.02)
        if reset:
            line.reset()

    async with peer(play) as server:
        with pytest.raises(Interrupted):
            await post_and_read(open_egress(), server.url())


async def test_a_malformed_chunk_is_a_cut_body(open_egress):
    async def play(line):
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n")
        await line.until_left()

    async with peer(play) as server:
        with pytest.raises(Interrupted):
            await post_and_read(open_egress(), server.url())


async def test_a_body_framed_by_closing_ends_cleanly(open_egress):
    # Only the dialect's own end can tell whether this one was cut: see the stream readers.
    async def play(line):
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\n\r\nall of it")

    async with peer(play) as server:
        answer = await post(open_egress(), server.url())
        assert await answer.read_all(1000) == b"all of it"
        assert await answer.read() == b""


@pytest.mark.parametrize("framing", ["content-length: 9000\r\n", "transfer-encoding: chunked\r\n"])
async def test_an_answer_larger_than_allowed_is_cut_and_hung_up_on(open_egress, framing):
    async def play(line):
        await line.request()
        await line.say(f"HTTP/1.1 200 OK\r\n{framing}\r\n".encode())
        body = b"x" * 5000
        await line.say(body if "length" in framing else b"1388\r\n" + body + b"\r\n")
        await line.until_left()

    async with peer(play) as server:
        answer = await post(open_egress(), server.url())
        with pytest.raises(Interrupted):
            await answer.read_all(4999)
        async with asyncio.timeout(1):
            while not server.left:
                await asyncio.sleep(0.01)


async def test_nothing_is_inflated(open_egress):
    small = gzip.compress(b"0" * 1_000_000)

    async def play(line):
        await line.request()
        await line.answer(small, headers="content-encoding: gzip\r\n")

    async with peer(play) as server:
        answer = await post(open_egress(), server.url())
        assert answer.headers["content-encoding"] == "gzip"
        assert await answer.read_all(10_000) == small


async def test_the_request_goes_out_as_it_was_given(open_egress):
    async def play(line):
        head = await line.request()
        await line.answer(head.encode())

    async with peer(play) as server:
        answer = await post(
            open_egress(),
            server.url(path="/d/a%2Fb%3F/x?v=1"),
            headers={"accept-encoding": "identity", "X-Request-Id": "1.1"},
        )
        head = (await answer.read_all(10_000)).decode()
    assert head.startswith("POST /d/a%2Fb%3F/x?v=1 HTTP/1.1\r\n")
    lines = {line.partition(":")[0].lower(): line.partition(": ")[2] for line in head.split("\r\n")[1:] if line}
    assert lines["accept-encoding"] == "identity"
    assert lines["x-request-id"] == "1.1"
    assert lines["content-length"] == "2"
    assert "transfer-encoding" not in lines
