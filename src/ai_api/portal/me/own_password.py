"""/api/me/password: the caller's own password."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from ai_api import setup
from ai_api.portal.browser import set_session
from ai_api.portal.deps import HouseDep, Signed, visitor_of
from ai_api.portal.shapes import Secret, Strict
from ai_api.sign_in import PasswordDoor, csrf_token_of

router = APIRouter(prefix="/api/me/password", tags=["me"])


class PasswordChange(Strict):
    """The password that the caller has, and the one they want."""

    current: Secret
    new: Secret


class PasswordChanged(BaseModel):
    """What the unsafe requests of this session send from now on; null for an access token, which has no session."""

    csrf_token: str | None


@router.post("")
async def change_password(
    body: PasswordChange, request: Request, response: Response, holder: Signed, house: HouseDep
) -> PasswordChanged:
    """Gives the caller another password. Other browsers are signed out and links end; this one goes on with a new cookie."""
    now, settings = house.clock.now(), house.settings
    door = PasswordDoor(house.database, house.passwords)
    secret = await setup.change_password(door, visitor_of(request), holder, current=body.current, new=body.new, now=now)
    if secret is None:
        return PasswordChanged(csrf_token=None)
    set_session(response, secret, public_url=settings.public_url, lives=settings.sessions.absolute)
    return PasswordChanged(csrf_token=csrf_token_of(secret))
