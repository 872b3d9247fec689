"""What a data folder keeps: whole, private, and understood by the build that reads it."""

from __future__ import annotations

import errno
import json
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ai_api.local import data_folder, first_run, private_files, secret_files
from ai_api.local.first_run import FirstRun
from ai_api.local.refusal import LocalRefusal, of_os_error


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_private_file_is_for_its_owner_alone_and_replaced_whole(tmp_path):
    path = tmp_path / "x"
    private_files.write(path, "old")
    private_files.write(path, "new é")
    assert (private_files.read(path), mode(path), list(tmp_path.iterdir())) == ("new é", 0o600, [path])


def test_a_private_file_is_never_seen_half_written(tmp_path):
    path = tmp_path / "x"
    texts = {"a" * 50_000, "b" * 50_000}
    private_files.write(path, min(texts))
    writers = [threading.Thread(target=private_files.write, args=(path, text)) for text in texts for _ in range(5)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert private_files.read(path) in texts
    for writer in writers:
        writer.join()
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_private_file_is_none(tmp_path):
    assert private_files.read(tmp_path / "x") is None


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620])
def test_a_private_file_that_others_may_touch_is_refused(tmp_path, bits):
    path = tmp_path / "x"
    private_files.write(path, "s3cret")
    path.chmod(bits)
    with pytest.raises(LocalRefusal, match="chmod 600") as caught:
        private_files.read(path)
    assert "s3cret" not in str(caught.value)


def test_a_link_in_place_of_a_private_file_is_not_followed(tmp_path):
    private_files.write(tmp_path / "real", "text")
    (tmp_path / "x").symlink_to(tmp_path / "real")
    with pytest.raises(LocalRefusal):
        private_files.read(tmp_path / "x")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "this user may not"),
        (errno.ELOOP, "symbolic"),
    ],
)
def test_a_file_error_becomes_one_sentence_with_the_path(number, said):
    message = str(of_os_error(OSError(number, "symbolic"), action="write to", path=Path("/data")))
    assert said in message
    assert "/data" in message
    assert message.count(".") == 1


def test_a_secret_is_made_once_and_differs_between_folders(tmp_path):
    first = secret_files.make_once(tmp_path, "pepper")
    assert secret_files.make_once(tmp_path, "pepper") == first
    assert len(first) == 43
    assert secret_files.make_once(tmp_path, "other") != first
    assert (mode(tmp_path / "secrets"), mode(tmp_path / "secrets/pepper")) == (0o700, 0o600)


def test_a_secret_that_lost_its_text_is_not_replaced_in_silence(tmp_path):
    secret_files.make_once(tmp_path, "pepper")
    private_files.write(tmp_path / "secrets/pepper", "\n")
    with pytest.raises(LocalRefusal, match="whole secret"):
        secret_files.make_once(tmp_path, "pepper")


NEWCOMER = FirstRun(
    admin_identifier="owner@localhost", admin_password="pw-1", access_token="at-1", credential="sk-1", model="local/m"
)


def test_a_first_run_is_kept_read_and_forgotten(tmp_path):
    assert first_run.read(tmp_path) is None
    first_run.write(tmp_path, NEWCOMER)
    assert first_run.read(tmp_path) == NEWCOMER
    assert mode(tmp_path / "first-run.json") == 0o600
    first_run.forget(tmp_path)
    first_run.forget(tmp_path)
    assert first_run.read(tmp_path) is None


def test_a_first_run_does_not_print_its_secrets():
    assert not any(secret in f"{NEWCOMER} {NEWCOMER!r}" for secret in ("pw-1", "at-1", "sk-1"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"admin_identifier": "a"}', "not json"])
def test_a_damaged_first_run_is_refused(tmp_path, text):
    private_files.write(tmp_path / "first-run.json", text)
    with pytest.raises(LocalRefusal, match="damaged"):
        first_run.read(tmp_path)


def test_a_data_folder_is_made_private_with_its_parents_and_used_again(tmp_path):
    path = tmp_path / "a" / "b"
    with data_folder.prepare(path) as folder:
        assert folder.path == path
        assert mode(path) == 0o700
        assert (path / ".gitignore").read_text() == "*\n"
    with data_folder.prepare(path) as folder:
        assert folder.path == path


def test_a_data_folder_that_was_opened_to_others_is_closed_but_for_passage(tmp_path):
    path = tmp_path / "data"
    data_folder.prepare(path).release()
    path.chmod(0o757)
    data_folder.prepare(path).release()
    assert mode(path) == 0o710


def test_two_runs_on_one_folder_are_refused_by_name(tmp_path):
    with (
        data_folder.prepare(tmp_path / "data"),
        pytest.raises(LocalRefusal, match=r"another `ai-api up` \(process \d+\)"),
    ):
        data_folder.prepare(tmp_path / "data")
    data_folder.prepare(tmp_path / "data").release()


def test_a_killed_run_leaves_the_folder_free(tmp_path):
    code = "import os,sys; from pathlib import Path; from ai_api.local import data_folder as d; x = d.prepare(Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path / "data")], check=False).returncode == -9
    data_folder.prepare(tmp_path / "data").release()


def test_a_newer_folder_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "data"
    data_folder.prepare(path).release()
    private_files.write(path / "version", f"{data_folder.VERSION + 1}\n")
    with pytest.raises(LocalRefusal, match="newer ai-api"):
        data_folder.prepare(path)
    with pytest.raises(LocalRefusal, match="newer ai-api"):  # the first refusal let go of the lock
        data_folder.prepare(path)
    assert private_files.read(path / "version") == f"{data_folder.VERSION + 1}\n"


@pytest.mark.parametrize("text", ["", "one", "-1"])
def test_a_damaged_version_is_refused(tmp_path, text):
    data_folder.prepare(tmp_path / "data").release()
    private_files.write(tmp_path / "data/version", text)
    with pytest.raises(LocalRefusal, match="damaged"):
        data_folder.prepare(tmp_path / "data")


def test_a_folder_with_other_things_in_it_is_not_taken_over(tmp_path):
    path = tmp_path / "home"
    path.mkdir(mode=0o755)
    (path / "thesis.txt").write_text("mine")
    with pytest.raises(LocalRefusal, match="holds files"):
        data_folder.prepare(path)
    assert mode(path) == 0o755
    assert [entry.name for entry in path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("below", ["", "below"])
def test_a_file_in_place_of_the_folder_is_refused(tmp_path, below):
    (tmp_path / "file").write_text("x")
    with pytest.raises(LocalRefusal, match="file"):
        data_folder.prepare(tmp_path / "file" / below)


def test_a_first_run_is_plain_json_with_the_names_a_script_reads(tmp_path):
    first_run.write(tmp_path, NEWCOMER)
    assert set(json.loads((tmp_path / "first-run.json").read_text())) == {
        "url",
        "admin_identifier",
        "admin_password",
        "access_token",
        "credential",
        "model",
    }
