"""Every write of a browser that is signed in, as a page of another site would send it: one test for each kind of forgery."""

from __future__ import annotations

import json

import httpx
import pytest

from ai_api.portal.checks import FORMS
from tests.support.portal import PASSWORD
from tests.support.portal_scene import SAFE, Route, Scene, check_headers
from tests.support.portal_writes import Ask

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]
ANOTHERS = "the token of another session of the same member"
TOKENS = {"none": None, "empty": "", "made up": "A" * 43, "of another session": ANOTHERS}
ORIGINS = {
    "none": None,
    "null": "null",
    "foreign": "https://evil.example",
    "longer": "http://portal.test.evil.example",
    "another scheme": "https://portal.test",
    "another port": "http://portal.test:8080",
}
TYPES = {
    "text": "text/plain",
    "form": "application/x-www-form-urlencoded",
    "parts": "multipart/form-data; boundary=x",
    "none": None,
}


async def browsers(scene: Scene) -> dict[bool, httpx.AsyncClient]:
    """Whose browser a write is sent by: `True` for what is the member's own."""
    return {True: await scene.client_of("member"), False: await scene.client_of("owner")}


def writes(scene: Scene) -> dict[Route, Ask]:
    return {route: scene.ask(route) for route in scene.operations if route[0] not in SAFE}


def is_own(route: Route) -> bool:
    return route[1].startswith("/api/me/")


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"] if answer.content else ""


@pytest.mark.parametrize("kind", TOKENS)
async def test_a_page_that_does_not_know_the_token_writes(scene: Scene, kind: str) -> None:
    by, others, failures = await browsers(scene), await browsers(scene), []
    before = await scene.everything()
    for route, ask in writes(scene).items():
        if scene.operations[route]["x-role"] == "nobody":
            continue
        token = TOKENS[kind] if kind != "of another session" else others[is_own(route)].headers["x-csrf-token"]
        answer = await scene.send(by[is_own(route)], route[0], ask, headers={"x-csrf-token": token})
        if told(answer) != (403, "csrf_token_wrong"):
            failures.append((route, told(answer)))
    assert (failures, await scene.everything()) == ([], before)


@pytest.mark.parametrize("kind", ORIGINS)
async def test_a_page_of_another_site_writes_or_signs_in(scene: Scene, kind: str) -> None:
    """Programs sign in without saying where they come from, so that is no forgery there."""
    by, failures = await browsers(scene), []
    before = await scene.everything()
    for route, ask in writes(scene).items():
        if kind == "none" and scene.operations[route]["x-role"] == "nobody":
            continue
        answer = await scene.send(by[is_own(route)], route[0], ask, headers={"origin": ORIGINS[kind]})
        if told(answer) != (403, "foreign_origin"):
            failures.append((route, told(answer)))
    assert (failures, await scene.everything()) == ([], before)


@pytest.mark.parametrize("kind", TYPES)
async def test_a_form_or_plain_text_is_taken_for_json(scene: Scene, kind: str) -> None:
    by, failures = await browsers(scene), []
    before = await scene.everything()
    for route, ask in writes(scene).items():
        if kind == "form" and route[1] in FORMS:
            continue  # its protocol says so, and nobody is signed in there: test_devices
        content = json.dumps(ask.body or {}).encode()
        answer = await scene.send(
            by[is_own(route)], route[0], ask, headers={"content-type": TYPES[kind]}, content=content
        )
        if told(answer) != (415, "unsupported_media_type"):
            failures.append((route, told(answer)))
    assert (failures, await scene.everything()) == ([], before)


async def test_another_site_is_told_that_it_may_ask(scene: Scene) -> None:
    client = await scene.client_of("owner")
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for path in {path for _, path in scene.operations}:
        answer = await scene.send(client, "OPTIONS", Ask(path), headers=asked)
        assert answer.status_code == 405, path
    answer = await scene.send(client, "GET", Ask("/api/me"), headers={"origin": "https://evil.example"})
    assert answer.status_code == 200


async def test_an_answer_is_kept_by_a_cache_or_guessed_at(scene: Scene) -> None:
    """Whatever it is: what was sent and answered by the other tests was looked at in the same way."""
    client = await scene.client_of("owner")
    await scene.portal.give_password(scene.people["owner"].member)
    login = Ask("/api/auth/login", {"identifier": scene.people["owner"].member.identifier, "password": PASSWORD})
    large = b" " * (scene.portal.house.settings.body_bytes_max + 1)
    as_json = {"content-type": "application/json"}
    answers = {
        200: await scene.send(scene.portal.client(), "POST", login),
        404: await scene.send(client, "GET", Ask("/api/nothing")),
        405: await scene.send(client, "PUT", Ask("/api/me")),
        413: await scene.send(client, "POST", Ask("/api/auth/login"), content=large, headers=as_json),
        422: await scene.send(client, "POST", Ask("/api/auth/login", {})),
    }
    assert {status: answer.status_code for status, answer in answers.items()} == {status: status for status in answers}
    assert answers[200].headers.get_list("set-cookie")
    with pytest.raises(AssertionError):
        check_headers(httpx.Response(200, request=httpx.Request("GET", "http://portal.test/")))
