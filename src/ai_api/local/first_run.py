"""What the first run made and a person still has to see: where the portal is and how to sign in."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ai_api.local import private_files
from ai_api.local.refusal import LocalRefusal

_FILE = "first-run.json"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FirstRun:
    """The newcomer's own keys, in clear text, until they are forgotten. Has no repr: a log line must not hold them."""

    admin_identifier: str
    admin_password: str
    access_token: str
    credential: str
    model: str | None
    url: str | None = None


def read(data_dir: Path) -> FirstRun | None:
    """Returns what the first run wrote, or None when it was forgotten or never happened.

    Raises LocalRefusal when others may read the file, or when it is not what `write` makes.
    """
    path = data_dir / _FILE
    text = private_files.read(path)
    if text is None:
        return None
    try:
        found = json.loads(text)
        known = {field.name: found[field.name] for field in fields(FirstRun)}
    except (ValueError, KeyError, TypeError) as error:
        raise LocalRefusal(f"{path} is damaged; remove it and use `ai-api admin reset-password` to sign in.") from error
    return FirstRun(**known)


def write(data_dir: Path, first_run: FirstRun) -> None:
    """Keeps `first_run` in DATA/first-run.json, mode 0600. Raises LocalRefusal when it cannot be written."""
    private_files.write(data_dir / _FILE, json.dumps(asdict(first_run), indent=2) + "\n")


def forget(data_dir: Path) -> None:
    """Removes what the first run wrote; does nothing when it is gone already."""
    (data_dir / _FILE).unlink(missing_ok=True)
