"""Which process is whose, and that nobody else's is ever touched."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from ai_api.local import children, private_files
from ai_api.local.children import ChildStillRuns, Record
from ai_api.local.processes import Identity, clean_environment, command_line, identify, is_alive, working_folder
from ai_api.local.refusal import LocalRefusal

SLEEP = ["/bin/sleep", "60"]
AT_ONCE = ((signal.SIGTERM, 5.0),)


def eventually(condition: Callable[[], bool], patience_s: float = 10.0) -> bool:
    """Whether it becomes true in time."""
    until_s = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > until_s:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def stranger():
    with subprocess.Popen(SLEEP, cwd="/") as process:
        yield process
        process.kill()


@pytest.fixture
def child(tmp_path):
    started = children.spawn(tmp_path, SLEEP, Record(kind="sleeper", port=4711))
    yield started
    started.end(((signal.SIGKILL, 5.0),))


def test_a_process_is_itself_and_nobody_later_under_its_number(stranger):
    us = identify(os.getpid())
    assert us == identify(os.getpid())
    assert us is not None
    assert us.pid == os.getpid()
    assert is_alive(us)
    assert not is_alive(Identity(stranger.pid, us.started))


def test_a_dead_process_is_nobody_even_before_it_is_collected():
    with subprocess.Popen(["/bin/true"]) as process:
        assert eventually(lambda: identify(process.pid) is None)  # and not collected yet: poll() was never called
    assert identify(process.pid) is None


def test_what_a_process_runs_and_where(stranger):
    # A program that is just being loaded has no arguments yet.
    assert eventually(lambda: "sleep 60" in command_line(stranger.pid))
    assert str(working_folder(stranger.pid)) == "/"
    stranger.kill()
    stranger.wait()
    assert (command_line(stranger.pid), working_folder(stranger.pid)) == ("", None)


def test_a_child_inherits_no_settings_and_no_secrets(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    monkeypatch.setenv("PGOPTIONS", "-c x=y")
    environment = clean_environment(EXTRA="1")
    assert not {"OPENAI_API_KEY", "PGOPTIONS"} & set(environment)
    assert environment["PATH"]
    assert environment["EXTRA"] == "1"


def test_a_child_is_written_down_found_again_and_ended(tmp_path, child):
    assert children.recorded(tmp_path, "sleeper") == child.entry
    left = children.leftover(tmp_path, "sleeper")
    assert left is not None
    assert left.identity == child.identity
    assert os.getsid(child.identity.pid) != os.getsid(0)
    child.end(AT_ONCE)
    assert (child.is_alive(), child.exit_code()) == (False, -signal.SIGTERM)
    assert children.leftover(tmp_path, "sleeper") is None
    assert children.recorded(tmp_path, "sleeper").port == 4711


def test_children_of_other_kinds_are_written_down_at_the_same_time(tmp_path):
    kinds = [f"kind-{number}" for number in range(8)]
    threads = [threading.Thread(target=children.record, args=(tmp_path, Record(kind=kind, port=1))) for kind in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [children.recorded(tmp_path, kind).port for kind in kinds] == [1] * 8


def test_an_adopted_child_is_ended_though_it_is_not_ours_to_collect(tmp_path, stranger):
    identity = identify(stranger.pid)
    assert identity is not None
    children.record(tmp_path, Record(kind="sleeper", pid=identity.pid, started=identity.started))
    adopted = children.leftover(tmp_path, "sleeper")
    assert adopted is not None
    adopted.end(AT_ONCE)
    assert stranger.wait(5) == -signal.SIGTERM
    assert adopted.exit_code() is None


def test_a_strangers_process_under_our_old_number_is_left_alone(tmp_path, stranger):
    children.record(tmp_path, Record(kind="sleeper", pid=stranger.pid, started="some other boot:1"))
    assert children.leftover(tmp_path, "sleeper") is None
    assert stranger.poll() is None


def test_a_frozen_child_hears_that_it_should_end(child):
    os.kill(child.identity.pid, signal.SIGSTOP)
    child.end(AT_ONCE)
    assert child.exit_code() == -signal.SIGTERM


def test_a_child_that_will_not_end_is_told_of(tmp_path):
    deaf = children.spawn(
        tmp_path, ["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"], Record(kind="deaf")
    )
    assert eventually(lambda: deaf.last_words() == "ready")
    with pytest.raises(ChildStillRuns, match="deaf"):
        deaf.end(((signal.SIGTERM, 0.2),))
    deaf.end(((signal.SIGTERM, 0.1), (signal.SIGKILL, 5.0)))
    assert deaf.exit_code() == -signal.SIGKILL


def test_a_death_is_noticed_with_its_last_words(tmp_path):
    told = threading.Event()
    deaths = []
    short = children.spawn(tmp_path, ["/bin/sh", "-c", "sleep 0.2; echo out of paper; exit 3"], Record(kind="short"))
    short.watch(lambda death: (deaths.append(death), told.set()))
    assert told.wait(5)
    assert (deaths[0].kind, deaths[0].exit_code, deaths[0].last_words) == ("short", 3, "out of paper")


def test_an_end_that_was_asked_for_is_no_death(child):
    deaths = []
    child.watch(deaths.append)
    child.end(AT_ONCE)
    time.sleep(0.4)
    assert deaths == []


def test_a_child_is_told_a_secret_and_that_we_are_gone(tmp_path):
    listener = (
        "import sys; print(sys.stdin.readline().strip(), flush=True); sys.stdin.read(); print('alone', flush=True)"
    )
    child = children.spawn(tmp_path, [sys.executable, "-c", listener], Record(kind="ear"), first_line="s3cret")
    assert eventually(lambda: child.last_words() == "s3cret")
    assert "s3cret" not in command_line(child.identity.pid)
    child._process.stdin.close()
    assert child.wait(5)
    assert child.last_words() == "s3cret\nalone"
    child.end(AT_ONCE)


def test_a_child_that_cannot_be_written_down_does_not_run(tmp_path):
    (tmp_path / "children.json").mkdir()
    said = tmp_path / "pid"
    with pytest.raises(LocalRefusal, match=r"children\.json"):
        children.spawn(tmp_path, ["/bin/sh", "-c", f"echo $$ > {said}; exec sleep 60"], Record(kind="sleeper"))
    pid = said.read_text() if said.exists() else ""  # it may have ended before it could say
    assert not pid or identify(int(pid)) is None


def test_a_program_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(LocalRefusal, match="ghost"):
        children.spawn(tmp_path, [str(tmp_path / "nothing")], Record(kind="ghost"))


@pytest.mark.parametrize("text", ["", "[]", '{"x": {"unknown": 1}}', '{"x": 1}'])
def test_a_damaged_book_is_refused(tmp_path, text):
    private_files.write(tmp_path / "children.json", text)
    with pytest.raises(LocalRefusal, match="damaged"):
        children.recorded(tmp_path, "x")


def test_a_kept_port_is_used_again_unless_somebody_listens_there():
    port = children.free_port(None)
    assert children.free_port(port) == port
    with socket.create_server(("127.0.0.1", port)):
        other = children.free_port(port)
        assert other not in {0, port}


def test_a_long_log_makes_room_and_one_is_kept(tmp_path):
    log = tmp_path / "logs" / "short.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * 5_000_001)
    child = children.spawn(tmp_path, ["/bin/sh", "-c", "echo new; sleep 60"], Record(kind="short"))
    assert eventually(lambda: child.last_words() == "new")
    child.end(AT_ONCE)
    assert log.with_suffix(".log.1").stat().st_size == 5_000_001
    assert log.stat().st_mode & 0o777 == 0o600
