"""A peer that cannot be had is named in the table, with the reason, and misses its goals."""

from __future__ import annotations

import sys

import pytest

from tests.load import peer_installs, peer_report
from tests.load.answers import PLAIN, STREAM
from tests.load.measure import Sample
from tests.load.peer_installs import NotInstalled
from tests.load.peers import LITELLM, PORTKEY, PeerResults
from tests.load.plan import Plan


def sample(calls_per_s: float, cpu_us: float) -> Sample:
    return Sample(calls_per_s, 1.0, 2.0, cpu_us, 0.0, 0.5, 0.5, None, 1)


def results() -> PeerResults:
    found = PeerResults(records=7)
    for question in (PLAIN, STREAM):
        found.samples[question, "gateway"] = [sample(1000, 100), sample(500, 200)]
        found.samples[question, PORTKEY] = [sample(100, 900), sample(50, 1800)]
    found.versions[PORTKEY] = "1.0 on Node v0"
    found.missing = {LITELLM: "pip ended with code 1: no network"}
    return found


def test_a_peer_that_is_missing_is_named_with_the_reason():
    text = peer_report.table(results(), Plan(1.0, 2), machine="m", postgres="p")
    version = peer_installs.litellm_version()
    assert f"- **LiteLLM proxy {version} could not be measured**: pip ended with code 1: no network" in text
    assert f"| LiteLLM proxy, {PLAIN.name} | not measured | ≥ 40 | **no** | |" in text
    assert f"| Portkey, {STREAM.name} | **10.0** | ≥ 3 | yes | 9.0 |" in text
    assert "| calls/s | 750 | not measured | 75 |" in text


async def test_an_installation_that_fails_says_what_it_said():
    with pytest.raises(NotInstalled, match=r"ended with code 3: no luck"):
        await peer_installs._run(sys.executable, "-c", "print('no luck'); raise SystemExit(3)")
    with pytest.raises(NotInstalled, match="No such file"):
        await peer_installs._run("there-is-no-such-installer")


def test_lists_name_their_versions_and_another_list_is_another_environment(tmp_path):
    assert peer_installs.litellm_version()[0].isdigit()
    assert peer_installs.portkey_version()[0].isdigit()
    folders = set()
    for text in ("a==1", "a==2"):
        (tmp_path / "list").write_text(text)
        folders.add(peer_installs._folder("a", [tmp_path / "list"]))
    assert len(folders) == 2
