"""How commands end: what was refused is a sentence on stderr and exit code 2, never a traceback."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from urllib.parse import unquote, urlsplit

from ai_api.cli.key_check import KeysMissing
from ai_api.cli.serving import PortTaken
from ai_api.core.errors import Refusal
from ai_api.core.migrations import MigrationsMissing, SchemaTooNew
from ai_api.local.refusal import LocalRefusal
from ai_api.observability import log
from ai_api.observability.redact import Redactor
from ai_api.settings import Settings, SettingsRefused


def configure_log(level: str) -> Redactor:
    """Sends all logging to stderr as JSON, through a redactor that learns secrets; gives the redactor."""
    redactor = Redactor()
    log.configure(level, redactor=redactor)
    return redactor


def learn_secrets(redactor: Redactor, settings: Settings) -> None:
    """Teaches the redactor the secrets among the settings: each as it is given, and the parts of it that are secrets alone."""
    database_url, keys = settings.database_url.get_secret_value(), settings.encryption_keys.get_secret_value()
    redactor.learn(database_url)
    redactor.learn(keys)
    for key in keys.split(","):
        redactor.learn(key.partition(":")[2].strip())
    if (password := urlsplit(database_url).password) is not None:
        redactor.learn(password)
        redactor.learn(unquote(password))
    if settings.ops_token is not None:
        redactor.learn(settings.ops_token.get_secret_value())
    if settings.smtp.password is not None:
        redactor.learn(settings.smtp.password.get_secret_value())
    for value in settings.traces.pairs().values():
        redactor.learn(value)
        # Of `Bearer SECRET` the secret alone.
        redactor.learn(value.rpartition(" ")[2])


@contextmanager
def refusing() -> Iterator[None]:
    """Turns what people can mend into a sentence and exit code 2."""
    try:
        yield
    except SettingsRefused as error:
        for line in error.lines:
            print(line, file=sys.stderr)
        raise SystemExit(2) from None
    except (Refusal, PortTaken, LocalRefusal, MigrationsMissing, SchemaTooNew, KeysMissing) as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


@contextmanager
def interruptible_once() -> Iterator[None]:
    """In the block, the first Ctrl-C or SIGTERM is a KeyboardInterrupt, and from then on both are ignored.

    For work that has to be waited for even when it is not wanted any more, because what it starts has to be ended. After the
    block SIGTERM is as good as Ctrl-C, and both are Python's own. For the main thread.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        ignore_interrupts()
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    yield
    signal.signal(signal.SIGTERM, lambda _number, _frame: signal.raise_signal(signal.SIGINT))
    signal.signal(signal.SIGINT, signal.default_int_handler)


def ignore_interrupts() -> None:
    """From now on neither Ctrl-C nor SIGTERM does anything: ending in order takes seconds, and half of it is a mess."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
