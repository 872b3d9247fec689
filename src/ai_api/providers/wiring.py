"""Where and how each vendor is called: one small table, and the pure derivation of a provider key's wiring from it.

Derived once, when a provider key is saved, and stored with the key, so that a call needs no library to know its URL.
`tests/contract/test_wiring_litellm.py` compares every line with what litellm derives for the same vendor.

Sources: the vendors' API references; Azure's two surfaces (dated deployments, and `/openai/v1`) in Microsoft's
"Azure OpenAI API version lifecycle"; Google's "OpenAI compatibility", for Gemini and for Vertex AI; Cohere's "Compatibility API";
AWS's "Endpoints supported by Amazon Bedrock".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from ai_api.core.errors import Refusal
from ai_api.providers.port import Wiring
from ai_api.wire.operations import WHOLE_OPERATIONS

WIRING_VERSION: Final = "4/litellm-1.106.2"
"""The table's revision, and the litellm it was compared with. Keys stored under another one are derived again."""

Dialect = Literal["openai", "azure", "anthropic", "gemini", "vertex"]

_AZURE_V1: Final = frozenset({"v1", "preview", "latest"})
_AZURE_VERSION_DEFAULT: Final = "v1"
_ANTHROPIC_VERSION: Final = "2023-06-01"


@dataclass(frozen=True, slots=True)
class Vendor:
    """One line of the table. `base_url` is None where every customer has an address of their own, and `example` is one then.

    `models` is where the list of models is, after the base URL without `models_beside`; None where there is none.
    """

    dialect: Dialect
    base_url: str | None
    operations: tuple[str, ...] = ("chat",)
    needs_secret: bool = True
    keeps_responses: bool = False
    scheme: str = "header"
    usage_unasked: bool = False
    reasoning: str = "no"
    models: str | None = "/models"
    models_beside: str = ""
    example: str = "https://host/v1"


_CHAT: Final = ("chat",)
_BOTH: Final = ("chat", "responses")
_ANTHROPIC: Final = ("chat", "messages")

_KEEPS: Final = ("responses",)

_LOCATION: Final = re.compile(r"/projects/[^/]+/locations/[^/]+$")

_PATHS: Final = MappingProxyType(
    {
        "chat": "/chat/completions",
        "responses": "/responses",
        **{name: row.path for name, row in WHOLE_OPERATIONS.items()},
    }
)
"""Where each operation is, after a base URL. Azure's dated versions have responses beside the deployments, all others below."""

_BESIDE_DEPLOYMENTS: Final = frozenset({"responses"})

VENDORS: Final = MappingProxyType(
    {
        "openai": Vendor("openai", "https://api.openai.com/v1", (*_BOTH, "embeddings"), keeps_responses=True),
        "azure": Vendor(
            "azure",
            None,
            (*_BOTH, "embeddings"),
            keeps_responses=True,
            example="https://my-resource.openai.azure.com",
        ),
        "anthropic": Vendor("anthropic", "https://api.anthropic.com", _ANTHROPIC),
        "gemini": Vendor(
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            ("chat", "embeddings", "generate", "embed"),
        ),
        "mistral": Vendor("openai", "https://api.mistral.ai/v1", (*_CHAT, "embeddings")),
        "groq": Vendor("openai", "https://api.groq.com/openai/v1", _CHAT),
        "deepseek": Vendor("openai", "https://api.deepseek.com", _CHAT, reasoning="needed"),
        "xai": Vendor("openai", "https://api.x.ai/v1", _BOTH, keeps_responses=True),
        "openrouter": Vendor("openai", "https://openrouter.ai/api/v1", (*_BOTH, "embeddings"), reasoning="taken"),
        "together": Vendor("openai", "https://api.together.ai/v1", (*_CHAT, "embeddings")),
        "fireworks": Vendor(
            "openai", "https://api.fireworks.ai/inference/v1", (*_BOTH, "embeddings"), reasoning="taken"
        ),
        "cerebras": Vendor("openai", "https://api.cerebras.ai/v1", _CHAT),
        "moonshot": Vendor("openai", "https://api.moonshot.ai/v1", _CHAT, reasoning="needed"),
        "perplexity": Vendor("openai", "https://api.perplexity.ai", _CHAT, models=None),
        "cohere": Vendor(
            "openai",
            "https://api.cohere.ai/compatibility/v1",
            (*_CHAT, "embeddings"),
            usage_unasked=True,
            models="/v1/models?page_size=1000",
            models_beside="/compatibility/v1",
        ),
        # AWS has its OpenAI-compatible models and Anthropic's at two addresses, of either endpoint.
        "bedrock": Vendor(
            "openai", None, _BOTH, scheme="aws", example="https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1"
        ),
        "bedrock-claude": Vendor(
            "anthropic", None, _ANTHROPIC, scheme="aws", example="https://bedrock-mantle.us-east-1.api.aws/anthropic"
        ),
        "vertex": Vendor(
            "vertex",
            None,
            ("chat", "generate"),
            scheme="google",
            models=None,
            example="https://us-central1-aiplatform.googleapis.com/v1/projects/my-project/locations/us-central1",
        ),
    }
)

_COMPATIBLE: Final = Vendor("openai", None, tuple(_PATHS), needs_secret=False, reasoning="taken")
"""What every other provider name means: a server that speaks OpenAI's dialect at an address of its own."""


def vendor(provider: str) -> Vendor:
    """The line of the table for a provider name; an OpenAI-compatible server for any name that is not in it."""
    return VENDORS.get(provider, _COMPATIBLE)


