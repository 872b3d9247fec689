"""The Job that seals everything with another encryption key, by the sides of the release that it may not harm."""

from __future__ import annotations

import pytest

from tests.chart.chart import (
    EXAMPLES,
    KEY,
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

ON = {"rotateKeys": {"enabled": True}}
NEW_KEY = "second:" + "B" * 43 + "=," + KEY


def job_of(manifests: list[Manifest]) -> Manifest:
    [job] = [each for each in kinds(manifests, "Job") if "-rotate-keys-" in each["metadata"]["name"]]
    return job


def test_a_rotation_is_no_part_of_the_release_or_holds_it_up():
    """Nobody has one who has not asked for it; and as a hook it would wait for pods that roll after it."""
    assert "rotate-keys-" not in str([each["metadata"]["name"] for each in rendered()])
    job = job_of(rendered(ON))
    assert hooks_of(job) == [""]
    assert only(rendered(ON), "Job", "-migrate") == only(rendered(), "Job", "-migrate")
    [container] = pod_of(job)["containers"]
    assert container["args"] == ["keys", "rotate"]
    assert "command" not in container
    assert sources(pod_of(job)).keys() == {"database_url", "encryption_keys"}
    # Argo CD would make one anew whenever it had gone.
    assert "ttlSecondsAfterFinished" not in job["spec"]


def test_another_key_changes_a_job_that_cannot_be_changed():
    """Whatever of it is another makes another Job: an upgrade that changed the one that is there would be refused by the cluster."""
    before = job_of(rendered(ON))
    changes = [
        {"secrets": {"encryption_keys": {"value": NEW_KEY}}},
        {"secretsRevision": "2"},
        {"image": {"tag": "9.9.9"}},
        {"settings": {"log_level": "DEBUG"}},
        {"migrate": {"nodeSelector": {"a": "b"}}},
        {"rotateKeys": {"activeDeadlineSeconds": 60}},
    ]
    jobs = [before, *(job_of(rendered(merged(ON, change))) for change in changes)]
    assert len({each["metadata"]["name"] for each in jobs}) == len(jobs)
    assert job_of(rendered(merged(ON, {"server": {"replicas": 5}}))) == before
    long = job_of(rendered(merged(ON, {"fullnameOverride": "a-long-name-" * 6})))
    assert len(long["metadata"]["name"]) <= 63


def test_a_rotation_gives_up_before_the_rollout_is_over():
    """It ends with 1 while a pod of before runs, which may have an answer open for an hour, and there are several, one after another."""
    manifests = rendered(ON)
    job = job_of(manifests)
    assert pod_of(job)["restartPolicy"] == "OnFailure"
    grace_s = pod_of(only(manifests, "Deployment", "-server"))["terminationGracePeriodSeconds"]
    assert job["spec"]["activeDeadlineSeconds"] > 3 * grace_s
    # A cluster waits for five minutes at most between two tries.
    assert job["spec"]["backoffLimit"] > job["spec"]["activeDeadlineSeconds"] / 300
    with pytest.raises(Refused):
        rendered({"rotateKeys": {"activeDeadlineSeconds": 0}})


def test_a_rotation_is_kept_from_its_database_or_let_further():
    """By the policy of all such jobs, which is tried beside the others': it has to be of them."""
    manifests = rendered(ON)
    labels = job_of(manifests)["spec"]["template"]["metadata"]["labels"]
    assert selects(only(manifests, "NetworkPolicy", "-jobs")["spec"]["podSelector"], labels)


@pytest.mark.parametrize("example", EXAMPLES, ids=names)
def test_an_example_with_a_rotation_is_refused_or_careless(example):
    manifests = careful(example, ON)
    job = job_of(manifests)
    accepted(job)
    # It writes what calls write, as the role that serves.
    assert (
        sources(pod_of(job))["database_url"]
        == sources(pod_of(only(manifests, "Deployment", "-server")))["database_url"]
    )
