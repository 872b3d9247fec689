"""What our guard at the socket relies on inside of uvicorn. An upgrade of uvicorn is a change of `PINNED` here, after
tests/integration/test_guard*.py have passed with it.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import inspect
import re

import httptools
import structlog
import uvicorn
from uvicorn.protocols.http import flow_control, httptools_impl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from ai_api.cli.guard import Patience, guarded
from ai_api.cli.unwanted_bodies import Unhurried
from ai_api.observability.edge import EdgeTold

PINNED = "0.54.0"
TOLD = EdgeTold(structlog.get_logger())
# What the guard reads, and who has it.
OF_PROTOCOL = {"cycle", "flow", "headers", "url", "parser", "loop", "pipeline", "transport", "timeout_keep_alive_task"}
OF_CYCLE = {"response_complete", "response_started", "waiting_for_100_continue"}
OF_FLOW = {"read_paused"}


def set_by(kind: type) -> set[str]:
    """The names a class gives to its instances."""
    return set(re.findall(r"\bself\.(\w+)(?:: [^=\n]+)? =", inspect.getsource(kind)))


def test_the_guard_was_proved_with_another_uvicorn():
    assert importlib.metadata.version("uvicorn") == PINNED


def test_what_the_guard_reads_is_gone():
    assert OF_PROTOCOL - set_by(HttpToolsProtocol) == set()
    assert OF_CYCLE - set_by(RequestResponseCycle) == set()
    assert OF_FLOW - set_by(flow_control.FlowControl) == set()
    assert STATUS_LINE[431].startswith(b"HTTP/1.1 431 ")
    assert STATUS_LINE[408].endswith(b"\r\n")


def test_what_the_guard_overrides_is_called_otherwise():
    _, guard, turned_away, theirs, *_ = guarded(Patience(1, 1, 1), TOLD).__mro__
    assert theirs is HttpToolsProtocol
    overridden = {
        (name, value)
        for ours in (guard, turned_away)
        for name, value in vars(ours).items()
        if inspect.isfunction(value) and not name.startswith("_")
    }
    names = {name for name, _ in overridden}
    assert {"data_received", "on_headers_complete", "send_400_response", "on_response_complete"} <= names
    assert names - set(vars(HttpToolsProtocol)) - set(vars(asyncio.Protocol)) == {
        "is_answering",
        "is_turned_away_at_sight",
    }
    for name, value in overridden:
        if name in vars(HttpToolsProtocol):
            expected = inspect.signature(getattr(HttpToolsProtocol, name))
            assert list(expected.parameters) == list(inspect.signature(value).parameters)


def test_what_is_raised_inside_of_the_parser_is_no_malformed_request():
    """The guard refuses a head by raising: uvicorn must be told so by the error that it answers with a 400."""
    assert issubclass(httptools.HttpParserCallbackError, httptools.HttpParserError)
    assert "except httptools.HttpParserError" in inspect.getsource(HttpToolsProtocol.data_received)
    assert "self.on_response_complete" in inspect.getsource(httptools_impl.HttpToolsProtocol.on_headers_complete)


def test_an_answer_asks_more_of_its_transport_than_it_is_given():
    asked = set(re.findall(r"\bself\.transport\.(\w+)", inspect.getsource(RequestResponseCycle)))
    assert asked == {"write", "close", "is_closing"} == set(Unhurried.__slots__)


async def test_a_class_is_not_taken_for_the_protocol():
    async def program(scope: object, receive: object, send: object) -> None: ...

    kind = guarded(Patience(1, 2, 3), TOLD)
    config = uvicorn.Config(program, http=kind, lifespan="off", log_config=None)
    config.load()
    assert config.http_protocol_class is kind
    made = kind(config=config, server_state=ServerState(), app_state={}, _loop=asyncio.get_running_loop())  # type: ignore[call-arg]  # as the server calls it
    assert isinstance(made, HttpToolsProtocol)
