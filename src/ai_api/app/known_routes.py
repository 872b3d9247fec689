"""Has an application read its routes before anybody calls: the framework does it when the first request looks for one."""

from __future__ import annotations

from fastapi import FastAPI

_NOWHERE = {"type": "http", "method": "GET", "path": "/nowhere", "root_path": "", "headers": []}


def read_routes(application: FastAPI) -> None:
    """Looks for a route that is not there, past all that are. Whoever asked first would wait for it, up to a quarter of a
    second, and with them everybody whose call is open: reading signatures gives no turn to anybody.
    """
    for route in application.routes:
        route.matches(dict(_NOWHERE))
