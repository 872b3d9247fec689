"""/install: the installers, for `curl -fsSL …/install/codex.sh | sh`."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from ai_api.core.errors import Refusal
from ai_api.portal.browser import own_origin
from ai_api.portal.deps import Anybody, HouseDep
from ai_api.portal.house import House
from ai_api.portal.installers.render import NAMES, rendered

router = APIRouter(prefix="/install", tags=["install"], dependencies=[Anybody])


def address_for(request: Request, house: House) -> str:
    """The gateway's absolute address, as whoever runs the script has to reach it. Raises Refusal `public_url_needed`."""
    url = house.settings.public_url or own_origin(request, None)
    if url is None:
        message = "The script would not know where this gateway is: set AI_API_PUBLIC_URL to the address people use."
        raise Refusal("public_url_needed", "conflict", message)
    return url


def _answering(name: str) -> Callable[..., PlainTextResponse]:
    def get_script(request: Request, house: HouseDep) -> PlainTextResponse:
        """A script that sets up a client on the machine it is run on. Anybody may read it: nothing in it is secret."""
        return PlainTextResponse(rendered(name, house.settings.installers, url=address_for(request, house)))

    return get_script


for _name in NAMES:
    router.add_api_route(
        f"/{_name}",
        _answering(_name),
        methods=["GET"],
        response_class=PlainTextResponse,
        name=f"get_{_name.replace('-', '_').replace('.', '_')}",
    )
