"""What becomes of an idempotency key, and what a client is told whose key belongs to another call. Pure."""

from __future__ import annotations

from typing import Literal

from ai_api.core.errors import Refusal
from ai_api.gateway.docket import Ending
from ai_api.gateway.store_idempotency import Found

Conclusion = Literal["done", "not_replayable", "released"]


def conclusion(ending: Ending | None, *, was_admitted: bool, was_sent_whole: bool, is_remembered: bool) -> Conclusion:
    """What becomes of a key. `ending` is None when the call was refused, or nobody could say how it ended."""
    if ending is None:
        return "not_replayable" if was_admitted else "released"
    if was_sent_whole and ending.refusal is None:
        return "done" if is_remembered else "not_replayable"
    # What a provider was sent and did not refuse may have to be paid; the record says whether.
    return "released" if ending.usage_source == "none" else "not_replayable"


def refusal_of(found: Found) -> Refusal:
    """What a client is told whose key belongs to another call."""
    details = {"call_id": str(found.first_call_id)} if found.first_call_id else {}
    if found.verdict == "reused":
        return Refusal(
            "idempotency_key_reused",
            "unprocessable",
            "This Idempotency-Key was used for another request. Repeat that request unchanged, or send a new key.",
            param="Idempotency-Key",
            details=details,
        )
    if found.verdict == "not_replayable":
        return Refusal(
            "not_replayable",
            "conflict",
            f"The call {found.first_call_id} was made with this Idempotency-Key, and its answer cannot be given again: it was "
            "longer than 1 MB, or did not come to its end. Its record says what it cost. Send a new key to call again.",
            param="Idempotency-Key",
            details=details,
        )
    return Refusal(
        "idempotency_in_flight",
        "busy",
        "A call with this Idempotency-Key is under way. Ask again shortly: its answer will then be given to you.",
        param="Idempotency-Key",
        details=details,
        retry_after_s=1,
    )
