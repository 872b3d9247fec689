"""What `ai-api up` prints for a person works when it is pasted, and goes on working at the next start."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.documented_calls import words_of_stream, words_of_whole
from scripts.readme import MESSAGES

from tests.support.up import Up, clean, up

pytestmark = pytest.mark.e2e

_PASTED = re.compile(r"^  curl .*?'$\n\n", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def greeted() -> Iterator[Up]:
    """The machine as it comes, on its second start."""
    folder = Path(tempfile.mkdtemp(prefix="ai-api-e2e-"))
    try:
        with up(folder, as_json=False) as first:
            pass
        with up(folder, as_json=False) as running:
            assert running.out == first.out
            yield running
    finally:
        shutil.rmtree(folder)


def paste(command: str, folder: Path) -> str:
    """What a shell prints on its standard output."""
    ended = subprocess.run(
        ["sh", "-c", command],
        env=clean({}),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_call_it_prints_answers_with_words(greeted, tmp_path, seen):
    [command] = _PASTED.findall(greeted.out)
    body = paste(command, tmp_path)
    assert words_of_whole(body)
    assert json.loads(body)["model"] == "local/smollm2"
    seen.worked("curl", "the call `ai-api up` prints", "the local model", "words")


def test_the_same_call_streams(greeted, tmp_path, seen):
    [command] = _PASTED.findall(greeted.out)
    streamed = MESSAGES.sub(r"\1stream\1: true, \1messages\1", command, count=1).replace("curl ", "curl -N ", 1)
    assert words_of_stream(paste(streamed, tmp_path))
    seen.worked("curl", "the same with `-N` and `stream`", "the local model", "words one by one, `[DONE]`")


def test_it_says_where_and_who_in_lines_of_their_own(greeted):
    labels = re.findall(
        r"^  (owner|password|access token|credential|data folder|probes and metrics)  +\S", greeted.out, re.MULTILINE
    )
    assert sorted(labels) == sorted(
        ["probes and metrics", "data folder", "owner", "password", "access token", "credential"]
    )
    assert re.search(r"^ai-api is ready at http://127\.0\.0\.1:\d+$", greeted.out, re.MULTILINE)
    assert re.search(r"^  provider local +1 model$", greeted.out, re.MULTILINE)
