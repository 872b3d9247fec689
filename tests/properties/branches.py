"""What has to be met before any of this proves anything."""

from __future__ import annotations

from tests.properties.changes import AMOUNTS

BRANCHES = frozenset(
    {
        *(f"subject: {subject}" for subject in ("global", "tag", "member", "allocation", "credential")),
        *(f"metric: {metric}" for metric in AMOUNTS),
        *(f"window: {window}" for window in ("sliding", "day", "month", "lifetime")),
        *(f"partition: {partition}" for partition in ("subject", "member", "credential")),
        *(f"on exceed: {what}" for what in ("reject", "warn")),
        *(f"limit changed: {change}" for change in ("raise", "lower", "zero", "remove", "turn")),
        *(f"settled: {used}" for used in ("nothing", "little", "all", "more")),
        *(f"parked: {why}" for why in ("its kind of count is none", "its outcome is no text")),
        *(f"wide lane: {outcome}" for outcome in ("Granted", "left", "stale", "proven")),
        *(f"narrow lane: {outcome}" for outcome in ("Granted", "Denied", "stale", "away")),
        *(
            f"refused: {code}"
            for code in ("rate_limited", "concurrency_limited", "token_quota_exceeded", "token_quota_in_use")
        ),
        *(f"refused: {code}" for code in ("cost_quota_in_use", "request_quota_in_use")),
        *(
            f"refused: {code}"
            for code in ("allocation_paused", "model_unpriced", "input_too_long", "cost_quota_exceeded")
        ),
        "allocation: pause",
        "allocation: resume",
        "answer cut where the limit is",
        "booked in no bucket any more",
        "booked in present bucket",
        "booked in previous bucket",
        "bucket rolled by admission",
        "bucket rolled by settlement",
        "came late for its bucket",
        "crash with open calls",
        "day rolled",
        "decided under locks",
        "denied while others hold",
        "at once: granted beside a settlement",
        "at once: granted beside an extension",
        "at once: granted by two replicas",
        "at once: one granted, one refused",
        "at once: settled beside the sweep",
        "died over what it was asked",
        "asked for more when it was swept",
        "extension refused: cut at what is held",
        "extension refused: grown as far as there is room",
        "fits alone, but not after the others",
        "hold change not answered",
        "hold change not asked",
        "holds changed together",
        "one refused beside one that fits",
        "found itself swept",
        "granted light",
        "granted shortened",
        "granted whole",
        "hold extended",
        "late settlement corrects",
        "leak given back",
        "month rolled",
        "overrun booked",
        "past a limit that warns",
        "provider key: given back",
        "provider key: no room",
        "provider key: room",
        "settled again after a lost answer",
        "settled beside a parked one",
        "settled twice",
        "settled twice: corrected before",
        "stopped by the watch",
        "surplus of the input given back",
        "sweep passes a parked hold by",
        "swept with likely output",
        "swept with nothing known",
        "swept with progress",
        "unknown commit: found held",
        "unknown commit: held, not known",
        "unknown commit: not held",
    }
)
"""Every branch, by the name under which it is counted."""
