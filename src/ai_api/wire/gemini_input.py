"""How much a model is given to read by a request in Gemini's dialect: its contents, instruction and tools, or what is embedded.

What a search, a fetched page or a program adds at the provider stands in no body, and neither do the pages of a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ai_api.wire.gemini_names import camel
from ai_api.wire.input_reading import Reading
from ai_api.wire.json_body import encode
from ai_api.wire.recordings import seconds_of
from ai_api.wire.utf8 import bytes_read

# Fields that steer a call and are not read by the model.
_STEERING = frozenset({"labels", "model", "safetySettings", "serviceTier", "store"})
_STEERING_CONFIG = frozenset(
    {
        "audioTimestamp",
        "candidateCount",
        "enableAffectiveDialog",
        "enableEnhancedCivicAnswers",
        "frequencyPenalty",
        "logprobs",
        "maxOutputTokens",
        "mediaResolution",
        "presencePenalty",
        "responseLogprobs",
        "responseMimeType",
        "responseModalities",
        "seed",
        "speechConfig",
        "stopSequences",
        "temperature",
        "thinkingConfig",
        "topK",
        "topP",
    }
)
_STEERING_EMBEDDING = frozenset({"model", "outputDimensionality", "autoTruncate"})
_TOOLS_AT_THE_CALLER = frozenset({"functionDeclarations", "computerUse"})
_ABOUT_A_PART = frozenset({"thought", "videoMetadata", "mediaResolution", "partMetadata"})
_READ_AS_JSON = frozenset({"executableCode", "codeExecutionResult", "toolCall", "toolResponse"})


def read(reading: Reading, document: Mapping[str, Any]) -> None:
    """Adds what a generateContent request gives a model to read."""
    reading.visit(len(document))
    for name, value in document.items():
        known = camel(name)
        if value is None or known in _STEERING:
            continue
        if known == "contents" and isinstance(value, list):
            reading.visit(len(value))
            for content in value:
                _read_content(reading, content)
        elif known in {"contents", "systemInstruction"}:
            _read_content(reading, value)
        elif known == "tools":
            _read_tools(reading, value)
        elif known == "generationConfig" and isinstance(value, dict):
            reading.json({key: each for key, each in value.items() if camel(key) not in _STEERING_CONFIG})
        else:
            if known == "cachedContent":
                reading.give_up("something the provider keeps")
            reading.json({name: value})


def read_embedded(reading: Reading, document: Mapping[str, Any]) -> None:
    """Adds what an embedContent request, or each of a batch, gives a model to read: every content on its own."""
    requests = document.get("requests")
    if not isinstance(requests, list):
        _read_embedding(reading, document)
        return
    reading.inputs = max(1, len(requests))
    for name, value in document.items():
        if value is not None and name not in {"requests", "model"}:
            reading.json({name: value})
    for request in requests:
        _read_embedding(reading, request)


def _read_embedding(reading: Reading, request: Any) -> None:
    if not isinstance(request, dict):
        reading.json(request)
        return
    reading.visit(len(request))
    for name, value in request.items():
        known = camel(name)
        if value is None or known in _STEERING_EMBEDDING:
            continue
        if known == "content":
            _read_content(reading, value)
        elif isinstance(value, str):
            # Models are told the task and the title in words.
            reading.texts.append(value)
        elif known == "embedContentConfig" and isinstance(value, dict):
            reading.json({key: each for key, each in value.items() if camel(key) not in _STEERING_EMBEDDING})
        else:
            reading.json({name: value})


def _read_tools(reading: Reading, tools: Any) -> None:
    for tool in tools if isinstance(tools, list) else [tools]:
        reading.visit(1)
        reading.messages += 1
        if not isinstance(tool, dict):
            reading.give_up("a tool the provider runs")
            continue
        for name, value in tool.items():
            known = camel(name)
            if known not in _TOOLS_AT_THE_CALLER:
                reading.give_up("a tool the provider runs")
            elif isinstance(value, list):
                reading.visit(len(value))
                reading.messages += len(value)
    reading.tool_texts.append(encode(tools).decode())


def _read_content(reading: Reading, content: Any) -> None:
    reading.messages += 1
    if not isinstance(content, dict):
        reading.json(content)
        return
    for name, value in content.items():
        if name == "parts":
            _read_parts(reading, value)
        elif name != "role" or not isinstance(value, str):
            reading.json({name: value})
        else:
            reading.texts.append(value)


def _read_parts(reading: Reading, parts: Any) -> None:
    for part in parts if isinstance(parts, list) else [parts]:
        reading.visit(1)
        reading.messages += 1
        if not isinstance(part, dict):
            reading.json(part)
            continue
        reading.visit(len(part))
        for name, value in part.items():
            if value is not None:
                _read_member(reading, name, value)


def _read_member(reading: Reading, name: str, value: Any) -> None:
    known = camel(name)
    if known == "text" and isinstance(value, str):
        reading.texts.append(value)
    elif known == "thoughtSignature" and isinstance(value, str):
        reading.opaque_bytes += bytes_read(value)
    elif known == "inlineData":
        _read_inline(reading, value)
    elif known == "fileData":
        reading.files += 1
        reading.give_up("a file")
    elif known in {"functionCall", "functionResponse"} and isinstance(value, dict):
        _read_function(reading, value)
    elif known in _READ_AS_JSON or known in _ABOUT_A_PART:
        if not isinstance(value, bool):
            reading.json(value)
    else:
        reading.give_up("content of a kind not known")


def _read_function(reading: Reading, value: Mapping[str, Any]) -> None:
    for name, each in value.items():
        if name == "parts":
            _read_parts(reading, each)
        elif isinstance(each, str):
            reading.texts.append(each)
        elif each is not None:
            reading.json(each)


def _read_inline(reading: Reading, blob: Any) -> None:
    fields = {camel(name): value for name, value in blob.items()} if isinstance(blob, dict) else {}
    kind, data = fields.get("mimeType"), fields.get("data")
    if not isinstance(kind, str) or not isinstance(data, str):
        reading.give_up("content of a kind not known")
    elif kind.startswith("image/"):
        reading.images += 1
    elif kind.startswith("audio/"):
        reading.audio_items += 1
        reading.audio_s += seconds_of(data)
    elif kind.startswith("text/"):
        # No longer than its base64, which nobody has to take apart for that.
        reading.opaque_bytes += len(data)
    else:
        reading.files += 1
        reading.give_up("a file")
