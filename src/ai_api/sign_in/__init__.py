"""Signing in: sessions of browsers, how they begin, what they prove and how they end."""

from ai_api.sign_in.rules import (
    Method,
    Session,
    SessionTerms,
    SignedIn,
    csrf_token_of,
    has_proved,
    is_seen_worth_noting,
    prove_again,
)
from ai_api.sign_in.sessions import (
    end_other_sessions,
    end_session,
    end_sessions_of,
    list_sessions,
    note_seen,
    open_session,
    prove_session,
    verify_session,
)

__all__ = [
    "Method",
    "Session",
    "SessionTerms",
    "SignedIn",
    "csrf_token_of",
    "end_other_sessions",
    "end_session",
    "end_sessions_of",
    "has_proved",
    "is_seen_worth_noting",
    "list_sessions",
    "note_seen",
    "open_session",
    "prove_again",
    "prove_session",
    "verify_session",
]
