"""What would mend what a check of an explanation refuses: in words, and as the request that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from ai_api.core.money import format_usd, parse_usd
from ai_api.gateway.explained import Explanation, Step, Why
from ai_api.identity import Tag
from ai_api.portal.admin.repairs_shown import Repair, RepairKind
from ai_api.providers import lanes

TAGS_OFFERED_MAX: Final = 5
"""How many tags are offered to be given or taken: of more, the policy itself tells."""
_API: Final = "/api/admin"


@dataclass(frozen=True, slots=True)
class _Case:
    """A check that refuses, and all there is to see. `expires_at` is when a credential made now would expire."""

    step: Step
    explained: Explanation
    expires_at: datetime | None
    tags: Mapping[UUID, Tag]

    @property
    def details(self) -> Mapping[str, Any]:
        return self.step.refusal.details if self.step.refusal is not None else {}

    @property
    def credential(self) -> str:
        return f"{_API}/credentials/{self.explained.question.credential_id}"

    @property
    def model(self) -> str:
        return f"{_API}/models/{self.explained.model.id if self.explained.model else ''}"


def repairs_of(
    step: Step, explained: Explanation, *, expires_at: datetime | None, tags: Mapping[UUID, Tag]
) -> list[Repair]:
    """What would mend a check that refuses, each by itself, the one to try first in front; empty of one that does not.

    `expires_at` is for a credential that lives on, `tags` are those of `tags_concerned`.
    """
    if step.refusal is None:
        return []
    case = _Case(step, explained, expires_at, tags)
    return _policy(case) if step.check == "policy" else [_REPAIRS[step.check](case)]


def tags_concerned(explained: Explanation) -> list[UUID]:
    """The tags of which a repair may speak: what hides the model, or else what would open it, the oldest first."""
    step = next((each for each in explained.steps if each.check == "policy" and each.refusal is not None), None)
    if step is None or explained.model is None:
        return []
    return [*step.facts["denied_tag_ids"], *_opening(explained)][:TAGS_OFFERED_MAX]


def _opening(explained: Explanation) -> list[UUID]:
    model = explained.model
    return [] if model is None else sorted(model.allowed_tags)


def _credential(case: _Case) -> Repair:
    is_expired = case.step.refusal is not None and case.step.refusal.code == "credential_expired"
    if is_expired and case.explained.question.credential_id is not None:
        later = {"expires_at": case.expires_at}
        return Repair(
            kind="extend_expiry", text="Give it a later expiry.", method="PATCH", path=case.credential, body=later
        )
    body = {"member_id": case.explained.question.member_id, "name": "new"}
    text = "Issue a credential; what is revoked stays so."
    return Repair(kind="issue_credential", text=text, method="POST", path=f"{_API}/credentials", body=body)


def _member(case: _Case) -> Repair:
    path = f"{_API}/members/{case.explained.question.member_id}/enable"
    return Repair(kind="activate_member", text="Make the member active again.", method="POST", path=path)


def _pause(case: _Case) -> Repair:
    return Repair(
        kind="resume_credential", text="Resume the credential.", method="POST", path=f"{case.credential}/resume"
    )


def _network(case: _Case) -> Repair:
    networks = [*case.step.facts["source_networks"], case.step.facts["source"]]
    text = "Add the address to the credential's networks."
    body = {"source_networks": networks}
    return Repair(kind="add_network", text=text, method="PATCH", path=case.credential, body=body)


def _model(case: _Case) -> Repair:
    means = case.step.facts["means"]
    if means:
        text = f"Call it by its whole name: {' or '.join(sorted(means))}."
        return Repair(kind="use_whole_name", text=text, models=sorted(means))
    for model_id in case.step.facts["archived"]:
        return Repair(
            kind="unarchive_model",
            text="Offer the archived model again.",
            method="POST",
            path=f"{_API}/models/{model_id}/unarchive",
        )
    name = case.explained.question.name.rpartition("/")[2]
    return Repair(
        kind="find_model", text="Look for what it is called.", method="GET", path=f"{_API}/models", body={"q": name}
    )


def _policy(case: _Case) -> list[Repair]:
    last = case.step.facts["reasons"][-1]
    if case.explained.model is None:
        return [Repair(kind="name_another_model", text="Name the model otherwise.")]
    if last == "tag_denied":
        return [*_tags_taken(case), _policy_with(case, "stop_denying_tags")]
    by_name = _policy_with(case, "allow_by_name", denied_member=last == "member_denied")
    # Whom it is denied to by name, no tag helps.
    return [*_tags_given(case), by_name] if last == "tags_not_allowed" else [by_name]


def _tags_given(case: _Case) -> list[Repair]:
    opening = _opening(case.explained)
    offered = [_tag_changed(case, case.tags[each], "give_tag") for each in opening if each in case.tags]
    if len(opening) > len(offered):
        more = len(opening) - len(offered)
        text = f"{more} more tags open it: the model's policy names them."
        offered.append(Repair(kind="see_more_tags", text=text, count=more, method="GET", path=case.model))
    return offered


def _tags_taken(case: _Case) -> list[Repair]:
    denied = [case.tags[each] for each in case.step.facts["denied_tag_ids"] if each in case.tags]
    # What everyone has can be taken from nobody.
    return [_tag_changed(case, each, "take_tag") for each in denied if not each.everyone]


def _tag_changed(case: _Case, tag: Tag, kind: Literal["give_tag", "take_tag"]) -> Repair:
    gives = kind == "give_tag"
    text = f"Give the member the tag {tag.name!r}." if gives else f"Take the tag {tag.name!r} from the member."
    path = f"{_API}/tags/{tag.id}/{'members' if gives else 'members/remove'}"
    body = {"member_ids": [case.explained.question.member_id]}
    return Repair(kind=kind, text=text, method="POST", path=path, body=body, tag=tag.name)


def _policy_with(
    case: _Case, kind: Literal["allow_by_name", "stop_denying_tags"], *, denied_member: bool = False
) -> Repair:
    """The model's policy with the member on its list, or without what denies it to them."""
    denied_tags = kind == "stop_denying_tags"
    text = "Do not deny the model to the member's tags." if denied_tags else "Put the member on the model's list."
    model, member_id = case.explained.model, case.explained.question.member_id
    if model is None:
        raise ValueError("a policy is a model's")
    allowed = model.allowed_members if denied_tags else model.allowed_members | {member_id}
    body: dict[str, Any] = {"access": model.access, "member_ids": sorted(allowed)}
    if denied_member:
        body["denied_member_ids"] = sorted(model.denied_members - {member_id})
    if denied_tags:
        body["denied_tag_ids"] = sorted(model.denied_tags - set(case.step.facts["denied_tag_ids"]))
    return Repair(kind=kind, text=text, method="PUT", path=f"{case.model}/policy", body=body)


