"""The installer of Codex in a user's home: nothing of the user's is lost, whatever becomes of it."""

from __future__ import annotations

import shutil
import stat
import subprocess
import tomllib

import pytest

from ai_api.portal.installers.render import InstallerTerms, rendered
from tests.support.installing import GIVEN, PENDING, SECRET, Home, fake_gateway

THEIRS = """\
# mine
model = "gpt-5" # the good one
approval_policy = "on-request"
notify = [
  "say",
  ["not", "a", "table"],
]
model_provider = "azure"

[model_providers.azure]
name = "Azure"
base_url = "https://azure.example/v1"
env_key = "AZURE_KEY"
instructions = \"\"\"
[model_providers.ai-api]
model = "not a key"
\"\"\"

[mcp_servers.docs]
command = "npx"
args = ["-y", "docs"]

[model_providers.ai-api]
name = "an older one, by hand"
base_url = "https://old.example/v1"

[projects."/srv/ana"]
trust_level = "trusted"
"""


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


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def written(home: Home, text: str) -> bytes:
    (home.home / ".codex").mkdir(exist_ok=True)
    (home.home / ".codex/config.toml").write_bytes(text.encode())
    return text.encode()


def config(home: Home) -> dict:
    return tomllib.loads((home.home / ".codex/config.toml").read_text())


def test_a_fresh_home_is_not_set_up(home, gateway):
    ended = home.run("codex.sh", gateway.url)
    assert (ended.code, ended.err) == (0, ""), ended
    assert f"{gateway.url}/app/device" in ended.out
    assert "WDJB-MJHT" in ended.out
    assert SECRET not in ended.out
    folder = home.home / ".codex/ai-api"
    assert config(home) == {
        "model": "gpt-5.5",
        "model_provider": "ai-api",
        "model_providers": {
            "ai-api": {
                "name": "ai-api",
                "base_url": f"{gateway.url}/v1",
                "wire_api": "responses",
                "auth": {"command": "cat", "args": [str(folder / "key")]},
            }
        },
    }
    assert (folder / "key").read_text() == f"{SECRET}\n"
    assert stat.S_IMODE((folder / "key").stat().st_mode) == 0o600
    assert gateway.paths() == [
        "/healthz", "/api/device/authorize", "/api/device/token", "/api/device/token", "key /v1/models", "key /v1/responses",
    ]  # fmt: skip
    restored = home.run("codex-restore.sh", gateway.url)
    assert restored.code == 0, restored
    assert not (home.home / ".codex/config.toml").exists(), "ours is left where there was none"
    assert not (folder / "key").exists()


def test_what_somebody_had_is_lost_or_ours_stays_after_a_restore(home, gateway):
    before = written(home, THEIRS)
    assert home.run("codex.sh", gateway.url).code == 0
    now, had = config(home), tomllib.loads(THEIRS)
    assert now["model_providers"].pop("ai-api")["base_url"] == f"{gateway.url}/v1"
    had["model_providers"].pop("ai-api")
    assert now == had | {"model": "gpt-5.5", "model_provider": "ai-api"}
    first = (home.home / ".codex/config.toml").read_bytes()
    asked = len(gateway.asked)
    again = home.run("codex.sh", gateway.url)
    assert (again.code, (home.home / ".codex/config.toml").read_bytes()) == (0, first)
    assert "/api/device/authorize" not in gateway.paths()[asked:], "a second run asks for a second key"
    assert home.run("codex.sh", gateway.url, "--model", "local/tiny").code == 0
    assert config(home)["model"] == "local/tiny"
    for _ in range(2):
        assert home.run("codex-restore.sh", gateway.url).code == 0
        assert (home.home / ".codex/config.toml").read_bytes() == before
    # What is changed after that is the next original, and the first is kept as well.
    changed = written(home, THEIRS + "# later\n")
    assert home.run("codex-restore.sh", gateway.url).code == 0
    assert (home.home / ".codex/config.toml").read_bytes() == changed, "an old original comes back over newer work"
    assert home.run("codex.sh", gateway.url).code == 0
    assert home.run("codex.sh", gateway.url, "restore").code == 0
    assert (home.home / ".codex/config.toml").read_bytes() == changed
    assert (home.home / ".codex/ai-api/original.1/config.toml").read_bytes() == before


