"""The `llm` command line, told of the gateway as its documentation says: `extra-openai-models.yaml`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.house import LOCAL_MODEL, House
from tests.support.up import clean

pytestmark = pytest.mark.e2e

PROGRAM = Path(sys.executable).parent / "llm"
PROMPT = "Say hello in five words."


class Llm:
    """The program with a home of its own."""

    def __init__(self, home: Path, house: House) -> None:
        model = {
            "model_id": "gateway",
            "model_name": LOCAL_MODEL,
            "api_base": house.base_url,
            "api_key_name": "gateway",
        }
        (home / "extra-openai-models.yaml").write_text(json.dumps([model]))
        # Plugins would load what the model's own package brings along for `llm`, which is not installed.
        settings = {"LLM_USER_PATH": str(home), "LLM_LOAD_PLUGINS": "", "HOME": str(home)}
        self._environment = clean(settings)
        self._run("keys", "set", "gateway", "--value", house.secret)

    def ask(self, *options: str) -> str:
        return self._run("-m", "gateway", "-o", "max_tokens", "32", *options, PROMPT)

    def usage(self) -> tuple[int, int]:
        """Input and output tokens it wrote into its own log for the last prompt."""
        [last] = json.loads(self._run("logs", "-n", "1", "--json"))
        return last["input_tokens"], last["output_tokens"]

    def _run(self, *arguments: str) -> str:
        ended = subprocess.run(
            [PROGRAM, *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout


@pytest.mark.parametrize("options", [["--no-stream"], []], ids=["whole", "streamed"])
def test_the_real_model_answers_a_prompt(house, seen, tmp_path, options):
    program = Llm(tmp_path, house)
    assert program.ask(*options).strip()
    used_in, used_out = program.usage()
    record = house.records(house.owner(LOCAL_MODEL))[-1]
    assert record["stream"] == (options == [])
    assert (record["outcome"], record["usage_source"]) == ("ok", "provider")
    assert (record["input_tokens"], record["output_tokens"]) == (used_in, used_out)
    seen.worked(
        "llm", "a prompt, streamed" if record["stream"] else "a prompt", "the local model", "words, and usage as billed"
    )


def test_a_wrong_key_is_told_in_the_gateways_words(house, tmp_path):
    program = Llm(tmp_path, house)
    with pytest.raises(AssertionError, match="This credential is not known, or was revoked"):
        program.ask("--key", "sk-aiapi-wrong")
