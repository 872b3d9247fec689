"""What two looks in a row found alike is unexplained."""

from __future__ import annotations

from typing import Any

from ai_api.jobs.unexplained import LINES_MAX, Difference, Unexplained


class Log:
    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []

    def info(self, event: str, **fields: Any) -> None:
        raise AssertionError(event, fields)

    def error(self, event: str, **fields: Any) -> None:
        self.lines.append({"event": event, **fields})


def differences(**amounts: int) -> list[Difference]:
    return [Difference(name, amount, {"account": name}) for name, amount in amounts.items()]


def test_what_was_seen_once_alarms():
    log = Log()
    unexplained = Unexplained(log, lambda: 5.0)
    unexplained.looked("held", differences(a=3))
    unexplained.looked("held", differences(a=4, b=-2))
    assert (unexplained.amount("held"), log.lines) == (0, [])
    unexplained.looked("held", differences(a=4, b=-2))
    assert (unexplained.amount("held"), unexplained.amount("settled")) == (6, 0)
    assert log.lines == [
        {"event": "books_unexplained", "law": "held", "amount": 4, "account": "a"},
        {"event": "books_unexplained", "law": "held", "amount": -2, "account": "b"},
    ]


def test_the_same_is_told_at_each_look():
    log = Log()
    unexplained = Unexplained(log, lambda: 5.0)
    for _ in range(5):
        unexplained.looked("quarters", differences(a=1))
    assert len(log.lines) == 1
    unexplained.looked("quarters", [])
    assert unexplained.amount("quarters") == 0
    for _ in range(2):
        unexplained.looked("quarters", differences(a=1))
    assert len(log.lines) == 2


def test_a_broken_database_floods_the_log():
    log = Log()
    unexplained = Unexplained(log, lambda: 5.0)
    for _ in range(2):
        unexplained.looked("held", differences(**{f"a{number}": 1 for number in range(1_000)}))
    assert unexplained.amount("held") == 1_000
    assert len(log.lines) == LINES_MAX + 1
    assert log.lines[-1] == {"event": "books_unexplained", "law": "held", "more": 900}
