"""A small organization in memory: one member, one credential, one model that everything about a call is allowed on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ai_api import catalog
from ai_api.core.ids import uuid7
from ai_api.gateway.docket import Ask, Docket
from ai_api.gateway.people import Allocation, Holder
from ai_api.gateway.world import World
from ai_api.pricing import Prices, PriceVersion
from ai_api.providers import ProviderKey, Route
from ai_api.providers.port import Wiring
from ai_api.quotas.limit import Limit
from ai_api.wire.envelope import Envelope
from ai_api.wire.input_size import InputSize
from ai_api.wire.json_body import JsonBody

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
EARLIER = NOW - timedelta(days=30)
MEMBER = UUID(int=1)

ENVELOPE = Envelope(
    operation="chat",
    model="openai/gpt-4o",
    stream=False,
    wants_usage=False,
    output_tokens_max=None,
    output_field=None,
    choices=1,
    service_tier=None,
    input_size=InputSize(text_bytes=4_000, messages=1),
)

MODEL = catalog.Model(
    id=UUID(int=10),
    slug="openai/gpt-4o",
    display_name="GPT-4o",
    description="",
    operations=frozenset({"chat", "responses"}),
    context_tokens=128_000,
    output_tokens_max=16_000,
    hidden_reasoning=False,
    capabilities={},
    access="open",
    status="active",
    allowed_members=frozenset(),
    created_at=EARLIER,
    updated_at=EARLIER,
)
ALLOCATION = Allocation(
    id=UUID(int=20), model_id=MODEL.id, state="active", paused_by=None, funded_by="quota", limits=()
)
HOLDER = Holder(
    secret_hash=b"h" * 32,
    credential_id=UUID(int=30),
    public_id="c_abc",
    name="laptop",
    display="sk-aiapi-abcdef…wxyz",
    all_allocations=True,
    expires_at=None,
    paused_at=None,
    revoked_at=None,
    created_at=EARLIER,
    member_id=MEMBER,
    member_epoch=7,
    member_status="active",
    member_identifier="ada",
    allocations={MODEL.id: ALLOCATION},
    limits=(),
    tags=frozenset(),
)
KEY = ProviderKey(
    id=UUID(int=40),
    provider="openai",
    name="main",
    base_url="https://api.openai.com/v1",
    api_version=None,
    allow_private_network=False,
    sealed=None,
    secret_display=None,
    wiring=Wiring(
        urls={"chat": "https://api.openai.com/v1/chat/completions", "responses": "https://api.openai.com/v1/responses"},
        lanes={"chat": "native", "responses": "native"},
        models_url=None,
        auth_header="authorization",
        auth_prefix="Bearer ",
        headers={},
    ),
    wiring_version="1",
    status="active",
    flagged_code=None,
    flagged_at=None,
    created_at=EARLIER,
    updated_at=EARLIER,
)
ROUTE = Route(
    id=UUID(int=50),
    model_id=MODEL.id,
    provider_key_id=KEY.id,
    upstream_model="gpt-4o-2024-08-06",
    priority=0,
    weight=1,
    status="active",
    created_at=EARLIER,
    updated_at=EARLIER,
)
# 2.50 and 10 USD per million tokens.
PRICE = PriceVersion(
    id=UUID(int=60),
    model_id=MODEL.id,
    in_force_from=EARLIER,
    prices=Prices(input_nanos=2_500_000_000, output_nanos=10_000_000_000),
    source="admin",
    created_at=EARLIER,
)


def model(number: int, slug: str, **changes: object) -> catalog.Model:
    """Another model."""
    return replace(MODEL, id=UUID(int=number), slug=slug, **changes)


def limited(**amounts: int) -> tuple[Limit, ...]:
    """Monthly limits of the allocation, by metric."""
    return tuple(
        Limit(
            id=UUID(int=200 + number),
            subject_kind="allocation",
            subject_id=ALLOCATION.id,
            metric=metric,
            window_kind="month",
            window_s=None,
            zone=None,
            partition="subject",
            on_exceed="reject",
            amount=amount,
        )
        for number, (metric, amount) in enumerate(amounts.items())
    )


def allocation(of: catalog.Model, **changes: object) -> Allocation:
    """A right to a model, in force unless changed."""
    return replace(ALLOCATION, id=UUID(int=of.id.int + 1000), model_id=of.id, **changes)


def holder(*allocations: Allocation, **changes: object) -> Holder:
    """The credential with these rights."""
    return replace(HOLDER, allocations={each.model_id: each for each in allocations}, **changes)


def world(*models: catalog.Model, routed: bool = True, priced: bool = True, key: ProviderKey = KEY) -> World:
    """These models, each with a route and a price."""
    return World(
        epoch=9,
        zone="UTC",
        names=catalog.index(models),
        models={each.id: each for each in models},
        routes={each.id: (replace(ROUTE, model_id=each.id),) for each in models} if routed else {},
        keys={key.id: key},
        prices={each.id: (replace(PRICE, model_id=each.id),) for each in models} if priced else {},
        limits={},
        everyone=frozenset(),
    )


def docket(**changes: object) -> Docket:
    """A call that has just come in at NOW, from the holder."""
    ask = Ask(
        envelope=ENVELOPE,
        body=JsonBody({}, {}, 4_000),
        secret_hash=HOLDER.secret_hash,
        dialect="openai",
        request_id="r-1",
        client="codex/1.0",
        received_at=0.0,
    )
    ask = replace(ask, **{name: changes.pop(name) for name in list(changes) if hasattr(ask, name)})
    found = Docket(uuid7(int(NOW.timestamp() * 1000)), ask, holder=HOLDER)
    for name, value in changes.items():
        setattr(found, name, value)
    return found