def test_changes_made_since_are_lost_by_restore_or_uninstall(home, gateway):
    before = written(home, THEIRS.rstrip("\n"))
    path = home.home / ".codex/config.toml"
    assert home.run("codex.sh", gateway.url).code == 0
    # As Codex does it itself: a model chosen in its menu, a folder that is trusted.
    since = (
        path.read_text().replace('model = "gpt-5.5"', 'model = "gpt-6"')
        + '\n[projects."/new"]\ntrust_level = "trusted"\n'
    )
    path.write_text(since)
    ended = home.run("codex.sh", gateway.url, "uninstall")
    assert ended.code == 0, ended
    kept = path.read_bytes()
    assert kept.startswith(before)
    assert config(home) == tomllib.loads(before.decode() + '\n[projects."/new"]\ntrust_level = "trusted"\n')
    assert home.run("codex.sh", gateway.url).code == 0
    path.write_text(path.read_text() + "# since\n")
    assert home.run("codex-restore.sh", gateway.url).code == 0
    assert path.read_bytes() == kept
    assert (home.home / ".codex/config.toml.before-restore.1").read_text().endswith("# since\n")


FAILURES = {
    "denied": ([PENDING, (400, {"error": "access_denied"})], {}, "denied"),
    "expired": ([PENDING, (400, {"error": "expired_token"})], {}, "not approved in time"),
    "never approved": ([PENDING], {}, "not approved in time"),
    "delivered to somebody else": ([(400, {"error": "invalid_grant"})], {}, "cannot be collected"),
    "nonsense": ([(200, {"access_token": "a'; rm -rf ~ #"})], {}, "no access_token"),
    "no codes": ([GIVEN], {"/api/device/authorize": (429, {"error": "slow_down", "error_description": "Too many codes."})}, "Too many codes."),
    "no address": ([GIVEN], {"/api/device/authorize": (200, {"device_code": "x", "user_code": "A-B", "verification_uri": "/app/device", "expires_in": 9})}, "where to approve"),
    "a gateway that is ill": ([GIVEN], {"/healthz": (503, "no")}, "does not answer"),
}  # fmt: skip


@pytest.mark.parametrize("failure", FAILURES)
def test_a_login_that_fails_costs_something(home, gateway, failure):
    gateway.token, gateway.refused, says = FAILURES[failure]
    written(home, THEIRS)
    (home.home / ".codex/auth.json").write_text('{"tokens": {"mine": 1}}')
    before = home.files()
    ended = home.run("codex.sh", gateway.url)
    assert ended.code == 1, ended
    assert says in ended.err
    assert "Nothing was changed" in ended.err
    assert home.files() == before
    assert sum(home.slept) <= 610


def test_a_gateway_that_cannot_be_reached_changes_something(home, gateway):
    before = written(home, THEIRS)
    ended = home.run("codex.sh", "http://127.0.0.1:9")
    assert ended.code == 1
    assert "http://127.0.0.1:9 does not answer" in ended.err
    assert home.files() == {".codex/config.toml": before}


def test_a_gateway_that_is_slow_is_asked_faster_or_given_up(home, gateway):
    gateway.token = [PENDING, (400, {"error": "slow_down"}), (503, {"status": 503}), PENDING, GIVEN]
    assert home.run("codex.sh", gateway.url).code == 0
    assert home.slept == [5, 5, 10, 10, 10]


def test_a_call_that_is_refused_loses_the_key_or_breaks_the_configuration(home, gateway):
    before = written(home, THEIRS)
    gateway.refused["/v1/responses"] = (402, {"error": {"message": 'Nothing is left of "May".'}})
    ended = home.run("codex.sh", gateway.url)
    assert ended.code == 1
    assert 'Nothing is left of "May".' in ended.err
    assert (home.home / ".codex/config.toml").read_bytes() == before
    assert (home.home / ".codex/ai-api/key").read_text() == f"{SECRET}\n"
    gateway.refused.clear()
    gateway.token = [(400, {"error": "invalid_grant"})]
    assert home.run("codex.sh", gateway.url).code == 0, "the key was lost"
    # One that was revoked since is replaced.
    (home.home / ".codex/ai-api/key").write_text("sk-revoked\n")
    gateway.token = [GIVEN]
    ended = home.run("codex.sh", gateway.url)
    assert (ended.code, "not accepted any more" in ended.err) == (0, True), ended


def test_a_dry_run_does_something(home, gateway):
    before = written(home, THEIRS)
    ended = home.run("codex.sh", gateway.url, "--dry-run")
    assert ended.code == 0, ended
    assert "model_providers.ai-api.auth" in ended.out
    assert (home.files(), gateway.asked) == ({".codex/config.toml": before}, [])
    assert home.run("codex.sh", gateway.url).code == 0
    installed = home.files()
    assert home.run("codex.sh", gateway.url, "restore", "--dry-run").code == 0
    assert home.run("codex.sh", gateway.url, "uninstall", "--dry-run").code == 0
    assert home.files() == installed


