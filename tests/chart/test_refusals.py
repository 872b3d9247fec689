"""What would install and not work is refused before anything is installed, with what would mend it."""

from __future__ import annotations

import pytest

from tests.chart.chart import CHART, KEY, Refused, helm, rendered

WAY_IN = {"settings": {"public_url": "https://ai.example.com", "listen": {"trusted_proxies": "10.0.0.0/8"}}}
INGRESS = {"ingress": {"enabled": True}}
OIDC = {"corp": {"issuer": "https://login.example.com", "client_id": "ai"}}


def kept(name: str) -> dict:
    return {"existingSecret": {"name": name, "key": "x"}}


WRONG = [
    ("no image", {"image": {"repository": ""}}, "image.repository is empty"),
    ("no database", {"secrets": {"database_url": {"value": ""}}}, "secrets.database_url is missing. Set"),
    ("no key", {"secrets": {"encryption_keys": {"value": ""}}}, "secrets.encryption_keys is missing. Make one"),
    ("a secret twice", {"secrets": {"database_url": kept("mine")}}, "secrets.database_url is given twice. Leave out"),
    ("no Postgres", {"secrets": {"database_url": {"value": "mysql://a"}}}, "is no postgresql:// URL. Write"),
    ("owner is no Postgres", {"migrate": {"database_url": {"value": "a"}}}, "migrate.database_url.value is no"),
    ("a short key", {"secrets": {"encryption_keys": {"value": "main:abc"}}}, "is not id:base64 of 32 bytes. Make one"),
    ("a short token", {"secrets": {"ops_token": {"value": "abc"}}}, "less than 16 characters. Make one"),
    (
        "an owner and nobody to serve",
        {"migrate": {"database_url": kept("owner")}},
        "settings.database_app_role does not say who serves",
    ),
    ("a server and no owner", {"settings": {"database_app_role": "x"}}, "Set migrate.database_url to the owner's"),
    ("answers over an hour", {"settings": {"upstream": {"total_s": 3600}}}, "over 3590: pods that are replaced"),
    ("a grace that cuts", {"settings": {"listen": {"grace_s": 30}}}, "every rollout would cut open answers"),
    (
        "a body that never fits",
        {"settings": {"limits": {"body_bytes_max": 67108864}}},
        "less than three times settings.limits.body_bytes_max",
    ),
    ("more than most", {"server": {"autoscaling": {"enabled": True, "minReplicas": 20}}}, "Raise maxReplicas"),
    ("an ingress to nowhere", INGRESS, "settings.public_url is missing"),
    ("a route to nowhere", {"httpRoute": {"enabled": True}}, "settings.public_url is missing"),
    (
        "everybody has one address",
        INGRESS | {"settings": {"public_url": "https://ai.example.com"}},
        "settings.listen.trusted_proxies is empty behind an ingress",
    ),
    (
        "another host",
        WAY_IN | {"ingress": {"enabled": True, "hosts": ["b.example.com"]}},
        "ingress.hosts does not have ai.example.com",
    ),
    (
        "another host of a route",
        WAY_IN | {"httpRoute": {"enabled": True, "hostnames": ["b.example.com"]}},
        "httpRoute.hostnames does not have ai.example.com",
    ),
    ("a route without a gateway", WAY_IN | {"httpRoute": {"enabled": True}}, "httpRoute.parentRefs is empty"),
    (
        "TLS that nobody expects",
        INGRESS | {"settings": {"public_url": "http://ai.example.com", "listen": {"trusted_proxies": "10.0.0.0/8"}}},
        "is http:// and the ingress has TLS",
    ),
    (
        "TLS that is not there",
        WAY_IN | {"ingress": {"enabled": True, "tls": {"enabled": False}}},
        "is https:// and ingress.tls.enabled is false",
    ),
    (
        "a proxy that buffers",
        WAY_IN | {"ingress": {"enabled": True, "controller": "other"}},
        "streams would be buffered, or cut after a minute",
    ),
    ("mail from nobody", {"settings": {"smtp": {"host": "mx"}}}, "without settings.smtp.sender"),
    ("letters that lead nowhere", {"settings": {"smtp": {"host": "mx"}}}, "where the links in letters lead"),
    ("a name and no password", {"settings": {"smtp": {"host": "mx", "username": "a"}}}, "Set both, or neither"),
    ("sign-in that comes back nowhere", {"settings": {"oidc": OIDC}}, "where the provider sends browsers back to"),
    (
        "sign-in as nobody",
        WAY_IN | {"settings": {"oidc": {"a": {"issuer": "https://a"}}}},
        "oidc.a.client_id is missing",
    ),
    ("sign-in at nobody", {"settings": {"oidc": {"a": {"client_id": "x"}}}}, "oidc.a.issuer is missing"),
    (
        "a secret of no provider",
        {"secrets": {"oidc__b__client_secret": {"value": "x"}}, "settings": {"oidc": OIDC}},
        "there is no settings.oidc.b",
    ),
    (
        "metrics for all",
        {"monitoring": {"serviceMonitor": {"enabled": True}}, "networkPolicy": {"enabled": False}},
        "/metrics would be open to the whole cluster",
    ),
    ("an owner of no name", {"firstOwner": {"enabled": True}}, "firstOwner.displayName say who it is"),
    (
        "an owner of no password",
        {"firstOwner": {"enabled": True, "identifier": "a", "displayName": "A"}},
        "firstOwner.password is missing",
    ),
    ("a variable twice", {"extraEnv": [{"name": "AI_API_LISTEN__PORT", "value": "1"}]}, "which the chart sets"),
    (
        "a label twice",
        {"worker": {"podLabels": {"app.kubernetes.io/component": "mine"}}},
        "worker.podLabels has app.kubernetes.io/component, which the chart sets",
    ),
    (
        "a label of the chart's",
        {"server": {"podLabels": {"app.kubernetes.io/name": "mine"}}},
        "server.podLabels has app.kubernetes.io/name, which the chart sets",
    ),
    (
        "an annotation twice",
        {"portal": {"podAnnotations": {"checksum/secrets": "1"}}},
        "podAnnotations has checksum/secrets",
    ),
    ("a secret in the open", {"extraEnv": [{"name": "AI_API_DATABASE_URL", "value": "x"}]}, "which the chart sets"),
]


