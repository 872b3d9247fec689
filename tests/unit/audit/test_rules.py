"""What may stand in the audit trail: plain JSON, and nothing that is named like a secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from ai_api.audit import SecretInAudit
from ai_api.audit.rules import plain


def test_values_become_plain_json() -> None:
    found = plain(
        {
            "id": UUID(int=7),
            "at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            "names": frozenset({"b", "a"}),
            "deep": {"list": (1, 2.5, None, True)},
            1: "number",
        }
    )
    assert found == {
        "id": str(UUID(int=7)),
        "at": "2026-01-02T03:04:00+00:00",
        "names": ["a", "b"],
        "deep": {"list": [1, 2.5, None, True]},
        "1": "number",
    }
    assert json.loads(json.dumps(found)) == found
    assert plain(None) is None


@pytest.mark.parametrize("name", ["secret", "secret_hash", "password", "password_hash", "api_key", "sealed"])
def test_a_secret_is_refused_at_any_depth_and_even_when_it_is_empty(name: str) -> None:
    for values in ({name: "x"}, {name: None}, {"a": {"b": [{name: "x"}]}}):
        with pytest.raises(SecretInAudit):
            plain(values)


def test_what_tells_a_secret_apart_may_stand() -> None:
    values = {"secret_display": "sk-…abcd", "secret_replaced": True, "total_tokens": 5}
    assert plain(values) == values
