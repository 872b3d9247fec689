"""The installers of clients that are configured in JSON, or not at all."""

from __future__ import annotations

import json
import stat
import subprocess

import pytest

from tests.support.installing import SECRET, Home, fake_gateway

SETTINGS = """\
{
  "$schema": "https://json.schemastore.org/claude-code-settings.json",
  "model": "opus", // mine
  "env": {"FOO": "a \\"b\\" {c}", "ANTHROPIC_BASE_URL": "https://old.example"},
  "permissions": { "allow": ["Bash(ls:*)", "Read"], "deny": [] },
  "mcpServers": {"docs": {"command": "npx"}}
}"""


@pytest.fixture(scope="module")
def shared():
    with fake_gateway() as running:
        yield running


@pytest.fixture
def gateway(shared):
    url = shared.url
    shared.__init__()
    shared.url = url
    return shared


def parsed(text: str) -> dict:
    return json.loads(text.replace("// mine", ""))


def test_claude_code_loses_settings_or_keeps_ours(tmp_path, gateway):
    home = Home(tmp_path, client="claude")
    path = home.home / ".claude/settings.json"
    path.parent.mkdir()
    path.write_text(SETTINGS)
    ended = home.run("claude-code.sh", gateway.url, ANTHROPIC_API_KEY="sk-ant-mine")
    assert ended.code == 0, ended
    assert "ANTHROPIC_API_KEY is set in your environment" in ended.err
    now, had = parsed(path.read_text()), parsed(SETTINGS)
    key = home.home / ".claude/ai-api/key"
    assert subprocess.check_output(["sh", "-c", now.pop("apiKeyHelper")], text=True) == f"{SECRET}\n"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert now.pop("model") == "anthropic/claude-x"
    ours = {"ANTHROPIC_BASE_URL": gateway.url, "ANTHROPIC_DEFAULT_HAIKU_MODEL": "anthropic/claude-x"}
    assert now.pop("env") == had.pop("env") | ours
    del had["model"]
    assert now == had
    first = path.read_bytes()
    assert home.run("claude-code.sh", gateway.url).code == 0
    assert path.read_bytes() == first
    assert "key /v1/messages" in gateway.paths()
    # What was changed since stays, what was there before is there again.
    path.write_text(path.read_text().replace('"FOO"', '"BAR": "new", "FOO"'))
    assert home.run("claude-code.sh", gateway.url, "uninstall").code == 0
    assert path.read_text() == SETTINGS.replace('"FOO"', '"BAR": "new", "FOO"')
    assert not key.exists()
    assert home.run("claude-code.sh", gateway.url).code == 0
    for _ in range(2):
        assert home.run("claude-code-restore.sh", gateway.url).code == 0
        assert path.read_text() == SETTINGS.replace('"FOO"', '"BAR": "new", "FOO"')


@pytest.mark.parametrize("command", ["restore", "uninstall"])
@pytest.mark.parametrize("client", ["claude-code", "opencode", "gemini"])
def test_a_fresh_home_is_not_as_before_when_ours_is_gone(tmp_path, gateway, client, command):
    home = Home(tmp_path, client={"claude-code": "claude"}.get(client, client))
    ended = home.run(f"{client}.sh", gateway.url)
    assert (ended.code, ended.err) == (0, ""), ended
    assert home.run(f"{client}.sh", gateway.url, command).code == 0
    left = {path for path in home.files() if "/ai-api/" not in path}
    assert left == set()
    assert not [path for path, text in home.files().items() if SECRET.encode() in text]


def test_opencode_loses_settings_or_keeps_ours(tmp_path, gateway):
    home = Home(tmp_path, client="opencode")
    folder = home.home / ".config/opencode"
    folder.mkdir(parents=True)
    theirs = '/* mine */ {"theme": "dark", "provider": {"ollama": {"npm": "x"}}}\n'
    (folder / "opencode.jsonc").write_text(theirs)
    assert home.run("opencode.sh", gateway.url, "--model", "openai/gpt-5.5").code == 0
    now = json.loads((folder / "opencode.jsonc").read_text().removeprefix("/* mine */"))
    ours = now["provider"].pop("ai-api")
    assert now == {
        "model": "ai-api/openai/gpt-5.5", "small_model": "ai-api/openai/gpt-5.5", "theme": "dark", "provider": {"ollama": {"npm": "x"}},
    }  # fmt: skip
    assert ours["options"] == {"baseURL": f"{gateway.url}/v1", "apiKey": f"{{file:{folder}/ai-api/key}}"}
    assert set(ours["models"]) == {"local/tiny", "openai/gpt-5.5", "anthropic/claude-x"}
    assert home.run("opencode.sh", gateway.url, "uninstall").code == 0
    assert (folder / "opencode.jsonc").read_text() == theirs


def test_gemini_cli_loses_settings_or_runs_without_its_key(tmp_path, gateway):
    home = Home(tmp_path, client="gemini")
    (home.bin / "gemini").write_text('#!/bin/sh\necho "$GOOGLE_GEMINI_BASE_URL $GEMINI_API_KEY $GEMINI_MODEL $1"\ncat "$GEMINI_CLI_HOME/.gemini/settings.json"\n')  # fmt: skip
    theirs = home.home / ".gemini/settings.json"
    theirs.parent.mkdir()
    theirs.write_text('{"security": {"auth": {"selectedType": "oauth-personal"}}, "mcpServers": {}}')
    before = theirs.read_bytes()
    ended = home.run("gemini.sh", gateway.url, "--model", "local/tiny")
    assert (ended.code, theirs.read_bytes()) == (0, before), ended
    command = home.home / ".local/bin/gemini-ai-api"
    said = subprocess.check_output(
        [command, "-p"], env={"PATH": "/usr/bin:/bin", "HOME": str(home.home)}, cwd=tmp_path, text=True
    )
    in_home = subprocess.run(
        [command],
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(home.home)},
        cwd=home.home,
        capture_output=True,
        text=True,
    )
    assert (in_home.returncode, "not in your home" in in_home.stderr) == (1, True)
    assert said.splitlines()[0] == f"{gateway.url} {SECRET} local/tiny -p"
    used = {"security": {"auth": {"selectedType": "gemini-api-key"}}, "mcpServers": {}}
    assert json.loads(said.splitlines()[1]) == used


REFUSED = {
    "twice": '{"env": {}, "env": {"A": "1"}}',
    "a comma too many": '{"a": 1,}',
    "an end is missing": '{"a": [1, 2',
    "env is no object": '{"env": "none"}',
    "a list": "[]",
    "two": "{} {}",
    "a word": '{"a": yes}',
}


@pytest.mark.parametrize("text", REFUSED)
def test_json_that_cannot_be_edited_safely_is_edited(tmp_path, gateway, text):
    home = Home(tmp_path, client="claude")
    (home.home / ".claude").mkdir()
    (home.home / ".claude/settings.json").write_text(REFUSED[text])
    ended = home.run("claude-code.sh", gateway.url)
    assert (ended.code, "cannot be edited safely" in ended.err) == (1, True), ended
    assert (home.files(), gateway.asked) == ({".claude/settings.json": REFUSED[text].encode()}, [])
