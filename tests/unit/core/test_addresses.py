"""Which addresses and URLs a provider key may have: the ways to spell an inside address, and none of them gets out."""

from ipaddress import IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_api.core.addresses import check_base_url, is_public, may_dial
from ai_api.core.errors import Refusal

OWN = [
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "198.18.0.1",
    "198.19.255.255",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:100.64.0.1",
    "fc00::1",
    "fd12:3456:789a::1",
]
"""Where servers of one's own are: for provider keys that may reach private networks."""
NOWHERE = [
    "0.0.0.0",
    "0.1.2.3",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::2",
    "::127.0.0.1",
    "::10.0.0.1",
    "::ffff:0.0.0.0",
    "::ffff:169.254.169.254",
    "::ffff:100.100.100.200",
    "::ffff:0:127.0.0.1",
    "::ffff:0:10.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::10.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:0:808:808:8000:f227:f5ff:fffe",
    "2001:2::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a00:1::",
    "2002:a9fe:a9fe::",
    "3fff::1",
    "5f00::1",
    "4000::1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]
"""Where no provider is: for nobody. Machines' own secrets, link-local, multicast, examples, tunnels to the inside."""
INSIDE = OWN + NOWHERE
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:4860:4860::8888",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_inside_address_is_never_public_in_any_form(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_internet_is_public(address):
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_as_public_as_every_ipv6_form_of_it(inner):
    number = int(inner)
    forms = [
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(0x64FF9B << 96 | number),
        IPv6Address(0x2002 << 112 | number << 80 | 1),
    ]
    assert [is_public(form) for form in forms] == [is_public(inner)] * 3
    # These forms lead nowhere, or to a neighbour: no address in them makes them public.
    for prefix in (0, 0xFFFF << 48, 0x64FF9B0001 << 80):
        assert not is_public(IPv6Address(prefix | number))


@given(st.ip_addresses())
def test_where_a_key_may_go_that_reaches_private_networks_has_all_that_is_public_in_it(address):
    public = is_public(address)
    assert may_dial(address, private_network=False) == public
    assert may_dial(address, private_network=True) or not public


@given(st.ip_addresses())
def test_public_is_never_what_python_calls_private(address):
    if is_public(address):
        assert not any((address.is_private, address.is_loopback, address.is_link_local, address.is_multicast))


# ── base URLs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def refused(url, *, private_network=False):
    with pytest.raises(Refusal) as told:
        check_base_url(url, private_network=private_network)
    assert (told.value.code, told.value.kind, told.value.param) == ("bad_base_url", "invalid", "base_url")
    return told.value.message


def url_of(address, scheme="https", rest="/v1"):
    host = f"[{address}]" if ":" in address else address
    return f"{scheme}://{host}{rest}"


@pytest.mark.parametrize("address", OWN)
def test_a_private_literal_is_refused_when_it_is_saved_unless_meant(address):
    assert "private address" in refused(url_of(address))
    assert "private address" in refused(url_of(address, rest=":8443"))
    for url in (url_of(address), url_of(address, "http", ":11434/v1")):
        assert check_base_url(url, private_network=True) == url


@pytest.mark.parametrize("private_network", [False, True])
@pytest.mark.parametrize("address", NOWHERE)
def test_a_literal_at_which_no_provider_can_be_is_refused_for_every_key(address, private_network):
    told = refused(url_of(address), private_network=private_network)
    assert ("zone" if "%" in address else "no provider") in told


@pytest.mark.parametrize(
    "host",
    [
        "127.1",
        "127.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0x7f.1",
        "0X7F.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.0.0.01",
        "127.0.0.1.",
        "1.2.3.4.5",
        "300.1.1.1",
        "a.b.0x",
        "0",
        "0x",
        "10.0",
        "169.254.43518",
        "0xa9.0xfe.0xa9.0xfe",
        "8.8.8.08",
    ],
)
def test_an_address_in_an_unusual_spelling_is_refused_for_every_key(host):
    for private_network in (False, True):
        assert "unusual" in refused(f"https://{host}/v1", private_network=private_network)


@pytest.mark.parametrize(
    "host",
    [
        "\uff11\uff12\uff17.0.0.1",
        "127\u30020\u30020\u30021",
        "\u2460\u2461\u2466.0.0.1",
        "127.0.0.1\u200b",
        "\uff4cocalhost",
        "m\u00fcnchen.example",
        "%31%32%37.0.0.1",
        "[::1%25lo]",
        "[fe80::1%251]",
        "[2606:4700::1111%eth0]",
        "[v1.127]",
        "api..example.com",
        ".example.com",
        "a" * 64 + ".example.com",
        "a." * 130 + "com",
        "api.example.com\\.evil.example",
        "api,example.com",
    ],
)
def test_a_host_that_programs_may_read_differently_is_refused_for_every_key(host):
    for private_network in (False, True):
        refused(f"https://{host}/v1", private_network=private_network)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "api.localhost",
        "ollama",
        "ollama.",
        "printer.local",
        "metadata.google.internal",
        "metadata.google.internal.",
        "host.docker.internal",
        "nas.home.arpa",
        "api.default.svc.cluster.local",
    ],
)
def test_the_name_of_a_host_inside_is_refused_unless_meant(host):
    assert "private host" in refused(f"https://{host}/v1")
    assert check_base_url(f"http://{host}:8080/v1", private_network=True) == f"http://{host}:8080/v1"


