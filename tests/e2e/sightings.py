"""What was seen of each client, for `docs/reference/clients.md`: written by a whole, green run, and by nothing else."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from scripts import generated_block

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/clients.md"
_NUMBERED = re.compile(r"\bmodel-\d+\b")
CALLS, REFUSALS = "make e2e", "make e2e (refusals)"


@dataclass(frozen=True, order=True)
class Sighting:
    """A client did something and it worked; `seen` says what that means."""

    client: str
    call: str
    provider: str
    seen: str


@dataclass(frozen=True, order=True)
class Reading:
    """A client was refused: how often it asked, and what its user read or its caller caught."""

    client: str
    cause: str
    requests: int
    reads: str


@dataclass
class Sightings:
    """Collects both during a run."""

    versions: dict[str, str] = field(default_factory=dict)
    calls: set[Sighting] = field(default_factory=set)
    refusals: set[Reading] = field(default_factory=set)

    def worked(self, client: str, call: str, provider: str, seen: str) -> None:
        """A call that went as it should."""
        self.calls.add(Sighting(client, call, provider, seen))

    def refused(self, client: str, cause: str, *, requests: int, reads: str) -> None:
        """A refusal that arrived as it should. The numbers of models differ from run to run, and are left out."""
        self.refusals.add(Reading(client, cause, requests, _NUMBERED.sub("model", reads).replace("|", "\\|")))

    def write(self) -> None:
        """Fills the two tables of the page."""
        generated_block.write(PAGE, CALLS, f"{self._about()}\n\n{self._calls()}")
        generated_block.write(PAGE, REFUSALS, self._refusals())

    def _about(self) -> str:
        versions = ", ".join(f"{client} {version}" for client, version in sorted(self.versions.items()))
        return f"Seen on {datetime.now(UTC):%Y-%m-%d} with {commit()}: {versions}."

    def _calls(self) -> str:
        rows = [f"| {each.client} | {each.call} | {each.provider} | {each.seen} |" for each in sorted(self.calls)]
        return "\n".join(["| client | call | provider | what was seen |", "| --- | --- | --- | --- |", *rows])

    def _refusals(self) -> str:
        rows = [f"| {each.client} | {each.cause} | {each.requests} | {each.reads} |" for each in sorted(self.refusals)]
        return "\n".join(["| client | cause | requests | what is read |", "| --- | --- | --- | --- |", *rows])


def commit() -> str:
    """Which state of the repository was tried."""
    head = _git("rev-parse", "--short", "HEAD")
    return f"commit {head}" + (" and changes not committed" if _git("status", "--porcelain") else "")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
