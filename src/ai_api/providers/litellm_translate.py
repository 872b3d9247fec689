"""The translate lane from OpenAI's chat completions to Anthropic's messages. The only file that imports litellm.

    request   our allow-list (`chat_ask`) ──► litellm's mapping of parameters and messages ──► our corrections ──► body
    answer    our own reader (`wire.anthropic_to_chat`): no litellm

litellm is here a library of pure functions: it is given no key, no address and no member of a body that `chat_ask` did not
make anew, and its own client, logging and callbacks are never used. Answers are read without it because its readers were
found wrong: tool calls without arguments stream as an empty string, tools the provider ran itself appear as the caller's,
a cut answer may end with `stop`, reasoning is counted by a tokenizer on the event loop, and a chunk costs five times ours.
"""

from __future__ import annotations

import logging
import os
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from ai_api.core.clock import Clock
from ai_api.core.errors import Refusal
from ai_api.providers.chat_ask import ChatAsk, read_ask
from ai_api.providers.chat_shape import bad
from ai_api.providers.native import upstream_headers
from ai_api.providers.port import LaneRequest, ReadWhole, StreamReader, UpstreamCall, WholeAnswer
from ai_api.wire import json_body
from ai_api.wire.anthropic_to_chat import AnthropicToChat, ShownAs, read_whole_message

THINKING_TOKENS_MIN: Final = 1_024
"""The least that Anthropic lets a model think for, and the bound on output must be greater."""

_ANTHROPIC_VERSION: Final = "2023-06-01"
_BETA: Final = "anthropic-beta"
# Without the first two the import goes to the network, without the third it reads `.env` from the working directory.
_ENVIRONMENT: Final = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOG": "ERROR",
}
# Those that write already during the import.
_LOGGERS: Final = ("LiteLLM", "LiteLLM Proxy", "LiteLLM Router")
# What litellm may refuse by name, in the order in which its message is searched.
_REFUSED_BY_MODEL: Final = ("tool_choice", "temperature", "top_p", "reasoning_effort", "effort")


class AnthropicLane:
    """The lane "anthropic", for chat. `ensure_loaded` must have returned before `request` is used."""

    def __init__(self, *, clock: Clock, output_tokens_default: int = 4_096) -> None:
        """`output_tokens_default` bounds calls for which neither the gateway nor the caller gave a bound."""
        self.loaded = threading.Event()
        self._clock = clock
        self._output_tokens_default = output_tokens_default
        self._loading = threading.Lock()
        self._translator: _Translator | None = None

    def ensure_loaded(self) -> None:
        """Imports litellm, once: 3 to 6 seconds of CPU. Blocks, so call it in a thread; returns at once when it is there."""
        if self.loaded.is_set():
            return
        with self._loading:
            if self._translator is None:
                self._translator = _load()
            self.loaded.set()

    def request(self, call: UpstreamCall) -> LaneRequest:
        """What to send. Raises Refusal for what the provider cannot be asked, naming the field."""
        if self._translator is None:
            raise RuntimeError("ensure_loaded() comes before request()")
        if call.operation != "chat":
            raise Refusal("unknown_operation", "invalid", "This model serves chat completions only.", param="model")
        ask = read_ask(
            call.document,
            output_tokens_max=call.output_tokens_max,
            output_tokens_default=self._output_tokens_default,
        )
        body, betas = self._translator.body(call.upstream_model, ask)
        if call.stream:
            body["stream"] = True
        return LaneRequest(
            url=call.key.wiring.urls["chat"].replace("{model}", quote(call.upstream_model, safe="")),
            headers=_headers(call, betas),
            body=json_body.encode(body),
        )

    def stream(self, call: UpstreamCall) -> StreamReader:
        """A reader that writes chat chunks."""
        return AnthropicToChat(self._shown_as(call))

    def whole(self, call: UpstreamCall) -> ReadWhole:
        """What reads a message as a chat answer."""
        shown_as = self._shown_as(call)
        return lambda body: WholeAnswer(*read_whole_message(body, shown_as))

    def _shown_as(self, call: UpstreamCall) -> ShownAs:
        return ShownAs(
            model=call.shown_model,
            created_s=self._clock.unix_ms() // 1_000,
            fallback_id=call.request_id,
            wants_usage=call.wants_usage,
        )


