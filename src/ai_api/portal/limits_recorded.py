"""What a call was refused with because of a limit, made again of its record by the functions that word it for callers. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from ai_api.catalog import Model
from ai_api.core.errors import Refusal
from ai_api.core.money import parse_usd
from ai_api.gateway import caps, limit_words, preflight
from ai_api.gateway.charges import Size
from ai_api.gateway.docket import Ask, Docket
from ai_api.ledger import CallRecord
from ai_api.quotas.limit import AccountKey, Limit
from ai_api.quotas.rules import Balance, Charge, Denied
from ai_api.quotas.windows import STILL, WHOLE, Bucket, WindowKind
from ai_api.wire.envelope import Envelope
from ai_api.wire.input_size import InputSize
from ai_api.wire.json_body import JsonBody

_KINDS: Final[tuple[WindowKind, ...]] = ("request", "day", "month", "lifetime")
_SLIDING: Final = re.compile(r"per ([0-9]+) s", re.ASCII)
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


def limit_refusals(record: CallRecord, model: Model | None) -> list[Refusal]:
    """The refusals by a limit that would have left this record. `model` is as much of it as the record tells."""
    facts = record.details
    try:
        if "needed" in facts:
            return _denied(record, model)
        if "output_tokens" in facts:
            limit = _limit(facts)
            return [limit_words.cut(_charge(limit, facts, STILL), _docket(record, model), _now(limit, facts))]
        if "input_tokens" in facts:
            return [caps.refusal(_limit(facts), Size(int(facts["input_tokens"]), None))]
        return _of_nothing(facts)
    except (KeyError, ValueError, TypeError):
        # A record of a version that kept other facts.
        return []


def _denied(record: CallRecord, model: Model | None) -> list[Refusal]:
    facts, limit, docket = record.details, _limit(record.details), _docket(record, model)
    used, held, needed = (_amount(limit, facts[name]) for name in ("used", "held", "needed"))
    balance, busy = Balance(settled=used, held=held), used + needed <= limit.amount
    resets_at, now = _moment(facts["resets_at"]), _now(limit, facts)

    def refusal(bucket: Bucket, at: datetime) -> Refusal:
        return limit_words.refusal(Denied(_charge(limit, facts, bucket), balance, needed, busy), docket, at)

    if limit.window_s is None or limit.metric == "concurrency" or needed > limit.amount:
        return [refusal(STILL, now)]
    if held + needed <= limit.amount:
        # How soon there is room depends on when each part of it was used, which the record does not tell.
        return [refusal(Bucket(0, weight), now) for weight in (0, WHOLE)]
    waits = [
        (resets_at or at) - at - timedelta(seconds=limit.window_s) for at in (record.started_at, record.finished_at)
    ]
    weights = [max(0, round(wait / timedelta(seconds=limit.window_s) * WHOLE)) for wait in waits]
    return [refusal(Bucket(0, weight), now) for weight in weights]


def _of_nothing(facts: Mapping[str, Any]) -> list[Refusal]:
    # Which window it has is not told: nothing is nothing in each.
    known = {"subject": "global", "window": "in all", **facts}
    limits = [_limit({**known, "window": each}) for each in ("per call", "per day")]
    return [_refused(each) for each in limits]


def _refused(limit: Limit) -> Refusal:
    try:
        preflight.check_allowance([limit])
    except Refusal as refusal:
        return refusal
    raise ValueError


def _limit(facts: Mapping[str, Any]) -> Limit:
    """The limit as it was. Raises KeyError, ValueError."""
    limit = Limit(
        id=UUID(facts["limit_id"]),
        subject_kind=facts["subject"],
        subject_id=None,
        metric=facts["metric"],
        window_kind="lifetime",
        window_s=None,
        zone=None,
        partition="subject",
        on_exceed="reject",
        amount=0,
    )
    limit = replace(limit, amount=_amount(limit, facts["limit"]))
    if sliding := _SLIDING.fullmatch(facts["window"]):
        return replace(limit, window_kind="sliding", window_s=int(sliding[1]))
    return next(
        each for each in (replace(limit, window_kind=kind) for kind in _KINDS) if each.span() == facts["window"]
    )


def _charge(limit: Limit, facts: Mapping[str, Any], bucket: Bucket) -> Charge:
    end = _moment(facts["resets_at"]) or _EVER
    account = AccountKey(limit.id, limit.subject_kind, None, limit.metric, _EVER, end)
    return Charge(account, limit, bucket, amount_for=_nothing, output_for=_nothing)


def _nothing(_amount: int) -> int:
    return 0


def _now(limit: Limit, facts: Mapping[str, Any]) -> datetime:
    """A moment at which the limit resets when it did."""
    return (_moment(facts["resets_at"]) or _EVER) - timedelta(seconds=limit.window_s or 0)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _amount(limit: Limit, value: Any) -> int:
    return parse_usd(value) if limit.metric == "cost" and isinstance(value, str) else int(value)


def _docket(record: CallRecord, model: Model | None) -> Docket:
    envelope = Envelope(
        operation="chat",
        model=record.requested_model,
        stream=record.stream,
        wants_usage=False,
        output_tokens_max=None,
        output_field=None,
        choices=1,
        service_tier=None,
        input_size=InputSize(),
    )
    ask = Ask(envelope, JsonBody({}, {}, 0), b"", record.dialect, record.request_id, record.client, 0.0)
    docket = Docket(record.call_id, ask)
    docket.finding.model = model
    docket.output_tokens = int(record.details.get("output_tokens", 0))
    return docket