def _allocation(case: _Case) -> Repair:
    outside, model = case.step.facts["out_of_scope"], case.explained.model
    if outside and case.explained.question.credential_id is not None:
        body: dict[str, Any] = {"allocation_ids": [*case.step.facts["scope"], *outside]}
        text = "Put the allocation into the credential's scope."
        return Repair(kind="put_in_scope", text=text, method="PATCH", path=case.credential, body=body)
    body = {"member_id": case.explained.question.member_id, "model_id": model.id if model else None}
    path = f"{_API}/allocations"
    if case.step.facts["all_allocations"]:
        return Repair(kind="grant_model", text="Grant the model to the member.", method="POST", path=path, body=body)
    text = "Grant the model to the member, and put the allocation into the credential's scope."
    return Repair(kind="grant_model_in_scope", text=text, method="POST", path=path, body=body)


def _state(case: _Case) -> Repair:
    path = f"{_API}/allocations/{case.explained.allocation_id}"
    match case.step.facts["state"]:
        case "paused":
            return Repair(kind="resume_allocation", text="Resume the allocation.", method="POST", path=f"{path}/resume")
        case "quarantined":
            return Repair(
                kind="release_allocation", text="Release the allocation.", method="POST", path=f"{path}/release"
            )
    model = case.explained.model
    body = {"member_id": case.explained.question.member_id, "model_id": model.id if model else None}
    return Repair(
        kind="grant_again", text="Grant the model anew.", method="POST", path=f"{_API}/allocations", body=body
    )


