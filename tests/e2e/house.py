"""A running `ai-api up` with the real model and three simulated vendors, and an administrator who grants what a test needs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.simulated import Simulated
from tests.support.up import Up

LOCAL_MODEL = "local/smollm2"
SIMULATED_MODEL = "openai/sim-large"
TRANSLATED_MODEL = "anthropic/sim-large"
_OPERATIONS = {"anthropic": ["chat"], "gemini": ["chat"]}


@dataclass(frozen=True)
class Caller:
    """A member with a right to one model and a credential. `upstream_model` is what the provider hears it called."""

    secret: str
    model: str
    upstream_model: str
    allocation_id: str
    credential_id: str
    member_id: str = ""


class House:
    """The gateway as its owner sees it: through the line `ai-api up` printed."""

    def __init__(self, up: Up, simulator: Simulated) -> None:
        self.url: str = up.ready["url"]
        self.secret: str = up.ready["credential"]
        self.simulator = simulator
        self._numbers = itertools.count(1)
        authorization = {"authorization": f"Bearer {up.ready['access_token']}"}
        self._http = httpx.Client(base_url=f"{self.url}/api/admin", headers=authorization, timeout=20)
        listed = self._answered(self._http.get("/provider-keys"))["items"]
        self._provider_keys: dict[str, str] = {each["name"]: each["id"] for each in listed}
        self._connect("gemini", "gemini", f"{simulator.url}/v1beta/openai")

    @property
    def base_url(self) -> str:
        """What clients of OpenAI's dialect are told."""
        return f"{self.url}/v1"

    def owner(self, model: str) -> Caller:
        """The owner, calling one of the models that were connected at the start."""
        return Caller(self.secret, model, model.partition("/")[2], "", "")

    def caller(
        self, *, provider: str = "openai", tokens: int | None = None, operations: Sequence[str] | None = None
    ) -> Caller:
        """A new member with a new model of a simulated vendor, under a monthly limit of tokens or none.

        The model offers these operations, or all that its vendor has.
        """
        name = f"model-{next(self._numbers)}"
        slug = f"{provider}/{name}"
        offered = operations or _OPERATIONS.get(provider, ["chat", "responses"])
        model = self.made(
            "models", slug=slug, display_name=name, operations=[*offered], access="open", output_tokens_max=2048
        )
        self.made("routes", model_id=model["id"], provider_key_id=self._provider_keys[provider], upstream_model=name)
        member = self.made("members", identifier=f"{name}@example.test", display_name=name)
        granted = self.made("allocations", member_id=member["id"], model_id=model["id"], monthly_tokens=tokens)
        issued = self.made("credentials", member_id=member["id"], name="test")
        return Caller(issued["secret"], slug, name, granted["id"], issued["id"], member["id"])

    def made(self, kind: str, /, **fields: Any) -> dict[str, Any]:
        """What a POST of the administration's API made."""
        found: dict[str, Any] = self.asked("POST", kind, **fields)
        return found

    def asked(self, method: str, path: str, /, **fields: Any) -> Any:
        """What the administration's API answered; `fields` are the body, or what is asked for."""
        given = {"params": fields} if method == "GET" else {"json": fields}
        answer = self._http.request(method, f"/{path}", **given)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def approve(self, caller: Caller, code: str, name: str) -> None:
        """Approves a device as the caller's member, invited into a browser of their own."""
        secret = self.made(f"members/{caller.member_id}/invite")["url"].partition("#")[2]
        with httpx.Client(base_url=self.url, headers={"origin": self.url}, timeout=20) as browser:
            entering = {"secret": secret, "password": "turnip gravel ocean seventeen"}
            entered = self._answered(browser.post("/api/auth/invitation", json=entering))
            browser.headers["x-csrf-token"] = entered["csrf_token"]
            self._answered(browser.post(f"/api/me/device/{code}/approve", json={"name": name}))

    def pause(self, caller: Caller) -> None:
        """Pauses a caller's allocation, as an administrator."""
        self.made(f"allocations/{caller.allocation_id}/pause", reason="a test")

    def break_provider(self, name: str) -> str:
        """A provider of OpenAI's kind at an address where nobody listens; the name for `caller`."""
        self._connect("openai", name, "http://127.0.0.1:9/v1")
        return name

    def revoke(self, caller: Caller) -> None:
        """Revokes a caller's credential, as an administrator."""
        self.made(f"credentials/{caller.credential_id}/revoke", reason="a test")

    def records(self, caller: Caller) -> list[dict[str, Any]]:
        """What the ledger has of a caller's last calls, or, for the owner, of those of the model; oldest first."""
        whose = {"credential_id": caller.credential_id} if caller.credential_id else {"model": caller.model}
        question = {**whose, "sort": "-started_at", "limit": 200}
        items: list[dict[str, Any]] = self._answered(self._http.get("/call-records", params=question))["items"]
        return items[::-1]

    def close(self) -> None:
        self._http.close()

    def _connect(self, provider: str, name: str, base_url: str) -> None:
        made = self.made(
            "provider-keys",
            provider=provider,
            name=name,
            base_url=base_url,
            secret="sk-some-0123456789",
            allow_private_network=True,
        )
        self._provider_keys[name] = made["id"]

    def _answered(self, answer: httpx.Response) -> dict[str, Any]:
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found