def test_models_are_named_so_that_codex_or_the_gateway_does_not_know_them(home, gateway):
    def chosen(*arguments: str) -> str:
        ended = home.run("codex.sh", gateway.url, "--no-check", *arguments)
        assert ended.code == 0, ended
        return config(home)["model"]

    assert chosen("--model", "openai/gpt-5.5") == "gpt-5.5"
    gateway.models = {"data": [*gateway.models["data"], {"id": "azure/gpt-5.5", "operations": ["responses"]}]}
    assert chosen() == "openai/gpt-5.5", "two have the short name"
    gateway.models = {
        "data": [{"id": "a/chat", "operations": ["chat"]}, {"id": "b/codex", "operations": ["responses"]}]
    }
    assert chosen() == "b/codex"
    ended = home.run("codex.sh", gateway.url, "--model", "nobody/knows")
    assert (ended.code, "a/chat" in ended.err, config(home)["model"]) == (1, True, "b/codex")
    gateway.models = {"data": [{"id": "e/embed", "operations": ["embeddings"]}]}
    assert "no model that works with Codex" in home.run("codex.sh", gateway.url).err


REFUSED = {
    "one value": 'model_providers = { x = { name = "x" } }\n',
    "one value below": "[model_providers]\nai-api.name = 'x'\n",
    "not toml": 'model = "gpt\n',
    "open": "notify = [\n",
    "byte order mark": "\ufeffmodel = 'x'\n",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_file_that_cannot_be_edited_safely_is_edited(home, gateway, text):
    before = written(home, REFUSED[text])
    ended = home.run("codex.sh", gateway.url)
    assert (ended.code, "cannot be edited safely" in ended.err) == (1, True), ended
    assert (home.files(), gateway.asked) == ({".codex/config.toml": before}, [])


def test_a_link_to_the_file_or_its_mode_is_replaced(home, gateway):
    (home.home / "dotfiles").mkdir()
    real = home.home / "dotfiles/codex.toml"
    real.write_text("model = 'x'\n")
    real.chmod(0o640)
    (home.home / ".codex").mkdir()
    (home.home / ".codex/config.toml").symlink_to("../dotfiles/codex.toml")
    assert home.run("codex.sh", gateway.url).code == 0
    assert (home.home / ".codex/config.toml").is_symlink()
    assert config(home)["model"] == "gpt-5.5"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert home.run("codex-restore.sh", gateway.url).code == 0
    assert real.read_text() == "model = 'x'\n"


def test_an_argument_that_is_not_known_is_ignored(home, gateway):
    for wrong in (["--modle", "x"], ["--model"], ["--model", "x'; rm"], ["reinstall"]):
        ended = home.run("codex.sh", gateway.url, *wrong)
        assert (ended.code, home.files()) == (1, {}), wrong
    shown = home.run("codex.sh", gateway.url, "--help")
    assert (shown.code, "--dry-run" in shown.out) == (0, True)


def test_half_a_script_does_half_of_it(home, gateway):
    text = rendered("codex.sh", InstallerTerms(), url=gateway.url)
    for share in (0.3, 0.6, 0.99):
        cut = text[: int((len(text) - len('main "$@"\n')) * share)]
        subprocess.run(["sh", "-s"], input=cut, env={"HOME": str(home.home), "PATH": "/usr/bin:/bin"}, text=True, check=False, capture_output=True)  # fmt: skip
    assert (home.files(), gateway.asked) == ({}, [])


def test_it_does_not_work_with_wget(tmp_path, gateway):
    """A PATH on which there is no curl."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("cat", "mktemp", "rm", "mkdir", "mv", "cp", "tr", "cut", "uname", "wget", "grep", "sed", "awk", "tail", "head", "dirname",
                 "readlink", "cmp", "diff"):  # fmt: skip
        (tools / name).symlink_to(shutil.which(name))
    home = Home(tmp_path, shell=shutil.which("sh"))
    gateway.token = [PENDING, GIVEN]
    ended = home.run("codex.sh", gateway.url, path=str(tools))
    assert (ended.code, config(home)["model"]) == (0, "gpt-5.5"), ended
    assert home.run("codex.sh", gateway.url, "restore", path=str(tools)).code == 0
    gateway.token = [(400, {"error": "access_denied"})]
    denied = home.run("codex.sh", gateway.url, path=str(tools))
    assert (denied.code, "denied" in denied.err) == (1, True), denied
    (tools / "wget").unlink()
    assert "curl or GNU wget is needed" in home.run("codex.sh", gateway.url, path=str(tools)).err
