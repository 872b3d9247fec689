"""Pictures, sounds and PDF files of Gemini's dialect as the parts of a chat message."""

from __future__ import annotations

import re
from typing import Any, Final

from ai_api.wire.envelope import bad
from ai_api.wire.generate_over_chat_fields import base64_text, members, unsupported
from ai_api.wire.strict import filled

_SOUNDS: Final = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/mp3": "mp3",
    "audio/mpeg": "mp3",
}
_PDF: Final = "application/pdf"
_FILE_NAME: Final = "document.pdf"
_picture: Final = re.compile(r"image/[a-z0-9][a-z0-9.+-]*", re.ASCII)


def media_part(value: object, path: str) -> dict[str, Any]:
    """The part of a chat for an `inlineData`. Raises Refusal, also for kinds of media that a chat has no part for."""
    given = members(value, path, ("mimeType", "data", "displayName"))
    kind = filled(given.get("mimeType"), f"{path}.mimeType").lower()
    data = base64_text(given.get("data"), f"{path}.data")
    if kind == _PDF:
        name = filled(given.get("displayName", _FILE_NAME), f"{path}.displayName")
        return {"type": "file", "file": {"filename": name, "file_data": f"data:{_PDF};base64,{data}"}}
    if "displayName" in given:
        raise unsupported(f"{path}.displayName", "Only a PDF file has a name in a chat: leave it out.")
    if kind in _SOUNDS:
        return {"type": "input_audio", "input_audio": {"data": data, "format": _SOUNDS[kind]}}
    if _picture.fullmatch(kind) is None:
        raise bad(
            f"{path}.mimeType is none that this model's provider can be sent: "
            "image/…, audio/wav, audio/mp3 and application/pdf are.",
            f"{path}.mimeType",
        )
    return {"type": "image_url", "image_url": {"url": f"data:{kind};base64,{data}"}}
