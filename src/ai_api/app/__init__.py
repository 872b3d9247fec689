"""The house, built: a composition root. Reads settings, picks implementations, hangs the doors.

Porch (request id) ─┬─ /api/… /install/…  portal, with the paths that older gateways had for figures
                    ├─ / /app/… /assets/… the portal's pages
                    ├─ /healthz /readyz   alive, ready
                    └─ everything else    data plane
"""

from ai_api.app.application import Application, create_app
from ai_api.app.openapi import openapi_of

__all__ = ["Application", "create_app", "openapi_of"]
