"""Which role each route asks for, and whether for a fresh proof, as its own dependencies say: there is no second list.

What asks for nobody's role has been forgotten, and so has what is weaker than where it stands: then there is no portal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from ai_api.portal.deps import admin_holder, anybody, proof_asker, proved, signed

RoleAsked = Literal["nobody", "member", "admin"]
"""Who is let in: everybody, whoever is signed in, administrators. What owners alone may do depends on what is asked for."""

Proof = Literal["always", "sometimes"]
"""Whether a session has to prove itself again. The description of a route says when it does `sometimes`."""

_ASKED_BY: Final[Mapping[Callable[..., Any], RoleAsked]] = {anybody: "nobody", signed: "member", admin_holder: "admin"}
_PROVED_BY: Final[Mapping[Callable[..., Any], Proof]] = {proof_asker: "sometimes", proved: "always"}
_ROLES: Final[tuple[RoleAsked, ...]] = ("nobody", "member", "admin")
_PROOFS: Final[tuple[Proof, ...]] = ("sometimes", "always")
_LEAST: Final[Mapping[str, RoleAsked]] = {
    "/api/admin/": "admin",
    "/api/auth/": "nobody",
    "/api/device/": "nobody",
    "/api/": "member",
    "/analytics/": "member",
    "/user/": "member",
    "/install/": "nobody",
}
"""By the beginning of a path, the first that fits."""


class RoleForgotten(Exception):
    """A route asks for nobody's role, or for a weaker one than routes have where it stands."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a route asks of whoever calls it. `proof` is None where an old session is as good as a new one."""

    role: RoleAsked
    proof: Proof | None

    def described(self) -> dict[str, str]:
        """The same as extensions of OpenAPI."""
        proof = {} if self.proof is None else {"x-needs-proof": self.proof}
        return {"x-role": self.role, **proof}


def demand_of(route: APIRoute) -> Demand:
    """What a route asks for. Raises RoleForgotten."""
    asked = set(_calls(route.dependant))
    roles = {role for call, role in _ASKED_BY.items() if call in asked}
    proofs = {proof for call, proof in _PROVED_BY.items() if call in asked}
    least = next((role for begin, role in _LEAST.items() if route.path.startswith(begin)), "admin")
    strongest = max(roles, key=_ROLES.index, default=None)
    if strongest is None or _ROLES.index(strongest) < _ROLES.index(least):
        wanted = f"{sorted(route.methods or ())} {route.path} has to ask for {least!r}, and asks for {strongest!r}"
        raise RoleForgotten(wanted)
    return Demand(strongest, max(proofs, key=_PROOFS.index, default=None))


def demands_of(routers: Iterable[APIRouter]) -> dict[tuple[str, str], Demand]:
    """What each route asks for, by method and path template. Raises RoleForgotten."""
    demands = {}
    for route in (each for router in routers for each in router.routes):
        if not isinstance(route, APIRoute):
            raise RoleForgotten(f"{route!r} asks for nothing")
        demand = demand_of(route)
        demands.update({(method, route.path): demand for method in route.methods or ()})
    return demands


def _calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    for needed in dependant.dependencies:
        yield from _calls(needed)
        if needed.call is not None:
            yield needed.call
