"""What every test gets: databases on request, and no way out to the network."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import socket_allow_hosts

pytest_plugins = ["tests.support.skip_gate", "tests.support.database", "tests.support.tally"]

# How long an example takes says something of the machine, not of us. What else CI sets (no chance) stays.
settings.register_profile("any machine", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

# Real sockets are what most tests are about, as long as they end on this machine (or in the test database).
_LOOPBACK = ["127.0.0.1", "::1"]


_LONG = Path(__file__).parent / "integration" / "local"
"""Few tests, each of which starts the whole product: begun last, one process would do them while the others are done."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files come first, those with many tests before those with few: what is shared out last is then short."""
    tests_in = Counter(item.path for item in items)
    items.sort(key=lambda item: (not item.path.is_relative_to(_LONG), -tests_in[item.path]))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Closes every other address, also to fixtures. A test that needs one says so with `@pytest.mark.allow_hosts`."""
    if item.get_closest_marker("allow_hosts") is None:
        given = [os.environ.get(name, "") for name in ("AI_API_TEST_DATABASE_URL", "DOCKER_HOST")]
        hosts = [host for host in (urlsplit(address).hostname for address in given) if host]
        socket_allow_hosts([*_LOOPBACK, *hosts], allow_unix_socket=True)