def address(provider: str, base_url: str | None, api_version: str | None) -> tuple[str, str | None]:
    """The base URL and API version that a provider key stores, defaults filled in.

    Raises Refusal `bad_base_url` where an address is needed and none is given, or where it already names an operation;
    `bad_api_version` for a version where none applies, or a malformed one.
    """
    known = vendor(provider)
    base = base_url or known.base_url
    if base is None:
        message = f"Provider {provider} needs a base URL, such as {known.example}."
        raise Refusal("bad_base_url", "invalid", message, param="base_url")
    base = base.rstrip("/")
    if not base.isascii() or "{" in base or "}" in base:
        raise Refusal("bad_base_url", "invalid", "The base URL must be plain ASCII without braces.", param="base_url")
    if base.endswith((*_PATHS.values(), "/messages", "/models")):
        message = "The base URL names an operation. Give the part before it, such as https://host/v1."
        raise Refusal("bad_base_url", "invalid", message, param="base_url")
    if known.dialect == "vertex" and _LOCATION.search(base) is None:
        message = f"The base URL of {provider} names a project and a location, such as {known.example}."
        raise Refusal("bad_base_url", "invalid", message, param="base_url")
    if known.dialect != "azure":
        if api_version is not None:
            message = f"Provider {provider} has no API version. Leave it out."
            raise Refusal("bad_api_version", "invalid", message, param="api_version")
        return base, None
    version = api_version or _AZURE_VERSION_DEFAULT
    if version not in _AZURE_V1 and not _is_dated(version):
        message = 'The API version must be "v1", "preview", "latest" or a date such as "2025-04-01-preview".'
        raise Refusal("bad_api_version", "invalid", message, param="api_version")
    return base.removesuffix("/v1").removesuffix("/openai"), version


def derive(provider: str, base_url: str, api_version: str | None) -> Wiring:
    """The wiring of a provider key whose base URL and API version came from `address`."""
    known = vendor(provider)
    if known.dialect == "azure":
        return _azure(base_url, api_version or _AZURE_VERSION_DEFAULT, known.operations)
    if known.dialect == "anthropic":
        return _anthropic(base_url, known)
    if known.dialect == "gemini":
        return _gemini(base_url)
    if known.dialect == "vertex":
        return _vertex(base_url, known)
    return Wiring(
        urls={operation: base_url + _PATHS[operation] for operation in known.operations},
        lanes=dict.fromkeys(known.operations, "native"),
        models_url=None if known.models is None else base_url.removesuffix(known.models_beside) + known.models,
        auth_header="authorization",
        auth_prefix="Bearer ",
        headers={},
        keeps=_KEEPS if known.keeps_responses else (),
        scheme=known.scheme,
        usage_unasked=known.usage_unasked,
        reasoning=known.reasoning,
    )


def _azure(base_url: str, version: str, operations: tuple[str, ...]) -> Wiring:
    """Dated versions name the deployment in the path and serve responses beside it; `v1` names it in the body."""
    query = f"?api-version={version}"
    if version in _AZURE_V1:
        deployment = root = f"{base_url}/openai/v1"
    else:
        root = f"{base_url}/openai"
        deployment = f"{root}/deployments/{{model}}"
    return Wiring(
        urls={
            operation: f"{root if operation in _BESIDE_DEPLOYMENTS else deployment}{_PATHS[operation]}{query}"
            for operation in operations
        },
        lanes=dict.fromkeys(operations, "native"),
        models_url=f"{root}/models{query}",
        auth_header="api-key",
        auth_prefix="",
        headers={},
        keeps=_KEEPS,
    )


def _anthropic(base_url: str, known: Vendor) -> Wiring:
    """Anthropic's own server, or AWS's with the same dialect: it takes its key as a bearer, and lists all models in one place."""
    root = base_url if base_url.endswith("/v1") else f"{base_url}/v1"
    is_aws = known.scheme == "aws"
    return Wiring(
        urls={"chat": f"{root}/messages", "messages": f"{root}/messages"},
        lanes={"chat": "anthropic", "messages": "native"},
        models_url=f"{root.removesuffix('/v1').removesuffix('/anthropic')}/v1/models" if is_aws else f"{root}/models",
        auth_header="authorization" if is_aws else "x-api-key",
        auth_prefix="Bearer " if is_aws else "",
        headers={"anthropic-version": _ANTHROPIC_VERSION},
        scheme=known.scheme,
    )


def _gemini(base_url: str) -> Wiring:
    """Chats at the compatible endpoint; the vendor's own dialect beside it, at the address without `/openai`."""
    model = f"{base_url.removesuffix('/openai')}/models/{{model}}"
    urls = {operation: base_url + _PATHS[operation] for operation in ("chat", "embeddings")}
    urls |= {"generate": f"{model}:generateContent", "embed": f"{model}:embedContent"}
    return Wiring(
        urls=urls,
        lanes=dict.fromkeys(urls, "native"),
        models_url=f"{base_url}/models",
        auth_header="authorization",
        auth_prefix="Bearer ",
        headers={},
    )


def _vertex(base_url: str, known: Vendor) -> Wiring:
    """Chats at the compatible endpoint, where a model is `publisher/name`; Google's own dialect at the publisher's models."""
    return Wiring(
        urls={
            "chat": f"{base_url}/endpoints/openapi/chat/completions",
            "generate": f"{base_url}/publishers/google/models/{{name}}:generateContent",
        },
        lanes=dict.fromkeys(("chat", "generate"), "native"),
        models_url=None,
        auth_header="authorization",
        auth_prefix="Bearer ",
        headers={},
        scheme=known.scheme,
    )


def _is_dated(version: str) -> bool:
    date, _, rest = version[:10], version[10:11], version[10:]
    digits = date.replace("-", "")
    return (
        len(date) == 10
        and date[4] == date[7] == "-"
        and digits.isascii()
        and digits.isdigit()
        and rest in {"", "-preview"}
    )
