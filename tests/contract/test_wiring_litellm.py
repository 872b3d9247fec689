"""Our table of URLs and headers says what litellm's provider configurations derive. An upgrade of litellm is judged here.

litellm takes seconds to import and reads the environment, so one child process asks it everything, and the tests compare.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from typing import Any

import pytest

from ai_api.providers import WIRING_VERSION
from ai_api.providers.wiring import VENDORS, address, derive

KEY = "sk-contract-0123456789"
AZURE = "https://example.openai.azure.com"

ASK = textwrap.dedent(
    """
    import http.server, json, sys, threading
    import litellm
    from litellm.llms.anthropic.pass_through.messages.transformation import AnthropicMessagesConfig
    from litellm.llms.azure.common_utils import BaseAzureLLM
    from litellm.types.router import GenericLiteLLMParams
    from litellm.types.utils import LlmProviders
    from litellm.utils import ProviderConfigManager

    KEY, AZURE = sys.argv[1], sys.argv[2]
    BASES = json.loads(sys.argv[3])
    MESSAGES = [{"role": "user", "content": "hi"}]

    def chat(provider, model, base):
        config = ProviderConfigManager.get_provider_chat_config(model=model, provider=LlmProviders(provider))
        headers = config.validate_environment(headers={}, model=model, messages=MESSAGES, optional_params={},
            litellm_params={}, api_key=KEY, api_base=base)
        url = config.get_complete_url(api_base=base, api_key=KEY, model=model, optional_params={}, litellm_params={},
            stream=False)
        return {"url": url, "headers": headers}

    def responses(provider, model, base):
        config = ProviderConfigManager.get_provider_responses_api_config(provider=LlmProviders(provider), model=model)
        if config is None:
            return None
        headers = config.validate_environment(headers={}, model=model,
            litellm_params=GenericLiteLLMParams(api_key=KEY, api_base=base))
        return {"url": config.get_complete_url(api_base=base, litellm_params={}), "headers": headers}

    def azure(version):
        route = "/openai/chat/completions" if version in {"v1", "preview", "latest"} else (
            "/openai/deployments/my-deployment/chat/completions")
        config = ProviderConfigManager.get_provider_responses_api_config(provider=LlmProviders.AZURE, model="m")
        return {
            "chat": BaseAzureLLM.get_base_azure_url(api_base=AZURE, litellm_params={"api_version": version}, route=route),
            "responses": config.get_complete_url(api_base=AZURE, litellm_params={"api_version": version}),
            "headers": BaseAzureLLM.base_validate_azure_environment({}, GenericLiteLLMParams(api_key=KEY)),
            "responses_headers": config.validate_environment(headers={}, model="m",
                litellm_params=GenericLiteLLMParams(api_key=KEY, api_version=version)),
        }

    def anthropic(base):
        messages = AnthropicMessagesConfig()
        headers, _ = messages.validate_anthropic_messages_environment(headers={}, model="claude", messages=MESSAGES,
            optional_params={}, litellm_params={}, api_key=KEY, api_base=base)
        url = messages.get_complete_url(api_base=base, api_key=KEY, model="claude", optional_params={}, litellm_params={})
        config = ProviderConfigManager.get_provider_chat_config(model="claude", provider=LlmProviders.ANTHROPIC)
        translated = config.validate_environment(headers={}, model="claude", messages=MESSAGES, optional_params={},
            litellm_params={}, api_key=KEY, api_base=base)
        return {"url": url, "headers": headers, "translated": translated}

    def gemini(model):
        from litellm.llms.vertex_ai.common_utils import get_gemini_url
        return [get_gemini_url(mode="chat", model=model, stream=stream)[0] for stream in (False, True)]

    def default_base(provider):
        return litellm.get_llm_provider(model="m", custom_llm_provider=provider, api_base=None, api_key=KEY)[3]

    asked = []

    class Provider(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            asked.append({"path": self.path, "headers": dict(self.headers)})
            vector = {"object": "embedding", "index": 0, "embedding": [0.5]}
            usage = {"prompt_tokens": 1, "total_tokens": 1}
            body = json.dumps({"object": "list", "model": "m", "data": [vector], "usage": usage}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    def embeddings(provider, path, version=None):
        # What arrives at a server on this machine; None where litellm knows no embeddings of the provider.
        asked.clear()
        try:
            litellm.embedding(model=f"{provider}/m", input=["a"], api_key=KEY, api_base=here + path, api_version=version,
                max_retries=0)
        except litellm.BadRequestError as error:
            assert "Unmapped LLM provider" in str(error), error
        return asked[0] if asked else None

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}"

    from importlib.metadata import version
    print(json.dumps({
        "version": version("litellm"),
        "chat": {name: chat(name, "m", base) for name, base in BASES.items()},
        "responses": {name: responses(name, "m", base) for name, base in BASES.items()},
        "defaults": {name: default_base(name) for name in BASES},
        "azure": {each: azure(each) for each in ("2024-10-21", "2025-04-01-preview", "v1", "preview", "latest")},
        "anthropic": anthropic("https://api.anthropic.com"),
        "gemini": gemini("gemini-2.5-pro"),
        "embeddings": {name: embeddings("openai_like" if name == "custom_openai" else name, "/v1") for name in BASES},
        "azure_embeddings": {each: embeddings("azure", "", each) for each in ("2024-10-21", "v1", "preview", "latest")},
    }))
    """
)

OURS_TO_THEIRS = {
    "openai": "openai",
    "mistral": "mistral",
    "groq": "groq",
    "deepseek": "deepseek",
    "xai": "xai",
    "openrouter": "openrouter",
    "together": "together_ai",
    "fireworks": "fireworks_ai",
    "cerebras": "cerebras",
    "moonshot": "moonshot",
    "our-own-server": "custom_openai",
}
BASES = {
    theirs: (VENDORS[ours].base_url if ours in VENDORS else "https://models.example.com/v1")
    for ours, theirs in OURS_TO_THEIRS.items()
}
OTHER_DEFAULT = {"deepseek": "litellm's is the beta surface, which drops images"}
"""Vendors whose default address is ours on purpose."""


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    environment = {
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
        "LITELLM_MODE": "PRODUCTION",
        "LITELLM_LOG": "ERROR",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK, KEY, AZURE, json.dumps(BASES)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def ours_for(name: str) -> tuple[dict[str, str], dict[str, str]]:
    """URLs, and the headers that carry the key."""
    base, version = address(name, BASES[OURS_TO_THEIRS[name]], None)
    wiring = derive(name, base, version)
    return dict(wiring.urls), {wiring.auth_header: wiring.auth_prefix + KEY, **wiring.headers}


def test_the_stamp_names_the_litellm_it_was_compared_with(theirs: dict[str, Any]) -> None:
    assert WIRING_VERSION.endswith(f"litellm-{theirs['version']}")


@pytest.mark.parametrize("name", OURS_TO_THEIRS)
def test_chat_url_and_key_header(theirs: dict[str, Any], name: str) -> None:
    urls, headers = ours_for(name)
    derived = theirs["chat"][OURS_TO_THEIRS[name]]
    assert urls["chat"] == derived["url"]
    assert lower(derived["headers"])["authorization"] == headers["authorization"]
    assert set(lower(derived["headers"])) <= {*headers, "content-type"}


@pytest.mark.parametrize("name", OURS_TO_THEIRS)
def test_responses_are_served_where_litellm_serves_them(theirs: dict[str, Any], name: str) -> None:
    urls, headers = ours_for(name)
    derived = theirs["responses"][OURS_TO_THEIRS[name]]
    if name == "our-own-server":
        assert derived is None, "litellm would translate; we ask the server, and the model says what it offers"
        assert urls["responses"] == "https://models.example.com/v1/responses"
        return
    assert ("responses" in urls) == (derived is not None)
    if derived is not None:
        assert urls["responses"] == derived["url"]
        assert lower(derived["headers"])["authorization"] == headers["authorization"]


@pytest.mark.parametrize("name", OURS_TO_THEIRS)
def test_embeddings_are_served_where_litellm_serves_them(theirs: dict[str, Any], name: str) -> None:
    wiring = derive(name, "https://host.example/v1", None)
    asked = theirs["embeddings"][OURS_TO_THEIRS[name]]
    assert ("embeddings" in wiring.urls) == (asked is not None)
    if asked is not None:
        assert wiring.urls["embeddings"] == f"https://host.example{asked['path']}"
        assert lower(asked["headers"])[wiring.auth_header] == wiring.auth_prefix + KEY


@pytest.mark.parametrize("version", ["2024-10-21", "v1", "preview", "latest"])
def test_embeddings_of_azure(theirs: dict[str, Any], version: str) -> None:
    wiring = derive("azure", *address("azure", AZURE, version))
    path, _, query = theirs["azure_embeddings"][version]["path"].partition("?")
    ours, _, our_query = wiring.urls["embeddings"].replace("{model}", "m").partition("?")
    # litellm leaves the version out of the surface that has one in its path.
    assert (ours, our_query) == (AZURE + path, query or f"api-version={version}")


@pytest.mark.parametrize("name", [name for name in OURS_TO_THEIRS if name in VENDORS])
def test_default_base_url(theirs: dict[str, Any], name: str) -> None:
    default = theirs["defaults"][OURS_TO_THEIRS[name]]
    if default is None:  # litellm fills these in on its own call only
        assert name in {"openai", "openrouter"}
    elif name in OTHER_DEFAULT:
        assert default.startswith(str(VENDORS[name].base_url))
    else:
        assert VENDORS[name].base_url == default.rstrip("/")


@pytest.mark.parametrize("version", ["2024-10-21", "2025-04-01-preview", "v1", "preview", "latest"])
def test_azure(theirs: dict[str, Any], version: str) -> None:
    base, kept = address("azure", AZURE, version)
    wiring = derive("azure", base, kept)
    derived = theirs["azure"][version]
    assert wiring.urls["chat"].replace("{model}", "my-deployment") == derived["chat"]
    assert wiring.urls["responses"] == derived["responses"]
    assert lower(derived["headers"]) == {wiring.auth_header: wiring.auth_prefix + KEY}
    assert lower(derived["responses_headers"])[wiring.auth_header] == KEY


def test_anthropic(theirs: dict[str, Any]) -> None:
    base, version = address("anthropic", None, None)
    wiring = derive("anthropic", base, version)
    derived = theirs["anthropic"]
    assert wiring.urls["chat"] == wiring.urls["messages"] == derived["url"]
    for headers in (lower(derived["headers"]), lower(derived["translated"])):
        assert headers[wiring.auth_header] == wiring.auth_prefix + KEY
        assert {name: headers[name] for name in wiring.headers} == wiring.headers


def test_gemini(theirs: dict[str, Any]) -> None:
    base, version = address("gemini", None, None)
    whole, streamed = theirs["gemini"]
    url = derive("gemini", base, version).urls["generate"].replace("{model}", "gemini-2.5-pro")
    assert url == whole
    assert f"{url.removesuffix(':generateContent')}:streamGenerateContent?alt=sse" == streamed
