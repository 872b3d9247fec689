"""/api/auth/methods: how members of this gateway sign in."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from ai_api import identity
from ai_api.portal.deps import Transaction

router = APIRouter(prefix="/api/auth", tags=["auth"])


class MethodsShown(BaseModel):
    """How to sign in. `set_up_needed` says that nobody was made owner yet, so that nobody can."""

    password: bool
    set_up_needed: bool


@router.get("/methods")
async def get_methods(tx: Transaction) -> MethodsShown:
    """What the page for signing in offers. Anybody may ask."""
    return MethodsShown(password=True, set_up_needed=not await identity.has_owner(tx))
