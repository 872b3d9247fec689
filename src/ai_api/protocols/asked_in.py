"""In which dialect a request is answered that has no door of its own, or that asks for what all dialects have: told by its path,
else by what only one dialect's clients send.
"""

from __future__ import annotations

from starlette.requests import Request


def dialect_of(request: Request) -> str:
    """`openai`, `anthropic` or `gemini`."""
    path, headers = request.url.path, request.headers
    if path.startswith("/v1beta/"):
        return "gemini"
    if path.startswith(("/v1/messages", "/messages")) or "anthropic-version" in headers:
        return "anthropic"
    return "gemini" if headers.get("x-goog-api-key") else "openai"
