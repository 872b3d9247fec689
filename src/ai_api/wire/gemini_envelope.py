"""What the gateway reads of a request in Gemini's dialect, whose model and verb stand in the path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from ai_api.wire import json_body
from ai_api.wire.envelope import Envelope, bad, foreign, model_of, optional, positive, refuse_steering
from ai_api.wire.gemini_names import camel
from ai_api.wire.input_size import measure
from ai_api.wire.json_body import BadBody, JsonBody

CHOICES_MAX = 128
_CONFIG, _REQUEST = "generationConfig", "generateContentRequest"
_GOOGLE = ".googleapis.com"
_PUBLIC_AT_GOOGLE = "storage.googleapis.com"


def generate(body: JsonBody, *, model: str, stream: bool) -> Envelope:
    """Reads `POST …/models/{model}:generateContent` or `:streamGenerateContent`. Raises Refusal (kind invalid or not_found)."""
    document = body.document
    named = model_of({"model": model})
    _check_request(document, model)
    config = _config(body)
    bound = positive(config, spelling(config, "maxOutputTokens"))
    tier = member(document, "serviceTier")
    if tier is not None and not isinstance(tier, str):
        raise bad("serviceTier must be a string.", "serviceTier")
    return Envelope(
        operation="generate",
        model=named,
        stream=stream,
        wants_usage=True,
        output_tokens_max=bound,
        output_field=None if bound is None else f"{_CONFIG}.maxOutputTokens",
        choices=_choices(config),
        service_tier=tier,
        input_size=measure("generate", document),
    )


def count_tokens(body: JsonBody, *, model: str) -> Envelope:
    """Reads `POST …/models/{model}:countTokens`: contents, or the whole request that would be made, in `generateContentRequest`.

    Raises Refusal (kind invalid or not_found).
    """
    document = body.document
    refuse_steering(document)
    refuse_another_model(document, model)
    name = spelling(document, _REQUEST)
    request: Mapping[str, Any] = document
    if document.get(name) is not None:
        if document.get("contents") is not None:
            raise bad(f"contents is given beside {name}; give one of them.", "contents")
        request = object_in(body, name)
    _check_request(request, model)
    return Envelope(
        operation="generate",
        model=model_of({"model": model}),
        stream=False,
        wants_usage=False,
        output_tokens_max=None,
        output_field=None,
        choices=1,
        service_tier=None,
        input_size=measure("generate", request),
    )


def asked_to_count(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request whose tokens are counted, of a body that was read by `count_tokens`."""
    request: Mapping[str, Any] | None = member(document, _REQUEST)
    return document if request is None else request


def for_upstream(fields: Mapping[str, json_body.Value], upstream_model: str) -> dict[str, json_body.Value]:
    """The top-level fields of an object, with the provider's name of the model where they have one."""
    if "model" not in fields:
        return dict(fields)
    return {**fields, "model": json_body.encode(f"models/{upstream_model}")}


def count_for_upstream(fields: Mapping[str, json_body.Value], upstream_model: str) -> dict[str, json_body.Value]:
    """The top-level fields of a body that was read by `count_tokens`, with the provider's name of the model wherever one is."""
    name = spelling(fields, _REQUEST)
    given = bytes(fields.get(name, b"null"))
    renamed = for_upstream(fields, upstream_model)
    if given.strip() != b"null":
        renamed[name] = json_body.write(for_upstream(json_body.read(given).fields, upstream_model))
    return renamed


def spelling(document: Mapping[str, Any], name: str) -> str:
    """How the document spells a field; as JSON usually does where it does not have it. Raises Refusal where it has it twice."""
    found = [each for each in document if each == name or camel(each) == name]
    if len(found) > 1:
        raise bad(f"{name} is given in two spellings; give one of them.", name)
    return found[0] if found else name


def member(document: Mapping[str, Any], name: str) -> Any:
    """The value of a field in either spelling, None where it is not there. Raises Refusal where it is there twice."""
    return document.get(spelling(document, name))


