"""Answers that are files: sent piece by piece as they are made, whatever their size."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from fastapi.responses import StreamingResponse

from ai_api.core.exports import FileForm

MEDIA_TYPES: Final[Mapping[FileForm, str]] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "jsonl": "application/x-ndjson",
}
_TEXT: Final = {"type": "string"}
FILES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "A file.", "content": {form: {"schema": _TEXT} for form in MEDIA_TYPES.values()}}
}
"""For `responses` of a route that answers with a file."""


def file_of(pieces: AsyncIterator[str], name: str, form: FileForm) -> StreamingResponse:
    """A file to be saved as `name`, with the ending of its form. A piece is made when the one before was taken."""
    headers = {"content-disposition": f'attachment; filename="{name}.{form}"'}
    return StreamingResponse(pieces, media_type=MEDIA_TYPES[form], headers=headers)
