"""Signing in: sessions of browsers, how they begin, what they prove and how they end."""

from ai_api.sign_in.attempts import forget_attempts, forgive_attempts
from ai_api.sign_in.by_password import PasswordDoor
from ai_api.sign_in.destination import check_next
from ai_api.sign_in.rules import (
    Entered,
    Method,
    Session,
    SessionTerms,
    SignedIn,
    Visitor,
    csrf_token_of,
    has_proved,
    is_seen_worth_noting,
    prove_again,
    session_needed,
)
from ai_api.sign_in.sessions import (
    end_other_sessions,
    end_session,
    end_sessions_of,
    forget_sessions,
    list_sessions,
    note_seen,
    open_session,
    prove_session,
    verify_session,
)

__all__ = [
    "Entered",
    "Method",
    "PasswordDoor",
    "Session",
    "SessionTerms",
    "SignedIn",
    "Visitor",
    "check_next",
    "csrf_token_of",
    "end_other_sessions",
    "end_session",
    "end_sessions_of",
    "forget_attempts",
    "forget_sessions",
    "forgive_attempts",
    "has_proved",
    "is_seen_worth_noting",
    "list_sessions",
    "note_seen",
    "open_session",
    "prove_again",
    "prove_session",
    "session_needed",
    "verify_session",
]
