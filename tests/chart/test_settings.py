"""What pods are told are settings of the program, and the program takes them."""

from __future__ import annotations

import json

import pytest
from scripts import chart_schema, settings_reference

from ai_api.settings import SECRET_SETTINGS, Settings, SettingsRefused, load_settings
from tests.chart.chart import (
    CHART,
    EXAMPLES,
    ROOT,
    Manifest,
    environment,
    of_example,
    only,
    pod_of,
    rendered,
)

OF_THE_SYSTEM = {"SSL_CERT_FILE"}
VALUES = {
    "database_url": "postgresql://a:b@c/d",
    "encryption_keys": "main:" + "A" * 43 + "=",
    "ops_token": "0123456789abcdef",
}


def told(manifests: list[Manifest]) -> list[tuple[str, dict]]:
    """Every container of the program with its variables."""
    pods = [(each, pod_of(each)) for each in manifests]
    return [
        (f"{manifest['kind']} {container['name']}", environment(container))
        for manifest, pod in pods
        if pod
        for container in pod["containers"]
        if "env" in container
    ]


def taken(variables: dict, folder) -> Settings:
    """What the program makes of it, with each file there. Raises SettingsRefused."""
    local = {}
    for name, value in variables.items():
        if name.endswith("_FILE") and name.startswith("AI_API_"):
            file = folder / value.rpartition("/")[2]
            file.write_text(VALUES.get(file.name, "a secret of some length"))
            local[name] = str(file)
        else:
            local[name] = value
    return load_settings(local)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_pod_is_told_what_the_program_refuses(example, tmp_path):
    """Servers, workers and `helm test` start with exactly this; jobs with less."""
    containers = told(of_example(example))
    assert len(containers) >= 4
    for name, variables in containers:
        settings = taken(variables, tmp_path)
        assert settings.database_url.get_secret_value() == VALUES["database_url"], name


def test_a_setting_that_does_not_exist_is_refused_by_the_same_look(tmp_path):
    with pytest.raises(SettingsRefused, match="AI_API_LISTEN_PORT"):
        taken({"AI_API_LISTEN_PORT": "1"}, tmp_path)


def test_every_variable_is_a_setting_or_named_here():
    known = {row.name for row in settings_reference.rows()}
    known |= {f"{row.name}_FILE" for row in settings_reference.rows() if row.is_secret}
    for example in EXAMPLES:
        for _, variables in told(of_example(example)):
            for name in variables.keys() - OF_THE_SYSTEM:
                generic = "__".join(
                    "NAME" if index == 1 and name.startswith("AI_API_OIDC__") else part
                    for index, part in enumerate(name.split("__"))
                )
                assert generic in known, name


def test_a_setting_cannot_be_set_by_the_chart():
    """Every setting has its place: under `settings`, under `secrets`, or it is the chart's own."""
    reached = set(_names(chart_schema.settings_schema(), "AI_API_"))
    reached |= {f"AI_API_{name.upper()}" for name in SECRET_SETTINGS}
    reached |= {f"AI_API_LISTEN__{name.upper()}" for name in chart_schema.OF_THE_CHART}
    reached.add("AI_API_OIDC__NAME__CLIENT_SECRET")
    assert {row.name for row in settings_reference.rows()} - reached == {"AI_API_OIDC"}


def _names(schema: dict, prefix: str):
    for name, inner in schema["properties"].items():
        full = prefix + name.upper()
        if isinstance(inner.get("additionalProperties"), dict):
            yield from _names(inner["additionalProperties"], f"{full}__NAME__")
        elif "properties" in inner:
            yield from _names(inner, f"{full}__")
        else:
            yield full


def test_the_schema_knows_settings_that_the_program_no_longer_has():
    text = (ROOT / chart_schema.SCHEMA).read_text(encoding="utf-8")
    assert chart_schema.filled(text) == text, "stale: run `python -m scripts.chart_schema`"


def test_a_stale_schema_is_found():
    document = json.loads((ROOT / chart_schema.SCHEMA).read_text(encoding="utf-8"))
    document["properties"]["settings"]["properties"]["gone"] = {"type": "string"}
    text = json.dumps(document)
    assert "gone" not in json.loads(chart_schema.filled(text))["properties"]["settings"]["properties"]


def test_numbers_lists_and_switches_reach_the_program_as_something_else(tmp_path):
    """33554432 is not 3.3554432e+07, and false is not nothing."""
    change = {
        "limits": {"body_bytes_max": 33554432},
        "load": {"bodies_bytes_max": 1073741824},
        "upstream": {"total_s": 1800.5},
        "idempotency": False,
        "credential_limits": "requests:60/60s, cost:5/day",
        "kept_responses_days": 0,
    }
    manifests = rendered({"settings": change})
    variables = dict(told(manifests))["Deployment server"]
    settings = taken(variables, tmp_path)
    assert settings.limits.body_bytes_max == 33554432
    assert settings.load.bodies_bytes_max == 1073741824
    assert settings.upstream.total_s == 1800.5
    assert settings.idempotency is False
    assert len(settings.credential_limits) == 2
    assert settings.kept_responses_days == 0
    assert settings.listen.grace_s == 1811


def test_a_job_is_told_what_asks_for_secrets_it_does_not_get(tmp_path):
    """A mail server's name without its password is refused by the program: migrations need neither."""
    by_name = dict(told(of_example(CHART / "examples/managed-postgres.yaml")))
    assert by_name["Job migrate"].keys() == {
        "AI_API_DATABASE_APP_ROLE",
        "AI_API_ORGANIZATION_ZONE",
        "AI_API_DATABASE_URL_FILE",
        "AI_API_ENCRYPTION_KEYS_FILE",
    }
    assert "AI_API_SMTP__PASSWORD_FILE" in by_name["Deployment worker"]


def test_settings_of_the_listeners_are_others_than_those_of_ports_and_probes(tmp_path):
    manifests = rendered()
    variables = dict(told(manifests))
    for name, attribute in (("server", "ops_port"), ("worker", "worker_ops_port")):
        listen = taken(variables[f"Deployment {name}"], tmp_path).listen
        container = pod_of(only(manifests, "Deployment", f"-{name}"))["containers"][0]
        ports = {each["name"]: each["containerPort"] for each in container["ports"]}
        assert ports["ops"] == getattr(listen, attribute)
        assert ports.get("http", listen.port) == listen.port
        assert (listen.host, listen.ops_host) == ("0.0.0.0", "0.0.0.0")
        [port] = only(manifests, "Service", f"-{name}-ops")["spec"]["ports"]
        assert (port["port"], port["targetPort"]) == (ports["ops"], "ops")
