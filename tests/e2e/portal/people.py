"""Somebody with an account, and the cookies of a browser in which they are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.e2e.house import House

PASSWORD = "turnip gravel ocean seventeen"


@dataclass(frozen=True)
class Person:
    """A member. `cookies` are as Playwright takes them."""

    id: str
    name: str
    identifier: str
    password: str
    cookies: list[dict[str, Any]]


def invited(house: House, name: str, *, role: str = "member", tags: tuple[str, ...] = ()) -> dict[str, Any]:
    """A new member with a link by which to choose a password."""
    identifier = f"{name.lower().replace(' ', '.')}@example.test"
    member = house.made("members", identifier=identifier, display_name=name, role=role)
    for tag in tags:
        house.asked("POST", f"tags/{tag}/members", member_ids=[member["id"]])
    return {**member, "url": house.made(f"members/{member['id']}/invite")["url"]}


def joined(house: House, name: str, *, role: str = "member", tags: tuple[str, ...] = ()) -> Person:
    """A new member who has followed the link."""
    member = invited(house, name, role=role, tags=tags)
    entering = {"secret": member["url"].partition("#")[2], "password": PASSWORD}
    with httpx.Client(base_url=house.url, headers={"origin": house.url}, timeout=20) as browser:
        answer = browser.post("/api/auth/invitation", json=entering)
        assert answer.is_success, answer.text
        return Person(member["id"], name, member["identifier"], PASSWORD, _cookies(browser, house.url))


def signed_in(url: str, identifier: str, password: str) -> list[dict[str, Any]]:
    """The cookies of a new session."""
    with httpx.Client(base_url=url, headers={"origin": url}, timeout=20) as browser:
        answer = browser.post("/api/auth/login", json={"identifier": identifier, "password": password, "next": None})
        assert answer.is_success, answer.text
        return _cookies(browser, url)


def _cookies(browser: httpx.Client, url: str) -> list[dict[str, Any]]:
    return [{"name": each.name, "value": each.value, "url": url} for each in browser.cookies.jar]
