"""/api/auth/oidc: signing in by way of somebody else who knows our members.

People come here by following links, so every answer is a redirect or a page, whatever went wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, cast
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from ai_api import setup, sign_in
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal
from ai_api.identity import Member
from ai_api.portal.address import shown_address_of
from ai_api.portal.auth.oidc_cookie import carried_flow, forget_flow, set_flow
from ai_api.portal.auth.page_route import PAGES, PageRoute
from ai_api.portal.browser import own_origin, session_secret, set_session
from ai_api.portal.deps import Anybody, HouseDep
from ai_api.portal.house import House, PortalSettings
from ai_api.portal.plain_page import HEADERS
from ai_api.portal.problems import request_id_of
from ai_api.sign_in import Flow, OidcClient, OidcProvider, SignedIn, Visit, Vouched

Clients = Mapping[str, OidcClient]

_CANCELLED = "access_denied"

router = APIRouter(
    prefix="/api/auth/oidc", tags=["auth"], dependencies=[Anybody], route_class=PageRoute, responses=dict(PAGES)
)


class OidcMethodShown(BaseModel):
    """One who may vouch for members: what to write on the button, and where it leads."""

    name: str
    label: str
    start: str


def oidc_methods(settings: PortalSettings) -> list[OidcMethodShown]:
    """Those who may vouch for members, in the order of the settings."""
    return [
        OidcMethodShown(name=each.name, label=each.label, start=f"{router.prefix}/{each.name}/start")
        for each in settings.oidc
    ]


def clients_of(house: House) -> Clients:
    """The gateway as a client of each of them."""
    for each in house.settings.oidc:
        if each.client_secret is not None:
            house.learn(each.client_secret)
    return {each.name: OidcClient(each, egress=house.egress, clock=house.clock) for each in house.settings.oidc}


def _client_called(name: str, request: Request) -> OidcClient:
    """The client of this name. Raises Refusal `oidc_unknown`."""
    client = cast(Clients, request.app.state.oidc).get(name)
    if client is None:
        raise Refusal("oidc_unknown", "not_found", "Nobody of this name vouches for members here.")
    request.state.start_again = f"{router.prefix}/{name}/start"
    return client


@router.get("/{name}/start", status_code=302, response_class=RedirectResponse)
async def start(
    name: str,
    request: Request,
    house: HouseDep,
    next_path: Annotated[str | None, Query(alias="next")] = None,
    prove: Annotated[str | None, Query()] = None,
) -> Response:
    """Sends the browser to the provider. `next` is the page to come back to; `prove=true` proves the session it has, again."""
    client = _client_called(name, request)
    if prove not in {None, "true", "false"}:
        raise Refusal("bad_request", "invalid", "prove is true or false.", param="prove")
    origin = own_origin(request, house.settings.public_url)
    if origin is None:
        message = "This address is not known to be the gateway's own. Open it by the address of AI_API_PUBLIC_URL, or localhost."
        raise Refusal("foreign_origin", "forbidden", message)
    flow = sign_in.begin_flow(
        client.provider,
        redirect_uri=f"{origin}{router.prefix}/{client.provider.name}/callback",
        next_path=sign_in.check_next(next_path),
        proves=await _session_to_prove(request, house) if prove == "true" else None,
        now=house.clock.now(),
    )
    response = RedirectResponse(await client.address_of(flow), 302, headers=dict(HEADERS))
    set_flow(response, sign_in.seal_flow(flow, house.ring), public_url=house.settings.public_url)
    return response


@router.get("/{name}/callback", status_code=302, response_class=RedirectResponse)
async def callback(name: str, request: Request, house: HouseDep) -> Response:
    """Where the provider sends the browser back to, with a code, or with why not. What else it sends along is its own affair."""
    client = _client_called(name, request)
    if "state" not in request.query_params and _only(request, "error") == _CANCELLED:
        # Some providers forget the state then. Nothing is begun or ended by saying so.
        raise _cancelled(client.provider)
    request.state.ends_flow = True
    flow = sign_in.open_flow(
        carried_flow(request, house.settings.public_url),
        house.ring,
        provider=client.provider.name,
        state=_only(request, "state"),
        now=house.clock.now(),
    )
    request.state.start_again += _query_of(flow)
    async with house.database.transaction() as tx:
        await sign_in.end_flow(tx, flow, now=house.clock.now())
    vouched = await client.vouched_by(flow, _code_in(request, client.provider))
    async with house.database.transaction() as tx:
        secret = await _enter(tx, request, house, client.provider, flow, vouched)
    response = RedirectResponse(flow.next_path, 302, headers=dict(HEADERS))
    forget_flow(response, public_url=house.settings.public_url)
    if secret is not None:
        lives = house.settings.sessions.absolute
        set_session(response, secret, public_url=house.settings.public_url, lives=lives)
    return response


async def _enter(
    tx: Tx, request: Request, house: House, provider: OidcProvider, flow: Flow, vouched: Vouched
) -> str | None:
    """Proves the browser's session, or gives it a new one: the new one's secret."""
    now = house.clock.now()
    before = await _signed_in(tx, request, house)
    member = await sign_in.find_vouched(tx, vouched)
    if flow.purpose == "prove":
        await sign_in.prove_session(tx, _proved(provider, flow, vouched, before, member), now=now)
        return None
    is_proved = before is not None and sign_in.has_proved(before.session.proved_at, now=now)
    visit = Visit(
        shown_address_of(request),
        request_id_of(request.scope),
        before.member.id if before is not None and is_proved else None,
    )
    if member is None:
        domains = await setup.registration_domains(tx)
        member = await sign_in.bind_vouched(tx, provider, vouched, domains=domains, visit=visit, now=now)
    if before is not None:
        await sign_in.end_session(tx, visit.by(before.member), before.member.id, before.session.id, now=now)
    _, secret = await sign_in.open_session(
        tx,
        member.id,
        method="oidc",
        address=visit.address,
        user_agent=request.headers.get("user-agent", ""),
        terms=house.settings.sessions,
        now=now,
        proved_at=vouched.authenticated_at,
    )
    return secret


def _proved(
    provider: OidcProvider, flow: Flow, vouched: Vouched, before: SignedIn | None, member: Member | None
) -> UUID:
    """The session that this proves. Raises Refusal `session_ended`, `oidc_other_member`, `oidc_proof_old`."""
    if before is None or before.session.id != flow.session_id:
        raise sign_in.session_ended()
    if member is None or member.id != before.member.id:
        message = f"The account at {provider.label} that you chose is not the one of the member who is signed in here."
        raise Refusal("oidc_other_member", "forbidden", message)
    if not sign_in.is_fresh(vouched, flow):
        message = (
            f"{provider.label} did not ask you again who you are, or does not say so. Sign out here, and sign in again."
        )
        raise Refusal("oidc_proof_old", "forbidden", message)
    return before.session.id


async def _session_to_prove(request: Request, house: House) -> UUID:
    async with house.database.transaction() as tx:
        signed_in = await _signed_in(tx, request, house)
    if signed_in is None:
        raise sign_in.session_ended()
    return signed_in.session.id


async def _signed_in(tx: Tx, request: Request, house: House) -> SignedIn | None:
    """Whose live session the browser has; None without one."""
    secret = session_secret(request, house.settings.public_url)
    if secret is None:
        return None
    try:
        return await sign_in.verify_session(tx, secret, terms=house.settings.sessions, now=house.clock.now())
    except Refusal as refusal:
        if refusal.kind != "unauthenticated":
            raise
        return None


def _code_in(request: Request, provider: OidcProvider) -> str:
    """The code of the callback. Raises Refusal `oidc_cancelled`, `oidc_refused`, `oidc_token_refused`."""
    error, issuer, code = (_only(request, name) for name in ("error", "iss", "code"))
    if error == _CANCELLED:
        raise _cancelled(provider)
    if error is not None or code is None:
        message = f"{provider.label} sent you back without signing you in. Begin again; if it stays so, tell your administrator."
        known = error if error is not None and error.isascii() and error.isidentifier() else "no code"
        raise Refusal("oidc_refused", "upstream", message, because=f"it came back with {known[:40]}")
    if issuer is not None and issuer != provider.issuer:
        raise sign_in.token_refused(provider, "the callback names another issuer")
    return code


def _cancelled(provider: OidcProvider) -> Refusal:
    message = f"You, or {provider.label}, stopped before the end. Nothing has changed."
    return Refusal("oidc_cancelled", "forbidden", message)


def _only(request: Request, name: str) -> str | None:
    given = request.query_params.getlist(name)
    return given[0] if len(given) == 1 and given[0] else None


def _query_of(flow: Flow) -> str:
    return f"?next={quote(flow.next_path, safe='')}" + ("&prove=true" if flow.purpose == "prove" else "")
