"""The audit trail: who changed what, from where, before and after, in the transaction of the change itself."""

from ai_api.audit.chain import Broken, Head, Verified
from ai_api.audit.export import export
from ai_api.audit.note import note
from ai_api.audit.read import read
from ai_api.audit.rules import Actor, Event, Filters, SecretInAudit
from ai_api.audit.verify import verify, verify_newest

__all__ = [
    "Actor",
    "Broken",
    "Event",
    "Filters",
    "Head",
    "SecretInAudit",
    "Verified",
    "export",
    "note",
    "read",
    "verify",
    "verify_newest",
]
