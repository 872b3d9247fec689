"""The audit trail: who changed what, from where, before and after, in the transaction of the change itself."""

from ai_api.audit.note import note
from ai_api.audit.read import read
from ai_api.audit.rules import Actor, Event, Filters, SecretInAudit

__all__ = ["Actor", "Event", "Filters", "SecretInAudit", "note", "read"]
