"""One gateway for the whole run: the real model, and a simulated OpenAI and Anthropic, connected by their environment."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from ai_api.local import model, postgres
from tests.e2e.house import House
from tests.e2e.sightings import Sightings
from tests.support.simulated import Simulated, simulated
from tests.support.up import Up, up

_SEEN = pytest.StashKey[Sightings]()
_PARTIAL = pytest.StashKey[bool]()
_HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulated]:
    with simulated() as running:
        yield running


@pytest.fixture(scope="session")
def machine(simulator: Simulated) -> Iterator[Up]:
    """`ai-api up`, as it comes."""
    folder = Path(tempfile.mkdtemp(prefix="ai-api-e2e-"))
    try:
        with up(folder, **simulator.environment()) as running:
            yield running
        model.end_leftover(folder)
        postgres.end_leftover(folder)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def house(machine: Up, simulator: Simulated) -> Iterator[House]:
    running = House(machine, simulator)
    yield running
    running.close()


@pytest.fixture(scope="session")
def seen(pytestconfig: pytest.Config) -> Sightings:
    """Where tests say what a client did."""
    found = pytestconfig.stash.setdefault(_SEEN, Sightings())
    found.versions |= {"openai": version("openai"), "llm": version("llm")}
    return found


def pytest_deselected(items: list[pytest.Item]) -> None:
    """A run that leaves tests out says nothing about clients."""
    if items:
        items[0].config.stash[_PARTIAL] = True


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Writes the tables of a whole and green run; not in CI, which changes no files."""
    config = session.config
    is_whole = [Path(argument).resolve() for argument in config.args] == [_HERE] and not config.stash.get(
        _PARTIAL, False
    )
    if exitstatus == 0 and is_whole and os.environ.get("CI") != "true" and _SEEN in config.stash:
        config.stash[_SEEN].write()
