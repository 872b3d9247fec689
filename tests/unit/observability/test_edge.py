"""Whoever runs into a bound of the edge is counted; a flood of them is not a flood of lines."""

from ai_api.observability.edge import EdgeTold
from ai_api.observability.metrics import edge_metrics


class Lines:
    def __init__(self):
        self.said = []

    def info(self, event, **fields):
        self.said.append((event, fields))


def test_three_hundred_refused_heads_are_three_hundred_lines():
    lines = Lines()
    told = EdgeTold(lines)
    for _ in range(300):
        told.note("head_too_slow")
    told.note("bad_request")
    assert [fields["count"] for _, fields in lines.said] == [1, 101, 201, 1]
    assert {event for event, _ in lines.said} == {"refused_at_the_edge"}
    ((_, _, _, samples),) = edge_metrics(told.counts)
    assert [(labels, value) for _, labels, value in samples] == [
        ({"code": "bad_request"}, 1.0),
        ({"code": "head_too_slow"}, 300.0),
    ]
