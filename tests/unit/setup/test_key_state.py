"""What is said of a provider key by what is known of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ai_api.core.ids import uuid7
from ai_api.providers import ProviderKey, derive
from ai_api.setup.list_keys import KeyAtWork, KeyState, key_state
from ai_api.setup.store_keys import Asked, KeyFound

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = ProviderKey(
    id=uuid7(),
    provider="openai",
    name="main",
    base_url="https://api.openai.com/v1",
    api_version=None,
    allow_private_network=False,
    sealed=None,
    secret_display="sk-…wxyz",
    wiring=derive("openai", "https://api.openai.com/v1", None),
    wiring_version="1",
    status="active",
    flagged_code=None,
    flagged_at=None,
    created_at=NOON,
    updated_at=NOON,
)
UNKNOWN = KeyFound(models=2, routes=2, failing=0, failing_until_ms=None, asked=None, changed_at=None)
HOUR = timedelta(hours=1)


def state(*, success: datetime | None = None, key: ProviderKey = KEY, **found: Any) -> KeyState:
    return key_state(KeyAtWork(key, replace(UNKNOWN, **found)), success)


def asked(code: str, *, hours: int = 0) -> Asked:
    return Asked(NOON + hours * HOUR, code)


def test_a_key_nobody_has_asked_with_is_said_to_work() -> None:
    assert state() == "not_tested"
    assert state(asked=asked("ok")) == "working"
    assert state(success=NOON) == "working"


def test_a_key_that_is_out_of_use_or_refused_is_said_to_work() -> None:
    assert state(key=replace(KEY, flagged_code="upstream_auth"), asked=asked("ok"), success=NOON) == "refused"
    disabled = replace(KEY, status="disabled", flagged_code="upstream_auth")
    assert state(key=disabled, asked=asked("ok"), success=NOON) == "disabled"


def test_what_was_found_out_last_does_not_count() -> None:
    assert state(asked=asked("upstream_timeout")) == "unreachable"
    assert state(asked=asked("upstream_timeout"), success=NOON - HOUR) == "unreachable"
    assert state(asked=asked("upstream_timeout"), success=NOON + HOUR) == "working"
    # It was refused, and then enabled again: nobody knows.
    assert state(asked=asked("upstream_auth")) == "not_tested"


def test_an_old_secret_speaks_for_a_new_one() -> None:
    rotated = NOON + HOUR
    assert state(asked=asked("ok"), success=NOON, changed_at=rotated) == "not_tested"
    assert state(asked=asked("upstream_timeout"), changed_at=rotated) == "not_tested"
    assert state(asked=asked("ok", hours=2), success=NOON, changed_at=rotated) == "working"
    assert state(success=rotated + HOUR, changed_at=rotated) == "working"


def test_a_key_by_which_nothing_goes_is_said_to_work() -> None:
    until_ms = int((NOON + HOUR).timestamp() * 1000)
    failing: dict[str, Any] = {"failing": 2, "failing_until_ms": until_ms, "success": NOON}
    assert state(**failing) == "unreachable"
    assert state(**{**failing, "failing": 1}) == "working"
    # A list of models is told although no call is answered; long after that it says that the provider is back.
    assert state(**failing, asked=asked("ok")) == "unreachable"
    assert state(**failing, asked=asked("ok", hours=2)) == "working"
    assert state(routes=0, failing=0) == "not_tested"
