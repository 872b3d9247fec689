"""The registry of the pinned litellm: where it is, and that every word about money in it is understood or named."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from ai_api import pricing
from ai_api.catalog import Entry, Registry, read_registry

NEVER_SEEN = {"balanced", "decisions", "ultrafast"}
"""Service tiers of a few models that no other field tells of: these models are not imported."""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return read_registry()


def callable_entries(registry: Registry) -> Iterator[Entry]:
    for key, said in registry._entries.items():
        entry = registry.get(said["litellm_provider"], key)
        if entry.operations:
            yield entry


def test_it_is_read_without_importing_litellm() -> None:
    program = (
        "import sys; from ai_api.catalog import read_registry; print(read_registry().version);"
        "assert 'litellm' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "1.106.2"


def test_most_models_can_be_imported_and_nothing_about_money_is_unheard_of(registry: Registry) -> None:
    entries = list(callable_entries(registry))
    assert len(entries) > 3_000
    suggested = [pricing.suggest_prices(entry.price_facts) for entry in entries]
    unknown = {name.rpartition("_")[2] for each in suggested for name in each.unknown}
    assert unknown == NEVER_SEEN
    assert sum(each.prices is not None and not each.outside for each in suggested) > 2_000
    assert not [each.by_hand for each in suggested if any("do not fit" in reason for reason in each.by_hand)]


@pytest.mark.parametrize(
    ("provider", "key", "usd"),
    [
        ("openai", "gpt-4o-mini", ("0.15", "0.075", "0.60")),
        ("openai", "gpt-5.1", ("1.25", "0.125", "10.00")),
        ("anthropic", "claude-sonnet-4-5", ("3.00", "0.30", "15.00")),
        ("gemini", "gemini/gemini-2.5-pro", ("1.25", "0.125", "10.00")),
        ("mistral", "mistral/mistral-large-latest", ("0.50", "0.05", "1.50")),
    ],
)
def test_prices_that_everybody_knows(registry: Registry, provider: str, key: str, usd: tuple[str, str, str]) -> None:
    found = pricing.suggest_prices(registry.get(provider, key).price_facts).prices
    assert found is not None
    shown = pricing.prices_to_usd(found)
    assert (shown["input_usd"], shown["cached_read_usd"], shown["output_usd"]) == usd
    if key == "gemini/gemini-2.5-pro":
        assert shown["tiers"] == [
            {"above_input_tokens": 200_000, "input_usd": "2.50", "cached_read_usd": "0.25", "output_usd": "15.00"}
        ]
    if key == "gpt-5.1":
        assert {name: each["input_usd"] for name, each in shown["service_tiers"].items()} == {
            "batches": "0.625",
            "flex": "0.625",
            "priority": "2.50",
        }
