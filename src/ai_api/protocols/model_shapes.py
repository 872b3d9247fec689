"""The models a credential can call, in the shapes of OpenAI and Anthropic. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ai_api.catalog import Model
from ai_api.core.errors import Refusal

_PAGE, _PAGE_MAX = 20, 1_000


def openai_model(model: Model, name: str) -> dict[str, Any]:
    """A model under the name it was asked for."""
    return {
        "id": name,
        "object": "model",
        "created": int(model.created_at.timestamp()),
        "owned_by": model.slug.partition("/")[0],
        "display_name": model.display_name,
        "operations": sorted(model.operations),
        "context_length": model.context_tokens,
        "max_output_tokens": model.output_tokens_max,
    }


def openai_list(models: Sequence[Model], _query: Mapping[str, str]) -> dict[str, Any]:
    """All of them: the dialect knows no pages."""
    return {"object": "list", "data": [openai_model(model, model.slug) for model in models]}


def anthropic_model(model: Model, name: str) -> dict[str, Any]:
    """A model under the name it was asked for."""
    return {
        "type": "model",
        "id": name,
        "display_name": model.display_name,
        "created_at": model.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "max_input_tokens": model.context_tokens,
        "max_tokens": model.output_tokens_max,
    }


def anthropic_list(models: Sequence[Model], query: Mapping[str, str]) -> dict[str, Any]:
    """A page after `after_id`, or before `before_id`, of at most `limit`. Raises Refusal."""
    limit = _count(query, "limit", _PAGE)
    slugs = [model.slug for model in models]
    page, more = list(models), False
    if "before_id" in query:
        page = page[: _position(query, "before_id", slugs)]
        page, more = page[-limit:], len(page) > limit
    else:
        if "after_id" in query:
            page = page[_position(query, "after_id", slugs) + 1 :]
        page, more = page[:limit], len(page) > limit
    return {
        "data": [anthropic_model(model, model.slug) for model in page],
        "has_more": more,
        "first_id": page[0].slug if page else None,
        "last_id": page[-1].slug if page else None,
    }


def _count(query: Mapping[str, str], name: str, default: int) -> int:
    given = query.get(name, str(default))
    if not given.isascii() or not given.isdigit() or len(given) > 4 or not 1 <= int(given) <= _PAGE_MAX:
        raise Refusal("bad_request", "invalid", f"{name} must be a whole number from 1 to {_PAGE_MAX:,}.", param=name)
    return int(given)


def _position(query: Mapping[str, str], name: str, slugs: Sequence[str]) -> int:
    try:
        return slugs.index(query[name])
    except ValueError:
        message = f"{name} names no model that this credential can call."
        raise Refusal("bad_request", "invalid", message, param=name) from None
