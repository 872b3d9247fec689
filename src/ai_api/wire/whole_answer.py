"""Reading the whole answer of an operation that is no conversation: its bytes pass, but for the model's name."""

from __future__ import annotations

from typing import Any

import msgspec

from ai_api.wire.failures import StreamFailure
from ai_api.wire.model_name import ModelName
from ai_api.wire.operations import WholeOperation
from ai_api.wire.usage import Usage


# `Any` because servers differ in what they send; what is not named here, and may be large, is not even decoded.
class _Answer(msgspec.Struct):
    model: Any = None
    usage: Any = None
    error: Any = None
    service_tier: Any = None


_answer = msgspec.json.Decoder(_Answer)


def read(row: WholeOperation, body: bytes, shown_model: str) -> tuple[bytes, Usage | None]:
    """An answer under the name the caller used for its model, and its usage; None where it states none.

    Raises StreamFailure where it is no JSON object, or reports an error.
    """
    try:
        parsed = _answer.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise StreamFailure("upstream_interrupted", "The provider sent something that is no JSON object.") from None
    if parsed.error is not None:
        raise StreamFailure("upstream_error", "The provider reported an error in its answer.")
    told = parsed.usage if isinstance(parsed.usage, dict) else {}
    used = row.usage(told, service_tier=parsed.service_tier)
    if not row.names_model or not isinstance(parsed.model, str):
        return body, used
    name = ModelName(shown_model)
    name.learn(parsed.model, body)
    return name.apply(body, 1), used
