"""What is read of an entry of the registry, and what a later version would change of an imported model."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ai_api.catalog import Entry, Model, Origin, Registry, check_importable, facts_of, review_facts
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def entry(key: str = "gpt-x", /, **fields: Any) -> Entry:
    """An entry of a registry that says this of it."""
    said = {"litellm_provider": "openai", "mode": "chat", **fields}
    document = json.loads(json.dumps({key: said}), parse_float=Decimal)
    return Registry("1.0", document).get(said["litellm_provider"], key)


def model(of: Entry, **changed: Any) -> Model:
    """A model that was made from an entry, and changed since."""
    given = {
        "id": uuid7(),
        "slug": of.slug,
        "display_name": of.key,
        "description": "",
        "operations": of.operations,
        "context_tokens": of.context_tokens,
        "output_tokens_max": of.output_tokens_max,
        "hidden_reasoning": False,
        "capabilities": of.capabilities,
        "access": "restricted",
        "status": "active",
        "allowed_members": frozenset(),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Model(**{**given, **changed})


def origin(of: Entry, made: Model, *, kept: frozenset[str] = frozenset()) -> Origin:
    return Origin(
        model_id=made.id,
        source="litellm",
        provider=of.provider,
        key=of.key,
        facts=facts_of(of),
        facts_version="1.0",
        price_facts=of.price_facts,
        price_version="1.0",
        kept=kept,
        created_at=NOW,
        updated_at=NOW,
    )


def test_the_same_name_with_another_provider_is_another_model() -> None:
    registry = Registry("1.0", {"gpt-x": {"litellm_provider": "openai", "mode": "chat"}})
    assert registry.get("openai", "gpt-x").key == "gpt-x"
    for provider, key in (("azure", "gpt-x"), ("openai", "gpt"), ("openai", "GPT-X"), ("openai", "openai/gpt-x")):
        assert registry.find(provider, key) is None
        with pytest.raises(Refusal) as refused:
            registry.get(provider, key)
        assert (refused.value.code, refused.value.param) == ("registry_entry_not_found", "key")


def test_what_is_no_model_is_no_entry() -> None:
    said = {"litellm_provider": "openai", "mode": "chat"}
    registry = Registry(
        "1.0", {"sample_spec": said, "rules": {"rules": []}, "list": [], "odd": {"litellm_provider": 5}}
    )
    for key in ("sample_spec", "rules", "list", "odd"):
        assert registry.find("openai", key) is None


@pytest.mark.parametrize(
    ("provider", "key", "slug"),
    [
        ("openai", "gpt-5.1", "openai/gpt-5.1"),
        ("gemini", "gemini/gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        ("azure", "azure/eu/gpt-4o", "azure/eu/gpt-4o"),
        ("vertex_ai-anthropic_models", "vertex_ai/claude", "vertex_ai/claude"),
        ("fireworks_ai", "accounts/f/models/x", "fireworks_ai/accounts/f/models/x"),
        ("openai", "open/gpt", "openai/open/gpt"),
    ],
)
def test_a_slug_is_the_provider_and_the_key_once(provider: str, key: str, slug: str) -> None:
    assert entry(key, litellm_provider=provider).slug == slug


def test_only_what_can_be_called_here_is_imported() -> None:
    both = ["/v1/batch", "/v1/chat/completions", "/v1/responses"]
    assert entry().operations == {"chat"}
    assert entry(supported_endpoints=both).operations == {"chat", "responses"}
    assert entry(mode="responses").operations == {"responses"}
    for mode in ("embedding", "image_generation", None, 5):
        found = entry(mode=mode, supported_endpoints=both)
        assert not found.operations
        with pytest.raises(Refusal) as refused:
            check_importable(found)
        assert refused.value.code == "registry_mode_unserved"


@pytest.mark.parametrize("count", [None, 0, -1, "4096", 4096.5, True, 2**31])
def test_a_number_of_tokens_that_is_none_is_unknown(count: Any) -> None:
    assert entry(max_output_tokens=count, max_input_tokens=count).output_tokens_max is None
    assert entry(max_tokens=4_096).output_tokens_max is None, "which of the two it means is not known"


def test_abilities_that_cannot_be_kept_are_named() -> None:
    long = "supports_" + "x" * 33
    found = entry(supports_vision=True, supports_reasoning=False, supports_odd="yes", **{long: True})
    assert found.capabilities == {"vision": True, "reasoning": False}
    assert found.left_out == (long,)


def test_all_about_money_is_kept_as_exact_text() -> None:
    found = entry(
        input_cost_per_token=1.5e-07,
        output_cost_per_token=1,
        search_context_cost_per_query={"low": 0.01, "list": [0.10, None]},
        provider_specific_entry={"us": 1.1},
        regional_processing_uplift_multiplier_eu=1.10,
        max_input_tokens=5,
        supports_prompt_caching=True,
        output_cost_per_second=None,
    )
    assert found.price_facts == {
        "input_cost_per_token": "0.00000015",
        "output_cost_per_token": "1",
        "search_context_cost_per_query": {"low": "0.01", "list": ["0.1", None]},
        "provider_specific_entry": {"us": "1.1"},
        "regional_processing_uplift_multiplier_eu": "1.1",
    }
    assert entry(provider_specific_entry={"schema": "v2"}).price_facts == {}


def test_what_an_administrator_changed_is_overwritten() -> None:
    before = entry(max_input_tokens=100, max_output_tokens=10, supports_vision=False)
    later = entry(max_input_tokens=200, max_output_tokens=20, supports_vision=True)
    made = model(before, context_tokens=150)
    found = {each.name: each for each in review_facts(origin(before, made), later, made)}
    assert (found["context_tokens"].before, found["context_tokens"].now, found["context_tokens"].here) == (
        100,
        200,
        150,
    )
    assert {name: (each.kept, each.applies) for name, each in found.items()} == {
        "operations": (False, False),
        "context_tokens": (True, False),
        "output_tokens_max": (False, True),
        "capabilities": (False, True),
    }


def test_what_was_changed_once_is_overwritten_when_it_is_as_the_registry_by_chance() -> None:
    before, later = entry(max_input_tokens=100), entry(max_input_tokens=200)
    made = model(before)
    (context,) = [
        each
        for each in review_facts(origin(before, made, kept=frozenset({"context_tokens"})), later, made)
        if each.name == "context_tokens"
    ]
    assert (context.kept, context.applies) == (True, False)


def test_what_the_registry_says_no_more_is_taken_away() -> None:
    before = entry(max_input_tokens=100)
    made = model(before)
    for later in (entry(), None):
        assert not any(each.applies for each in review_facts(origin(before, made), later, made))


def test_a_search_finds_other_models_or_hides_some():
    known = {
        "vendor/big-chat": {"litellm_provider": "vendor", "mode": "chat"},
        "vendor/big-voice": {"litellm_provider": "vendor", "mode": "audio_speech"},
        "big-chat": {"litellm_provider": "Other", "mode": "chat"},
        "sample_spec": {"litellm_provider": "vendor", "mode": "chat"},
    }
    read = Registry("1", known)

    def keys(words, **how):
        found = read.search(words, **{"limit": 9, **how})
        assert found.total >= len(found.entries)
        return [entry.key for entry in found.entries]

    # What cannot be called here comes last.
    assert keys("BIG") == ["big-chat", "vendor/big-chat", "vendor/big-voice"]
    assert keys("big other") == ["big-chat"]
    assert keys("chat", provider="vendor") == ["vendor/big-chat"]
    assert keys("chat", provider="vend") == keys("chat absent") == []
    assert (keys("big", limit=1), read.search("big", limit=1).total) == (["big-chat"], 3)
