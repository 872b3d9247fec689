"""The models a newcomer starts with where a vendor's key is found in the environment; administrators publish the rest.

Names, windows and prices are facts of the vendors, taken from the price map of the pinned litellm, and held to it by a
contract test. Prices are USD per million tokens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StartingModel:
    """A vendor's model: its name there, what it offers, its windows in tokens, and its prices as the API takes them.

    `output_tokens_max` is None where its answers have no tokens.
    """

    provider: str
    name: str
    operations: frozenset[str]
    context_tokens: int
    output_tokens_max: int | None
    prices_usd: Mapping[str, Any]


STARTING_MODELS = (
    StartingModel(
        "openai",
        "gpt-5.4-mini",
        frozenset({"responses", "chat"}),
        272000,
        128000,
        {
            "input_usd": "0.75",
            "cached_read_usd": "0.075",
            "output_usd": "4.50",
            "service_tiers": {
                "priority": {"input_usd": "1.50", "cached_read_usd": "0.15", "output_usd": "9.00"},
                "flex": {"input_usd": "0.375", "cached_read_usd": "0.0375", "output_usd": "2.25"},
            },
        },
    ),
    StartingModel(
        "openai",
        "gpt-5.4",
        frozenset({"responses", "chat"}),
        1050000,
        128000,
        {
            "input_usd": "2.50",
            "cached_read_usd": "0.25",
            "output_usd": "15.00",
            "tiers": [
                {"above_input_tokens": 272000, "input_usd": "5.00", "cached_read_usd": "0.50", "output_usd": "22.50"}
            ],
            "service_tiers": {
                "priority": {"input_usd": "5.00", "cached_read_usd": "0.50", "output_usd": "30.00"},
                "flex": {
                    "input_usd": "1.25",
                    "cached_read_usd": "0.13",
                    "output_usd": "7.50",
                    "tiers": [
                        {
                            "above_input_tokens": 272000,
                            "input_usd": "2.50",
                            "cached_read_usd": "0.25",
                            "output_usd": "11.25",
                        }
                    ],
                },
            },
        },
    ),
    StartingModel(
        "openai",
        "gpt-5.4-nano",
        frozenset({"responses", "chat"}),
        272000,
        128000,
        {
            "input_usd": "0.20",
            "cached_read_usd": "0.02",
            "output_usd": "1.25",
            "service_tiers": {"flex": {"input_usd": "0.10", "cached_read_usd": "0.01", "output_usd": "0.625"}},
        },
    ),
    StartingModel(
        "openai",
        "gpt-4.1-mini",
        frozenset({"responses", "chat"}),
        1047576,
        32768,
        {
            "input_usd": "0.40",
            "cached_read_usd": "0.10",
            "output_usd": "1.60",
            "service_tiers": {"priority": {"input_usd": "0.70", "cached_read_usd": "0.175", "output_usd": "2.80"}},
        },
    ),
    StartingModel("openai", "text-embedding-3-small", frozenset({"embeddings"}), 8191, None, {"input_usd": "0.02"}),
    StartingModel("openai", "text-embedding-3-large", frozenset({"embeddings"}), 8191, None, {"input_usd": "0.13"}),
    StartingModel(
        "anthropic",
        "claude-sonnet-4-6",
        frozenset({"chat"}),
        1000000,
        128000,
        {
            "input_usd": "3.00",
            "cached_read_usd": "0.30",
            "cache_write_usd": "3.75",
            "cache_write_1h_usd": "6.00",
            "output_usd": "15.00",
        },
    ),
    StartingModel(
        "anthropic",
        "claude-haiku-4-5",
        frozenset({"chat"}),
        200000,
        64000,
        {
            "input_usd": "1.00",
            "cached_read_usd": "0.10",
            "cache_write_usd": "1.25",
            "cache_write_1h_usd": "2.00",
            "output_usd": "5.00",
        },
    ),
    StartingModel(
        "anthropic",
        "claude-opus-4-6",
        frozenset({"chat"}),
        1000000,
        128000,
        {
            "input_usd": "5.00",
            "cached_read_usd": "0.50",
            "cache_write_usd": "6.25",
            "cache_write_1h_usd": "10.00",
            "output_usd": "25.00",
        },
    ),
    StartingModel(
        "gemini",
        "gemini-2.5-flash",
        frozenset({"chat"}),
        1048576,
        65536,
        {
            "input_usd": "0.30",
            "cached_read_usd": "0.03",
            "output_usd": "2.50",
            "service_tiers": {
                "priority": {"input_usd": "0.54", "cached_read_usd": "0.054", "output_usd": "4.50"},
                "flex": {"input_usd": "0.15", "cached_read_usd": "0.03", "output_usd": "1.25"},
            },
        },
    ),
    StartingModel(
        "gemini",
        "gemini-2.5-pro",
        frozenset({"chat"}),
        1048576,
        65536,
        {
            "input_usd": "1.25",
            "cached_read_usd": "0.125",
            "output_usd": "10.00",
            "tiers": [
                {"above_input_tokens": 200000, "input_usd": "2.50", "cached_read_usd": "0.25", "output_usd": "15.00"}
            ],
            "service_tiers": {
                "priority": {
                    "input_usd": "2.25",
                    "cached_read_usd": "0.225",
                    "output_usd": "18.00",
                    "tiers": [
                        {
                            "above_input_tokens": 200000,
                            "input_usd": "4.50",
                            "cached_read_usd": "0.45",
                            "output_usd": "27.00",
                        }
                    ],
                },
                "flex": {"input_usd": "0.625", "cached_read_usd": "0.125", "output_usd": "5.00"},
            },
        },
    ),
    StartingModel(
        "gemini",
        "gemini-2.5-flash-lite",
        frozenset({"chat"}),
        1048576,
        65536,
        {
            "input_usd": "0.10",
            "cached_read_usd": "0.01",
            "output_usd": "0.40",
            "service_tiers": {
                "priority": {"input_usd": "0.18", "cached_read_usd": "0.018", "output_usd": "0.72"},
                "flex": {"input_usd": "0.05", "cached_read_usd": "0.01", "output_usd": "0.20"},
            },
        },
    ),
    StartingModel("gemini", "gemini-embedding-001", frozenset({"embeddings"}), 2048, None, {"input_usd": "0.15"}),
)
