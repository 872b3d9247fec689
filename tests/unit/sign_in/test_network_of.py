"""What an address is counted with: enough that nobody has many, little enough that neighbours are apart."""

from __future__ import annotations

import pytest

from ai_api.sign_in.backoff import network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("::ffff:192.0.2.200", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "unknown"),
        ("", "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_an_address_of_one_network_counts_as_another(address: str | None, network: str) -> None:
    assert network_of(address) == network
