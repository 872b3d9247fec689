"""What each family of providers is asked, and how it tells its usage: the rows that `test_families.py` holds.

A row says where its operations are on the host, in what header the key is, and what the vendor's own usage object means.
`python -m scripts.families` reads the names of the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ai_api.wire.usage import Usage

KEY = "sk-contract-0123456789"
AWS_KEY = "AKIDEXAMPLEEXAMPLE12:wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYxx"
PLAIN = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


@dataclass(frozen=True)
class Row:
    """One family. `base` is the path of its base URL; `paths` are those of its own operations, with the model in them."""

    base: str
    paths: Mapping[str, str]
    auth: tuple[str, str] | None = ("authorization", f"Bearer {KEY}")
    secret: str | None = KEY
    model: str = "vendor-model"
    api_version: str | None = None
    provider: str | None = None
    usage: Mapping[str, Any] = field(default_factory=lambda: PLAIN)
    used: Usage = field(default_factory=lambda: Usage(100, output=20))
    asks_for_usage: bool = True


def openai(base: str, *names: str, **other: Any) -> Row:
    """A family of OpenAI's dialect with these operations below its base."""
    where = {"chat": "/chat/completions", "responses": "/responses", "embeddings": "/embeddings"}
    return Row(base, {name: base + where[name] for name in names}, **other)


_CACHED = {"prompt_tokens_details": {"cached_tokens": 30}, "completion_tokens_details": {"reasoning_tokens": 7}}
_ALL = ("chat", "responses", "embeddings")

ROWS: dict[str, Row] = {
    "openai": openai("/v1", *_ALL, usage={**PLAIN, **_CACHED}, used=Usage(100, 30, output=20, reasoning=7)),
    "azure": Row(
        "",
        {
            "chat": "/openai/deployments/vendor-model/chat/completions?api-version=2024-10-21",
            "responses": "/openai/responses?api-version=2024-10-21",
            "embeddings": "/openai/deployments/vendor-model/embeddings?api-version=2024-10-21",
        },
        auth=("api-key", KEY),
        api_version="2024-10-21",
    ),
    "azure v1": Row(
        "",
        {
            "chat": "/openai/v1/chat/completions?api-version=v1",
            "responses": "/openai/v1/responses?api-version=v1",
            "embeddings": "/openai/v1/embeddings?api-version=v1",
        },
        auth=("api-key", KEY),
        provider="azure",
    ),
    "anthropic": Row("", {"messages": "/v1/messages"}, auth=("x-api-key", KEY)),
    "gemini": Row(
        "/v1beta/openai",
        {
            "chat": "/v1beta/openai/chat/completions",
            "embeddings": "/v1beta/openai/embeddings",
            "generate": "/v1beta/models/vendor-model:generateContent",
        },
        usage={"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 127},
        used=Usage(100, output=27, reasoning=7),
    ),
    "vertex": Row(
        "/v1/projects/p/locations/us-central1",
        {
            "chat": "/v1/projects/p/locations/us-central1/endpoints/openapi/chat/completions",
            "generate": "/v1/projects/p/locations/us-central1/publishers/google/models/gemini-x:generateContent",
        },
        model="google/gemini-x",
    ),
    "bedrock": openai("/openai/v1", "chat", "responses"),
    "bedrock, signed": openai(
        "/openai/v1",
        "chat",
        "responses",
        provider="bedrock",
        secret=AWS_KEY,
        auth=("authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLEEXAMPLE12/"),
    ),
    "bedrock-claude": Row("/anthropic", {"messages": "/anthropic/v1/messages"}),
    "mistral": openai(
        "/v1", "chat", "embeddings", usage={**PLAIN, "num_cached_tokens": 30}, used=Usage(100, 30, output=20)
    ),
    "cohere": openai("/compatibility/v1", "chat", "embeddings", asks_for_usage=False),
    "groq": openai("/openai/v1", "chat"),
    "deepseek": openai(
        "",
        "chat",
        usage={**PLAIN, "prompt_cache_hit_tokens": 30, "prompt_cache_miss_tokens": 70},
        used=Usage(100, 30, output=20),
    ),
    "xai": openai(
        "/v1",
        "chat",
        "responses",
        usage={**PLAIN, "total_tokens": 127, "completion_tokens_details": {"reasoning_tokens": 7}},
        used=Usage(100, output=27, reasoning=7),
    ),
    "perplexity": openai(
        "",
        "chat",
        usage={**PLAIN, "citation_tokens": 11, "num_search_queries": 2},
        used=Usage(100, output=20, web_searches=2),
    ),
    "openrouter": openai(
        "/api/v1",
        *_ALL,
        usage={**PLAIN, "cost": 0.01, "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 10}},
        used=Usage(100, 30, 10, output=20),
    ),
    "together": openai(
        "/v1", "chat", "embeddings", usage={**PLAIN, "cached_tokens": 30}, used=Usage(100, 30, output=20)
    ),
    "fireworks": openai("/inference/v1", *_ALL),
    "cerebras": openai("/v1", "chat"),
    "moonshot": openai("/v1", "chat", usage={**PLAIN, "cached_tokens": 30}, used=Usage(100, 30, output=20)),
    "ollama": openai("/v1", *_ALL, secret=None, auth=None),
    "lm-studio": openai("/v1", *_ALL, secret=None, auth=None),
    "vllm": openai("/v1", *_ALL),
}
