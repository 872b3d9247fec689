"""Whatever a user's file says: ours is in it afterwards, all else means what it meant, and taking ours out gives the same bytes."""

from __future__ import annotations

import json
import subprocess
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ai_api.portal.installers

SHELL = Path(ai_api.portal.installers.__file__).parent / "shell"
OURS = {"name": "n", "auth": {"command": "cat"}}

BLANKS = st.sampled_from(["", " ", "\t", "  "])
VALUES = st.sampled_from(
    ['"x"', "'x'", "1", "true", "[1, 2]", '["a", \'b\'] # c', '"""\na\n[model_providers.ai-api]\nmodel = "no"\n"""', "'''\n# >>> [x]\nmodel='y' '''",
     '{ a = "]", b = [1] }', '[\n  ["[x]"], # ]\n  "\\"",\n]', '"a # b"', "1979-05-27T07:32:00Z", '"""a\\""""', '"\\\\"']
)  # fmt: skip
ENDS = st.sampled_from(["\n", "\r\n", "\n\n", " # [note]\n"])


@st.composite
def documents(draw) -> str:
    """A file of TOML: root keys, then tables, in a user's hand."""

    def keys(names) -> str:
        chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=4))
        return "".join(
            f"{draw(BLANKS)}{name}{draw(BLANKS)}={draw(BLANKS)}{draw(VALUES)}{draw(ENDS)}" for name in chosen
        )

    root = draw(st.sampled_from(["", "# mine\n", "\n"])) + keys(["a", "b", '"c d"', "notify"])
    for name in ("model", '"model_provider"', "model_provider"):
        if draw(st.booleans()) and name not in root and not (name[0] == "m" and f'"{name}"' in root):
            root += f'{draw(BLANKS)}{name} = "{name.strip(chr(34))}"{draw(ENDS)}'
    tables = draw(
        st.lists(
            st.sampled_from(
                ["[model_providers.ai-api]", "[ model_providers . azure ]", '[mcp_servers."a.b"]', "[projects.'/x']", "[model_providers.ai-api.more]", "[[list]]"]
            ),
            unique=True,
        )
    )  # fmt: skip
    text = root + "".join(f"{draw(BLANKS)}{name}{draw(ENDS)}{keys(['model', 'name', 'args', 'z'])}" for name in tables)
    return text if draw(st.booleans()) else text.rstrip("\r\n")


def run(script: str, folder: Path) -> bytes:
    parts = " ".join(f". {SHELL}/{name};" for name in ("json.sh", "toml.sh"))
    return subprocess.check_output(["sh", "-euc", f"{parts} WORK={folder} PROVIDER_ID=ai-api; {script}"], timeout=20)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_toml_means_something_else_or_cannot_be_had_back(text):
    had = tomllib.loads(text.replace("\r\n", "\n"))
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "file").write_bytes(text.encode())
        (folder / "top").write_text('model = "m"\nmodel_provider = "ai-api"\n')
        (folder / "table").write_text(
            '[model_providers.ai-api]\nname = "n"\n[model_providers.ai-api.auth]\ncommand = "cat"\n'
        )
        merged = run(
            'toml merge "$WORK/file" >"$WORK/new"; toml merge "$WORK/new" >"$WORK/file"; cat "$WORK/new"', folder
        )
        assert (folder / "file").read_bytes() == merged, "twice is not once"
        stripped = run('toml strip "$WORK/new"', folder)
    assert stripped == text.encode()
    now = tomllib.loads(merged.decode().replace("\r\n", "\n"))
    assert (now.pop("model"), now.pop("model_provider"), now["model_providers"].pop("ai-api")) == ("m", "ai-api", OURS)
    for found in (had, now):
        found.pop("model", None)
        found.pop("model_provider", None)
        found.setdefault("model_providers", {}).pop("ai-api", None)
    assert now == had


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
OBJECTS = st.dictionaries(
    st.text(min_size=1, max_size=6).filter(lambda key: "/" not in key) | st.sampled_from(["env", "model"]),
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=6),
    max_size=4,
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(OBJECTS, st.sampled_from([None, 2, "\t"]), st.booleans(), st.sampled_from(["", "\n", " \r\n"]))
def test_json_means_something_else_or_cannot_be_had_back(document, indent, is_ascii, end):
    if not isinstance(document.get("env", {}), dict):
        del document["env"]
    document.get("env", {}).pop("URL", None)
    text = json.dumps(document, indent=indent, ensure_ascii=is_ascii) + end
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "file").write_bytes(text.encode())
        script = """json set env/URL '"u"' "$WORK/file" >"$WORK/one"; json set model '{"a": 1}' "$WORK/one" >"$WORK/two"; cat "$WORK/two" """
        assert json.loads(run(script, folder)) == document | {
            "env": {**document.get("env", {}), "URL": "u"},
            "model": {"a": 1},
        }
        path = "env/URL" if "env" in document else "env"
        back = run(f'json del {path} "" "$WORK/one"', folder)
    assert json.loads(back) == document
    if "\r" not in end and (document if path == "env" else document["env"]):
        assert back.decode() == text


def test_what_is_no_json_is_read_as_some(tmp_path):
    for text in (
        '{"a": tru}',
        "{'a': 1}",
        '{"a": 01x}',
        '{"a": "\n"}',
        "{",
        "",
        '{"a":1 "b":2}',
        '{"a":}',
        "/* ",
        "[1,]",
        "nul",
    ):
        (tmp_path / "file").write_text(text)
        ended = subprocess.run(["sh", "-c", f'. {SHELL}/json.sh; json leaves "" "" {tmp_path}/file'], capture_output=True, check=False, text=True)  # fmt: skip
        assert ended.returncode == 3, (text, ended)
        assert "not JSON that can be edited" in ended.stderr
