"""The answer to a browser that has just been signed in: a cookie, and who it is now."""

from __future__ import annotations

from fastapi import Response

from ai_api.portal.browser import set_session
from ai_api.portal.house import House
from ai_api.portal.me.profile import ProfileShown
from ai_api.portal.shapes import Shown
from ai_api.sign_in import HOME, Entered, csrf_token_of


class SignedInShown(Shown):
    """Who is signed in now. `csrf_token` goes with each of their unsafe requests; `next` is the page to show."""

    member: ProfileShown
    csrf_token: str
    next: str


def signed_in(entered: Entered, response: Response, house: House, *, next_path: str = HOME) -> SignedInShown:
    """Gives the browser its session and says whose it is."""
    settings = house.settings
    set_session(response, entered.secret, public_url=settings.public_url, lives=settings.sessions.absolute)
    member = ProfileShown.model_validate(entered.member)
    return SignedInShown(member=member, csrf_token=csrf_token_of(entered.secret), next=next_path)