def _allowance(case: _Case) -> Repair:
    path = f"{_API}/limits/{case.details['limit_id']}"
    return Repair(kind="remove_zero_limit", text="Take the limit of 0 away, or raise it.", method="DELETE", path=path)


def _limits(case: _Case) -> Repair:
    details = case.details
    if "limit_id" not in details:
        return _price(case)
    path = f"{_API}/limits/{details['limit_id']}"
    if "needed" not in details:
        return Repair(
            kind="remove_call_cap", text="Take the cap on one call away, or raise it.", method="DELETE", path=path
        )
    is_money = details["metric"] == "cost"
    limit, used, held, needed = (
        parse_usd(details[name]) if is_money else int(details[name]) for name in ("limit", "used", "held", "needed")
    )
    least = max(used + held + needed, 2 * limit)
    text = "Raise the limit, or wait until it resets."
    raised = {"amount": format_usd(least) if is_money else least}
    return Repair(kind="raise_limit", text=text, method="PATCH", path=path, body=raised)


def _operation(case: _Case) -> Repair:
    model, operation = case.explained.model, case.explained.operation
    wanted = operation if operation in lanes.DECLARED else "embeddings" if operation == "embed" else "chat"
    body = {"operations": sorted({*(model.operations if model else ()), wanted})}
    text = "If its provider can do this, say that the model offers it."
    return Repair(kind="offer_operation", text=text, method="PATCH", path=case.model, body=body)


def _price(case: _Case) -> Repair:
    model = case.explained.model
    body: dict[str, Any] = {"model_id": model.id if model else None, "in_force_from": None, "prices": {}}
    text = "Publish prices for all that the model can charge; or limit by tokens."
    return Repair(kind="publish_prices", text=text, method="POST", path=f"{_API}/prices", body=body)


def _routes(case: _Case) -> Repair:
    seen = {each.why_not: each for each in reversed(case.explained.routes)}
    if route := seen.get("provider_key_disabled"):
        path, name = f"{_API}/provider-keys/{route.key.id}/enable", route.key.name
        text = f"Enable the provider key {name!r}."
        return Repair(kind="enable_provider_key", text=text, provider_key=name, method="POST", path=path)
    for why, kind, text, change in _ROUTE_CHANGES:
        if route := seen.get(why):
            path = f"{_API}/routes/{route.route.id}"
            return Repair(kind=kind, text=text, method="PATCH", path=path, body=dict(change))
    if route := seen.get("provider_key_limited"):
        key = route.key
        return Repair(
            kind="raise_provider_key_limits",
            text=f"Raise the limits of the provider key {key.name!r}.",
            provider_key=key.name,
            method="GET",
            path=f"{_API}/limits",
            body={"subject_kind": "provider_key", "subject_id": key.id},
        )
    model = case.explained.model
    body = {"model_id": model.id if model else None}
    text = "Add a route by a provider key that can serve this."
    return Repair(kind="add_route", text=text, method="POST", path=f"{_API}/routes", body=body)


_ROUTE_CHANGES: Final[tuple[tuple[Why, RepairKind, str, Mapping[str, Any]], ...]] = (
    ("route_disabled", "activate_route", "Make the route active again.", {"status": "active"}),
    ("no_weight", "weigh_route", "Give the route a weight.", {"weight": 1}),
    ("other_tags", "open_route", "Open the route to everybody; or give the member one of its tags.", {"tag_ids": []}),
    (
        "cooling",
        "wait_for_provider",
        "Wait; or, where the provider is well again, take the route for well.",
        {"status": "active"},
    ),
)
_REPAIRS: Final[Mapping[str, Callable[[_Case], Repair]]] = {
    "credential": _credential,
    "member": _member,
    "pause": _pause,
    "network": _network,
    "model": _model,
    "allocation": _allocation,
    "state": _state,
    "allowance": _allowance,
    "operation": _operation,
    "price": _price,
    "routes": _routes,
    "limits": _limits,
    "service": _routes,
}
