"""How a typed name finds a model, and which slugs there can be."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from ai_api.catalog import Alias, Model, index, resolve
from ai_api.catalog.rules import check_alias, check_capabilities, check_operations, check_slug, check_tokens
from ai_api.core.errors import Refusal
from ai_api.core.ids import uuid7

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def model(slug: str, *, access: str = "open", status: str = "active", allowed: frozenset[UUID] = frozenset()) -> Model:
    return Model(
        id=uuid7(),
        slug=slug,
        display_name=slug,
        description="",
        operations=frozenset({"chat"}),
        context_tokens=None,
        output_tokens_max=None,
        hidden_reasoning=False,
        capabilities={},
        access=access,  # type: ignore[arg-type]  # a literal, given by the test
        status=status,  # type: ignore[arg-type]  # a literal, given by the test
        allowed_members=allowed,
        created_at=NOW,
        updated_at=NOW,
    )


def alias(name: str, of: Model) -> Alias:
    return Alias(id=uuid7(), name=name, model_id=of.id, created_at=NOW, updated_at=NOW)


def test_an_exact_slug_wins_even_where_it_is_another_models_bare_name() -> None:
    inner, outer = model("meta/llama"), model("openrouter/meta/llama")
    assert resolve("meta/llama", index([inner, outer])) == (inner,)


def test_a_bare_name_is_all_after_the_first_slash() -> None:
    found = model("openrouter/meta/llama")
    names = index([found])
    assert resolve("meta/llama", names) == (found,)
    assert resolve("llama", names) == ()


def test_an_ambiguous_bare_name_gives_all_it_may_mean() -> None:
    one, other = model("openai/gpt-5"), model("azure/gpt-5")
    assert set(resolve("gpt-5", index([one, other]))) == {one, other}


def test_an_alias_comes_after_the_slug_and_before_the_bare_name() -> None:
    one, other, third = model("openai/gpt-5"), model("azure/gpt-5"), model("local/small")
    aliases = [alias("gpt-5", third), alias("openai/gpt-5", other), alias("small/er", one)]
    names = index([one, other, third], aliases)
    assert resolve("gpt-5", names) == (third,)
    assert resolve("openai/gpt-5", names) == (one,)
    assert resolve("small/er", names) == (one,)
    assert resolve("er", names) == (), "an alias has no bare name"
    assert resolve("small", names) == (third,)


def test_an_alias_of_a_model_that_is_not_offered_is_no_name() -> None:
    gone, one = model("azure/gpt-5", status="archived"), model("openai/gpt-5")
    aliases = [alias("best", gone), alias("gpt-5", gone)]
    assert resolve("best", index([one], aliases)) == ()
    assert resolve("gpt-5", index([one], aliases)) == (one,)


@pytest.mark.parametrize("name", ["best", "Best", "gpt-4o", "openai/gpt-4o", "a", "v1:free@q4+x_y", "a/b/c", "x" * 128])
def test_good_aliases(name: str) -> None:
    assert check_alias(name) == name


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a\n", "é", "/a", "a/", "a//b", "../a", "a/.", ".", "..", "a%2Fb", "a\0", "x" * 129]
)
def test_bad_aliases(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_alias(name)
    assert (refused.value.code, refused.value.param) == ("bad_name", "name")


@pytest.mark.parametrize(
    "name", ["gpt", "openai", "openai/", "OPENAI/gpt-5", "openai/gpt-5x", "pt-5", "", "/gpt-5", "best", "Bes"]
)
def test_nothing_is_matched_by_likeness(name: str) -> None:
    found = model("openai/gpt-5")
    assert resolve(name, index([found], [alias("Best", found)])) == ()


@pytest.mark.parametrize(
    "slug",
    ["openai/gpt-5", "a/b", "meta-llama/Llama-3.1_8B:free", "hf/org/name@v1+q4", "local/" + "x" * 128, "0_-/A"],
)
def test_good_slugs(slug: str) -> None:
    assert check_slug(slug) == slug


@pytest.mark.parametrize(
    "slug",
    [
        "gpt-5",
        "OpenAI/gpt-5",
        "openai/",
        "/gpt-5",
        "openai//gpt",
        "openai/gpt/",
        "openai/../x",
        "openai/./x",
        "openai/..",
        "openai/a b",
        "openai/é",
        "openai/a\n",
        "openai/" + "x" * 129,
        "p" * 33 + "/x",
        "-a/b",
        "openai/a%2Fb",
    ],
)
def test_bad_slugs(slug: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_slug(slug)
    assert refused.value.code == "bad_slug"


def test_operations_are_known_and_at_least_one() -> None:
    assert check_operations(frozenset({"chat", "responses"}))
    for bad in (frozenset[str](), frozenset({"chat", "telepathy"})):
        with pytest.raises(Refusal, match="one or more of: chat, embeddings, responses"):
            check_operations(bad)


def test_zero_tokens_are_not_unknown_tokens() -> None:
    assert check_tokens("context_tokens", None) is None
    for bad in (0, -1, 2**31):
        with pytest.raises(Refusal) as refused:
            check_tokens("context_tokens", bad)
        assert refused.value.param == "context_tokens"


def test_capabilities_are_few_and_plain() -> None:
    assert check_capabilities({"vision": True, "tools": False})
    for bad in ({"Vision": True}, {"": True}, {f"c{n}": True for n in range(33)}):
        with pytest.raises(Refusal):
            check_capabilities(bad)
