"""Google's own SDK: imported without what its sources make Python warn of (here a warning fails a test), and a client of it."""

import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from google import genai
    from google.genai import errors, types
    from google.genai.models import AsyncModels

__all__ = ["AsyncModels", "errors", "genai", "models_at", "types"]


@asynccontextmanager
async def models_at(url: str, key: str, *, api_version: str | None = None) -> AsyncIterator[AsyncModels]:
    """The SDK's models of a server, which sends with httpx: over aiohttp it warns of its own code. No call is tried again."""
    async with httpx.AsyncClient(timeout=5) as http:
        options = types.HttpOptions(base_url=url, api_version=api_version, httpx_async_client=http)
        with genai.Client(api_key=key, http_options=options) as client:
            yield client.aio.models
