"""Secrets that are made once per data folder and stay the same from then on."""

import secrets
from pathlib import Path

from ai_api.local import private_files
from ai_api.local.refusal import LocalRefusal

_LENGTH_MIN = 16


def make_once(data_dir: Path, name: str, *, length_bytes: int = 32) -> str:
    """Returns the secret `name` of this data folder, made of `length_bytes` random bytes the first time it is asked for.

    It lives in `DATA/secrets/NAME`, mode 0600, as URL-safe text. The caller holds the folder's lock, so two makers
    never race. Raises LocalRefusal when the file is readable by others, too short to be whole, or cannot be written.
    """
    folder = data_dir / "secrets"
    private_files.make_folder(folder)
    path = folder / name
    kept = private_files.read(path)
    if kept is not None:
        secret = kept.strip()
        if len(secret) < _LENGTH_MIN:
            raise LocalRefusal(f"{path} does not hold a whole secret; restore it, or start with another data folder.")
        return secret
    secret = secrets.token_urlsafe(length_bytes)
    private_files.write(path, secret + "\n")
    return secret
