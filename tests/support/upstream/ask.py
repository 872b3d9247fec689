"""What a request asks for, read from its body: the few things an answer depends on."""

from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from tests.support.upstream.choose import MARK

Dialect = Literal["chat", "responses", "messages", "generate", "embeddings", "embed"]

TOKENS_PER_MESSAGE = 3
TOKENS_PER_MEDIUM = 85
_TEXT_TYPES = frozenset({"text", "input_text", "output_text"})
_TOOL_OUTPUT_TYPES = frozenset({"function_call_output", "custom_tool_call_output", "local_shell_call_output"})
_TOOL_RESULT = "tool_result"
_MEDIA = frozenset({"image", "url", "audio", "file", "document"})  # the last word of input_image, image_url, …

_ECHOED_BY_RESPONSES = (
    "background",
    "conversation",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
)


class InvalidAskError(ValueError):
    """The provider would refuse this body; `param` names the field where there is one."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


@dataclass(slots=True)
class Ask:
    """One request as every dialect shares it. `output_max` is in tokens; `echo` is what the answer must repeat.

    `as_list` says that a stream is a JSON array instead of events.
    `keeps`: the provider keeps its answer, as it does unless it is told not to. `continues` is the id of the answer before it,
    `items` what it answers.
    """

    dialect: Dialect
    model: str
    stream: bool = False
    prompt: str = ""
    input_tokens: int = 0
    output_max: int | None = None
    tool_rounds: int = 0
    include_usage: bool = False
    n: int = 1
    as_list: bool = False
    service_tier: str = "default"
    echo: dict[str, Any] = field(default_factory=dict)
    keeps: bool = False
    continues: str | None = None
    items: list[Any] = field(default_factory=list)

    def count(self, text: str, media: int = 0) -> None:
        """Add one message to the input: a quarter of a token a character and three for the message itself."""
        self.input_tokens += TOKENS_PER_MESSAGE + (len(text) + 3) // 4 + media * TOKENS_PER_MEDIUM

    def hear(self, text: str, *, beside_tool_results: bool = False) -> None:
        """Take a user's text for the prompt; beside tool results only one that carries a directive."""
        if text and (MARK in text or not beside_tool_results):
            self.prompt = text


def read_ask(dialect: Dialect, body: Any, *, model: str | None = None) -> Ask:
    """Read a decoded body; `model` stands in where the URL names it. Raises InvalidAskError."""
    if not isinstance(body, dict):
        raise InvalidAskError("The body must be a JSON object.")
    model = model or body.get("model")
    if not isinstance(model, str) or not model:
        raise InvalidAskError("model: this field is required.", "model")
    ask = Ask(dialect, model, stream=body.get("stream") is True)
    match dialect:
        case "chat":
            _read_chat(ask, body)
        case "responses":
            _read_responses(ask, body)
        case "messages":
            _read_messages(ask, body)
        case "generate":
            _read_generate(ask, body)
        case "embeddings":
            _read_embeddings(ask, body)
        case "embed":
            _read_embed(ask, body)
    return ask


def _read_chat(ask: Ask, body: dict[str, Any]) -> None:
    for message in _items(body, "messages"):
        text, media, _ = _content(message.get("content"))
        ask.count(text, media)
        if message.get("role") == "user":
            ask.hear(text)
    ask.tool_rounds = _rounds([message.get("role") == "tool" for message in body["messages"]])
    ask.output_max = _whole_number(body, "max_completion_tokens") or _whole_number(body, "max_tokens")
    ask.n = _whole_number(body, "n") or 1
    options = body.get("stream_options")
    ask.include_usage = isinstance(options, dict) and options.get("include_usage") is True
    ask.service_tier = _tier(body)


def _read_responses(ask: Ask, body: dict[str, Any]) -> None:
    given = body.get("input")
    if isinstance(given, str):
        body = body | {"input": [{"role": "user", "content": given}]}
    if isinstance(body.get("instructions"), str):
        ask.count(body["instructions"])
    outputs = []
    for item in _items(body, "input"):
        is_output = item.get("type") in _TOOL_OUTPUT_TYPES
        outputs.append(is_output)
        text, media, _ = _content(item.get("output") if is_output else item.get("content"))
        ask.count(text, media)
        if item.get("role") == "user":
            ask.hear(text)
    ask.tool_rounds = _rounds(outputs)
    ask.output_max = _whole_number(body, "max_output_tokens")
    ask.service_tier = _tier(body)
    ask.echo = {name: body[name] for name in _ECHOED_BY_RESPONSES if name in body}
    ask.keeps = body.get("store") is not False
    ask.continues = body.get("previous_response_id")
    ask.items = (
        body["input"] if isinstance(body.get("input"), list) else [{"role": "user", "content": body.get("input")}]
    )


def _read_messages(ask: Ask, body: dict[str, Any]) -> None:
    if (output_max := _whole_number(body, "max_tokens")) is None:
        raise InvalidAskError("max_tokens: this field is required.", "max_tokens")
    ask.output_max = output_max
    _read_turns(ask, body)


def _read_turns(ask: Ask, body: dict[str, Any]) -> None:
    if "system" in body:
        text, media, _ = _content(body["system"])
        ask.count(text, media)
    outputs = []
    for message in _items(body, "messages"):
        text, media, beside_results = _content(message.get("content"))
        ask.count(text, media)
        outputs.append(beside_results is not None)
        # Results travel in a user's turn: they, and reminders put beside them, do not end the prompt they belong to.
        if message.get("role") == "user":
            ask.hear(text if beside_results is None else beside_results, beside_tool_results=beside_results is not None)
    ask.tool_rounds = _rounds(outputs)


