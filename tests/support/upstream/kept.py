"""Responses that the provider keeps, for the key that made them."""

from __future__ import annotations

import re
from typing import Any

from tests.support.upstream import responses
from tests.support.upstream.answer import Answer
from tests.support.upstream.request import Request

_PATH = re.compile(r"/(?:openai/)?(?:v1/)?responses/([^/]+)(/input_items|/cancel)?")
_METHODS = {None: ("GET", "DELETE"), "/input_items": ("GET",), "/cancel": ("POST",)}


class Kept:
    """Answers by key and id."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], Answer] = {}

    def keep(self, key: str, answer: Answer) -> None:
        """Keep an answer."""
        self._answers[key, f"resp_{answer.ident}"] = answer

    def has(self, key: str, response_id: str) -> bool:
        """Whether this key's response is there."""
        return (key, response_id) in self._answers

    def clear(self) -> None:
        """Forget all of them."""
        self._answers.clear()

    def about(self, request: Request) -> tuple[str, str | None] | None:
        """The id and what is asked of it; None for a request that is of no kept response."""
        found = _PATH.fullmatch(request.path)
        if found is None or request.method not in _METHODS[found[2]]:
            return None
        return found[1], found[2]

    def answer(self, key: str, method: str, response_id: str, below: str | None) -> tuple[int, dict[str, Any]]:
        """Status and body."""
        found = self._answers.get((key, response_id))
        if found is None:
            message = f"Response with id '{response_id}' not found."
            return 404, {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}
        if below == "/cancel":
            message = "Only background responses can be cancelled."
            return 400, {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}
        if below == "/input_items":
            items = [
                {"id": f"msg_{found.ident}{place}", "type": "message", "status": "completed"} | dict(item)
                for place, item in enumerate(found.ask.items)
            ]
            first, last = (items[0]["id"], items[-1]["id"]) if items else (None, None)
            return 200, {"object": "list", "data": items, "has_more": False, "first_id": first, "last_id": last}
        if method == "DELETE":
            del self._answers[key, response_id]
            return 200, {"id": response_id, "object": "response", "deleted": True}
        return 200, responses.whole(found)