@dataclass(frozen=True, slots=True)
class _Translator:
    """litellm's functions for Anthropic. They are pure: what they are given is ours, and no key is among it."""

    config: Any
    refused_by_model: tuple[type[Exception], ...]
    known_models: dict[str, Any]

    def body(self, model: str, ask: ChatAsk) -> tuple[dict[str, Any], str]:
        """The body of a message request, and the beta features it uses. Raises Refusal."""
        if "reasoning_effort" in ask.params:
            self._check_reasoning(model)
        betas: dict[str, str] = {}
        try:
            params = self.config.map_openai_params(
                non_default_params=ask.params, optional_params={}, model=model, drop_params=False
            )
            _fit_thinking(params)
            _think_between_turns(params, ask.messages)
            self._keep_schemas(params, ask)
            if ask.output_schema is not None:
                schema = self.config.filter_anthropic_output_schema(ask.output_schema)
                form = {"type": "json_schema", "schema": schema}
                params["output_config"] = {**params.get("output_config", {}), "format": form}
            body: dict[str, Any] = self.config.transform_request(
                model=model, messages=ask.messages, optional_params=params, litellm_params={}, headers=betas
            )
        except Refusal:
            raise
        except self.refused_by_model as error:
            raise _refused_by_model(str(error)) from None
        except Exception as error:  # noqa: BLE001
            # A boundary: whatever shape litellm trips over is the caller's, so it is a 400. Of the error its name alone goes into
            # the record: litellm's messages and tracebacks repeat the conversation.
            message = "The conversation cannot be translated for this model's provider."
            raise Refusal("bad_request", "invalid", message, because=f"litellm: {type(error).__name__}") from None
        if ask.standard_tier:
            body["service_tier"] = "standard_only"
        return body, betas.get(_BETA, "")

    def _check_reasoning(self, model: str) -> None:
        # litellm knows its list of models, not the world: a name it has never heard of is the provider's to judge.
        if model in self.known_models and "reasoning_effort" not in self.config.get_supported_openai_params(model):
            raise _refused_by_model("reasoning_effort")

    def _keep_schemas(self, params: dict[str, Any], ask: ChatAsk) -> None:
        """Puts back what litellm leaves out of tools: members of a schema beside its properties, and `strict`."""
        for position, asked in enumerate(ask.params.get("tools", ())):
            tool = params["tools"][position]
            schema = {"properties": {}, **asked["function"].get("parameters", {}), "type": "object"}
            if position in ask.strict_tools:
                tool["strict"] = True
                schema = self.config.filter_anthropic_output_schema(schema)
            tool["input_schema"] = schema


