"""The provider simulator in a process of its own, for tests that drive other programs and have no event loop."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx

OPENAI_KEY = "sk-simulated-openai-0123456789"
ANTHROPIC_KEY = "sk-ant-simulated-0123456789"
STOP_S = 10
_CHECKOUT = Path(__file__).parents[2]


class Simulated:
    """Where it answers, what it is told to do, and what it has seen."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=10)

    def environment(self) -> dict[str, str]:
        """The variables by which `ai-api up` finds it, as both vendors."""
        return {
            "OPENAI_API_KEY": OPENAI_KEY,
            "OPENAI_BASE_URL": f"{self.url}/v1",
            "ANTHROPIC_API_KEY": ANTHROPIC_KEY,
            "ANTHROPIC_BASE_URL": self.url,
        }

    def behave(self, model: str, *, times: int | None = None, **behaviour: Any) -> None:
        """How calls of this upstream model are answered from now on, or `times` calls of it."""
        setting = {"behaviour": behaviour, "model": model} | ({} if times is None else {"times": times})
        answer = self._http.post("/__sim/behaviour", json=setting)
        assert answer.status_code == 200, answer.text

    def asked(self, model: str) -> list[dict[str, Any]]:
        """The bodies of the calls of this upstream model it has received, oldest first."""
        requests = self._http.get("/__sim/requests").json()["requests"]
        return [
            body
            for each in requests
            if model in _named(each["target"], body := json.loads(base64.b64decode(each["body_base64"]) or b"{}"))
        ]

    def targets(self) -> list[str]:
        """The paths of all requests it has received, oldest first."""
        return [each["target"] for each in self._http.get("/__sim/requests").json()["requests"]]

    def events(self, model: str) -> list[str]:
        """What became of the calls of this upstream model: `started`, `finished`, `aborted`, `cut`, `refused`."""
        events = self._http.get("/__sim/events").json()["events"]
        return [event["what"] for event in events if event["model"] == model]

    def close(self) -> None:
        self._http.close()


def _named(target: str, body: dict[str, Any]) -> set[str]:
    """The models a request names: in its body, or in its path, as Gemini's dialect does."""
    in_path = target.rpartition(":")[0].rpartition("/")[2]
    return {unquote(in_path), str(body.get("model", ""))}


@contextmanager
def simulated(*, models: tuple[str, ...] = ("sim-large", "sim-small")) -> Iterator[Simulated]:
    """Runs one until the block ends; `models` is what its list shows."""
    command = [sys.executable, "-m", "tests.support.upstream", "--port", "0", "--json", "--models", ",".join(models)]
    process = subprocess.Popen(
        command, cwd=_CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the simulator ended with {process.wait(STOP_S)} before it was ready"
        simulator = Simulated(json.loads(line)["url"])
        yield simulator
        simulator.close()
    finally:
        process.terminate()
        process.wait(STOP_S)
        process.stdout.close()