@pytest.mark.parametrize(("change", "words"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_what_cannot_work_is_installed(change, words):
    with pytest.raises(Refused) as refused:
        rendered(change)
    assert words in str(refused.value)
    assert "This would not work" in str(refused.value)


def test_only_the_first_thing_that_is_wrong_is_said():
    with pytest.raises(Refused) as refused:
        helm(3, "template")
    for name in ("image.repository", "secrets.database_url", "secrets.encryption_keys"):
        assert f"  - {name} is" in str(refused.value)


def test_a_refusal_shows_a_secret():
    secrets = {
        "database_url": {"value": "mysql://ada:hunter2hunter2@db"},
        "encryption_keys": {"value": "my-secret-key"},
    }
    with pytest.raises(Refused) as refused:
        rendered({"secrets": secrets | {"ops_token": {"value": "shorttoken"}}})
    for secret in ("hunter2", "my-secret-key", "shorttoken"):
        assert secret not in str(refused.value)


TYPES = [
    ({"server": {"replicas": "two"}}, "replicas"),
    ({"server": {"replicas": 0}}, "replicas"),
    ({"server": {"replica": 2}}, "replica"),
    ({"settings": {"upstream": {"total_s": "10m"}}}, "total_s"),
    ({"settings": {"upstream": {"total": 10}}}, "total"),
    ({"settings": {"listen": {"port": 80}}}, "port"),
    ({"settings": {"log_level": "chatty"}}, "log_level"),
    ({"settings": {"database_url": "postgresql://a"}}, "database_url"),
    ({"settings": {"smtp": {"password": "x"}}}, "password"),
    ({"settings": {"oidc": {"Corp": {"client_id": "x"}}}}, "Corp"),
    ({"settings": {"oidc": {"corp": {"client_secret": "x"}}}}, "client_secret"),
    ({"secrets": {"database": {"value": "x"}}}, "database"),
    ({"secrets": {"database_url": "postgresql://a:b@c/d"}}, "database_url"),
    ({"ingress": {"controller": "traefik"}}, "controller"),
    ({"image": {"digest": "sha256:abc"}}, "digest"),
    ({"networkPolicy": {"postgres": {"port": 70000}}}, "port"),
    ({"worker": {"resources": {"requests": {}, "limits": None}}}, "resources"),
]


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize(("change", "name"), TYPES, ids=[str(each[0])[:60] for each in TYPES])
def test_a_value_of_the_wrong_kind_is_taken_or_a_name_that_is_not_there(change, name, version):
    with pytest.raises(Refused) as refused:
        rendered(change, version=version)
    assert "don't meet the specifications of the schema" in str(refused.value)
    assert name in str(refused.value)


def test_a_key_ring_of_two_and_a_password_with_signs_are_refused():
    keys = f"{KEY},old:" + "B" * 43 + "="
    assert rendered(
        {"secrets": {"encryption_keys": {"value": keys}, "database_url": {"value": "postgres://a:%40%2F@b:6432/c?x=y"}}}
    )


def test_validations_are_no_manifest():
    assert (CHART / "templates/validations.yaml").exists()
    assert "validations.yaml" not in helm(4, "template", values={"image": {"repository": "x"}} | _secrets())


def _secrets() -> dict:
    return {"secrets": {"database_url": kept("a"), "encryption_keys": kept("a")}}
