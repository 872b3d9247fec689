"""The decisions that need no server: memory, whose Postgres opens which folder, what its complaints mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ai_api.local import memory, model, postgres_cluster, postgres_programs
from ai_api.local.postgres_programs import Programs
from ai_api.local.refusal import LocalRefusal

MEMINFO = "MemTotal:  8000 kB\nMemFree:  10 kB\nMemAvailable:  4000 kB\n"


def cgroup(folder: Path, limit: str) -> Path:
    for name, text in {"max": limit, "current": "3000000", "stat": "anon 1\ninactive_file 500000\n"}.items():
        (folder / f"memory.{name}").write_text(text + "\n")
    return folder


def refused(check: Callable[..., None], *given: object) -> bool:
    try:
        check(*given)
    except LocalRefusal:
        return True
    return False


def test_available_memory_is_the_machines(tmp_path):
    (tmp_path / "meminfo").write_text(MEMINFO)
    assert memory.available_bytes(meminfo=tmp_path / "meminfo", cgroup=tmp_path) == 4_096_000


@pytest.mark.parametrize(
    ("limit", "available"), [("max", 4_096_000), ("4000000", 1_500_000), ("9000000000", 4_096_000)]
)
def test_available_memory_is_what_a_container_may_still_use(tmp_path, limit, available):
    (tmp_path / "meminfo").write_text(MEMINFO)
    assert memory.available_bytes(meminfo=tmp_path / "meminfo", cgroup=cgroup(tmp_path, limit)) == available


def test_memory_is_asked_of_the_system_where_there_is_no_proc(tmp_path):
    found = memory.available_bytes(meminfo=tmp_path / "none", cgroup=tmp_path)
    assert found is not None
    assert found > 1_000_000


@pytest.mark.parametrize("available", [None, 700_000_000, 10**12])
def test_the_model_is_tried_when_it_may_fit(available):
    assert not refused(model.refuse_small_memory, available)
    assert refused(model.refuse_small_memory, 699_999_999)


def test_the_model_is_refused_when_it_cannot_fit():
    with pytest.raises(LocalRefusal, match=r"needs 700 MB of free memory and there are 699 MB.*--no-model"):
        model.refuse_small_memory(699_999_999)


@pytest.mark.parametrize(
    ("made_by", "said"),
    [("19", "made by Postgres 19 and this build brings Postgres 18; upgrade ai-api"), ("17", "Postgres 17's pg_dump")],
)
def test_a_cluster_of_another_major_is_refused(tmp_path, made_by, said):
    (tmp_path / "PG_VERSION").write_text(f"{made_by}\n")
    with pytest.raises(LocalRefusal, match=said):
        postgres_cluster.check_version(tmp_path, Programs(Path("/bin"), "18.6.3"))


def test_a_cluster_of_this_major_is_fine(tmp_path):
    (tmp_path / "PG_VERSION").write_text("18\n")
    for release in ("18.0", "18.6.3"):
        assert not refused(postgres_cluster.check_version, tmp_path, Programs(Path("/bin"), release))
    assert refused(postgres_cluster.check_version, tmp_path, Programs(Path("/bin"), "19.0"))


def test_no_folder_and_an_empty_one_are_yet_to_be_filled(tmp_path):
    assert not postgres_cluster.exists(tmp_path / "none")
    assert not postgres_cluster.exists(tmp_path)


@pytest.mark.parametrize("make", [lambda p: p.write_text(""), lambda p: (p / "base").mkdir(parents=True)])
def test_something_else_in_its_place_is_refused_and_kept(tmp_path, make):
    place = tmp_path / "postgres"
    make(place)
    with pytest.raises(LocalRefusal, match="not a whole Postgres folder"):
        postgres_cluster.exists(place)
    assert place.exists()


def test_what_a_killed_run_was_making_is_removed(tmp_path):
    (tmp_path / "postgres.new-1234" / "base").mkdir(parents=True)
    (tmp_path / "postgres").mkdir()
    postgres_cluster.sweep(tmp_path / "postgres")
    assert [entry.name for entry in tmp_path.iterdir()] == ["postgres"]


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("initdb: error: could not write: No space left on device\n", "The disk that holds /d is full"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory\n", "not enough free memory"),
        (
            "2026 UTC [1] LOG:  starting\n2026 UTC [1] FATAL:  role is missing\n",
            "Postgres failed on /d: role is missing",
        ),
        ("only words\n", "Postgres failed on /d: only words"),
        ("", "Postgres failed on /d: it gave no reason"),
    ],
)
def test_a_complaint_of_postgres_becomes_one_sentence(output, said):
    assert said in str(postgres_programs.explain("Postgres", output, folder=Path("/d")))


def test_what_postgres_says_in_passing_is_no_complaint():
    assert postgres_programs.reason("LOG:  ready\nWARNING:  trust is enabled\n") is None
