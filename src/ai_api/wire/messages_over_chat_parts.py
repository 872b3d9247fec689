"""Content blocks that a user or a tool gives, as the parts of a chat's message: text, pictures, documents, search results."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ai_api.wire.envelope import bad
from ai_api.wire.messages_over_chat_shape import cannot, flag, kind, members
from ai_api.wire.strict import filled, listed

_PICTURE_TYPE: Final = re.compile(r"image/[a-z0-9.+-]{1,64}", re.ASCII)
_PDF: Final = "application/pdf"
_UNNAMED_PDF: Final = "document.pdf"

Part = dict[str, Any]


def read_parts(content: object, path: str) -> list[Part]:
    """A content's parts: a string is one of text. Raises Refusal."""
    if isinstance(content, str):
        return [text_part(content)] if content else []
    return [part for number, block in enumerate(listed(content, path)) for part in parts_of(block, f"{path}[{number}]")]


def parts_of(block: object, path: str) -> list[Part]:
    """The parts that one block makes. Raises Refusal."""
    match kind(block, path):
        case "text":
            said = read_text(block, path)
            return [text_part(said)] if said else []
        case "image":
            return [_picture(block, path)]
        case "document":
            return list(_document(block, path))
        case "search_result":
            return [_search_result(block, path)]
    raise cannot(f"{path}.type", "Blocks of type text, image, document and search_result exist here.")


def read_text(block: object, path: str) -> str:
    """What a text block says. Citations of an earlier answer say where it has it from, and stay behind. Raises Refusal."""
    said = members(block, path, ("type", "text", "cache_control", "citations")).get("text")
    if not isinstance(said, str):
        raise bad(f"{path}.text must be a string.", f"{path}.text")
    return said


def text_part(said: str) -> Part:
    """A part of text."""
    return {"type": "text", "text": said}


def joined(parts: list[Part]) -> str | list[Part]:
    """The content of a message: one text wherever there is nothing else, since some servers take no lists."""
    if all(part["type"] == "text" for part in parts):
        return "\n\n".join(part["text"] for part in parts)
    return parts


def _picture(block: object, path: str) -> Part:
    given = members(block, path, ("type", "source", "cache_control"))
    path = f"{path}.source"
    match kind(given.get("source"), path):
        case "base64":
            source = members(given["source"], path, ("type", "media_type", "data"))
            media_type = source.get("media_type")
            if not isinstance(media_type, str) or _PICTURE_TYPE.fullmatch(media_type) is None:
                raise bad(f"{path}.media_type must be a picture's, such as image/png.", f"{path}.media_type")
            url = f"data:{media_type};base64,{filled(source.get('data'), f'{path}.data')}"
        case "url":
            url = filled(members(given["source"], path, ("type", "url")).get("url"), f"{path}.url")
            if not url.startswith(("https://", "http://")):
                raise bad(f"{path}.url must be an address on the web.", f"{path}.url")
        case _:
            raise cannot(f"{path}.type", "Give the picture as base64 or by its address.")
    return {"type": "image_url", "image_url": {"url": url}}


def _document(block: object, path: str) -> Iterator[Part]:
    given = members(block, path, ("type", "source", "title", "context", "citations", "cache_control"))
    _refuse_citations(given, path)
    about = {name: filled(given[name], f"{path}.{name}") for name in ("title", "context") if given.get(name)}
    source, path = given.get("source"), f"{path}.source"
    match kind(source, path):
        case "base64":
            if "context" in about:
                yield text_part(about["context"])
            yield _pdf(source, path, about.get("title", _UNNAMED_PDF))
            return
        case "text":
            said = members(source, path, ("type", "media_type", "data"))
            if said.get("media_type", "text/plain") != "text/plain":
                raise bad(f"{path}.media_type must be text/plain.", f"{path}.media_type")
            parts = [text_part(filled(said.get("data"), f"{path}.data"))]
        case "content":
            parts = read_parts(members(source, path, ("type", "content")).get("content"), f"{path}.content")
        case _:
            raise cannot(f"{path}.type", "Give the document itself: a PDF as base64, or its text.")
    yield from (text_part(each) for each in about.values())
    yield from parts


def _pdf(source: object, path: str, name: str) -> Part:
    given = members(source, path, ("type", "media_type", "data"))
    if given.get("media_type") != _PDF:
        raise bad(f"{path}.media_type must be {_PDF}.", f"{path}.media_type")
    data = filled(given.get("data"), f"{path}.data")
    return {"type": "file", "file": {"filename": name, "file_data": f"data:{_PDF};base64,{data}"}}


def _search_result(block: object, path: str) -> Part:
    given = members(block, path, ("type", "source", "title", "content", "citations", "cache_control"))
    _refuse_citations(given, path)
    said = [filled(given.get(name), f"{path}.{name}") for name in ("title", "source")]
    for number, each in enumerate(listed(given.get("content"), f"{path}.content")):
        where = f"{path}.content[{number}]"
        if kind(each, where) != "text":
            raise bad(f"{where}.type must be text.", f"{where}.type")
        said.append(read_text(each, where))
    return text_part("\n\n".join(said))


def _refuse_citations(given: Mapping[str, Any], path: str) -> None:
    wanted = members(given.get("citations", {}), f"{path}.citations", ("enabled",))
    if flag(wanted, "enabled", f"{path}.citations"):
        raise cannot(f"{path}.citations.enabled")
