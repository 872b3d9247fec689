"""The README's own calls, made for real: did words come back?"""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

from scripts.stranger import Failed, Stranger

CALL_TIMEOUT_S = 120


def call(stranger: Stranger, example: str, ready: dict[str, Any]) -> str:
    """Runs a call as the README documents it and gives the body of the answer.

    The README's calls name AI_API_URL, AI_API_KEY and AI_API_MODEL, which are set from what `make run` printed. Raises Failed.
    """
    names = {"AI_API_URL": "url", "AI_API_KEY": "credential", "AI_API_MODEL": "model"}
    variables = {name: str(ready[field]) for name, field in names.items()}
    result = subprocess.run(  # noqa: S602 -- an example of our README is a shell line
        example,
        shell=True,
        cwd=stranger.folder,
        env=stranger.environment() | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=CALL_TIMEOUT_S,
        check=False,
    )
    if result.returncode != 0:
        raise Failed(f"curl exited with {result.returncode}: {result.stderr.strip()[-500:]}\n{example}")
    return result.stdout


def words_of_whole(body: str) -> str:
    """Gives the text of a chat completion. Raises Failed when there are no words in it."""
    answer = json_object(body) or {}
    try:
        text = answer["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        raise Failed(f"not a chat completion: {body[:500]}") from None
    return _words(text)


def words_of_stream(body: str) -> str:
    """Gives the text of a streamed chat completion, joined. Raises Failed when it is cut short or has no words."""
    events = [line.removeprefix("data:").strip() for line in body.splitlines() if line.startswith("data:")]
    if not events or events[-1] != "[DONE]":
        raise Failed(f"a stream that does not end with [DONE]: {body[-500:]}")
    chunks = [json_object(event) or {} for event in events[:-1]]
    if len(chunks) < 2:
        raise Failed(f"a stream of {len(chunks)} event is no stream: {body[:500]}")
    return _words(
        "".join(choice.get("delta", {}).get("content") or "" for chunk in chunks for choice in chunk.get("choices", []))
    )


def _words(text: object) -> str:
    if not isinstance(text, str) or not re.search(r"[A-Za-z]{2,}", text):
        raise Failed(f"no words came back: {text!r}")
    return text.strip()


def json_object(line: str) -> dict[str, Any] | None:
    """Reads a line as a JSON object, or gives None when it is something else."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
