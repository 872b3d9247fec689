"""Where a request comes from: nobody says it of themselves, and what cannot be known is not guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.thoroughness import tried

from ai_api.core.client_address import client_address, is_within, network_of, networks_of

PROXIES = networks_of("10.0.0.0/8, 2001:db8:1::/48")


def address(peer: str | None, *lines: str, trusted: str | None = None) -> str | None:
    headers = [(b"host", b"x"), *((b"x-forwarded-for", line.encode("latin-1")) for line in lines)]
    found = client_address(peer, headers, PROXIES if trusted is None else networks_of(trusted))
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("peer", "lines", "comes_from"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("203.0.113.9", ["10.0.0.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.1", "198.51.100.1", "10.9.9.9"], "198.51.100.1"),
        ("10.0.0.1", ["10.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["10.1.1.1,10.2.2.2"], "10.1.1.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], None),
        ("10.0.0.1", ["198.51.100.1, unknown"], None),
        ("10.0.0.1", ["unknown, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1,"], None),
        ("10.0.0.1", [""], None),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["010.0.0.1"], None),
        ("10.0.0.1", ["1" * 5_000], None),
        ("10.0.0.1", ["\xff"], None),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, ::ffff:10.7.7.7"], "198.51.100.1"),
        ("2001:db8:1::5", ["2001:db8:2::7"], "2001:db8:2::7"),
        ("2001:db8:1::5", ["[2001:db8:2::7]:443"], "2001:db8:2::7"),
        ("2001:db8:1::5", ["[2001:DB8:2:0::7]"], "2001:db8:2::7"),
        ("fe80::1%eth0", ["198.51.100.1"], "fe80::1"),
        (None, ["198.51.100.1"], None),
        ("a socket", ["198.51.100.1"], None),
    ],
)
def test_a_client_says_itself_where_it_comes_from(peer: str | None, lines: list[str], comes_from: str | None) -> None:
    assert address(peer, *lines) == comes_from


def test_without_trusted_proxies_no_header_is_believed() -> None:
    assert address("127.0.0.1", "198.51.100.1", trusted="") == "127.0.0.1"


@tried()
@given(
    written=st.text(st.characters(codec="latin-1"), max_size=40), more=st.lists(st.sampled_from(["10.1.2.3", "::1"]))
)
def test_what_a_client_writes_changes_where_a_proxy_says_it_comes_from(written: str, more: list[str]) -> None:
    chain = ", ".join([written, *more, "198.51.100.1", "10.3.3.3"])
    assert address("10.0.0.1", chain) == "198.51.100.1"


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("192.0.2.7", "192.0.2.7/32"),
        ("2001:DB8::/32", "2001:db8::/32"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
    ],
)
def test_a_network_is_read_in_its_own_form(text: str, network: str) -> None:
    assert str(network_of(text)) == network


@pytest.mark.parametrize("text", ["", "10.0.0.1/8", "10.0.0.0/33", "10.0.0/8", "example.com", "fe80::%1/64", "1" * 99])
def test_what_is_no_network_is_taken_for_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        network_of(text)
    with pytest.raises(ValueError, match="separated by commas"):
        networks_of(f"10.0.0.0/8,{text}")


def test_an_address_that_is_not_known_is_in_no_network() -> None:
    assert not is_within(None, networks_of("0.0.0.0/0, ::/0"))
