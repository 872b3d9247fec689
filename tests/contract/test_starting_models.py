"""What a newcomer starts with is what the pinned litellm knows of these models: their windows, and every price it has of theirs."""

from __future__ import annotations

import importlib.util
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ai_api.pricing import prices_from_usd
from ai_api.setup.starting_models import STARTING_MODELS, StartingModel

PER_TOKEN = {
    "input_usd": "input_cost_per_token",
    "cached_read_usd": "cache_read_input_token_cost",
    "cache_write_usd": "cache_creation_input_token_cost",
    "cache_write_1h_usd": "cache_creation_input_token_cost_above_1hr",
    "output_usd": "output_cost_per_token",
}
MILLION = 10**6


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    package = importlib.util.find_spec("litellm")
    assert package is not None
    assert package.submodule_search_locations
    listed = Path(package.submodule_search_locations[0], "model_prices_and_context_window_backup.json")
    found: dict[str, Any] = json.loads(listed.read_text(encoding="utf-8"), parse_float=Decimal)
    return found


def entry_of(model: StartingModel, known: dict[str, Any]) -> dict[str, Any]:
    key = model.name if model.provider in {"openai", "anthropic"} else f"{model.provider}/{model.name}"
    found: dict[str, Any] = known[key]
    assert found["litellm_provider"] == model.provider
    return found


@pytest.mark.parametrize("model", STARTING_MODELS, ids=lambda model: f"{model.provider}/{model.name}")
def test_windows_and_prices(model: StartingModel, known: dict[str, Any]) -> None:
    entry = entry_of(model, known)
    assert model.context_tokens == entry["max_input_tokens"]
    assert model.output_tokens_max == entry.get("max_output_tokens")
    assert (model.operations == {"embeddings"}) == (entry["mode"] == "embedding")
    for ours, theirs in PER_TOKEN.items():
        price = Decimal(model.prices_usd.get(ours, 0))
        assert price == Decimal(entry.get(theirs) or 0) * MILLION, ours
    assert prices_from_usd(dict(model.prices_usd)).states_tokens
