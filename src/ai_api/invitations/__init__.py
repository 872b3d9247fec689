"""Links with a secret: the ways in for whoever was invited, forgot a password, or sets the house up."""

from ai_api.invitations.links import (
    end_links_of,
    find_link,
    forget_old,
    list_links,
    make_link,
    revoke_link,
    use_link,
)
from ai_api.invitations.rules import Link, LinkKind, Made, check_receiver, link_over, url_of

__all__ = [
    "Link",
    "LinkKind",
    "Made",
    "check_receiver",
    "end_links_of",
    "find_link",
    "forget_old",
    "link_over",
    "list_links",
    "make_link",
    "revoke_link",
    "url_of",
    "use_link",
]
