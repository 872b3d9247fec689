"""Who there is: members, their roles and states, their passwords and personal access tokens."""

from ai_api.identity.access_tokens import (
    issue_access_token,
    list_access_tokens,
    note_use,
    revoke_access_token,
    verify_access_token,
)
from ai_api.identity.members import (
    change_member,
    create_member,
    delete_member,
    disable_member,
    enable_member,
    find_member,
    get_member,
    list_members,
    set_password,
)
from ai_api.identity.owner import create_owner
from ai_api.identity.passwords import Passwords, generate_password
from ai_api.identity.rules import (
    ACCESS_TOKEN_DAYS_DEFAULT,
    AccessToken,
    By,
    Changes,
    Draft,
    Filters,
    Kind,
    Member,
    Role,
    Status,
    TokenHolder,
    expiry_of,
    is_use_worth_noting,
)
from ai_api.identity.store import everyone_tags as load_everyone_tags

__all__ = [
    "ACCESS_TOKEN_DAYS_DEFAULT",
    "AccessToken",
    "By",
    "Changes",
    "Draft",
    "Filters",
    "Kind",
    "Member",
    "Passwords",
    "Role",
    "Status",
    "TokenHolder",
    "change_member",
    "create_member",
    "create_owner",
    "delete_member",
    "disable_member",
    "enable_member",
    "expiry_of",
    "find_member",
    "generate_password",
    "get_member",
    "is_use_worth_noting",
    "issue_access_token",
    "list_access_tokens",
    "list_members",
    "load_everyone_tags",
    "note_use",
    "revoke_access_token",
    "set_password",
    "verify_access_token",
]
