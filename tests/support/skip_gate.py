"""In CI a skipped test has to be excused by tests/skips.toml: a green run that tested nothing is worse than a red one.

A plugin: `pytest_plugins = ["tests.support.skip_gate"]` in tests/conftest.py. Outside CI it does nothing.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Excuse:
    """Why a test may be skipped, and the last day on which that counts. `test` is a node id, a class or a file."""

    test: str
    reason: str
    until: date

    def covers(self, node_id: str, today: date) -> bool:
        """Tells whether it excuses a test today. The bracket of a parametrized test is not looked at."""
        node_id = node_id.split("[", 1)[0]
        return today <= self.until and (node_id == self.test or node_id.startswith(f"{self.test}::"))


def load(path: Path) -> list[Excuse]:
    """Reads the list. Raises ValueError for an entry that is not complete."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("skip", [])
    for entry in entries:
        if (
            entry.keys() != {"test", "reason", "until"}
            or type(entry["until"]) is not date
            or not entry["reason"].strip()
        ):
            raise ValueError(f"{path.name}: an entry has a test, a reason and a date (until = 2027-01-31), not {entry}")
    return [Excuse(**entry) for entry in entries]


class Gate:
    """Collects what was skipped without an excuse, and fails the run for it."""

    def __init__(self, excuses: list[Excuse], today: date) -> None:
        self._excuses, self._today = excuses, today
        self._found: dict[str, str] = {}

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not any(excuse.covers(report.nodeid, self._today) for excuse in self._excuses):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else getattr(report, "wasxfail", "")
            self._found[report.nodeid] = str(reason)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hears of each test's phases; an expected failure counts as skipped, as pytest has it."""
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Hears of whole files and classes that were skipped while collecting."""
        self._note(report)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Turns a green run red. A run that failed for another reason keeps its exit code."""
        if self._found and exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Names them."""
        if self._found:
            terminalreporter.section("skipped without an entry in tests/skips.toml", red=True)
            for node_id, reason in sorted(self._found.items()):
                terminalreporter.line(f"{node_id}: {reason}")


def pytest_configure(config: pytest.Config) -> None:
    """Sets up the gate in CI; a worker of pytest-xdist leaves it to the process that hears of all reports."""
    if os.environ.get("CI") == "true" and not hasattr(config, "workerinput"):
        excuses = load(config.rootpath / "tests" / "skips.toml")
        config.pluginmanager.register(Gate(excuses, datetime.now(UTC).date()), "skip-gate")
