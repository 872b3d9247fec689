"""The Codex command line works through the gateway, tools and all, with models of whatever vendor."""

from __future__ import annotations

import json

import pytest

from tests.e2e import codex
from tests.e2e.codex import CLIENT, error, run

pytestmark = pytest.mark.e2e

MAKES_A_FILE = json.dumps(
    {
        "script": [
            {
                "thinking": "A file is wanted.",
                "tool_calls": [{"name": "exec_command", "arguments": {"cmd": "printf 'made by a tool' > made.txt"}}],
            },
            {"text": "The file is there."},
        ]
    }
)


@pytest.fixture(scope="module", autouse=True)
def _version(seen, tmp_path_factory):
    seen.versions["codex"] = codex.version(tmp_path_factory.mktemp("codex"))


def test_a_prompt_is_answered_and_every_request_is_billed(house, seen, tmp_path):
    caller = house.caller()
    ended = run(house, caller, tmp_path / "w")
    assert (ended.code, error(ended)) == (0, "")
    assert ended.answer.startswith("Echo: Say hello.")
    [record] = house.records(caller)
    assert (record["outcome"], record["stream"], record["operation"]) == ("ok", True, "responses")
    assert (record["usage_source"], record["output_tokens"]) == ("provider", 50)
    seen.worked(CLIENT, "codex exec", "OpenAI, simulated", "the answer; one record with the provider's own usage")


def test_a_tool_call_makes_a_file_and_its_result_goes_back(house, seen, tmp_path):
    caller = house.caller()
    ended = run(house, caller, tmp_path / "w", f"Make a file. [[sim {MAKES_A_FILE}]]")
    assert (ended.code, ended.answer, error(ended)) == (0, "The file is there.", "")
    assert (ended.folder / "made.txt").read_text() == "made by a tool"
    first, second = house.simulator.asked(caller.upstream_model)
    # Untouched on the way: kinds of tools and of items nobody here knows.
    assert {"function", "namespace", "web_search"} <= {tool["type"] for tool in first["tools"]}
    assert first["include"] == ["reasoning.encrypted_content"]
    kinds = [item["type"] for item in second["input"]]
    assert kinds[-3:] == ["reasoning", "function_call", "function_call_output"]
    assert second["input"][: len(first["input"])] == first["input"]
    assert [record["outcome"] for record in house.records(caller)] == ["ok", "ok"]
    seen.worked(CLIENT, "codex exec, with a tool call", "OpenAI, simulated", "the file it was asked for; two records")


CHATS = {"openai": "a provider of chats only, simulated", "anthropic": "Anthropic, simulated"}


@pytest.mark.parametrize("provider", CHATS)
def test_a_model_of_chats_makes_a_file_with_a_tool(house, seen, tmp_path, provider):
    """Codex knows one dialect, and the model's provider another."""
    caller = house.caller(provider=provider, operations=["chat"])
    ended = run(house, caller, tmp_path / "w", f"Make a file. [[sim {MAKES_A_FILE}]]")
    assert (ended.code, ended.answer, error(ended)) == (0, "The file is there.", "")
    assert (ended.folder / "made.txt").read_text() == "made by a tool"
    first, second = house.simulator.asked(caller.upstream_model)
    offered = {(tool.get("function") or tool)["name"] for tool in first["tools"]}
    assert {"exec_command", "multi_agent_v1__spawn_agent"} <= offered
    assert "web_search" not in offered
    # The result goes back to the model that wanted it.
    assert "tool_call_id" in second["messages"][-1] or second["messages"][-1]["content"][0]["type"] == "tool_result"
    records = house.records(caller)
    assert [(record["outcome"], record["operation"]) for record in records] == [("ok", "responses")] * 2
    seen.worked(CLIENT, "codex exec, with a tool call", CHATS[provider], "the file it was asked for; two records")


def test_its_built_in_provider_falls_back_from_a_websocket_at_once(house, seen, tmp_path):
    caller = house.caller()
    ended = run(house, caller, tmp_path / "w", built_in=True)
    assert (ended.code, error(ended)) == (0, "")
    assert ended.answer.startswith("Echo: Say hello.")
    assert ended.told.count("failed to connect to Responses WebSocket") == 1
    assert "Reconnecting" not in ended.told
    assert [record["outcome"] for record in house.records(caller)] == ["ok"]
    seen.worked(
        CLIENT, "codex exec, its own provider OpenAI", "OpenAI, simulated", "no WebSocket, at once; then the answer"
    )
