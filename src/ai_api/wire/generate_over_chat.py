"""Gemini's generateContent spoken over chat completions.

What a chat cannot say is refused by its name. Three things are left out because they are none of another provider's:
`safetySettings`, which tune Google's own filters; thoughts of earlier turns with their signatures; and the settings of
sampling that are Gemini's own where all of them are given. specs/wire-gemini-over-chat.md lists every field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ai_api.wire.envelope import bad
from ai_api.wire.generate_over_chat_answer import GenerateWriter
from ai_api.wire.generate_over_chat_config import read_config, wants_thoughts
from ai_api.wire.generate_over_chat_contents import read_contents, read_instruction
from ai_api.wire.generate_over_chat_fields import members, word
from ai_api.wire.generate_over_chat_tools import names_changed, read_tools
from ai_api.wire.over_chat import AnswerWriter, Shown
from ai_api.wire.strict import filled

_KNOWN: Final = (
    "model",
    "contents",
    "systemInstruction",
    "tools",
    "toolConfig",
    "generationConfig",
    "safetySettings",
    "serviceTier",
)
_TIERS: Final = {"STANDARD": "default", "FLEX": "flex", "PRIORITY": "priority"}


class GenerateOverChat:
    """The dialect of `generateContent` and `streamGenerateContent`, over chat."""

    def to_chat(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The chat document that asks the same. Raises Refusal."""
        given = members(document, "", _KNOWN)
        if "model" in given:
            # Said by the path, which was read before; some clients repeat it.
            filled(given["model"], "model")
        if not isinstance(given.get("safetySettings", []), list):
            raise bad("safetySettings must be a list.", "safetySettings")
        messages = read_contents(given.get("contents"))
        if "systemInstruction" in given:
            instruction = read_instruction(given["systemInstruction"])
            if instruction is not None:
                messages.insert(0, instruction)
        chat: dict[str, Any] = {"messages": messages}
        chat |= read_tools(given.get("tools"), given.get("toolConfig"))
        tier = word(given.get("serviceTier", "UNSPECIFIED"), "serviceTier")
        if tier in _TIERS:
            chat["service_tier"] = _TIERS[tier]
        elif tier != "UNSPECIFIED":
            raise bad("serviceTier must be standard, flex or priority.", "serviceTier")
        return chat | read_config(given.get("generationConfig", {}))

    def writer(self, document: Mapping[str, Any], shown: Shown) -> AnswerWriter:
        """A writer for the answer."""
        return GenerateWriter(shown, with_thoughts=wants_thoughts(document), names=names_changed(document))
