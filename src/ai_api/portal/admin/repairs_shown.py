"""A repair of what a check of an explanation refuses, as it is answered."""

from __future__ import annotations

from typing import Any, Literal

from ai_api.portal.shapes import Shown

RepairKind = Literal[
    "activate_member",
    "activate_route",
    "add_network",
    "add_route",
    "allow_by_name",
    "enable_provider_key",
    "extend_expiry",
    "find_model",
    "give_tag",
    "grant_again",
    "grant_model",
    "grant_model_in_scope",
    "issue_credential",
    "name_another_model",
    "offer_operation",
    "open_route",
    "publish_prices",
    "put_in_scope",
    "raise_limit",
    "raise_provider_key_limits",
    "release_allocation",
    "remove_call_cap",
    "remove_zero_limit",
    "resume_allocation",
    "resume_credential",
    "see_more_tags",
    "stop_denying_tags",
    "take_tag",
    "unarchive_model",
    "use_whole_name",
    "wait_for_provider",
    "weigh_route",
]
"""What kind of repair it is: whoever speaks another language words it by this."""


class Repair(Shown):
    """What would mend it. Where a request does, `method`, `path` and `body` are that request; of a GET `body` are its parameters.
    `text` says it in English, and `kind` which it is. What `text` names is beside it: `tag`, the name of the tag that it gives or
    takes; `provider_key`, that of the key; `models`, the whole names to choose from; `count`, how many more tags there are.

    What only the administrator can know is left out of `body`: prices, a provider key.
    """

    kind: RepairKind
    text: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None
    path: str | None = None
    body: dict[str, Any] | None = None
    tag: str | None = None
    provider_key: str | None = None
    models: list[str] | None = None
    count: int | None = None
