"""A service account of Google's, as its JSON says it; the key is made anew for each run."""

from __future__ import annotations

import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

EMAIL = "gateway@p.iam.gserviceaccount.com"
PRIVATE_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
PEM = PRIVATE_KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()


def service_account(**changes: object) -> str:
    """The JSON, with these members changed; None leaves one out."""
    account = {"type": "service_account", "client_email": EMAIL, "private_key": PEM, **changes}
    return json.dumps({name: value for name, value in account.items() if value is not None}, indent=2)
