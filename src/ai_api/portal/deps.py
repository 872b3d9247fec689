"""What endpoints ask for in their signatures: the house, a transaction, and who is calling.

`HouseDep` is the house; `Transaction` one transaction, committed when the endpoint's function returned and before the
answer is sent; `Reading` one look at the ledger, from the pool of the reports. `Signed` is the member behind a personal
access token or a session, whatever their role, and `AdminHolder` the same if they administrate; `Admin` and `Myself` are
those two as the actor of an audit row; `Anybody` says that nobody has to be signed in; `NeedsProof` asks a session for a
proof that is fresh, and `AskProof` lets the endpoint say when. What a route asks for by these is its role: `portal.roles`
reads it from there. An endpoint names who is calling before its transaction: the first is looked up in a transaction of
its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Annotated, cast

import structlog
from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from ai_api import identity, sign_in
from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal, StatementTooLong, StoreUnavailable
from ai_api.identity import Caller
from ai_api.portal.address import shown_address_of
from ai_api.portal.browser import SAFE_METHODS, check_meant, check_origin, session_secret
from ai_api.portal.house import House
from ai_api.portal.problems import request_id_of
from ai_api.sign_in import Visitor


def house_of(request: Request) -> House:
    """The house of the app that serves this request."""
    return cast(House, request.app.state.house)


HouseDep = Annotated[House, Depends(house_of)]


async def transaction(house: HouseDep) -> AsyncIterator[Tx]:
    """One transaction around the endpoint's function: an answer is sent only when it was committed."""
    async with house.database.transaction() as tx:
        yield tx


Transaction = Annotated[Tx, Depends(transaction, scope="function")]


async def reading(house: HouseDep) -> AsyncIterator[Tx]:
    """One look at the ledger for a report, in which no number changes under another. Raises Refusal `report_too_long`."""
    try:
        async with house.reports.transaction(repeatable_read=True) as tx:
            yield tx
    except StatementTooLong as error:
        message = "This report takes too long. Ask for a shorter period, or for less of it."
        raise Refusal("report_too_long", "unprocessable", message, param="since") from error


Reading = Annotated[Tx, Depends(reading, scope="function")]


def anybody(request: Request, house: HouseDep) -> None:
    """Nobody has to be signed in; but no page of another site signs a browser in as somebody. Raises Refusal `foreign_origin`."""
    if request.method not in SAFE_METHODS:
        check_origin(request, public_url=house.settings.public_url, needed=False)


Anybody = Depends(anybody)
"""For `dependencies=[…]` of what is there for those who are not signed in."""


async def signed(request: Request, house: HouseDep) -> AsyncIterator[Caller]:
    """The member behind `Authorization: Bearer`, or else behind the session's cookie, which an unsafe request has to mean.

    Raises Refusal `access_token_missing` where there is neither, `access_token_invalid`, `session_ended`, `foreign_origin`,
    `csrf_token_wrong`. That the token or the session was used is written down after the answer went out, in a transaction
    of its own.
    """
    now = house.clock.now()
    given = request.headers.get("authorization")
    secret = session_secret(request, house.settings.public_url) if given is None else None
    if secret is None:
        holder = await _token_holder(given or "", house, now)
        caller, is_worth_noting = _by_token(holder), identity.is_use_worth_noting(holder, now=now)
    else:
        check_meant(request, secret, public_url=house.settings.public_url)
        async with house.database.transaction() as tx:
            signed_in = await sign_in.verify_session(tx, secret, terms=house.settings.sessions, now=now)
        caller, is_worth_noting = _by_session(signed_in), sign_in.is_seen_worth_noting(signed_in.session, now=now)
    try:
        yield caller
    finally:
        if is_worth_noting:
            await _note_use(house, caller, now)


async def _token_holder(given: str, house: House, now: datetime) -> identity.TokenHolder:
    scheme, _, secret = given.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        message = "Sign in, or sign the request with a personal access token: Authorization: Bearer aiapi_pat_…"
        raise Refusal("access_token_missing", "unauthenticated", message)
    async with house.database.transaction() as tx:
        return await identity.verify_access_token(tx, secret.strip(), now=now)


