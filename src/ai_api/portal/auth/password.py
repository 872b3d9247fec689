"""/api/auth/login, logout and prove: browsers sign in by a password, sign out, and prove again who uses them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from ai_api import sign_in
from ai_api.portal.auth.signed_in import SignedInShown, signed_in
from ai_api.portal.browser import forget_session, session_secret
from ai_api.portal.deps import Anybody, HouseDep, Myself, Signed, Transaction, visitor_of
from ai_api.portal.shapes import Secret, Strict
from ai_api.sign_in import PasswordDoor

router = APIRouter(prefix="/api/auth", tags=["auth"])


class SignIn(Strict):
    """Who signs in by what, and which page of ours they want to see then."""

    identifier: Annotated[str, Field(min_length=1, max_length=254)]
    password: Secret
    next: Annotated[str | None, Field(description="A path of this gateway, such as `/app/usage`.")] = None


class Proof(Strict):
    """The password of the caller, once more."""

    password: Secret


class ProofShown(BaseModel):
    """When the caller proved who they are."""

    proved_at: datetime


@router.post("/login", dependencies=[Anybody])
async def log_in(body: SignIn, request: Request, response: Response, house: HouseDep) -> SignedInShown:
    """Signs a browser in: a new session, in a cookie. The session that it had before ends."""
    public_url, terms = house.settings.public_url, house.settings.sessions
    wanted = sign_in.check_next(body.next)
    entered = await PasswordDoor(house.database, house.passwords).sign_in(
        visitor_of(request),
        identifier=body.identifier,
        password=body.password,
        replaces=session_secret(request, public_url),
        terms=terms,
        now=house.clock.now(),
    )
    return signed_in(entered, response, house, next_path=wanted)


@router.post("/logout", status_code=204)
async def log_out(response: Response, holder: Signed, actor: Myself, tx: Transaction, house: HouseDep) -> None:
    """Ends the session of the browser that asks, and takes its cookie away."""
    if holder.session_id is None:
        raise sign_in.session_needed()
    await sign_in.end_session(tx, actor, holder.member_id, holder.session_id, now=house.clock.now())
    forget_session(response, public_url=house.settings.public_url)


@router.post("/prove")
async def prove(body: Proof, request: Request, holder: Signed, house: HouseDep) -> ProofShown:
    """Proves again who uses this browser: for ten minutes it may do what gives others power."""
    now = house.clock.now()
    door = PasswordDoor(house.database, house.passwords)
    await door.prove(visitor_of(request), holder, password=body.password, now=now)
    return ProofShown(proved_at=now)
