"""Signing in: sessions of browsers, how they begin, what they prove and how they end; and whom others vouch for."""

from ai_api.sign_in.attempts import count_try, forget_attempts, forgive_attempts, next_try_at
from ai_api.sign_in.backoff import Backoff, network_of
from ai_api.sign_in.by_password import PasswordDoor
from ai_api.sign_in.destination import HOME, check_next
from ai_api.sign_in.oidc_client import OidcClient
from ai_api.sign_in.oidc_flow import begin_flow, end_flow, open_flow, seal_flow
from ai_api.sign_in.oidc_members import Visit, bind_vouched, find_vouched, list_identities, remove_identity
from ai_api.sign_in.oidc_rules import FLOW_LIVES, Flow, MemberIdentity, OidcProvider, Vouched, is_fresh, token_refused
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
    session_ended,
    session_needed,
)
from ai_api.sign_in.sessions import (
    count_sessions,
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
    "FLOW_LIVES",
    "HOME",
    "Backoff",
    "Entered",
    "Flow",
    "MemberIdentity",
    "Method",
    "OidcClient",
    "OidcProvider",
    "PasswordDoor",
    "Session",
    "SessionTerms",
    "SignedIn",
    "Visit",
    "Visitor",
    "Vouched",
    "begin_flow",
    "bind_vouched",
    "check_next",
    "count_sessions",
    "count_try",
    "csrf_token_of",
    "end_flow",
    "end_other_sessions",
    "end_session",
    "end_sessions_of",
    "find_vouched",
    "forget_attempts",
    "forget_sessions",
    "forgive_attempts",
    "has_proved",
    "is_fresh",
    "is_seen_worth_noting",
    "list_identities",
    "list_sessions",
    "network_of",
    "next_try_at",
    "note_seen",
    "open_flow",
    "open_session",
    "prove_again",
    "prove_session",
    "remove_identity",
    "seal_flow",
    "session_ended",
    "session_needed",
    "token_refused",
    "verify_session",
]
