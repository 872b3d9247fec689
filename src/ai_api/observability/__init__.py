"""What the house lets others see of itself: logs without secrets."""

from ai_api.observability.log import Log, Sink, configure
from ai_api.observability.redact import Redactor

__all__ = ["Log", "Redactor", "Sink", "configure"]
