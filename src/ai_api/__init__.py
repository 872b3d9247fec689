"""ai-api: an organization's own gateway to AI."""

__version__ = "0.1.0"
