"""An organization at work: members, models, limits and calls that were really made, to be looked at through the portal.

Built once for a run. A test that changes something makes its own member or model; what is here is for reading.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from ai_api.local import model, postgres
from tests.e2e.house import House
from tests.e2e.portal import history
from tests.e2e.portal.people import Person, joined, signed_in
from tests.support.simulated import Simulated, simulated
from tests.support.up import Up, up

# What providers have, as they call it, for the simulator's list.
UPSTREAM = ("gpt-5", "gpt-5-mini", "claude-opus-4-1", "claude-sonnet-4-5", "text-embedding-3-small", "gpt-image-1")
_CHAT = ("chat", "responses")
# Slug, operations, USD for a million tokens in and out, context.
_MODELS = (
    ("openai/gpt-5", _CHAT, ("1.25", "10.00"), 400_000),
    ("openai/gpt-5-mini", _CHAT, ("0.25", "2.00"), 400_000),
    ("openai/text-embedding-3-small", ("embeddings",), ("0.02", None), 8_192),
    ("anthropic/claude-sonnet-4-5", ("chat",), ("3.00", "15.00"), 200_000),
    ("anthropic/claude-opus-4-1", ("chat",), ("15.00", "75.00"), 200_000),
    ("openai/gpt-preview", ("chat",), None, None),
)
_RESTRICTED = "anthropic/claude-opus-4-1"
_ABILITIES = {"function_calling": True, "vision": True, "response_schema": True, "system_messages": True}
# Who calls what, with what is left to them each month, and with calls of how many tokens.
_WORK = (
    ("Mei Chen", "openai/gpt-5-mini", {"monthly_tokens": 3_000_000}, (21_204, 1_312), 7),
    ("Mei Chen", "anthropic/claude-sonnet-4-5", {"monthly_cost_usd": "15.00"}, (38_440, 3_024), 5),
    ("Mei Chen", "openai/gpt-5", {"monthly_cost_usd": "20.00"}, (24_110, 4_620), 3),
    ("Tomas Rivera", "anthropic/claude-opus-4-1", {"monthly_cost_usd": "400.00"}, (42_000, 6_100), 6),
    ("Tomas Rivera", "openai/gpt-5", {}, (64_000, 9_020), 5),
    ("Lin Wei-Ting", "anthropic/claude-sonnet-4-5", {"monthly_cost_usd": "60.00"}, (51_320, 2_204), 5),
    ("Lin Wei-Ting", "openai/gpt-5-mini", {}, (90_200, 8_040), 4),
    ("nightly-eval", "openai/gpt-5", {"monthly_cost_usd": "120.00"}, (120_700, 3_870), 6),
    ("nightly-eval", "openai/gpt-preview", {}, (3_100, 800), 1),
)


@dataclass
class Office:
    """The house, its people by name, and the ids of what is in it by name."""

    house: House
    data: Path
    owner: Person
    people: dict[str, Person] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)
    provider_keys: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    allocations: dict[tuple[str, str], str] = field(default_factory=dict)
    credentials: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    """Of whoever calls, by name, like the credentials."""

    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    @property
    def url(self) -> str:
        return self.house.url

    def cookies_of(self, who: str) -> list[dict[str, Any]]:
        """Of somebody by name; none of nobody."""
        everybody = {self.owner.name: self.owner, **self.people}
        return everybody[who].cookies if who else []

    def close(self) -> None:
        self._client.close()
        self.house.close()

    def publish(
        self, slug: str, *, operations: Sequence[str] = _CHAT, prices: tuple[str, str | None] | None = ("1.00", "4.00"),
        access: str = "open", context_tokens: int | None = None, upstream: str | None = None,
    ) -> str:  # fmt: skip
        """A model with a route, and a price in USD for a million tokens in and out; its id."""
        provider, _, name = slug.partition("/")
        made = self.house.made(
            "models", slug=slug, display_name=name, operations=[*operations], access=access, context_tokens=context_tokens,
            output_tokens_max=16_384, capabilities={} if operations[0] == "embeddings" else _ABILITIES,
        )  # fmt: skip
        self.models[slug] = made["id"]
        key = self.provider_keys[f"{provider}-main"]
        self.house.made("routes", model_id=made["id"], provider_key_id=key, upstream_model=upstream or name)
        if prices is not None:
            given = {"input_usd": prices[0]} | ({} if prices[1] is None else {"output_usd": prices[1]})
            self.house.made("prices", model_id=made["id"], in_force_from=None, prices=given)
        return made["id"]

    def claimable(self, slug: str, usd: str | None) -> None:
        """Lets members claim a model, under a limit each month or none."""
        limits = [] if usd is None else [{"metric": "cost", "window_kind": "month", "amount": usd}]
        self.house.asked("PATCH", f"models/{self.models[slug]}", claimable=True, default_limits=limits)

    def grant(self, member: str, slug: str, **limits: Any) -> str:
        """Gives a member, by id, an allocation."""
        return self.house.made("allocations", member_id=member, model_id=self.models[slug], **limits)["id"]

    def call(
        self, secret: str, slug: str, *, tokens: tuple[int, int] = (1_204, 312), **behaviour: Any
    ) -> httpx.Response:
        """One call, which the simulator answers with so many tokens in and out, or as `behaviour` says."""
        upstream = slug.partition("/")[2]
        usual = {"usage": {"input": tokens[0], "output": tokens[1]}, "delay_ms": 40 + tokens[1] / 80}
        self.house.simulator.behave(upstream, times=1, **(behaviour or usual))
        headers = {"authorization": f"Bearer {secret}", "user-agent": "codex_cli_rs/0.58.0"}
        body = {"model": slug, "messages": [{"role": "user", "content": "Say hello."}]}
        return self._client.post(f"{self.url}/v1/chat/completions", headers=headers, json=body)


@contextmanager
def an_office() -> Iterator[Office]:
    """One in a folder of its own, which goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="ai-api-portal-"))
    try:
        with simulated(models=UPSTREAM) as simulator, up(folder) as running:
            office = opened(running, simulator)
            yield office
            office.close()
        model.end_leftover(folder)
        postgres.end_leftover(folder)
    finally:
        shutil.rmtree(folder)


