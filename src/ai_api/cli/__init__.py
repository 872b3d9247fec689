"""The command line: `ai-api`."""

from __future__ import annotations

import typer

from ai_api.cli.admin import app as admin
from ai_api.cli.audit import app as audit
from ai_api.cli.catalog import app as catalog
from ai_api.cli.credentials import app as credentials
from ai_api.cli.doctor import doctor
from ai_api.cli.keys import app as keys
from ai_api.cli.ledger import app as ledger
from ai_api.cli.migrate import migrate
from ai_api.cli.openapi import openapi
from ai_api.cli.serve import serve, worker
from ai_api.cli.up import up

_app = typer.Typer(
    name="ai-api",
    help="An organization's own gateway to AI.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_app.command()(up)
_app.command()(serve)
_app.command()(worker)
_app.command()(migrate)
_app.command()(doctor)
_app.command()(openapi)
_app.add_typer(admin)
_app.add_typer(credentials)
_app.add_typer(catalog)
_app.add_typer(audit)
_app.add_typer(keys)
_app.add_typer(ledger)


def main() -> None:
    """The program's entry."""
    _app()
