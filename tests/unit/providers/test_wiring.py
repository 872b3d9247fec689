"""The table of vendors. What litellm derives for the same is compared in tests/contract/test_wiring_litellm.py."""

from __future__ import annotations

import pytest

from ai_api.core.addresses import check_base_url
from ai_api.core.errors import Refusal
from ai_api.providers.rules import check_provider, check_secret, check_served, display
from ai_api.providers.wiring import VENDORS, address, derive


@pytest.mark.parametrize("name", VENDORS)
def test_every_line_of_the_table_can_be_called(name: str) -> None:
    given = VENDORS[name].example if VENDORS[name].base_url is None else None
    base, version = address(name, given, None)
    assert check_base_url(base, private_network=False) == base
    wiring = derive(name, base, version)
    assert set(wiring.urls) == set(wiring.lanes) == set(VENDORS[name].operations)
    # Never another host than the one the key was given for.
    root = "/".join(base.split("/")[:3]) + "/"
    assert all(url.startswith(root) for url in (*wiring.urls.values(), wiring.models_url or root))


def test_any_other_name_is_an_openai_compatible_server() -> None:
    wiring = derive("local", *address("local", "http://127.0.0.1:8081/v1/", None))
    assert wiring.urls["chat"] == "http://127.0.0.1:8081/v1/chat/completions"
    assert wiring.urls["responses"] == "http://127.0.0.1:8081/v1/responses"
    assert set(wiring.lanes.values()) == {"native"}
    assert (wiring.auth_header, wiring.auth_prefix) == ("authorization", "Bearer ")


def test_a_server_of_ones_own_needs_an_address() -> None:
    for provider in ("local", "azure"):
        with pytest.raises(Refusal) as refused:
            address(provider, None, None)
        assert refused.value.code == "bad_base_url"


@pytest.mark.parametrize("given", ["https://x.openai.azure.com", "https://x.openai.azure.com/openai/v1/"])
def test_azure_takes_the_address_as_the_portal_shows_it(given: str) -> None:
    base, version = address("azure", given, None)
    assert (base, version) == ("https://x.openai.azure.com", "v1")


@pytest.mark.parametrize(
    ("provider", "base_url", "version", "url"),
    [
        ("openai", None, None, "https://api.openai.com/v1/embeddings"),
        ("gemini", None, None, "https://generativelanguage.googleapis.com/v1beta/openai/embeddings"),
        ("local", "http://127.0.0.1:8081/v1", None, "http://127.0.0.1:8081/v1/embeddings"),
        ("azure", "https://x.example", "v1", "https://x.example/openai/v1/embeddings?api-version=v1"),
        (
            "azure",
            "https://x.example",
            "2024-10-21",
            "https://x.example/openai/deployments/{model}/embeddings?api-version=2024-10-21",
        ),
    ],
)
def test_embeddings_are_where_the_chats_are(provider, base_url, version, url) -> None:
    assert derive(provider, *address(provider, base_url, version)).urls["embeddings"] == url


@pytest.mark.parametrize("provider", ["anthropic", "groq", "deepseek", "cerebras", "moonshot"])
def test_vendors_without_embeddings_are_not_asked_for_them(provider) -> None:
    assert "embeddings" not in derive(provider, *address(provider, None, None)).urls


@pytest.mark.parametrize("given", ["https://api.anthropic.com", "https://api.anthropic.com/v1"])
def test_anthropic_with_or_without_the_version_in_the_address(given: str) -> None:
    wiring = derive("anthropic", *address("anthropic", given, None))
    assert wiring.urls == dict.fromkeys(("chat", "messages"), "https://api.anthropic.com/v1/messages")
    assert wiring.models_url == "https://api.anthropic.com/v1/models"
    assert wiring.lanes == {"chat": "anthropic", "messages": "native"}


@pytest.mark.parametrize(
    ("given", "chat", "generate"),
    [
        (
            None,
            "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
            "https://generativelanguage.googleapis.com/v1beta/models/{model}:generateContent",
        ),
        ("https://proxy/v1", "https://proxy/v1/chat/completions", "https://proxy/v1/models/{model}:generateContent"),
    ],
)
def test_gemini_is_called_in_its_own_dialect_beside_the_compatible_one(
    given: str | None, chat: str, generate: str
) -> None:
    wiring = derive("gemini", *address("gemini", given, None))
    embeddings = chat.replace("/chat/completions", "/embeddings")
    embed = generate.replace(":generateContent", ":embedContent")
    assert wiring.urls == {"chat": chat, "embeddings": embeddings, "generate": generate, "embed": embed}
    assert wiring.lanes == dict.fromkeys(wiring.urls, "native")


@pytest.mark.parametrize(
    "given",
    [
        "https://host/v1/chat/completions",
        "https://host/v1/models/",
        "https://host/v1/embeddings",
        "https://host/{model}",
        "https://høst/v1",
    ],
)
def test_addresses_that_would_be_called_wrongly(given: str) -> None:
    with pytest.raises(Refusal) as refused:
        address("local", given, None)
    assert refused.value.code == "bad_base_url"


@pytest.mark.parametrize("version", ["2024", "v2", "2024-10-21&x=y", "2024-1x-21", "2024-10-21-beta", ""])
def test_azure_versions_that_are_none(version: str) -> None:
    if not version:
        assert address("azure", "https://x.example", version)[1] == "v1"
        return
    with pytest.raises(Refusal) as refused:
        address("azure", "https://x.example", version)
    assert refused.value.code == "bad_api_version"


def test_a_version_that_would_be_ignored_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        address("openai", None, "2024-10-21")
    assert refused.value.code == "bad_api_version"


def test_a_route_that_could_serve_nothing_is_refused_and_says_why() -> None:
    wiring = derive("anthropic", *address("anthropic", None, None))
    check_served(wiring, frozenset({"chat", "responses"}), provider="anthropic")
    with pytest.raises(Refusal) as refused:
        check_served(wiring, frozenset({"responses"}), provider="anthropic")
    assert refused.value.code == "operation_not_served"
    assert "serves chat" in refused.value.message


def test_a_secret_is_told_apart_without_being_given_away() -> None:
    assert display("sk-abcdefghijklmnop1234") == "sk-…1234"
    for short in ("x", "sk-short", "a" * 19):
        assert not any(character in display(short) for character in short)


@pytest.mark.parametrize("secret", ["", "a b", "a\nb", "a\r\nx-admin: 1", "é", "x" * 8193])
def test_a_secret_must_fit_a_header(secret: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_secret(secret)
    assert not secret or secret not in refused.value.message


@pytest.mark.parametrize("provider", ["", "OpenAI", "a_b", "a" * 33, "a/b", "-a"])
def test_provider_names(provider: str) -> None:
    with pytest.raises(Refusal):
        check_provider(provider)


def test_who_wants_reasoning_back() -> None:
    """Groq, Cerebras and Mistral refuse the member; DeepSeek and Moonshot refuse a tool loop without it."""
    named = {name: derive(name, VENDORS[name].base_url or VENDORS[name].example, None).reasoning for name in VENDORS}
    assert {name for name, wanted in named.items() if wanted == "needed"} == {"deepseek", "moonshot"}
    assert {name for name, wanted in named.items() if wanted == "taken"} == {"openrouter", "fireworks"}
    assert derive("local", "https://host/v1", None).reasoning == "taken"
