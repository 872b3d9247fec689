"""Importing the translating library: once, in silence, without the network, and without looking around on the machine."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]

# Run in a process of its own, in a folder with a `.env`: what an import does, it does once.
SCRIPT = """
import json, logging, os, socket, sys, threading

looked_up, logged = [], []

def refuse(*args, **kwargs):
    looked_up.append(repr(args))
    raise OSError("no network here")

socket.getaddrinfo = refuse
socket.socket.connect = refuse
socket.create_connection = refuse

class Keep(logging.Handler):
    def emit(self, record):
        logged.append(record.getMessage())

logging.basicConfig(level=logging.DEBUG, handlers=[Keep()])
logging.captureWarnings(True)

from tests.support.anthropic_lane import HI, chat_call, unloaded_lane

lane = unloaded_lane()
imported_before = "litellm" in sys.modules
threads = [threading.Thread(target=lane.ensure_loaded) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
first = lane._translator
lane.ensure_loaded()

import litellm
from ai_api.core.errors import Refusal

tool_use = {"id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}
messages = [*HI, {"role": "assistant", "tool_calls": [tool_use]}, {"role": "tool", "tool_call_id": "t", "content": "x"}]
bodies = []
for model in ("claude-sonnet-4-5", "claude-opus-4-8", "claude-of-tomorrow", "vendor/claude-of-tomorrow"):
    for document in (
        {"messages": messages, "reasoning_effort": "high", "max_tokens": 5000},
        {"messages": messages, "temperature": 0.5},
        {"messages": HI, "response_format": {"type": "json_schema", "json_schema": {"schema": {"type": 7, "$defs": {"x": 7}}}}},
    ):
        try:
            bodies.append(lane.request(chat_call(document, upstream_model=model)).body.decode())
        except Refusal as refusal:
            bodies.append(refusal.code)
litellm.verbose_logger.error("a conversation")

json.dump(
    {
        "imported_before": imported_before,
        "loaded": lane.loaded.is_set(),
        "once": lane._translator is first,
        "bodies": bodies,
        "looked_up": looked_up,
        "logged": [line for line in logged if "lite" in line.lower() or "conversation" in line],
        "root_handlers": len(logging.root.handlers),
        "threads": [thread.name for thread in threading.enumerate()],
        "from_dotenv": os.environ.get("A_NAME_OF_THE_DOTENV"),
        "switches": {name: getattr(litellm, name) for name in sys.argv[1:]},
    },
    sys.stdout,
)
"""
SWITCHES = {
    "suppress_debug_info": True,
    "disable_streaming_logging": True,
    "disable_token_counter": True,
    "turn_off_message_logging": True,
    "redact_messages_in_exceptions": True,
    "user_url_validation": True,
    "drop_params": False,
    "modify_params": False,
    "success_callback": [],
    "failure_callback": [],
    "callbacks": [],
    "cache": None,
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / ".env").write_text("A_NAME_OF_THE_DOTENV=read\nANTHROPIC_API_KEY=sk-of-the-dotenv\n")
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT, *SWITCHES],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
            "ANTHROPIC_API_KEY": "sk-of-the-environment",
            "LITELLM_MODE": "DEV",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    # Whatever the library prints would stand before the report, or here.
    assert finished.stderr == ""
    found: dict[str, Any] = json.loads(finished.stdout)
    return found


def test_a_lane_alone_does_not_import_the_library(report: dict[str, Any]) -> None:
    assert report["imported_before"] is False


def test_it_is_loaded_once_however_many_wait_for_it(report: dict[str, Any]) -> None:
    assert report["loaded"] is True
    assert report["once"] is True


def test_neither_the_import_nor_a_translation_uses_the_network(report: dict[str, Any]) -> None:
    assert report["looked_up"] == []
    assert len(report["bodies"]) == 12


def test_nothing_of_the_library_reaches_the_log(report: dict[str, Any]) -> None:
    assert report["logged"] == []
    assert report["root_handlers"] == 1


def test_no_thread_is_left_behind(report: dict[str, Any]) -> None:
    assert report["threads"] == ["MainThread"]


def test_no_dotenv_is_read_and_no_key_of_the_environment_used(report: dict[str, Any]) -> None:
    assert report["from_dotenv"] is None
    assert not any("sk-of-the" in body for body in report["bodies"])


def test_every_switch_is_as_it_must_be(report: dict[str, Any]) -> None:
    assert report["switches"] == SWITCHES
