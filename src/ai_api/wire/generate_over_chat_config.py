"""Gemini's `generationConfig` as fields of a chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ai_api.wire.envelope import bad
from ai_api.wire.generate_over_chat_fields import either, members, number, refuse_both, unsupported, whole, word
from ai_api.wire.generate_over_chat_schema import given_schema, json_schema
from ai_api.wire.strict import filled, switch

STOP_SEQUENCES_MAX: Final = 4
"""A chat takes no more."""

CANDIDATES_MAX: Final = 8
"""Google gives no more."""

LOW_BUDGET_MAX: Final = 1_024
MEDIUM_BUDGET_MAX: Final = 8_192
"""Thinking budgets, in tokens, up to which the effort is low, and medium: what Google itself makes of the efforts."""

_PATH: Final = "generationConfig"
_KNOWN: Final = (
    "maxOutputTokens",
    "temperature",
    "topP",
    "topK",
    "stopSequences",
    "candidateCount",
    "seed",
    "presencePenalty",
    "frequencyPenalty",
    "responseMimeType",
    "responseSchema",
    "responseJsonSchema",
    "responseLogprobs",
    "responseModalities",
    "thinkingConfig",
)
_NUMBERS: Final = {"presencePenalty": "presence_penalty", "frequencyPenalty": "frequency_penalty"}
_GEMINI_SAMPLING: Final = {"temperature": 1, "topP": 0.95, "topK": 64}
_EFFORTS: Final = {"MINIMAL": "minimal", "LOW": "low", "MEDIUM": "medium", "HIGH": "high", "XHIGH": "xhigh"}
_DYNAMIC_BUDGET: Final = -1


def read_config(value: object) -> dict[str, Any]:
    """The fields of a chat for a `generationConfig`. Raises Refusal."""
    given = members(value, _PATH, _KNOWN)
    said: dict[str, Any] = {}
    if "maxOutputTokens" in given:
        said["max_completion_tokens"] = whole(given["maxOutputTokens"], f"{_PATH}.maxOutputTokens", least=1)
    said |= _sampling(given)
    for name, in_chat in _NUMBERS.items():
        if name in given:
            said[in_chat] = number(given[name], f"{_PATH}.{name}")
    if "seed" in given:
        said["seed"] = whole(given["seed"], f"{_PATH}.seed", least=-(2**31))
    if given.get("stopSequences", []) != []:
        said["stop"] = _stop(given["stopSequences"])
    _check_kinds_of_answer(given)
    candidates = whole(given.get("candidateCount", 1), f"{_PATH}.candidateCount", least=1)
    if candidates > CANDIDATES_MAX:
        raise bad(f"{_PATH}.candidateCount must be at most {CANDIDATES_MAX}.", f"{_PATH}.candidateCount")
    if candidates > 1:
        said["n"] = candidates
    return said | _response_format(given) | _effort(given.get("thinkingConfig", {}))


def wants_thoughts(document: Mapping[str, Any]) -> bool:
    """Whether the caller asked to see the model's thoughts. For a document that was translated."""
    config = either(document, _PATH)
    thinking = either(config, "thinkingConfig") if isinstance(config, dict) else None
    return isinstance(thinking, dict) and either(thinking, "includeThoughts") is True


def _sampling(given: Mapping[str, Any]) -> dict[str, Any]:
    asked = {name: number(given[name], f"{_PATH}.{name}") for name in _GEMINI_SAMPLING if name in given}
    if asked == _GEMINI_SAMPLING:
        # Gemini's own, which its clients send with every request: another model is left to its own.
        return {}
    if "topK" in asked:
        raise unsupported(f"{_PATH}.topK")
    said: dict[str, Any] = {}
    if "temperature" in asked:
        said["temperature"] = asked["temperature"]
    if asked.get("topP", 1) != 1:
        # 1 leaves nothing out, and there are models that take no topP beside a temperature.
        said["top_p"] = asked["topP"]
    return said


def _stop(value: object) -> list[str]:
    path = f"{_PATH}.stopSequences"
    if not isinstance(value, list) or len(value) > STOP_SEQUENCES_MAX:
        raise bad(f"{path} must be a list of at most {STOP_SEQUENCES_MAX} texts with this model.", path)
    return [filled(sequence, f"{path}[{at}]") for at, sequence in enumerate(value)]


def _check_kinds_of_answer(given: Mapping[str, Any]) -> None:
    modalities, path = given.get("responseModalities", []), f"{_PATH}.responseModalities"
    if not isinstance(modalities, list):
        raise bad(f"{path} must be a list.", path)
    if any(word(modality, path) not in ("TEXT", "MODALITY_UNSPECIFIED") for modality in modalities):
        raise unsupported(path, "This model answers in text.")
    if switch(given.get("responseLogprobs", False), f"{_PATH}.responseLogprobs"):
        raise unsupported(f"{_PATH}.responseLogprobs")


def _response_format(given: Mapping[str, Any]) -> dict[str, Any]:
    path = f"{_PATH}.responseMimeType"
    kind = given.get("responseMimeType", "text/plain")
    if kind not in ("text/plain", "application/json"):
        raise unsupported(path, "Use text/plain or application/json.")
    refuse_both(given, _PATH, "responseSchema", "responseJsonSchema")
    schemas = [name for name in ("responseSchema", "responseJsonSchema") if name in given]
    if kind == "text/plain":
        if schemas:
            raise bad(f"{path} must be application/json where {schemas[0]} is given.", path)
        return {}
    if not schemas:
        return {"response_format": {"type": "json_object"}}
    read = json_schema if schemas[0] == "responseSchema" else given_schema
    schema = read(given[schemas[0]], f"{_PATH}.{schemas[0]}")
    return {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}}


def _effort(thinking: object) -> dict[str, Any]:
    path = f"{_PATH}.thinkingConfig"
    given = members(thinking, path, ("thinkingBudget", "thinkingLevel", "includeThoughts"))
    switch(given.get("includeThoughts", False), f"{path}.includeThoughts")
    refuse_both(given, path, "thinkingBudget", "thinkingLevel")
    if "thinkingLevel" in given:
        level = word(given["thinkingLevel"], f"{path}.thinkingLevel")
        if level == "THINKING_LEVEL_UNSPECIFIED":
            return {}
        if level not in _EFFORTS:
            raise bad(f"{path}.thinkingLevel must be MINIMAL, LOW, MEDIUM, HIGH or XHIGH.", f"{path}.thinkingLevel")
        return {"reasoning_effort": _EFFORTS[level]}
    budget = whole(given.get("thinkingBudget", _DYNAMIC_BUDGET), f"{path}.thinkingBudget", least=_DYNAMIC_BUDGET)
    if budget == _DYNAMIC_BUDGET:
        return {}
    if budget == 0:
        return {"reasoning_effort": "none"}
    if budget <= LOW_BUDGET_MAX:
        return {"reasoning_effort": "low"}
    return {"reasoning_effort": "medium" if budget <= MEDIUM_BUDGET_MAX else "high"}
