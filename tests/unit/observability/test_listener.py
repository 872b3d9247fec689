"""The internal listener: alive whatever happens, ready only when it is, metrics for those who may read them."""

import json
import re
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.observability.listener import OpsListener, exposition

FAMILIES = [("ai_gateway_x_total", "What it is.", "counter", [("", {"client": "c_1"}, 3.0)])]


async def ask(listener, path, *, method="GET", headers=()):
    """One request; gives status, headers and body of its answer."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    await listener({"type": "http", "method": method, "path": path, "headers": list(headers)}, receive, send)
    start, *bodies = sent
    assert start["type"] == "http.response.start"
    assert [each["type"] for each in bodies] == ["http.response.body"]
    body = bodies[0]["body"]
    told = {name.decode(): value.decode() for name, value in start["headers"]}
    assert told["content-length"] == str(len(body))
    return start["status"], told, body


def listener(*, faults=(), families=FAMILIES, token=None):
    return OpsListener(lambda: faults, lambda: families, token)


async def test_it_is_alive_even_when_it_is_not_ready():
    status, headers, body = await ask(listener(faults=["store_unavailable"], token="x" * 16), "/healthz")
    assert (status, headers["content-type"], json.loads(body)) == (200, "application/json", {"alive": True})


@pytest.mark.parametrize(
    ("faults", "status", "told"),
    [
        ([], 200, {"ready": True, "faults": []}),
        ({"store_unavailable", "clock_off"}, 503, {"ready": False, "faults": ["clock_off", "store_unavailable"]}),
        (iter(["schema"]), 503, {"ready": False, "faults": ["schema"]}),
    ],
)
async def test_readiness_looks_and_says_why_not(faults, status, told):
    got, _, body = await ask(listener(faults=faults), "/readyz")
    assert (got, json.loads(body)) == (status, told)


async def test_readiness_is_asked_anew_each_time():
    faults = []
    one = listener(faults=faults)
    assert (await ask(one, "/readyz"))[0] == 200
    faults.append("store_unavailable")
    assert (await ask(one, "/readyz"))[0] == 503


async def test_metrics_are_open_where_no_token_is_set():
    status, headers, body = await ask(listener(), "/metrics")
    assert status == 200
    assert headers["content-type"].startswith("text/plain; version=0.0.4")
    assert body == (
        b"# HELP ai_gateway_x_total What it is.\n"
        b"# TYPE ai_gateway_x_total counter\n"
        b'ai_gateway_x_total{client="c_1"} 3\n'
    )


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        (b"", 401),
        (b"Bearer ", 401),
        (b"Bearer sixteen-letters-", 401),
        (b"Bearer sixteen-letters-xx", 401),
        (b"sixteen-letters-x", 401),
        (b"Basic c2l4dGVlbi1sZXR0ZXJzLXg=", 401),
        (b"Basic " + b64encode(b"prometheus:sixteen-letters-"), 401),
        (b"Basic " + b64encode(b"sixteen-letters-x:"), 401),
        (b"Basic :sixteen-letters-x", 401),
        (b"Basic \xff\xfe", 401),
        (b"Digest sixteen-letters-x", 401),
        (b"Bearer \xff\xfe", 401),
        (b"Bearer sixteen-letters-x", 200),
        (b"bearer sixteen-letters-x", 200),
        (b"Basic " + b64encode(b"prometheus:sixteen-letters-x"), 200),
    ],
)
async def test_metrics_ask_for_the_token_that_is_set(header, status):
    headers = [] if header is None else [(b"authorization", header)]
    got, told, body = await ask(listener(token="sixteen-letters-x"), "/metrics", headers=headers)
    assert got == status
    assert ("www-authenticate" in told) is (status == 401)
    assert (b"ai_gateway_x_total" in body) is (status == 200)
    assert b"sixteen-letters-x" not in body


async def test_probes_ask_for_no_token():
    for path in ("/healthz", "/readyz"):
        assert (await ask(listener(token="sixteen-letters-x"), path))[0] == 200


@pytest.mark.parametrize("path", ["/", "/metrics/", "/v1/models", "/api/admin/members", "/healthz/x"])
async def test_nothing_else_is_here(path):
    assert (await ask(listener(), path))[0] == 404


async def test_it_starts_and_stops_when_told():
    told = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = []

    async def receive():
        return told.pop(0)

    async def send(message):
        sent.append(message["type"])

    await listener()({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


# ── the format ───────────────────────────────────────────────────────────────────────────────────────────────────────────

LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"')


def read_sample(line):
    """Name, labels and value of a sample line, read by the format's own rules."""
    name, _, rest = line.partition("{")
    inside, _, value = rest.rpartition("} ")
    labels = LABEL.findall(inside)
    assert ",".join(f'{key}="{text}"' for key, text in labels) == inside
    unescaped = {key: re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), text) for key, text in labels}
    return name, unescaped, float(value)


@given(
    st.dictionaries(st.sampled_from(["client", "model", "status"]), st.text(max_size=20), min_size=1),
    st.floats(0, 2**53),
)
def test_a_label_of_any_text_is_one_label_of_one_line(labels, value):
    text = exposition([("ai_gateway_x", "What it is.", "gauge", [("_sum", labels, value)])]).decode()
    help_line, type_line, sample, end = text.split("\n")
    assert (help_line, type_line, end) == ("# HELP ai_gateway_x What it is.", "# TYPE ai_gateway_x gauge", "")
    assert read_sample(sample) == ("ai_gateway_x_sum", labels, value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (1.0, "1"),
        (1_234_567.0, "1234567"),
        (1_234_568.0, "1234568"),
        (123_456_789_012.0, "123456789012"),
        (2.0**53, "9007199254740992"),
        (0.1, "0.1"),
        (12_345.678901234, "12345.678901234"),
    ],
)
def test_a_counter_past_a_million_still_moves_by_one(value, shown):
    assert exposition([("x", "X.", "counter", [("", {}, value)])]).decode().splitlines()[-1] == f"x {shown}"


def test_a_family_without_samples_is_still_announced():
    assert exposition([("x", "X.", "counter", [])]) == b"# HELP x X.\n# TYPE x counter\n"


def test_what_two_parts_of_a_process_count_is_announced_twice():
    """`up` is a gateway and a worker: a name that comes twice would make Prometheus refuse everything."""
    text = exposition(
        [
            ("x_total", "X.", "counter", [("", {}, 1.0), ("", {"a": "b"}, 2.0)]),
            ("y", "Y.", "gauge", [("", {}, 5.0)]),
            ("x_total", "X.", "counter", [("", {}, 3.0)]),
        ]
    ).decode()
    assert text.splitlines() == [
        *("# HELP x_total X.", "# TYPE x_total counter", "x_total 4", 'x_total{a="b"} 2'),
        *("# HELP y Y.", "# TYPE y gauge", "y 5"),
    ]
