"""What endpoints ask for in their signatures: the house, a transaction, and who is calling.

`HouseDep` is the house; `Transaction` one transaction, committed when the endpoint's function returned and before the
answer is sent. `Signed` is the member behind a personal access token, whatever their role, and `AdminHolder` the same if
they administrate; `Admin` and `Myself` are those two as the actor of an audit row. An endpoint names who is calling before
its transaction: the first is looked up in a transaction of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, cast

import structlog
from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel

from ai_api import identity
from ai_api.audit import Actor
from ai_api.core.db import Tx
from ai_api.core.errors import Refusal, StoreUnavailable
from ai_api.portal.house import House
from ai_api.portal.problems import request_id_of


def house_of(request: Request) -> House:
    """The house of the app that serves this request."""
    return cast(House, request.app.state.house)


HouseDep = Annotated[House, Depends(house_of)]


async def transaction(house: HouseDep) -> AsyncIterator[Tx]:
    """One transaction around the endpoint's function: an answer is sent only when it was committed."""
    async with house.database.transaction() as tx:
        yield tx


Transaction = Annotated[Tx, Depends(transaction, scope="function")]


async def signed(request: Request, house: HouseDep) -> AsyncIterator[identity.TokenHolder]:
    """The member behind `Authorization: Bearer`. Raises Refusal `access_token_missing`, `access_token_invalid`.

    That the token was used is written down after the answer went out, in a transaction of its own.
    """
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        message = "Sign the request with a personal access token: Authorization: Bearer aiapi_pat_…"
        raise Refusal("access_token_missing", "unauthenticated", message)
    now = house.clock.now()
    async with house.database.transaction() as tx:
        holder = await identity.verify_access_token(tx, secret.strip(), now=now)
    try:
        yield holder
    finally:
        if identity.is_use_worth_noting(holder, now=now):
            try:
                async with house.database.transaction() as tx:
                    await identity.note_use(tx, holder.token_id, now=now)
            except StoreUnavailable:
                # The answer is out; when a token was last used is a convenience that the next request makes good.
                structlog.get_logger("ai_api.portal").info("the use of an access token was not noted")


Signed = Annotated[identity.TokenHolder, Depends(signed)]


def admin_holder(holder: Signed) -> identity.TokenHolder:
    """The caller, if their role is admin or owner. Raises Refusal `admin_required`."""
    if holder.role not in {"admin", "owner"}:
        raise Refusal("admin_required", "forbidden", "Only administrators may do this.")
    return holder


AdminHolder = Annotated[identity.TokenHolder, Depends(admin_holder)]


def actor_of(request: Request, holder: identity.TokenHolder) -> Actor:
    """The caller, as the audit trail names them."""
    return Actor(
        kind="member",
        member_id=holder.member_id,
        name=holder.identifier,
        address=request.client.host if request.client else None,
        request_id=request_id_of(request.scope),
    )


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
