"""/api/auth/methods: how members of this gateway sign in."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from ai_api import identity
from ai_api.portal.auth.oidc import OidcMethodShown, oidc_methods
from ai_api.portal.deps import Anybody, HouseDep, Transaction

router = APIRouter(prefix="/api/auth", tags=["auth"], dependencies=[Anybody])


class MethodsShown(BaseModel):
    """How to sign in.

    `sends_mail` says that a forgotten password can be reset by a letter; `set_up_needed` that nobody was made owner yet, so that
    nobody can sign in.
    """

    password: bool
    oidc: list[OidcMethodShown]
    sends_mail: bool
    set_up_needed: bool


@router.get("/methods")
async def get_methods(tx: Transaction, house: HouseDep) -> MethodsShown:
    """What the page for signing in offers. Anybody may ask."""
    return MethodsShown(
        password=True,
        oidc=oidc_methods(house.settings),
        sends_mail=house.settings.sends_mail,
        set_up_needed=not await identity.has_owner(tx),
    )