async def _note_use(house: House, caller: Caller, now: datetime) -> None:
    try:
        async with house.database.transaction() as tx:
            if caller.token_id is not None:
                await identity.note_use(tx, caller.token_id, now=now)
            if caller.session_id is not None:
                await sign_in.note_seen(tx, caller.session_id, now=now)
    except StoreUnavailable:
        # The answer is out; when it was last used is a convenience that the next request makes good.
        structlog.get_logger("ai_api.portal").info("the use of a token or a session was not noted")


def _by_token(holder: identity.TokenHolder) -> Caller:
    return Caller(
        member_id=holder.member_id,
        kind=holder.kind,
        identifier=holder.identifier,
        display_name=holder.display_name,
        role=holder.role,
        token_id=holder.token_id,
    )


def _by_session(signed_in: sign_in.SignedIn) -> Caller:
    member, session = signed_in.member, signed_in.session
    return Caller(
        member_id=member.id,
        kind=member.kind,
        identifier=member.identifier,
        display_name=member.display_name,
        role=member.role,
        session_id=session.id,
        proved_at=session.proved_at,
    )


Signed = Annotated[Caller, Depends(signed)]


def admin_holder(holder: Signed) -> Caller:
    """The caller, if their role is admin or owner. Raises Refusal `admin_required`."""
    if holder.role not in {"admin", "owner"}:
        raise Refusal("admin_required", "forbidden", "Only administrators may do this.")
    return holder


AdminHolder = Annotated[Caller, Depends(admin_holder)]


def proved(holder: Signed, house: HouseDep) -> Caller:
    """The caller, if they proved who they are a short time ago. An access token has: it is made by somebody who had.

    Raises Refusal `proof_needed`.
    """
    if holder.session_id is not None and not sign_in.has_proved(holder.proved_at, now=house.clock.now()):
        raise sign_in.prove_again()
    return holder


Proved = Annotated[Caller, Depends(proved)]
NeedsProof = Depends(proved)
"""For `dependencies=[…]` of an endpoint that does what a session has to prove itself for."""


def proof_asker(holder: Signed, house: HouseDep) -> Callable[[], Caller]:
    """The same question, for an endpoint that has to ask it of some requests only: call it for those."""
    return partial(proved, holder, house)


AskProof = Annotated[Callable[[], Caller], Depends(proof_asker)]


def actor_of(request: Request, holder: Caller) -> Actor:
    """The caller, as the audit trail names them."""
    return Actor(
        kind="member",
        member_id=holder.member_id,
        name=holder.identifier,
        address=shown_address_of(request),
        request_id=request_id_of(request.scope),
    )


def visitor_of(request: Request) -> Visitor:
    """Who knocks, whether or not they are signed in."""
    return Visitor(shown_address_of(request), request.headers.get("user-agent", ""), request_id_of(request.scope))


def admin(request: Request, holder: AdminHolder) -> Actor:
    """The administrator who calls."""
    return actor_of(request, holder)


def myself(request: Request, holder: Signed) -> Actor:
    """The member who calls, whatever their role."""
    return actor_of(request, holder)


Admin = Annotated[Actor, Depends(admin)]
Myself = Annotated[Actor, Depends(myself)]


def refuse_unknown_parameters(request: Request) -> None:
    """Raises RequestValidationError for a query parameter that the endpoint does not declare, or that is given twice."""
    declared = set(_declared(request.scope["route"].dependant))
    given = Counter(name for name, _ in request.query_params.multi_items())
    errors = [
        {"type": "extra_forbidden", "loc": ("query", name), "msg": "There is no such parameter here."}
        for name in given
        if name not in declared
    ]
    errors += [
        {"type": "given_twice", "loc": ("query", name), "msg": "Give this parameter once."}
        for name, times in given.items()
        if times > 1 and name in declared
    ]
    if errors:
        raise RequestValidationError(errors)


def _declared(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        shape = field.field_info.annotation
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            yield from shape.model_fields
        else:
            yield field.alias
    for needed in dependant.dependencies:
        yield from _declared(needed)
