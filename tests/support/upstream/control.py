"""The `/__sim/` paths: how other processes set behaviours and read what was seen."""

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import msgspec

from tests.support.upstream.behaviour import BadDirectiveError
from tests.support.upstream.choose import parse_behaviour
from tests.support.upstream.request import Request

if TYPE_CHECKING:
    from tests.support.upstream.server import Simulator

PREFIX = "/__sim/"


class _Setting(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    behaviour: Any
    key: str | None = None
    model: str | None = None
    times: int | None = None


def answer(simulator: "Simulator", request: Request) -> tuple[int, Any]:
    """Status and JSON for a control request; 400 tells what is wrong with it."""
    match request.method, request.path.removeprefix(PREFIX):
        case "GET", "requests":
            wanted = parse_qs(request.query).get("x_request_id")
            found = simulator.requests.all() if wanted is None else simulator.requests.of(wanted[-1])
            return 200, {"requests": [one.to_json() for one in found]}
        case "GET", "events":
            wanted = parse_qs(request.query).get("x_request_id")
            events = list(simulator.witness.events) if wanted is None else simulator.witness.of(wanted[-1])
            return 200, {"events": events}
        case "GET", "counters":
            return 200, simulator.counters
        case "POST", "behaviour":
            return _set_behaviour(simulator, request.body)
        case "POST", "forget":
            simulator.forget()
            return 200, {"ok": True}
    return 404, {"error": f"{request.method} {request.path} is no control path"}


def _set_behaviour(simulator: "Simulator", body: bytes) -> tuple[int, Any]:
    try:
        setting = msgspec.json.decode(body, type=_Setting)
        behaviour = None if setting.behaviour is None else parse_behaviour(setting.behaviour)
        simulator.behave(behaviour, key=setting.key, model=setting.model, times=setting.times)
    except (msgspec.DecodeError, BadDirectiveError, ValueError) as error:
        return 400, {"error": str(error)}
    return 200, {"ok": True}
