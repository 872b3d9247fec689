"""What the page says that campaigns have tried is what they have tried."""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
from dataclasses import replace

import pytest
from scripts import generated_block

from tests.campaigns import parts, report, runs
from tests.campaigns.__main__ import main
from tests.campaigns.kinds import KINDS
from tests.campaigns.parts import Part, PartAltered, SeedTaken
from tests.campaigns.runs import CampaignFailed
from tests.support import thoroughness

API, ORDERS, STREAM = KINDS["api"], KINDS["orders"], KINDS["stream"]
FIRST = Part(
    kind="orders",
    seed=1,
    size=100,
    count=100,
    seconds=90,
    day="2031-01-01",
    commit="aaaaaaaaaaaa",
    machine="two cores",
    versions={"Python": "3.11.7", "hypothesis": "6"},
    found={"steps": 5_000, "branches": 99},
)
SECOND = replace(FIRST, seed=2, count=1_000, seconds=7_200, day="2031-01-03", found={"steps": 50_000, "branches": 98})
ELSEWHERE = replace(FIRST, seed=7, commit="bbbbbbbbbbbb")


def test_the_page_says_what_no_campaign_has_written():
    page = report.PAGE.read_text(encoding="utf-8")
    blocks = {found["name"]: found["text"] for found in generated_block.BLOCK.finditer(page)}
    written = parts.load()
    for kind in KINDS.values():
        assert blocks[report.block_name(kind)].strip("\n") == report.table(kind, written).strip("\n")


@pytest.mark.parametrize("name", ["count", "seconds", "commit", "seed", "found", "code"])
def test_a_part_is_made_prettier_by_hand(tmp_path, name):
    file = tmp_path / "campaigns.json"
    coded = replace(SECOND, code="c" * 64)
    parts.save([FIRST, coded], file)
    assert parts.load(file) == [FIRST, coded]
    written = json.loads(file.read_text(encoding="utf-8"))
    written[1][name] = {"steps": 10**6} if name == "found" else "d" * 64 if name in {"commit", "code"} else 10**6
    file.write_text(json.dumps(written), encoding="utf-8")
    with pytest.raises(PartAltered, match="part 1 was edited by hand"):
        parts.load(file)


def test_a_part_without_a_checksum_is_believed(tmp_path):
    file = tmp_path / "campaigns.json"
    parts.save([FIRST], file)
    written = json.loads(file.read_text(encoding="utf-8"))
    del written[0]["sha256"]
    file.write_text(json.dumps(written), encoding="utf-8")
    with pytest.raises(PartAltered):
        parts.load(file)


def test_parts_of_different_code_are_added_up():
    """Two commits, between which nothing was changed of what ran, are one; what was changed and changed back is that again."""
    old = [ELSEWHERE, FIRST]
    before, after = replace(FIRST, seed=3, code="c" * 64), replace(SECOND, code="d" * 64)
    later = replace(after, seed=5, commit="cccccccccccc")
    text = report.table(ORDERS, [*old, before, after, later])
    assert "commits aaaaaaaaaaaa, cccccccccccc, 2 parts by seed 2, 5; what ran is dddddddddddd in each" in text
    assert "- **2,000 sequences** in 4.0 h; no fault was found" in text
    told = [line.partition(", ")[2] for line in text.rpartition("Before:\n\n")[2].splitlines()]
    assert told == [f"commit {each}: 100 sequences in 90 s" for each in ("a" * 12, "a" * 12, "b" * 12)]
    back = report.table(ORDERS, [*old, before, after, replace(before, seed=9)])
    assert "commit aaaaaaaaaaaa, 2 parts by seed 3, 9; what ran is cccccccccccc in each" in back


def test_parts_of_different_commits_that_do_not_say_what_ran_are_added_up():
    text = report.table(ORDERS, [ELSEWHERE, FIRST, SECOND])
    assert "- 2031-01-01 to 2031-01-03, commit aaaaaaaaaaaa, 2 parts by seed 1 to 2" in text
    assert "- **1,100 sequences** in 2.0 h; no fault was found" in text
    assert "- 55,000 steps, the laws kept after each, and every one of 98 branches met in each part" in text
    assert text.endswith("Before:\n\n- 2031-01-01, commit bbbbbbbbbbbb: 100 sequences in 90 s")


def test_what_was_tried_of_another_campaign_is_added():
    answered = replace(FIRST, kind="api", found={"200": 90, "404": 10})
    assert "100 sequences" in report.table(ORDERS, [FIRST, answered])
    text = report.table(API, [FIRST, answered, replace(answered, seed=3, found={"200": 1, "422": 7})])
    assert "**200 requests**" in text
    assert "by seed 1, 3" in text
    assert text.endswith("| 200 | 91 |\n| 404 | 10 |\n| 422 | 7 |")
    assert report.table(STREAM, [FIRST, answered]) == ""


