"""The readers of bytes from outside against any bytes, in the short form: the seeds, the same many mutations of them each time,
and times that grow with the input and not with its square.
"""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ai_api.core.errors import Refusal
from ai_api.wire import anthropic_envelope, json_body, openai_envelope
from ai_api.wire.openai_stream import ChatStream
from ai_api.wire.sse import TAIL_BYTES_MAX, FrameCutter, FrameTooLong
from tests.fuzz import mutate, properties, seeds

ROOT = Path(__file__).parents[2]
PROPERTIES: dict[str, Callable[[bytes], None]] = {"stream": properties.stream, "envelope": properties.envelope}
MUTATIONS = {"stream": 3_000, "envelope": 20_000}
GUIDED = {"stream": 3_000, "envelope": 60_000}
STEPS = 6
GROWTH_MAX = 4 * STEPS
"""So many times the input may take so many times as long on a busy machine. A square would be another factor of STEPS."""


SEEDS = [
    pytest.param(kind, data, id=f"{kind}-{name}") for kind in PROPERTIES for name, data in seeds.load(kind).items()
]


@pytest.mark.parametrize(("kind", "data"), SEEDS)
def test_a_seed_breaks_its_property(kind, data):
    """Also what once did: every input that ever found a defect is one of them."""
    PROPERTIES[kind](data)


@pytest.mark.parametrize("kind", PROPERTIES)
def test_a_mutation_of_the_seeds_breaks_a_property(kind):
    chance = random.Random(4)
    known = list(seeds.load(kind).values())
    for _ in range(MUTATIONS[kind]):
        data = mutate.mutated(chance, known)
        try:
            PROPERTIES[kind](data)
        except BaseException as error:
            raise AssertionError(f"{kind} breaks on {data!r}") from error


if importlib.util.find_spec("atheris") is not None:
    # Where there are no wheels of it, the mutations above have to do.

    @pytest.mark.parametrize("kind", PROPERTIES)
    def test_guided_by_coverage_something_breaks_a_property(kind, tmp_path):
        ended = subprocess.run(
            [sys.executable, "-m", "tests.fuzz", kind, str(tmp_path), f"runs={GUIDED[kind]}"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr[-3_000:] + ended.stdout[-3_000:]


def test_a_reader_that_hangs_on_the_cuts_is_found(monkeypatch):
    def careless(pieces: list[bytes]) -> properties.Read:
        return properties.Read((), (sum(piece.count(b"\n\n") for piece in pieces),), None)

    monkeypatch.setitem(properties._READERS, 0, careless)
    with pytest.raises(AssertionError):
        properties.stream(b"\x00\x07\x03\x09data: a\n\ndata: b\n\n")


def test_a_body_that_is_changed_on_its_way_is_found(monkeypatch):
    monkeypatch.setattr("ai_api.wire.json_body.write", lambda fields: b"{" + b",".join(fields.values()) + b"}")
    with pytest.raises((AssertionError, json_body.BadBody)):
        properties.envelope(b'{"model":"m","messages":[]}')


# ── bounds ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_frame_without_an_end_fills_the_memory():
    cutter, piece = FrameCutter(), b"x" * 16_384
    while len(cutter.rest) + len(piece) <= TAIL_BYTES_MAX:
        assert cutter.feed(piece) == b""
    with pytest.raises(FrameTooLong):
        cutter.feed(piece)


BODIES: dict[str, Callable[[int], bytes]] = {
    "many fields": lambda n: json.dumps({f"k{each}": each for each in range(n)}).encode(),
    "many fields, oddly spaced": lambda n: json.dumps({f"k{each}": each for each in range(n)}, indent=1).encode(),
    "escaped names": lambda n: b"{" + b",".join(b'"\\u0061%d":1' % each for each in range(n)) + b"}",
    "a long text": lambda n: json.dumps({"messages": [{"role": "user", "content": "ab" * 8 * n}]}).encode(),
    "a long text that grows": lambda n: json.dumps(
        {"messages": [{"content": "ﷺ" * 4 * n}]}, ensure_ascii=False
    ).encode(),
    "escapes": lambda n: b'{"messages":[{"content":"' + b"\\u00e9" * 8 * n + b'"}]}',
    "many messages": lambda n: json.dumps({"messages": [{"role": "user", "content": "a"}] * n}).encode(),
    "many parts": lambda n: json.dumps({"messages": [{"content": [{"type": "text", "text": "a"}] * n}]}).encode(),
    "many images": lambda n: json.dumps(
        {"input": [{"content": [{"type": "input_image", "image_url": "data:image/png;base64,AA"}] * n}]}
    ).encode(),
    "many tools": lambda n: json.dumps({"input": "a", "tools": [{"type": "function", "name": "f"}] * n}).encode(),
    "tools in tools": lambda n: json.dumps(
        {"input": [{"tools": [{"type": "namespace", "tools": [{"type": "custom"}] * n}]}]}
    ).encode(),
    "many blocks in a result": lambda n: json.dumps(
        {"messages": [{"content": [{"type": "tool_result", "content": [{"source": {"content": [{}] * n}}]}]}]}
    ).encode(),
    "deep blocks": lambda n: b'{"messages":[{"content":' + b"[" * 50 + b",".join([b"{}"] * n) + b"]" * 50 + b"}]}",
    "many numbers": lambda n: json.dumps({"input": "a", "x": list(range(4 * n))}).encode(),
    "nests beside nests": lambda n: b'{"input":' + b"[" + b",".join([b"[[[[]]]]"] * n) + b"]}",
    "an unfinished nest": lambda n: b'{"a":' + b"[" * 16 * n,
    "an unfinished string": lambda n: b'{"a":"' + b"\\" * 16 * n,
    "long numbers": lambda n: b'{"a":' + b"9" * min(16 * n, 100_000) + b"}",
}


@pytest.mark.parametrize("shape", BODIES)
def test_a_body_takes_the_square_of_its_length(shape):
    few, many = BODIES[shape](2_000), BODIES[shape](2_000 * STEPS)
    assert len(many) <= 1.2 * STEPS * len(few)
    assert seconds(lambda: read_body(many)) < GROWTH_MAX * max(seconds(lambda: read_body(few)), 0.0005)


def test_a_stream_takes_the_square_of_its_length():
    frame = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
    assert seconds(lambda: read_stream(frame * 2_000 * STEPS)) < GROWTH_MAX * seconds(
        lambda: read_stream(frame * 2_000)
    )


def read_body(data: bytes) -> None:
    try:
        body = json_body.read(data)
    except json_body.BadBody:
        return
    for read in (openai_envelope.chat, openai_envelope.responses, anthropic_envelope.count_tokens):
        try:
            read(body)
        except Refusal:
            continue


def read_stream(data: bytes) -> None:
    reader = ChatStream(shown_model="acme/m", wants_usage=False)
    for at in range(0, len(data), 4_096):
        reader.feed(data[at : at + 4_096])


def seconds(do: Callable[[], None]) -> float:
    """The least processor time of five."""
    times = []
    for _ in range(5):
        began = time.process_time()
        do()
        times.append(time.process_time() - began)
    return min(times)
