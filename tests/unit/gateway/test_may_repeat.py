"""Which failures of one route another one may repair: those after which nobody can be working on the request."""

from __future__ import annotations

import pytest

from ai_api.gateway.tries import may_repeat
from ai_api.providers.port import UpstreamError

REPEATED = {
    "no connection": UpstreamError("upstream_unreachable", "", sent=False),
    "reset before an answer": UpstreamError("upstream_unreachable", "", sent=True),
    "a host that drops everything": UpstreamError("upstream_timeout", "", sent=False),
    **{
        str(status): UpstreamError("upstream_error", "", status, sent=True) for status in (408, 409, 429, 500, 503, 529)
    },
}
FINAL = {
    "silence after the request": UpstreamError("upstream_timeout", "", sent=True),
    "an answer that is not HTTP": UpstreamError("upstream_error", "", sent=True),
    **{str(status): UpstreamError("upstream_invalid", "", status, sent=True) for status in (400, 401, 403, 404, 422)},
}


@pytest.mark.parametrize("error", REPEATED.values(), ids=REPEATED)
def test_a_call_is_lost_that_another_route_could_serve(error):
    assert may_repeat(error)


@pytest.mark.parametrize("error", FINAL.values(), ids=FINAL)
def test_a_request_that_may_be_worked_on_is_sent_elsewhere_too(error):
    assert not may_repeat(error)
