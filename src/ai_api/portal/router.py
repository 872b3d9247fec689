"""Every area of the portal under /api, and the application that answers for them."""

from __future__ import annotations

from functools import cache
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.routing import BaseRoute

from ai_api import __version__
from ai_api.portal import device, install, older_gateways, problems, search
from ai_api.portal.address import refuse_other_networks
from ai_api.portal.admin import (
    aliases,
    allocations,
    attention,
    audit,
    call_records,
    credentials,
    explain,
    identities,
    limits,
    member_access_tokens,
    member_links,
    member_sessions,
    members,
    members_bulk,
    members_listed,
    model_imports,
    models,
    models_listed,
    prices,
    provider_keys,
    provider_keys_listed,
    registry,
    routes,
    system,
    system_settings,
    tag_rules,
    tags,
    usage,
)
from ai_api.portal.auth import links, methods, oidc, password
from ai_api.portal.checks import Checks
from ai_api.portal.deps import refuse_unknown_parameters
from ai_api.portal.house import House
from ai_api.portal.me import access_tokens, own_password, profile, sessions
from ai_api.portal.me import allocations as my_allocations
from ai_api.portal.me import call_records as my_call_records
from ai_api.portal.me import credential_history as my_credential_history
from ai_api.portal.me import credentials as my_credentials
from ai_api.portal.me import device as my_device
from ai_api.portal.me import models as my_models
from ai_api.portal.me import usage as my_usage
from ai_api.portal.me import usage_reports as my_usage_reports
from ai_api.portal.roles import demands_of

AREAS = (
    methods.router,
    password.router,
    profile.router,
    own_password.router,
    access_tokens.router,
    sessions.router,
    links.router,
    members_bulk.router,
    my_models.router,
    my_allocations.router,
    my_credentials.router,
    my_credential_history.router,
    my_device.router,
    device.router,
    my_usage.router,
    my_usage_reports.router,
    my_call_records.router,
    members.router,
    members_listed.router,
    identities.router,
    member_links.router,
    member_sessions.router,
    member_access_tokens.router,
    tags.router,
    tag_rules.router,
    provider_keys.router,
    provider_keys_listed.router,
    registry.router,
    models.router,
    models_listed.router,
    model_imports.router,
    aliases.router,
    routes.router,
    prices.router,
    allocations.router,
    credentials.router,
    limits.router,
    limits.of_members,
    call_records.router,
    usage.router,
    explain.router,
    audit.router,
    system.router,
    system_settings.router,
    attention.router,
    search.router,
    older_gateways.router,
    install.router,
)

ASKED_FIRST = (Depends(refuse_other_networks), Depends(refuse_unknown_parameters))


def add_areas(to: APIRouter) -> None:
    """Adds the routes of every area; each refuses other networks first, and then query parameters it does not declare, but
    those that answer with pages.

    Straight to where they belong: each router between would look at every route's signature once more.
    """
    for area in AREAS:
        to.include_router(area, dependencies=ASKED_FIRST, responses=dict(problems.ANSWERS))
    to.include_router(oidc.router, dependencies=ASKED_FIRST[:1])


def create_portal(house: House) -> FastAPI:
    """The application for all paths under /api and /install (given with that prefix). It answers unknown ones too, as problems.

    Raises RoleForgotten for a route that does not say who may call it.
    """
    demands = demands_of((*AREAS, oidc.router))
    app = FastAPI(
        title="ai-api portal",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.house = house
    app.state.oidc = oidc.clients_of(house)
    problems.install(app)
    app.add_middleware(Checks, body_bytes_max=house.settings.body_bytes_max)
    app.router.routes.extend(_routes())
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        document = describe()
        document["components"]["schemas"]["Problem"] = dict(problems.SCHEMA)
        for (method, path), demand in demands.items():
            document["paths"][path][method.lower()].update(demand.described())
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the framework's own way to extend a description
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Every route, for all applications of a process: the framework reads each route's signature again for every router it is
    added to, when it first looks for it, which takes a quarter of a second for all of them.
    """
    router = APIRouter()
    add_areas(router)
    return tuple(router.routes)