def test_a_seed_is_tried_twice():
    assert parts.free_seed([FIRST, SECOND, ELSEWHERE], "orders") == 3
    assert parts.free_seed([SECOND], "orders") == 1
    assert parts.free_seed([FIRST], "api") == 1


def test_the_same_is_counted_twice(tmp_path):
    file = tmp_path / "campaigns.json"
    for part in (FIRST, SECOND, ELSEWHERE):
        with parts.alone(file):
            parts.add(part, file)
    with pytest.raises(SeedTaken, match="seed 2 already"):
        parts.add(replace(SECOND, count=3, commit="dddddddddddd", code="e" * 64), file)
    assert parts.load(file) == [FIRST, SECOND, ELSEWHERE]


def test_the_page_is_written_without_its_other_tables(tmp_path):
    page, file = tmp_path / "page.md", tmp_path / "campaigns.json"
    page.write_text("".join(f"<!-- generated by {name}: sha256= -->\n<!-- end generated -->\n" for name in NAMES))
    parts.save([FIRST], file)
    report.write(page, file)
    text = page.read_text()
    assert "**100 sequences**" in text
    assert generated_block.problems(text) == [f"the block of {name} was never filled" for name in NAMES[:1] + NAMES[2:]]


NAMES = [report.block_name(kind) for kind in KINDS.values()]

SAID = """INFO: Seed: 7
#2	INITED cov: 12 ft: 13 corp: 1/1b exec/s: 0 rss: 40Mb
#144135	REDUCE cov: 464 ft: 1372 corp: 147/53Kb lim: 1310 exec/s: 7206 rss: 51Mb L: 1020/1207 MS: 1 CopyPart-
#145200	DONE   cov: 465 ft: 1373 corp: 148/53Kb lim: 1320 exec/s: 6914 rss: 51Mb
Done 145200 runs in 21 second(s)
"""


def test_libfuzzer_has_done_something_else():
    assert runs.of_libfuzzer(SAID) == {"executions": 145_200, "edges": 465, "features": 1_373, "corpus": 148}


def test_a_reader_that_broke_has_come_to_its_end():
    with pytest.raises(CampaignFailed, match="has not said that it is done"):
        runs.of_libfuzzer(SAID.replace("DONE", "pulse"))


def test_a_run_that_fails_is_a_part(tmp_path):
    log = tmp_path / "log"
    with pytest.raises(CampaignFailed, match=r"(?s)this is bad.*ended with 1"):
        runs._ended(["-c", "raise SystemExit('this is bad')"], log, {})
    told = "import os; print(os.nice(0), os.environ['HOW_MANY'])"
    runs._ended(["-c", told], log, {"HOW_MANY": "77"})
    assert log.read_text() == f"{min(19, os.nice(0) + 19)} 77\n"


def test_a_run_in_the_background_is_deaf_to_its_end(tmp_path):
    log = tmp_path / "log"
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        runs._ended(["-c", "import signal; print(signal.getsignal(signal.SIGINT).__name__)"], log, {})
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert log.read_text() == "default_int_handler\n"


def test_a_run_that_tries_nothing_is_a_part(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "CACHE", tmp_path / "cache")
    idle = tmp_path / "test_idle.py"
    idle.write_text("def test_idle():\n    pass\n")
    with pytest.raises(CampaignFailed, match="counted nothing"):
        runs.run(replace(ORDERS, suite=replace(ORDERS.suite, file=str(idle))), size=1, seed=1)


def test_two_write_down_what_one_has_tried(tmp_path):
    lock = tmp_path / "orders-1.lock"
    with runs._by_nobody_else(lock), pytest.raises(CampaignFailed, match="beside this"), runs._by_nobody_else(lock):
        raise AssertionError("both went on")
    with runs._by_nobody_else(lock):
        assert lock.exists()


@pytest.mark.parametrize(("chosen", "examples"), [("ci", 3), ("full", 9), ("77", 77)])
def test_so_many_are_tried_as_nobody_asked_for(monkeypatch, chosen, examples):
    with monkeypatch.context() as changed:
        changed.setenv("PROPERTIES", chosen)
        assert importlib.reload(thoroughness).tried(ci=3, full=9).max_examples == examples
    importlib.reload(thoroughness)


@pytest.mark.parametrize(
    "words", [["orders", "--each", "3"], ["api", "--each", "0"], ["nothing"], ["stream", "--seed", "-1"]]
)
def test_a_campaign_is_begun_by_another_measure(monkeypatch, words):
    monkeypatch.setattr(sys, "argv", ["campaigns", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
