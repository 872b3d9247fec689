"""A provider to test against: speaks OpenAI's, Anthropic's and Gemini's dialects, misbehaves on request, remembers what it saw."""

from tests.support.upstream.behaviour import PRESETS, Behaviour, ErrorText, ToolCall, Usage
from tests.support.upstream.choose import directive
from tests.support.upstream.process import Process, spawned
from tests.support.upstream.request import Request
from tests.support.upstream.server import Simulator, running
from tests.support.upstream.witness import Counters, Event, Tokens, read_log

__all__ = [
    "PRESETS",
    "Behaviour",
    "Counters",
    "ErrorText",
    "Event",
    "Process",
    "Request",
    "Simulator",
    "Tokens",
    "ToolCall",
    "Usage",
    "directive",
    "read_log",
    "running",
    "spawned",
]