def _fit_thinking(params: dict[str, Any]) -> None:
    """Keeps the thinking budget below the bound on output, which litellm does not, and which Anthropic refuses.

    The budget gives way, not the bound: the bound is what the caller asked for and what the gateway holds money for.
    """
    thinking = params.get("thinking") or {}
    budget, output_max = thinking.get("budget_tokens"), params["max_tokens"]
    if budget is None or budget < output_max:
        return
    if output_max <= THINKING_TOKENS_MIN:
        raise bad(
            "reasoning_effort",
            f"needs max_completion_tokens above {THINKING_TOKENS_MIN} with this model: raise it, or leave the effort out.",
        )
    params["thinking"] = {**thinking, "budget_tokens": max(THINKING_TOKENS_MIN, output_max // 2)}


def _think_between_turns(params: dict[str, Any], messages: Sequence[Mapping[str, Any]]) -> None:
    """Asks for no thinking by a budget while a model has results of its tools to go on from.

    Anthropic refuses such a turn when it does not begin with the thoughts it had, sealed as it gave them, and a chat carries
    no seal of thoughts. Models that decide themselves how long they think (`adaptive`) do not ask for them.
    """
    if (params.get("thinking") or {}).get("type") != "enabled":
        return
    last: Mapping[str, Any] = next((each for each in reversed(messages) if each.get("role") == "assistant"), {})
    if last.get("tool_calls"):
        del params["thinking"]


def _refused_by_model(reason: str) -> Refusal:
    name = next((name for name in _REFUSED_BY_MODEL if name in reason), None)
    if name is None:
        return Refusal("unsupported_parameter", "invalid", "This model does not take one of the parameters given.")
    param = "reasoning_effort" if name == "effort" else name
    return Refusal(
        "unsupported_parameter",
        "invalid",
        f"This model does not take {param} with this value. Leave it out.",
        param=param,
    )


def _headers(call: UpstreamCall, betas: str) -> dict[str, str]:
    headers = upstream_headers(call)
    headers.setdefault("anthropic-version", _ANTHROPIC_VERSION)
    headers.pop("openai-beta", None)
    said = (call.headers.get(_BETA, ""), call.key.wiring.headers.get(_BETA, ""), betas)
    wanted = [beta.strip() for each in said for beta in each.split(",") if beta.strip()]
    if wanted:
        headers[_BETA] = ",".join(dict.fromkeys(wanted))
    return headers


def _load() -> _Translator:
    os.environ.update(_ENVIRONMENT)
    _silence(_LOGGERS)
    # Not at the top: it takes seconds, and calls that need no translation are served meanwhile.
    _have_a_temporary_folder()
    import litellm  # noqa: PLC0415
    from litellm.exceptions import BadRequestError, UnsupportedParamsError  # noqa: PLC0415
    from litellm.llms.anthropic.chat.transformation import AnthropicConfig  # noqa: PLC0415

    litellm.suppress_debug_info = True
    litellm.success_callback = []
    litellm.failure_callback = []
    litellm.callbacks = []
    litellm.disable_streaming_logging = True
    litellm.disable_token_counter = True
    litellm.turn_off_message_logging = True
    litellm.redact_messages_in_exceptions = True
    litellm.drop_params = False
    litellm.modify_params = False
    litellm.cache = None
    litellm.user_url_validation = True
    _silence(name for name in logging.root.manager.loggerDict if name.lower().startswith("litellm"))
    translator = _Translator(
        config=AnthropicConfig(),
        refused_by_model=(UnsupportedParamsError, BadRequestError),
        known_models=litellm.model_cost,
    )
    _warm_up(translator)
    return translator


def _have_a_temporary_folder() -> None:
    """Names one where there is none, as under a root that is read-only.

    litellm asks for its name when it is imported, for a store of tokens that nothing of ours uses, and could not be imported at
    all. Who wants to write there is still told that it cannot be done.
    """
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        tempfile.tempdir = os.sep


def _silence(names: Iterable[str]) -> None:
    """Its loggers repeat conversations, and write with handlers of their own. What is wrong is told by exceptions."""
    for name in tuple(names):
        logger = logging.getLogger(name)
        logger.handlers = [logging.NullHandler()]
        logger.propagate = False
        logger.disabled = True


def _warm_up(translator: _Translator) -> None:
    """Runs what litellm imports and reads on first use, so that no call pays for it on the event loop."""
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    document = {
        "messages": [{"role": "user", "content": [{"type": "text", "text": "warm-up"}, picture]}],
        "tools": [tool],
        "reasoning_effort": "low",
        "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}},
    }
    # A name that no list has takes the longest way through litellm's tables.
    translator.body("warm-up", read_ask(document, output_tokens_max=None, output_tokens_default=4_096))