def _read_generate(ask: Ask, body: dict[str, Any]) -> None:
    config = body.get("generationConfig") or {}
    if not isinstance(config, dict):
        raise InvalidAskError("Invalid value at 'generation_config'.", "generation_config")
    ask.output_max = _whole_number(config, "maxOutputTokens")
    ask.n = _whole_number(config, "candidateCount") or 1
    _read_contents(ask, body)


def _read_contents(ask: Ask, body: dict[str, Any]) -> None:
    if isinstance(body.get("systemInstruction"), dict):
        text, media, _ = _parts(body["systemInstruction"])
        ask.count(text, media)
    results = []
    for content in _items(body, "contents"):
        text, media, is_result = _parts(content)
        ask.count(text, media)
        results.append(is_result)
        if content.get("role", "user") == "user":
            ask.hear(text, beside_tool_results=is_result)
    ask.tool_rounds = _rounds(results)


def _parts(content: dict[str, Any]) -> tuple[str, int, bool]:
    """All text of a Gemini content, the number of media, and whether it has a tool's result."""
    parts = [part for part in content.get("parts") or () if isinstance(part, dict)]
    said = [str(part["text"]) for part in parts if "text" in part]
    said += [msgspec.json.encode(part["functionResponse"]).decode() for part in parts if "functionResponse" in part]
    media = sum(1 for part in parts if "inlineData" in part or "fileData" in part)
    return "\n".join(said), media, any("functionResponse" in part for part in parts)


def _read_embeddings(ask: Ask, body: dict[str, Any]) -> None:
    if "stream" in body:
        raise InvalidAskError("Unrecognized request argument supplied: stream", "stream")
    given = body.get("input")
    inputs = [given] if isinstance(given, str) or (isinstance(given, list) and given and _is_token(given[0])) else given
    if not isinstance(inputs, list) or not inputs:
        raise InvalidAskError("input: a text, texts or tokens are required.", "input")
    for each in inputs:
        if isinstance(each, str) and each:
            ask.count(each)
            ask.hear(each, beside_tool_results=bool(ask.prompt))
        elif isinstance(each, list) and each and all(map(_is_token, each)):
            ask.input_tokens += len(each)
        else:
            raise InvalidAskError("'$.input' is invalid. Please check the API reference.", "input")
    if (encoding := body.get("encoding_format", "float")) not in {"float", "base64"}:
        raise InvalidAskError(f"encoding_format: {encoding!r} is not one of float, base64.", "encoding_format")
    ask.echo = {
        "inputs": len(inputs),
        "dimensions": _whole_number(body, "dimensions"),
        "encoding_format": encoding,
    }


def _read_embed(ask: Ask, body: dict[str, Any]) -> None:
    is_batch = "requests" in body
    for request in _items(body, "requests") if is_batch else [body]:
        if is_batch and request.get("model") != f"models/{ask.model}":
            raise InvalidAskError(
                "BatchEmbedContentsRequest.requests[].model: another model than the path's.", "requests"
            )
        content = request.get("content")
        if not isinstance(content, dict) or not content.get("parts"):
            raise InvalidAskError("EmbedContentRequest.content contains an empty Part.", "content")
        text, media, _ = _parts(content)
        ask.count(text, media)
        ask.hear(text, beside_tool_results=bool(ask.prompt))
        sizes = ask.echo.setdefault("dimensions", [])
        sizes.append(_whole_number(request, "outputDimensionality"))
    ask.echo["is_batch"] = is_batch


def _is_token(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def read_count(dialect: Dialect, body: Any) -> int:
    """The input tokens of a body, Anthropic's or Gemini's, that is only to be counted. Raises InvalidAskError."""
    if dialect == "generate":
        # Google takes both spellings of every name.
        names = ("generateContentRequest", "generate_content_request")
        inner = next((body[name] for name in names if name in body), body) if isinstance(body, dict) else body
        if not isinstance(inner, dict):
            raise InvalidAskError("The body must be a JSON object.")
        counted = Ask("generate", "")
        _read_contents(counted, inner)
        return counted.input_tokens
    if not isinstance(body, dict) or not isinstance(body.get("model"), str):
        raise InvalidAskError("model: this field is required.", "model")
    ask = Ask("messages", body["model"])
    _read_turns(ask, body)
    return ask.input_tokens


def _items(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    items = body.get(name)
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise InvalidAskError(f"{name}: a list with at least one object is required.", name)
    return items


def _content(content: Any) -> tuple[str, int, str | None]:
    """All text, the number of media, and (only where there are tool results) the text that is not theirs."""
    if isinstance(content, str):
        return content, 0, None
    if not isinstance(content, list):
        return "", 0, None
    said: list[str] = []
    results: list[str] = []
    media = 0
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind in _TEXT_TYPES:
            said.append(str(part.get("text", "")))
        elif kind == _TOOL_RESULT:
            results.append(_content(part.get("content"))[0])
        elif isinstance(kind, str) and kind.rpartition("_")[2] in _MEDIA:
            media += 1
    return "\n".join(said + results), media, "\n".join(said) if results else None


def _rounds(is_output: list[bool]) -> int:
    """How many runs of neighbouring tool outputs there are: parallel calls are answered in one run."""
    return sum(1 for before, now in zip([False, *is_output], is_output, strict=False) if now and not before)


def _whole_number(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise InvalidAskError(f"{name}: a whole number of at least 1 is required.", name)
    return value


def _tier(body: dict[str, Any]) -> str:
    tier = body.get("service_tier")
    return tier if isinstance(tier, str) and tier != "auto" else "default"
