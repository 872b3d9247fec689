"""The job that drops old call records, which is the one thing in a cluster that deletes any."""

from __future__ import annotations

import base64
import copy

import pytest

from tests.chart import policy
from tests.chart.chart import (
    EXAMPLES,
    Manifest,
    Refused,
    hooks_of,
    kinds,
    merged,
    only,
    pod_of,
    rendered,
    selects,
)
from tests.chart.test_examples import accepted, careful, names
from tests.chart.test_operation import sources
from tests.chart.test_postures import helm_notes
from tests.chart.test_settings import taken, told

KEPT = {"settings": {"retention": {"call_records_months": 13}}}
ON = KEPT | {"retention": {"enabled": True}}
OWNER = "postgresql://owner:owners-password@db.example.com/ai_api"
TWO_ROLES = {"settings": {"database_app_role": "ai_api"}, "migrate": {"database_url": {"value": OWNER}}}


def job_of(manifests: list[Manifest]) -> Manifest:
    return only(manifests, "CronJob", "-retention")


def test_records_are_dropped_where_nobody_asked_for_it():
    """Not by saying how long they are kept, either: what deletes has a switch of its own."""
    for change in ({}, KEPT):
        assert kinds(rendered(change), "CronJob") == []
    assert "retention.enabled is false" in helm_notes(KEPT)
    assert "retention.enabled" not in helm_notes({}) + helm_notes(ON)
    with pytest.raises(Refused, match=r"Set settings\.retention\.call_records_months, such as 13"):
        rendered({"retention": {"enabled": True}})


def test_the_job_is_told_something_else_than_the_setting(tmp_path):
    manifests = rendered(ON)
    job = job_of(manifests)
    [container] = pod_of(job)["containers"]
    assert container["args"] == ["ledger", "retain"]
    assert "command" not in container
    assert taken(dict(told(manifests))["CronJob retention"], tmp_path).retention.call_records_months == 13
    assert hooks_of(job) == [""]
    [careful] = pod_of(job_of(rendered(merged(ON, {"retention": {"dryRun": True}}))))["containers"]
    assert careful["args"] == ["ledger", "retain", "--dry-run"]


def test_two_of_them_drop_at_once_or_one_for_ever():
    job = job_of(rendered(ON))
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    assert job["spec"]["timeZone"] == "Etc/UTC"
    assert job["spec"]["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 3600
    # A day's failure can be read in its log.
    assert pod_of(job)["restartPolicy"] == "Never"
    weekly = job_of(rendered(merged(ON, {"retention": {"schedule": "0 4 * * 0"}})))
    assert weekly["spec"]["schedule"] == "0 4 * * 0"
    for wrong in ({"schedule": "at night"}, {"schedule": ""}, {"activeDeadlineSeconds": 0}, {"months": 13}):
        with pytest.raises(Refused):
            rendered(merged(ON, {"retention": wrong}))


def test_records_are_dropped_by_who_serves_and_may_not():
    """As the owner of the tables; by value its address is in a Secret that is there when the migration's own has gone."""
    manifests = rendered(merged(ON, TWO_ROLES))
    found = sources(pod_of(job_of(manifests)))
    assert found == {
        "database_url": ("release-ai-api-retention", "database_url"),
        "encryption_keys": ("release-ai-api", "encryption_keys"),
    }
    secret = only(manifests, "Secret", "-retention")
    assert hooks_of(secret) == [""]
    assert {name: base64.b64decode(each).decode() for name, each in secret["data"].items()} == {"database_url": OWNER}
    for deployment in kinds(manifests, "Deployment"):
        assert secret["metadata"]["name"] not in str(deployment)
    assert "owners-password" not in str([each for each in manifests if each["kind"] != "Secret"])


def test_one_role_has_a_secret_of_its_own_for_it_or_two_where_nothing_is_dropped():
    assert sources(pod_of(job_of(rendered(ON))))["database_url"] == ("release-ai-api", "database_url")
    for change in (ON, TWO_ROLES):
        secrets = [each["metadata"]["name"] for each in kinds(rendered(change), "Secret")]
        assert "release-ai-api-retention" not in secrets


def test_the_job_is_kept_from_its_database_or_let_further():
    manifests = rendered(ON)
    labels = job_of(manifests)["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    assert selects(only(manifests, "NetworkPolicy", "-jobs")["spec"]["podSelector"], labels)


def test_a_name_is_too_long_for_a_job_by_the_clock():
    """Their jobs' names have eleven characters more."""
    long = job_of(rendered(merged(ON, {"fullnameOverride": "a-long-name-" * 6})))
    assert len(long["metadata"]["name"]) <= 52


@pytest.mark.parametrize("example", EXAMPLES, ids=names)
def test_an_example_that_drops_is_refused_or_careless(example):
    manifests = careful(example, ON)
    job = job_of(manifests)
    accepted(job)
    # Whoever migrates owns the tables.
    migrates = sources(pod_of(only(manifests, "Job", "-migrate")))
    assert sources(pod_of(job)) == migrates


def test_a_careless_job_by_the_clock_is_found():
    manifests = copy.deepcopy(rendered(ON))
    del pod_of(job_of(manifests))["containers"][0]["securityContext"]
    assert any("CronJob release-ai-api-retention" in each for each in policy.problems(manifests))