def with_output_bound(fields: Mapping[str, json_body.Value], output_tokens_max: int) -> dict[str, json_body.Value]:
    """The top-level fields of a body that was read as an envelope, with another bound on output and no other byte changed."""
    name = spelling(fields, _CONFIG)
    given = bytes(fields.get(name, b"{}"))
    config = dict(json_body.read(given if given.strip() != b"null" else b"{}").fields)
    config[spelling(config, "maxOutputTokens")] = json_body.encode(output_tokens_max)
    return {**fields, name: json_body.write(config)}


def object_in(body: JsonBody, name: str) -> Mapping[str, Any]:
    """An object inside a body. What is read here must be what the provider reads: a name that stands there twice is refused.

    Raises Refusal.
    """
    try:
        return json_body.read(bytes(body.fields[name])).document
    except BadBody as error:
        raise bad(f"{name}: {error}", name) from None


def _config(body: JsonBody) -> Mapping[str, Any]:
    name = spelling(body.document, _CONFIG)
    return {} if optional(body.document, name, dict) is None else object_in(body, name)


def _check_request(document: Mapping[str, Any], model: str) -> None:
    refuse_steering(document)
    refuse_another_model(document, model)
    optional(document, "contents", list)
    if document.get("contents") is None:
        raise bad("contents is missing.", "contents")
    optional(document, "tools", list)
    _refuse_foreign_pointers(document)


def _choices(config: Mapping[str, Any]) -> int:
    name = spelling(config, "candidateCount")
    count = positive(config, name) or 1
    if count > CHOICES_MAX:
        raise bad(f"{name} must be at most {CHOICES_MAX}.", name)
    return count


def refuse_another_model(document: Mapping[str, Any], model: str, param: str = "model") -> None:
    """Raises Refusal where an object names another model than the one in the path."""
    given = document.get("model")
    if given is not None and given not in (model, f"models/{model}"):
        raise bad(f"{param} in the body is not the model in the path.", param)


def refuse_foreign_files(contents: object, param: str) -> None:
    """Raises Refusal for files in contents that lie at the provider, and addresses that not everybody can read."""
    for part in _parts(contents):
        _refuse_foreign_file(part, param)


def _refuse_foreign_pointers(document: Mapping[str, Any]) -> None:
    if member(document, "cachedContent") is not None:
        raise foreign("cached content", "cachedContent")
    for name, value in document.items():
        known = camel(name)
        if known in {"contents", "systemInstruction"}:
            refuse_foreign_files(value, known)
        elif known == "tools" and isinstance(value, list):
            for tool in value:
                _refuse_foreign_tool(tool)


def _refuse_foreign_file(part: Mapping[str, Any], param: str) -> None:
    for name, data in part.items():
        if camel(name) != "fileData" or data is None:
            continue
        uri = member(data, "fileUri") if isinstance(data, dict) else None
        if not isinstance(uri, str):
            raise bad("fileData needs a fileUri.", param)
        host = _https_host(uri)
        if host is None:
            # A bucket or a file id: whose it is, the organization's key does not say.
            if uri.startswith("files/"):
                raise foreign("file", param)
            raise bad("fileData.fileUri must be an https address that anybody can read.", param)
        if host.endswith(_GOOGLE) and host != _PUBLIC_AT_GOOGLE:
            raise foreign("file", param)


def _https_host(uri: str) -> str | None:
    """The host of an https address, in lower case; None for anything else."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if "@" in parts.netloc or "\\" in uri:
        # Others may find another host in it.
        return None
    return (parts.hostname or "").rstrip(".") or None if parts.scheme == "https" else None


def _refuse_foreign_tool(tool: object) -> None:
    if not isinstance(tool, dict):
        return
    for name, value in tool.items():
        known = camel(name)
        if value is None:
            continue
        if known == "fileSearch":
            raise foreign("file search store", "tools")
        if known == "retrieval":
            raise foreign("data store", "tools")
        if known == "mcpServers":
            raise bad("Tools that make the provider call another server are not allowed here.", "tools")


def _parts(contents: object) -> Iterator[dict[str, Any]]:
    """The parts of contents, and those inside the results of functions."""
    for content in contents if isinstance(contents, list) else [contents]:
        parts = content.get("parts") if isinstance(content, dict) else None
        for part in parts if isinstance(parts, list) else [parts]:
            if isinstance(part, dict):
                yield part
                for name, value in part.items():
                    if camel(name) == "functionResponse":
                        yield from _parts(value)