def opened(running: Up, simulator: Simulated) -> Office:
    """The office, with two months of work in its books."""
    house = House(running, simulator)
    owner_id = house.asked("GET", "members", q="owner@localhost")["items"][0]["id"]
    house.asked("PATCH", f"members/{owner_id}", display_name="Ada Park")
    identifier, password = running.ready["admin_identifier"], running.ready["admin_password"]
    owner = Person(owner_id, "Ada Park", identifier, password, signed_in(house.url, identifier, password))
    office = Office(house, running.data, owner)
    _connect(office)
    _invite(office)
    for slug, operations, prices, context in _MODELS:
        access = "restricted" if slug == _RESTRICTED else "open"
        office.publish(slug, operations=operations, prices=prices, context_tokens=context, access=access)
    policy = {"access": "restricted", "member_ids": [], "tag_ids": [office.tags["research"]]}
    house.asked("PUT", f"models/{office.models[_RESTRICTED]}/policy", **policy)
    for slug in ("openai/gpt-5", "openai/gpt-5-mini", "openai/text-embedding-3-small"):
        office.claimable(slug, "5.00")
    house.made("aliases", name="fast", model_id=office.models["openai/gpt-5-mini"])
    _work(office)
    history.spread(running.data)
    _trouble(office)
    return office


def _connect(office: Office) -> None:
    simulator = office.house.simulator
    for vendor, address in (("openai", f"{simulator.url}/v1"), ("anthropic", simulator.url)):
        made = office.house.made(
            "provider-keys", provider=vendor, name=f"{vendor}-main", base_url=address, secret=f"sk-{vendor}-0123456789-x7Qf", allow_private_network=True
        )  # fmt: skip
        office.provider_keys[made["name"]] = made["id"]
        office.house.asked("POST", f"provider-keys/{made['id']}/test")


def _invite(office: Office) -> None:
    house = office.house
    for priority, name in enumerate(("research", "teaching", "staff")):
        office.tags[name] = house.made("tags", name=name, priority=10 * priority)["id"]
    research, teaching, staff = office.tags.values()
    for name, role, tags in (
        ("Mei Chen", "member", (teaching,)),
        ("Tomas Rivera", "member", (research, staff)),
        ("Lin Wei-Ting", "member", (research,)),
        ("Kofi Mensah", "member", ()),
        ("Pia Sommer", "member", (teaching,)),
        ("Nora Lindqvist", "owner", (staff,)),
    ):
        office.people[name] = joined(house, name, role=role, tags=tags)
    house.made("members", identifier="nightly-eval", display_name="nightly-eval", kind="service", responsible_member_id=office.people["Tomas Rivera"].id)  # fmt: skip
    house.made(
        "members/bulk", csv="amara.okafor@example.test\njonas.weber@example.test", invite=True, tag_ids=[teaching]
    )
    house.made("tag-rules", name="Students teach", kind="domain", value="students.example.test", tag_id=teaching)


def _work(office: Office) -> None:
    house = office.house
    ids = {name: person.id for name, person in office.people.items()}
    ids["nightly-eval"] = house.asked("GET", "members", q="nightly-eval")["items"][0]["id"]
    secrets = {}
    for who in dict.fromkeys(row[0] for row in _WORK):
        name = "ci-runner" if who == "nightly-eval" else f"{who.split()[0]}'s laptop"
        made = house.made("credentials", member_id=ids[who], name=name)
        office.credentials[who], secrets[who] = made["id"], made["secret"]
    for who, slug, limits, (sent, received), times in _WORK:
        office.allocations[who, slug] = office.grant(ids[who], slug, **limits)
        for turn in range(times):
            answer = office.call(secrets[who], slug, tokens=(sent + 917 * turn, received + 53 * turn))
            assert answer.is_success, answer.text
    office.secrets |= secrets


def _trouble(office: Office) -> None:
    """What goes wrong on a good day: an allocation without anything left, one that is paused, a provider that is away."""
    house, kofi = office.house, office.people["Kofi Mensah"]
    spent = office.grant(kofi.id, "openai/gpt-5", monthly_cost_usd="0.05")
    paused = office.grant(kofi.id, "openai/gpt-5-mini")
    office.allocations["Kofi Mensah", "openai/gpt-5"] = spent
    house.asked("POST", f"allocations/{paused}/pause", reason="Unusual volume on Friday. Tell me what runs there.")
    made = house.made("credentials", member_id=kofi.id, name="Kofi's laptop")
    office.credentials["Kofi Mensah"] = made["id"]
    assert office.call(made["secret"], "openai/gpt-5", tokens=(30_000, 1_250)).is_success
    refused = [office.call(made["secret"], slug) for slug in ("openai/gpt-5", "openai/gpt-5", "openai/gpt-5-mini")]
    assert {answer.status_code for answer in refused} <= {403, 429}, [answer.text for answer in refused]
    failed = office.call(office.secrets["Tomas Rivera"], "openai/gpt-5", status=400)
    assert failed.status_code == 400, failed.text
