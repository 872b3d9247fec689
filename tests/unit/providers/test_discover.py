"""Asking providers for their models, over real sockets: good lists, odd ones, and every way to fail."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.unit.providers.raw_provider import answer, provider

from ai_api.core.egress import Egress
from ai_api.core.ids import uuid7
from ai_api.providers import ProbeFailed, discover, probe
from ai_api.providers.port import OpenKey
from ai_api.providers.wiring import derive


def key(base_url: str, name: str = "local", secret: str | None = "sk-test") -> OpenKey:
    return OpenKey(uuid7(), name, derive(name, base_url, None), secret, private_network=True)


@pytest.fixture
async def egress() -> AsyncIterator[Egress]:
    egress = Egress()
    yield egress
    await egress.close()


async def test_openai_shape_with_what_servers_add(egress: Egress) -> None:
    seen: list[dict[str, str]] = []

    def reply(target: str, headers: dict[str, str]) -> bytes:
        seen.append({**headers, "target": target})
        items = [
            {"id": "a", "object": "model"},
            {"id": "b", "name": "Model B", "context_length": 8192, "max_completion_tokens": 1024},
            {"id": "c", "max_model_len": 4096, "max_tokens": True},
            {"id": "a", "name": "again"},
            {"id": "", "name": "nameless"},
            {"id": "bad\u0000name"},
        ]
        return answer(200, {"object": "list", "data": items})

    async with provider(reply) as base:
        found = await discover(egress, key(base))
    assert [model.id for model in found] == ["a", "b", "c"]
    assert (found[1].display_name, found[1].context_tokens, found[1].output_tokens_max) == ("Model B", 8192, 1024)
    assert (found[2].context_tokens, found[2].output_tokens_max) == (4096, None)
    assert seen[0]["target"] == "/v1/models"
    assert seen[0]["authorization"] == "Bearer sk-test"
    assert seen[0]["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("item", "operations"),
    [
        ({"id": "text-embedding-3-small"}, ("embeddings",)),
        ({"id": "models/gemini-embedding-001"}, ("embeddings",)),
        ({"id": "nomic-embed-text:v1.5"}, ("embeddings",)),
        ({"id": "BAAI/bge-m3"}, ("embeddings",)),
        ({"id": "intfloat/multilingual-e5-large"}, ("embeddings",)),
        ({"id": "m2-retrieval", "type": "embedding"}, ("embeddings",)),
        ({"id": "vectors", "kind": "EMBEDDING_MODEL"}, ("embeddings",)),
        ({"id": "ada", "capabilities": {"embeddings": True, "chat_completion": False}}, ("embeddings",)),
        ({"id": "vectors", "architecture": {"output_modalities": ["embeddings"]}}, ("embeddings",)),
        ({"id": "embed-like", "capabilities": {"embeddings": False}}, ("chat", "responses")),
        ({"id": "BAAI/bge-reranker-v2-m3"}, ("chat", "responses")),
        ({"id": "unembedded"}, ("chat", "responses")),
        ({"id": "gpt-4o", "capabilities": ["embeddings"], "architecture": "x", "type": 1}, ("chat", "responses")),
    ],
)
async def test_a_model_that_makes_embeddings_is_offered_for_chats(egress: Egress, item, operations) -> None:
    async with provider(lambda _target, _headers: answer(200, {"data": [item]})) as base:
        assert [model.operations for model in await discover(egress, key(base))] == [operations]


async def test_a_model_is_not_offered_for_what_its_key_cannot_serve(egress: Egress) -> None:
    items = [{"id": "claude-sonnet-4-6"}, {"id": "voyage-embed"}]
    async with provider(lambda _target, _headers: answer(200, {"data": items})) as base:
        found = await discover(egress, key(base, "anthropic"))
    assert [model.operations for model in found] == [("chat",), ()]


async def test_anthropic_pages_are_followed(egress: Egress) -> None:
    def reply(target: str, headers: dict[str, str]) -> bytes:
        assert headers["x-api-key"] == "sk-test"
        assert headers["anthropic-version"] == "2023-06-01"
        after = parse_qs(urlsplit(target).query).get("after_id")
        if after is None:
            items = [{"type": "model", "id": "claude-a", "display_name": "Claude A"}]
            return answer(200, {"data": items, "has_more": True, "last_id": "claude/a&b"})
        assert after == ["claude/a&b"]
        return answer(200, {"data": [{"type": "model", "id": "claude-b"}], "has_more": False, "last_id": "claude-b"})

    async with provider(reply) as base:
        found = await discover(egress, key(base, "anthropic"))
    assert [(model.id, model.display_name) for model in found] == [("claude-a", "Claude A"), ("claude-b", None)]


async def test_pages_without_end_are_not_followed_for_ever(egress: Egress) -> None:
    asked = 0

    def reply(target: str, headers: dict[str, str]) -> bytes:
        nonlocal asked
        asked += 1
        return answer(200, {"data": [{"id": f"m{asked}"}], "has_more": True, "last_id": f"m{asked}"})

    async with provider(reply) as base:
        found = await discover(egress, key(base, "anthropic"))
    assert asked == len(found) == 20


async def test_a_bare_list_and_a_server_without_a_secret(egress: Egress) -> None:
    def reply(target: str, headers: dict[str, str]) -> bytes:
        assert "authorization" not in headers
        return answer(200, [{"id": "llama"}])

    async with provider(reply) as base:
        assert [model.id for model in await discover(egress, key(base, secret=None))] == ["llama"]


@pytest.mark.parametrize(
    ("raw", "code", "status"),
    [
        (answer(401, {"error": {"message": "Incorrect API key provided: sk-test"}}), "upstream_auth", 401),
        (answer(403, {}), "upstream_auth", 403),
        (answer(404, {}), "upstream_invalid", 404),
        (answer(429, {}), "upstream_rate_limited", 429),
        (answer(500, {}), "upstream_error", 500),
        (answer(504, {}), "upstream_timeout", 504),
        (answer(307, {}, headers="location: http://127.0.0.1:1/\r\n"), "upstream_error", 307),
        (b"", "upstream_unreachable", None),
        (b"220 mail.example ESMTP\r\n", "upstream_error", None),
    ],
)
async def test_failures_have_codes_and_never_the_providers_text(
    egress: Egress, raw: bytes, code: str, status: int | None
) -> None:
    async with provider(lambda target, headers: raw) as base:
        found = await probe(egress, key(base))
        with pytest.raises(ProbeFailed) as failed:
            await discover(egress, key(base))
    assert (found.ok, found.code, found.status) == (False, code, status)
    assert failed.value.code == code
    assert "sk-test" not in found.message
    assert "Incorrect" not in found.message
    assert found.latency_ms >= 0


@pytest.mark.parametrize("body", [b"<html>", {"data": "none"}, {"models": []}, [1], b"[" * 100_000, "text"])
async def test_an_answer_that_is_no_list(egress: Egress, body: object) -> None:
    async with provider(lambda target, headers: answer(200, body)) as base:
        with pytest.raises(ProbeFailed) as failed:
            await discover(egress, key(base))
    assert failed.value.code == "upstream_error"


async def test_a_huge_answer_is_cut_off(egress: Egress) -> None:
    huge = answer(200, b"[" + b" " * (2 * 1024 * 1024) + b"]")
    async with provider(lambda target, headers: huge) as base:
        with pytest.raises(ProbeFailed) as failed:
            await discover(egress, key(base))
    assert failed.value.code == "upstream_error"


async def test_nobody_there(egress: Egress) -> None:
    async with provider(lambda target, headers: b"") as base:
        pass
    found = await probe(egress, key(base))
    assert (found.ok, found.code, found.status) == (False, "upstream_unreachable", None)


async def test_a_private_address_is_not_asked_unless_allowed(egress: Egress) -> None:
    asked = []
    async with provider(lambda target, headers: asked.append(target) or answer(200, [])) as base:
        found = await probe(egress, replace(key(base), private_network=False))
    assert found.code == "upstream_unreachable"
    assert asked == []


async def test_a_good_probe(egress: Egress) -> None:
    async with provider(lambda target, headers: answer(200, {"data": []})) as base:
        found = await probe(egress, key(base))
    assert (found.ok, found.code, found.status) == (True, "ok", 200)
