"""compose.yaml: what it tells the program, the program takes; and what it lets in and out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ai_api.settings import load_settings

ROOT = Path(__file__).parents[2]
OURS = ("migrate", "serve", "worker")
SECRETS = {"database_url": "postgresql://ai_api:x@postgres/ai_api", "encryption_keys": "main:" + "A" * 43 + "="}


def document() -> dict[str, Any]:
    """The file, with what it takes from the shell left at its defaults."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text))


def seconds(text: str) -> int:
    assert text.endswith("s")
    return int(text[:-1])


@pytest.mark.parametrize("name", OURS)
def test_a_service_is_told_what_the_program_refuses(name, tmp_path):
    variables = dict(document()["services"][name]["environment"])
    for secret, value in SECRETS.items():
        assert variables[f"AI_API_{secret.upper()}_FILE"] == f"/run/secrets/{secret}"
        (tmp_path / secret).write_text(value)
        variables[f"AI_API_{secret.upper()}_FILE"] = str(tmp_path / secret)
    settings = load_settings(variables)
    assert settings.database_url.get_secret_value() == SECRETS["database_url"]


@pytest.mark.parametrize("name", OURS)
def test_a_container_can_write_or_gain_rights(name):
    service = document()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "volumes" not in service
    assert service["mem_limit"]


def test_the_program_starts_before_its_schema():
    services = document()["services"]
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert services["migrate"]["restart"] == "no"
    for name in ("serve", "worker"):
        assert services[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}


def test_the_database_or_the_internal_listener_is_reached_from_outside():
    published = {name: each.get("ports", []) for name, each in document()["services"].items()}
    assert published == {"postgres": [], "migrate": [], "serve": ["127.0.0.1:8080:8080"], "worker": []}


def test_a_container_that_is_replaced_cuts_the_longest_answer():
    service = document()["services"]["serve"]
    total_s = float(service["environment"]["AI_API_UPSTREAM__TOTAL_S"])
    grace_s = float(service["environment"]["AI_API_LISTEN__GRACE_S"])
    assert grace_s - 2 >= total_s
    assert seconds(service["stop_grace_period"]) >= grace_s + 15


def test_a_secret_is_in_the_file():
    whole = document()
    for name, service in whole["services"].items():
        for variable, value in service.get("environment", {}).items():
            is_secret = re.search("PASSWORD|TOKEN|KEYS|DATABASE_URL", variable)
            assert not is_secret or variable.endswith("_FILE"), f"{name}: {variable}"
            assert "://" not in value or variable == "AI_API_PUBLIC_URL"
    assert whole["secrets"] == {
        name: {"file": f"secrets/{name}"} for name in ("database_password", "database_url", "encryption_keys")
    }
    assert "secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_a_secret_or_a_volume_that_is_not_there_is_named():
    whole = document()
    for service in whole["services"].values():
        assert set(service.get("secrets", [])) <= whole["secrets"].keys()
        assert {each.partition(":")[0] for each in service.get("volumes", [])} <= whole["volumes"].keys()
