"""Limits as bodies of the portal give them for something that is made, or claimed, with them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ai_api.portal.limits_shown import Amount, amount_of
from ai_api.portal.shapes import Strict
from ai_api.quotas import Terms
from ai_api.quotas.limit import SLIDING_S_MAX, Metric, OnExceed
from ai_api.quotas.windows import WindowKind


class LimitWanted(Strict):
    """A limit of a whole allocation. `window_s` is the length of a sliding window in seconds; an `amount` of 0 allows nothing.

    `zone` is for days and months; null is the organization's.
    """

    metric: Metric
    window_kind: WindowKind
    window_s: Annotated[int, Field(ge=1, le=SLIDING_S_MAX, strict=True)] | None = None
    zone: Annotated[str, Field(max_length=64)] | None = None
    on_exceed: OnExceed = "reject"
    amount: Amount

    def terms(self) -> Terms:
        """The limit as it is kept. Raises Refusal `bad_amount`."""
        return Terms(
            metric=self.metric,
            amount=amount_of(self.metric, self.amount),
            window_kind=self.window_kind,
            window_s=self.window_s,
            zone=self.zone,
            on_exceed=self.on_exceed,
        )