@pytest.mark.parametrize(
    "host", ["api.example.com.", "xn--mnchen-3ya.example", "a_b.example.com", "1.example.com", "local.example"]
)
def test_a_name_of_the_internet_is_taken(host):
    assert check_base_url(f"https://{host}/v1", private_network=False) == f"https://{host}/v1"


@pytest.mark.parametrize("address", OUTSIDE)
def test_a_public_literal_is_taken(address):
    host = f"[{address}]" if ":" in address else address
    assert check_base_url(f"https://{host}/v1", private_network=False) == f"https://{host}/v1"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
        ("https://api.openai.com//", "https://api.openai.com"),
        ("https://r.openai.azure.com:443/openai", "https://r.openai.azure.com:443/openai"),
        ("HTTPS://API.example.com", "HTTPS://API.example.com"),
    ],
)
def test_a_good_url_is_kept_without_its_last_slash(url, kept):
    assert check_base_url(url, private_network=False) == kept


@pytest.mark.parametrize("private_network", [False, True])
@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.openai.com/v1",
        "//api.openai.com",
        "https://",
        "https:///v1",
        "https://:443",
        "ftp://api.openai.com",
        "file:///etc/passwd",
        "gopher://api.openai.com",
        "javascript:alert(1)",
        "https://user@api.openai.com",
        "https://user:secret@api.openai.com",
        "https://:secret@api.openai.com",
        "https://@api.openai.com",
        "https://api.openai.com\\@10.0.0.1/",
        "https://api.openai.com/v1?key=secret",
        "https://api.openai.com/v1#x",
        "https://api.openai.com:99999",
        "https://api.openai.com:abc",
        "https://[::1",
        "https://[::g]/",
        "https://api.open ai.com",
        "https://api.openai.com/v 1",
        " https://api.openai.com",
        "https://api.openai.com\n",
        "https://api.openai.com/\r\nx-key: 1",
        "https://api.openai.com/\x00",
        "https://api.openai.com/\x7f",
    ],
)
def test_a_url_that_will_never_be_called_is_refused_without_repeating_it(url, private_network):
    told = refused(url, private_network=private_network)
    assert "secret" not in told


def test_only_a_key_for_private_networks_goes_without_encryption():
    assert "https" in refused("http://api.openai.com/v1")
    assert check_base_url("http://ollama.internal:11434/v1", private_network=True) == "http://ollama.internal:11434/v1"


@given(st.text(max_size=30).map(lambda rest: "https://" + rest) | st.text(max_size=20))
def test_any_text_is_a_url_or_refused(text):
    try:
        kept = check_base_url(text, private_network=False)
    except Refusal as told:
        kept = told
    assert kept.code == "bad_base_url" if isinstance(kept, Refusal) else text.startswith(kept)
