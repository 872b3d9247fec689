"""Limits through the portal: set on every subject, shown with what is left, changed, previewed, taken away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from ai_api import allocations, credentials, identity, quotas
from ai_api.core.errors import Refusal
from ai_api.core.ids import unix_ms_of, uuid7
from ai_api.identity import TagDraft, Who
from ai_api.portal.house import PortalSettings
from ai_api.quotas import Subject, Terms
from ai_api.quotas.limit import Limit, account_of
from ai_api.quotas.windows import bucket_at, month_window
from tests.integration.portal.examples_access import CREDENTIALS, granted, issued
from tests.support.portal import CLI, Caller, Portal, open_portal
from tests.support.portal_writes import Stage

pytestmark = pytest.mark.integration
LIMITS = "/api/admin/limits"
SUBJECTS = ("global", "tag", "member", "allocation", "credential", "provider_key")
DAY = {"metric": "requests", "window_kind": "day", "amount": 5}


@pytest.fixture
def stage(portal: Portal, owner: Caller) -> Stage:
    return Stage(portal, owner)


async def of(stage: Stage, kind: str) -> dict[str, Any]:
    """A new subject of a kind, as a limit names it."""
    if kind == "global":
        return {"subject_kind": kind}
    if kind == "tag":
        draft = TagDraft(name=f"tag {stage.number()}")
        async with stage.portal.house.database.transaction() as tx:
            tag = await identity.create_tag(tx, CLI, draft, now=stage.portal.now())
        return {"subject_kind": kind, "subject_id": str(tag.id)}
    return {"subject_kind": kind, "subject_id": await getattr(stage, kind)()}


async def rows(portal: Portal, statement: str, **values: Any) -> list[Any]:
    async with portal.house.database.transaction() as tx:
        return list(await tx.execute(text(statement), values))


async def use(
    portal: Portal,
    limit_id: str,
    *,
    settled: int = 0,
    held: int = 0,
    previous: int = 0,
    member_id: UUID | None = None,
    credential_id: UUID | None = None,
    at: datetime | None = None,
) -> None:
    """Writes what calls of this member and credential would have left on a limit's account."""
    moment = at or portal.now()
    async with portal.house.database.transaction() as tx:
        limit = (await quotas.find_limit(tx, UUID(limit_id))).limit
    await put(portal, limit, moment, (settled, held, previous), member_id or uuid4(), credential_id or uuid4())


async def put(
    portal: Portal, limit: Limit, at: datetime, amounts: tuple[int, int, int], member_id: UUID, credential_id: UUID
) -> None:
    account = account_of(limit, zone="UTC", at=at, member_id=member_id, credential_id=credential_id)
    bucket = bucket_at(limit.window_s, unix_ms_of(uuid7(int(at.timestamp() * 1000))))
    statement = """INSERT INTO quota_accounts
        (id, subject_kind, subject_id, metric, window_start, window_end, settled, held, previous, bucket)
        VALUES (:id, :kind, :subject, :metric, :start, :end, :settled, :held, :previous, :bucket)"""
    async with portal.house.database.transaction() as tx:
        await tx.execute(
            text(statement),
            {
                "id": account.id, "kind": account.subject_kind, "subject": account.subject_id, "metric": account.metric,
                "start": account.window_start, "end": account.window_end, "settled": amounts[0], "held": amounts[1],
                "previous": amounts[2], "bucket": bucket.number,
            },
        )  # fmt: skip


async def a_limit(admin: Caller, subject: dict[str, Any], **terms: Any) -> dict[str, Any]:
    made = await admin.client.post(LIMITS, json={**subject, **DAY, **terms})
    assert made.status_code == 201, made.text
    return made.json()


# ── every verb for every subject ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", SUBJECTS)
async def test_a_limit_is_set_read_listed_changed_and_taken_away(admin: Caller, stage: Stage, kind: str) -> None:
    subject = await of(stage, kind)
    made = await a_limit(admin, subject, metric="cost", amount="2.5")
    assert (made["subject_kind"], made["subject_id"]) == (kind, subject.get("subject_id"))
    assert (made["metric"], made["amount"], made["window_kind"], made["on_exceed"]) == ("cost", "2.50", "day", "reject")
    assert (made["left"]["limit"], made["left"]["left"], made["left"]["window"]) == ("2.50", "2.50", "per day")

    path = f"{LIMITS}/{made['id']}"
    assert (await admin.client.get(path)).json()["id"] == made["id"]
    listed = (await admin.client.get(LIMITS, params={"subject_kind": kind})).json()["items"]
    assert [each["id"] for each in listed] == [made["id"]]
    changed = await admin.client.patch(path, json={"amount": "0"})
    assert (changed.status_code, changed.json()["amount"], changed.json()["left"]["left"]) == (200, "0.00", "0.00")
    if kind != "provider_key":
        assert (await admin.client.patch(path, json={"on_exceed": "warn"})).json()["on_exceed"] == "warn"
    assert (await admin.client.delete(path)).status_code == 204
    for method in ("GET", "DELETE"):
        gone = await admin.client.request(method, path)
        assert (gone.status_code, gone.json()["code"]) == (404, "limit_not_found")
    assert (await admin.client.patch(path, json={"amount": "1"})).status_code == 404


@pytest.mark.parametrize("kind", SUBJECTS[1:])
async def test_a_limit_of_nobody_is_not_found(admin: Caller, stage: Stage, kind: str) -> None:
    refused = await admin.client.post(LIMITS, json={"subject_kind": kind, "subject_id": str(uuid4()), **DAY})
    assert (refused.status_code, refused.json()["code"]) == (404, f"{kind}_not_found")
    assert await rows(stage.portal, "SELECT id FROM limits") == []


async def test_a_subject_that_goes_away_in_between_is_not_found(portal: Portal) -> None:
    terms = Terms("requests", 5, "day")
    for kind in ("tag", "provider_key", "allocation", "credential"):
        with pytest.raises(Refusal, match="There is no such"):
            async with portal.house.database.transaction() as tx:
                await quotas.set_limit(tx, CLI, Subject(kind, uuid4(), uuid4()), terms)


# ── what cannot be a limit ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"subject_kind": "planet"}, "invalid_fields", "subject_kind"),
        ({"subject_kind": "global"}, "bad_limit", "subject_id"),
        ({"subject_id": None}, "bad_limit", "subject_id"),
        ({"subject_id": "me"}, "invalid_fields", "subject_id"),
        ({"metric": "words"}, "invalid_fields", "metric"),
        ({"metric": "concurrency"}, "bad_limit", "window_kind"),
        ({"window_kind": "week"}, "invalid_fields", "window_kind"),
        ({"window_kind": "sliding"}, "bad_limit", "window_s"),
        ({"window_kind": "sliding", "window_s": 0}, "invalid_fields", "window_s"),
        ({"window_kind": "sliding", "window_s": 86_401}, "invalid_fields", "window_s"),
        ({"window_kind": "sliding", "window_s": "60"}, "invalid_fields", "window_s"),
        ({"window_s": 60}, "bad_limit", "window_s"),
        ({"window_kind": "request"}, "bad_limit", "window_kind"),
        ({"zone": "Mars/Olympus"}, "bad_time_zone", "zone"),
        ({"zone": "UTC", "window_kind": "lifetime"}, "bad_limit", "zone"),
        ({"partition_by": "member"}, "bad_limit", "partition_by"),
        ({"partition_by": "team"}, "invalid_fields", "partition_by"),
        ({"on_exceed": "cry"}, "invalid_fields", "on_exceed"),
        ({"amount": None}, "invalid_fields", "amount"),
        ({"amount": -1}, "invalid_fields", "amount"),
        ({"amount": 2**63}, "invalid_fields", "amount"),
        ({"amount": 1.5}, "invalid_fields", "amount"),
        ({"amount": True}, "invalid_fields", "amount"),
        ({"amount": "5"}, "bad_amount", "amount"),
        ({"metric": "cost"}, "bad_amount", "amount"),
        ({"metric": "cost", "amount": "five"}, "bad_amount", "amount"),
        ({"metric": "cost", "amount": "0.0000000001"}, "bad_amount", "amount"),
        ({"metric": "cost", "amount": "10000000000"}, "bad_amount", "amount"),
        ({"metric": "cost", "amount": "-0.01"}, "limit_out_of_range", "amount"),
        ({"per": "day"}, "invalid_fields", "per"),
    ],
    ids=str,
)
async def test_what_cannot_be_a_limit_is_refused_by_the_field(
    admin: Caller, stage: Stage, wrong: dict[str, Any], code: str, field: str
) -> None:
    subject = {"subject_kind": "member", "subject_id": str(admin.member.id)}
    refused = await admin.client.post(LIMITS, json={**subject, **DAY, **wrong})
    assert refused.status_code == (422 if code == "invalid_fields" else 400), refused.text
    problem = refused.json()
    assert (problem["code"], problem["errors"][0]["field"].partition(".")[0]) == (code, field)
    assert await rows(stage.portal, "SELECT id FROM limits") == []


async def test_a_provider_keys_limit_only_rejects(admin: Caller, stage: Stage) -> None:
    subject = await of(stage, "provider_key")
    refused = await admin.client.post(LIMITS, json={**subject, **DAY, "on_exceed": "warn"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "on_exceed")
    made = await a_limit(admin, subject)
    refused = await admin.client.patch(f"{LIMITS}/{made['id']}", json={"on_exceed": "warn"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_limit")


@pytest.mark.parametrize("body", [{}, {"amount": None}, {"amount": "5"}, {"on_exceed": None}, {"metric": "cost"}])
async def test_only_the_amount_and_what_happens_then_can_change(admin: Caller, stage: Stage, body: Any) -> None:
    made = await a_limit(admin, await of(stage, "member"))
    refused = await admin.client.patch(f"{LIMITS}/{made['id']}", json=body)
    assert refused.status_code in {400, 422}
    assert (await admin.client.get(f"{LIMITS}/{made['id']}")).json()["amount"] == 5


async def test_a_second_limit_that_counts_the_same_is_refused_and_the_first_is_named(
    admin: Caller, stage: Stage
) -> None:
    subject = await of(stage, "tag")
    first = await a_limit(admin, subject)
    refused = await admin.client.post(LIMITS, json={**subject, **DAY, "amount": 99})
    assert (refused.status_code, refused.json()["code"]) == (409, "limit_exists")
    assert refused.json()["details"] == {"limit_id": first["id"]}
    # Another window, another zone, kept for each member, or a warning before it rejects: other limits.
    for other in ({"window_kind": "month"}, {"zone": "UTC"}, {"partition_by": "member"}, {"on_exceed": "warn"}):
        warning = await a_limit(admin, subject, **other)
    refused = await admin.client.patch(f"{LIMITS}/{warning['id']}", json={"on_exceed": "reject"})
    assert (refused.status_code, refused.json()["details"]) == (409, {"limit_id": first["id"]})


# ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_list_is_filtered_sorted_and_paged(admin: Caller, stage: Stage) -> None:
    member, tag = await of(stage, "member"), await of(stage, "tag")
    made = [
        await a_limit(admin, member),
        await a_limit(admin, member, metric="output_tokens", window_kind="month"),
        await a_limit(admin, tag),
        await a_limit(admin, {"subject_kind": "global"}, window_kind="month"),
    ]
    ids = [each["id"] for each in made]

    async def listed(**query: str) -> list[str]:
        found, cursor = [], None
        while True:
            given = {"limit": "1", **query, **({"cursor": cursor} if cursor else {})}
            page = await admin.client.get(LIMITS, params=given)
            assert page.status_code == 200, page.text
            found += [each["id"] for each in page.json()["items"]]
            if (cursor := page.json()["next"]) is None:
                return found

    assert await listed() == ids[::-1]
    assert await listed(sort="created_at") == ids
    assert await listed(subject_kind="member", sort="created_at") == ids[:2]
    assert await listed(subject_id=tag["subject_id"]) == [ids[2]]
    assert await listed(metric="output_tokens") == [ids[1]]
    assert await listed(window_kind="month") == [ids[3], ids[1]]
    for wrong in ({"sort": "amount"}, {"q": "x"}, {"subject_id": "me"}, {"metric": "words"}, {"member": "x"}):
        assert (await admin.client.get(LIMITS, params=wrong)).status_code == 422


async def test_a_list_of_limits_does_not_say_whose_they_are_or_what_is_left(
    portal: Portal, admin: Caller, stage: Stage
) -> None:
    made = {kind: (await admin.client.post(LIMITS, json={**DAY, **await of(stage, kind)})).json() for kind in SUBJECTS}
    each_own = {**DAY, "metric": "total_tokens", "subject_kind": "global", "partition_by": "member"}
    alone = (await admin.client.post(LIMITS, json=each_own)).json()
    await use(portal, made["tag"]["id"], settled=2)
    items = {each["id"]: each for each in (await admin.client.get(LIMITS)).json()["items"]}
    named = {each["subject_id"]: each["subject"] for each in items.values() if each["subject_id"] is not None}

    async def called(table: str, column: str, subject_id: str) -> str:
        (row,) = await rows(portal, f"SELECT {column} AS name FROM {table} WHERE id = :id", id=UUID(subject_id))
        return row.name

    for kind, table, column in (
        ("tag", "tags", "name"), ("member", "members", "display_name"), ("credential", "credentials", "name"), ("provider_key", "provider_keys", "name"),
    ):  # fmt: skip
        subject_id = made[kind]["subject_id"]
        assert named[subject_id]["name"] == await called(table, column, subject_id)
    (own,) = await rows(
        portal,
        "SELECT o.slug AS name, m.id AS member_id, m.display_name AS member FROM allocations a"
        " JOIN models o ON o.id = a.model_id JOIN members m ON m.id = a.member_id WHERE a.id = :id",
        id=UUID(made["allocation"]["subject_id"]),
    )
    assert named[made["allocation"]["subject_id"]] == {**own._mapping, "member_id": str(own.member_id)}
    assert named[made["tag"]["subject_id"]]["member"] is None
    assert items[made["global"]["id"]]["subject"] is None
    assert (items[made["tag"]["id"]]["left"]["used"], items[made["tag"]["id"]]["left"]["left"]) == (2, 3)
    assert items[alone["id"]]["left"] is None
    one = (await admin.client.get(f"{LIMITS}/{made['credential']['id']}")).json()
    assert one == items[made["credential"]["id"]]


async def test_an_allocations_months_are_limits_like_any_other(portal: Portal, admin: Caller) -> None:
    allocation = await granted(portal, await portal.member(), tokens=1000)
    (listed,) = (await admin.client.get(LIMITS, params={"subject_id": str(allocation.id)})).json()["items"]
    assert (listed["metric"], listed["window_kind"], listed["amount"]) == ("total_tokens", "month", 1000)
    await admin.client.patch(f"{LIMITS}/{listed['id']}", json={"amount": 7})
    path = f"/api/admin/allocations/{allocation.id}"
    assert (await admin.client.get(path)).json()["monthly_tokens"] == 7
    await admin.client.patch(path, json={"monthly_tokens": None})
    assert (await admin.client.get(f"{LIMITS}/{listed['id']}")).status_code == 404


# ── what is left ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_limit_set_on_the_20th_knows_what_was_used(portal: Portal, admin: Caller) -> None:
    allocation = await granted(portal, await portal.member())
    unlimited = Limit(uuid4(), "allocation", allocation.id, "total_tokens", "month", None, None, "subject", "reject", 0)
    await put(portal, unlimited, portal.now(), (700, 50, 0), uuid4(), uuid4())
    subject = {"subject_kind": "allocation", "subject_id": str(allocation.id)}
    made = await a_limit(admin, subject, metric="total_tokens", window_kind="month", amount=1000)
    assert (made["left"]["used"], made["left"]["held"], made["left"]["left"]) == (700, 50, 250)
    month = month_window("UTC", portal.now())
    assert datetime.fromisoformat(made["left"]["resets_at"]) == month.end


async def test_a_limit_set_again_knows_what_was_used(portal: Portal, admin: Caller, stage: Stage) -> None:
    subject = await of(stage, "member")
    made = await a_limit(admin, subject, window_kind="lifetime")
    await use(portal, made["id"], settled=4)
    await admin.client.delete(f"{LIMITS}/{made['id']}")
    left = (await a_limit(admin, subject, window_kind="lifetime"))["left"]
    assert (left["used"], left["left"], left["window_start"], left["resets_at"]) == (4, 1, None, None)


async def test_what_is_left_never_falls_below_nothing(portal: Portal, admin: Caller, stage: Stage) -> None:
    made = await a_limit(admin, await of(stage, "credential"))
    await use(portal, made["id"], settled=9)
    left = (await admin.client.get(f"{LIMITS}/{made['id']}")).json()["left"]
    assert (left["limit"], left["used"], left["left"]) == (5, 9, 0)


async def test_a_sliding_window_counts_what_the_bucket_before_still_weighs(portal: Portal, admin: Caller) -> None:
    # A moment three quarters into a bucket of 1,000 s: a quarter of the one before is still in the window.
    now = int(portal.now().timestamp())
    portal.clock.move(timedelta(seconds=(now // 1000 + 1) * 1000 + 750 - now))
    made = await a_limit(admin, {"subject_kind": "global"}, window_kind="sliding", window_s=1000, amount=100)
    await use(portal, made["id"], settled=10, previous=40)
    left = (await admin.client.get(f"{LIMITS}/{made['id']}")).json()["left"]
    assert (left["window"], left["held"]) == ("per 1000 s", 0)
    assert 19 <= left["used"] <= 20
    assert left["left"] == 100 - left["used"]
    resets_in = datetime.fromisoformat(left["resets_at"]) - portal.now()
    assert timedelta(seconds=1235) < resets_in <= timedelta(seconds=1250)
    # Until then a little of it still weighs something, and from then on nothing does.
    portal.clock.move(resets_in - timedelta(seconds=60))
    assert (await admin.client.get(f"{LIMITS}/{made['id']}")).json()["left"]["used"] > 0
    portal.clock.move(timedelta(seconds=60))
    assert (await admin.client.get(f"{LIMITS}/{made['id']}")).json()["left"]["used"] == 0


async def test_calls_at_a_time_are_those_that_run(portal: Portal, admin: Caller, stage: Stage) -> None:
    made = await a_limit(admin, await of(stage, "member"), metric="concurrency", window_kind="lifetime")
    await use(portal, made["id"], held=3)
    left = (await admin.client.get(f"{LIMITS}/{made['id']}")).json()["left"]
    assert (left["used"], left["held"], left["left"], left["window"]) == (3, 0, 2, "at a time")


async def test_a_cap_on_one_call_counts_nothing(admin: Caller, stage: Stage) -> None:
    made = await a_limit(admin, await of(stage, "member"), metric="output_tokens", window_kind="request", amount=100)
    left = made["left"]
    assert (left["limit"], left["used"], left["left"], left["window"], left["resets_at"]) == (
        100,
        0,
        100,
        "per call",
        None,
    )


async def test_a_day_begins_in_the_limits_own_zone(portal: Portal, admin: Caller, stage: Stage) -> None:
    made = await a_limit(admin, await of(stage, "member"), zone="Asia/Taipei")
    assert datetime.fromisoformat(made["left"]["resets_at"]).astimezone(UTC).hour == 16


async def test_a_member_sees_every_limit_of_their_calls_and_what_is_left(portal: Portal, admin: Caller) -> None:
    caller = await portal.caller()
    me = {"subject_kind": "member", "subject_id": str(caller.member.id)}
    allocation = await granted(portal, caller.member, tokens=1000)
    first, second = (
        (await issued(portal, caller.member)).credential,
        (await issued(portal, caller.member)).credential,
    )
    async with portal.house.database.transaction() as tx:
        tag = await identity.create_tag(tx, CLI, TagDraft(name="team"), now=portal.now())
        everyone = await identity.create_tag(tx, CLI, TagDraft(name="all", everyone=True), now=portal.now())
        foreign = await identity.create_tag(tx, CLI, TagDraft(name="others"), now=portal.now())
        await identity.add_tag_members(tx, CLI, tag.id, Who(member_ids=(caller.member.id,)), now=portal.now())
    own = await a_limit(admin, me)
    shared = await a_limit(admin, me, partition_by="credential", window_kind="lifetime")
    of_credential = await a_limit(admin, {"subject_kind": "credential", "subject_id": str(first.id)})
    of_tag = await a_limit(admin, {"subject_kind": "tag", "subject_id": str(tag.id)}, partition_by="member")
    of_all = await a_limit(admin, {"subject_kind": "tag", "subject_id": str(everyone.id)})
    await a_limit(admin, {"subject_kind": "tag", "subject_id": str(foreign.id)})
    whole = await a_limit(admin, {"subject_kind": "global"})
    other = await portal.member()
    await a_limit(admin, {"subject_kind": "member", "subject_id": str(other.id)})
    await use(portal, own["id"], settled=1)
    await use(portal, shared["id"], settled=2, credential_id=second.id)
    await use(portal, of_tag["id"], settled=3, member_id=caller.member.id)
    await use(portal, of_tag["id"], settled=5, member_id=other.id)

    limits = (await caller.client.get("/api/me")).json()["limits"]
    assert limits == (await admin.client.get(f"/api/admin/members/{caller.member.id}/limits")).json()
    seen = {
        name: sorted((each["limit_id"], each["partition_id"], each["used"]) for each in group)
        for name, group in limits.items()
    }
    assert seen["member"] == sorted(
        [(own["id"], None, 1), (shared["id"], str(first.id), 0), (shared["id"], str(second.id), 2)]
    )
    assert seen["credential"] == [(of_credential["id"], None, 0)]
    assert seen["tag"] == sorted([(of_tag["id"], str(caller.member.id), 3), (of_all["id"], None, 0)])
    assert seen["everybody"] == [(whole["id"], None, 0)]
    assert [(each["subject_id"], each["limit"]) for each in limits["allocation"]] == [(str(allocation.id), 1000)]

    found = (await admin.client.get(f"{CREDENTIALS}/{second.id}")).json()["limits"]
    assert [(each["limit_id"], each["used"]) for each in found["member"]] == [(own["id"], 1), (shared["id"], 2)]
    assert found["credential"] == []
    for client, area in ((admin.client, "/api/admin"), (caller.client, "/api/me")):
        listed = (await client.get(f"{area}/credentials")).json()["items"]
        own_limits = {each["id"]: [left["limit_id"] for left in each["own_limits"]] for each in listed}
        assert own_limits == {str(first.id): [of_credential["id"]], str(second.id): []}
    apart = await granted(portal, caller.member, tokens=7)
    await issued(portal, caller.member, allocation_ids=(apart.id,))
    for client, area in ((admin.client, "/api/admin"), (caller.client, "/api/me")):
        every = (await client.get(f"{area}/allocations/{allocation.id}")).json()["every_limit"]
        # Neither the other allocation's, nor those of a credential that cannot call by this one.
        assert every == limits
    assert (await admin.client.get(f"/api/admin/members/{uuid4()}/limits")).status_code == 404
    assert (await caller.client.get(f"/api/admin/members/{caller.member.id}/limits")).status_code == 403


async def test_what_is_left_takes_two_queries_however_many_limits_there_are(portal: Portal) -> None:
    member = await portal.member()
    made = [(await issued(portal, member)).credential for _ in range(5)]
    async with portal.house.database.transaction() as tx:
        for number in range(1, 8):
            subject = Subject("member", member.id, member.id)
            terms = Terms("requests", 5, "sliding", window_s=number, partition="credential")
            await quotas.set_limit(tx, CLI, subject, terms)
    asked: list[str] = []
    async with portal.house.database.transaction() as tx:
        event.listen(tx.sync_connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
        reach = quotas.Reach(everybody=True, member_ids=[member.id], credential_ids=[each.id for each in made])
        found = await quotas.left(tx, reach, zone="UTC", at=portal.now())
    assert (len(found), len(asked)) == (35, 2)


# ── previews ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_preview_says_who_is_over_and_changes_nothing(portal: Portal, admin: Caller) -> None:
    members = [await portal.member(identifier=f"m{number}@example.test") for number in range(3)]
    made = await a_limit(admin, {"subject_kind": "global"}, partition_by="member")
    for used, member in enumerate(members):
        await use(portal, made["id"], settled=used, held=1, member_id=member.id)
    before = await rows(portal, "SELECT * FROM limits"), await rows(portal, "SELECT count(*) FROM audit_events")
    epoch = await rows(portal, "SELECT epoch FROM world")
    path = f"{LIMITS}/{made['id']}"
    preview = (await admin.client.patch(path, json={"amount": 1}, params={"dry_run": "true"})).json()
    assert (preview["dry_run"], preview["over"]["count"], preview["over"]["complete"]) == (True, 2, True)
    assert preview["over"]["first"] == [{"id": str(member.id), "name": member.identifier} for member in members[1:]]
    assert preview["over"]["looked_at"] == len(members) + 2  # the owner and the administrator
    assert (await admin.client.patch(path, json={"amount": 3}, params={"dry_run": True})).json()["over"]["count"] == 0
    after = await rows(portal, "SELECT * FROM limits"), await rows(portal, "SELECT count(*) FROM audit_events")
    assert after == before
    assert await rows(portal, "SELECT epoch FROM world") == epoch


async def test_a_preview_of_a_new_limit_is_the_write_taken_back(portal: Portal, admin: Caller) -> None:
    member = await portal.member()
    allocation = await granted(portal, member)
    unlimited = Limit(uuid4(), "allocation", allocation.id, "total_tokens", "month", None, None, "subject", "reject", 0)
    await put(portal, unlimited, portal.now(), (700, 0, 0), uuid4(), uuid4())
    body = {"subject_kind": "allocation", "subject_id": str(allocation.id), "metric": "total_tokens"}
    body |= {"window_kind": "month", "amount": 699}
    preview = await admin.client.post(LIMITS, json=body, params={"dry_run": "true"})
    assert preview.status_code == 200, preview.text
    (one,) = preview.json()["over"]["first"]
    assert one["name"].startswith(f"{member.identifier}: openai/")
    assert await rows(portal, "SELECT id FROM limits") == []
    wrong = await admin.client.post(LIMITS, json={**body, "window_s": 5}, params={"dry_run": "true"})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_limit")
    await a_limit(admin, body, **{key: body[key] for key in ("metric", "window_kind", "amount")})
    again = await admin.client.post(LIMITS, json=body, params={"dry_run": "true"})
    assert (again.status_code, again.json()["code"]) == (409, "limit_exists")


async def test_a_preview_for_each_credential_of_a_tag_leaves_others_out(portal: Portal, admin: Caller) -> None:
    inside, outside = await portal.member(), await portal.member()
    ours, theirs = [(await issued(portal, each)).credential for each in (inside, outside)]
    async with portal.house.database.transaction() as tx:
        tag = await identity.create_tag(tx, CLI, TagDraft(name="team"), now=portal.now())
        await identity.add_tag_members(tx, CLI, tag.id, Who(member_ids=(inside.id,)), now=portal.now())
    subject = {"subject_kind": "tag", "subject_id": str(tag.id)}
    made = await a_limit(admin, subject, partition_by="credential")
    for credential in (ours, theirs):
        await use(portal, made["id"], settled=9, credential_id=credential.id)
    preview = (await admin.client.patch(f"{LIMITS}/{made['id']}", json={"amount": 8}, params={"dry_run": True})).json()
    assert preview["over"] == {
        "count": 1, "first": [{"id": str(ours.id), "name": "laptop"}], "looked_at": 1, "complete": True,
    }  # fmt: skip


# ── new credentials, and rotated ones ────────────────────────────────────────────────────────────────────────────────

USUAL = (Terms("requests", 60, "sliding", 60), Terms("cost", 5_000_000_000, "day"))


async def test_a_new_credential_has_the_usual_limits_but_for_what_is_given(database: str) -> None:
    async with open_portal(database, settings=PortalSettings(credential_limits=USUAL)) as portal:
        owner = await portal.owner()
        body = {"member_id": str(owner.member.id), "name": "key"}

        async def limits_of(**given: Any) -> list[tuple[Any, ...]]:
            made = await owner.client.post(CREDENTIALS, json={**body, **given})
            assert made.status_code == 201, made.text
            found = (await owner.client.get(f"{CREDENTIALS}/{made.json()['id']}")).json()["limits"]["credential"]
            return sorted((each["metric"], each["limit"], each["window"]) for each in found)

        usual = [("cost", "5.00", "per day"), ("requests", 60, "per 60 s")]
        assert await limits_of() == usual
        cost = {"metric": "cost", "window_kind": "day", "amount": "9"}
        assert await limits_of(limits=[cost]) == [("cost", "9.00", "per day"), usual[1]]
        assert await limits_of(limits=[{**cost, "amount": None}]) == usual[1:]
        month = {**cost, "window_kind": "month", "amount": "0"}
        assert await limits_of(limits=[month]) == [("cost", "0.00", "per month"), *usual]
        audited = await rows(portal, "SELECT after FROM audit_events WHERE action = 'credential.issue' ORDER BY id")
        assert [len(row.after["limits"]) for row in audited] == [2, 2, 1, 3]

        for wrong, status in (([cost, cost], 409), ([{**cost, "window_s": 5}], 400), ([{**cost, "amount": 5}], 400)):
            refused = await owner.client.post(CREDENTIALS, json={**body, "limits": wrong})
            assert refused.status_code == status, refused.text
        assert len(await rows(portal, "SELECT id FROM credentials")) == 4


async def test_rotating_gives_a_used_up_limit_a_new_beginning(portal: Portal, admin: Caller) -> None:
    old = await issued(portal, await portal.member(), limits=[Terms("requests", 5, "day")])
    (limit,) = await rows(portal, "SELECT id FROM limits")
    await use(portal, str(limit.id), settled=5)
    path = f"{CREDENTIALS}/{old.credential.id}"
    refused = await admin.client.post(f"{path}/rotate", json={"overlap_s": 60})
    assert (refused.status_code, refused.json()["code"]) == (409, "overlap_under_limits")
    rotated = (await admin.client.post(f"{path}/rotate")).json()
    assert (rotated["id"], rotated["public_id"]) == (str(old.credential.id), old.credential.public_id)
    assert rotated["secret"] != old.secret
    assert rotated["display"] != old.credential.display
    found = (await admin.client.get(path)).json()
    assert [(each["used"], each["left"]) for each in found["limits"]["credential"]] == [(5, 0)]
    assert found["state"] == "active"


@pytest.mark.parametrize("kind", ["global", "tag", "member", "allocation"])
async def test_rotating_gives_a_credentials_share_of_a_limit_a_new_beginning(
    portal: Portal, admin: Caller, kind: str
) -> None:
    member = await portal.member()
    allocation = await granted(portal, member)
    async with portal.house.database.transaction() as tx:
        tag = await identity.create_tag(tx, CLI, TagDraft(name="all", everyone=True), now=portal.now())
    ids = {"global": None, "tag": str(tag.id), "member": str(member.id), "allocation": str(allocation.id)}
    await a_limit(admin, {"subject_kind": kind, "subject_id": ids[kind]}, partition_by="credential")
    old = (await issued(portal, member)).credential
    async with portal.house.database.transaction() as tx:
        rotated = await credentials.rotate(tx, CLI, old.id, overlap=timedelta(0), at=portal.now())
    assert rotated.credential.id == old.id


async def test_a_limit_counted_for_others_too_leaves_rotation_as_it_is(portal: Portal, admin: Caller) -> None:
    member = await portal.member()
    await a_limit(admin, {"subject_kind": "member", "subject_id": str(member.id)})
    old = (await issued(portal, member)).credential
    rotated = (await admin.client.post(f"{CREDENTIALS}/{old.id}/rotate", json={"overlap_s": 60})).json()
    assert rotated["id"] != str(old.id)


async def test_a_rotated_credential_lives_as_long_again(portal: Portal, admin: Caller) -> None:
    ends = portal.now() + timedelta(days=30)
    old = (await issued(portal, await portal.member(), expires_at=ends, limits=USUAL)).credential
    for _ in range(2):
        portal.clock.move(timedelta(days=10))
        rotated = (await admin.client.post(f"{CREDENTIALS}/{old.id}/rotate")).json()
        life = datetime.fromisoformat(rotated["expires_at"]) - portal.now()
        assert abs(life - timedelta(days=30)) < timedelta(seconds=10)


async def test_an_allocation_says_of_its_months_what_it_said_before(portal: Portal) -> None:
    allocation = await granted(portal, await portal.member(), tokens=10)
    async with portal.house.database.transaction() as tx:
        await quotas.set_limit(
            tx, CLI, Subject("allocation", allocation.id, allocation.member_id), Terms("total_tokens", 3, "day")
        )
        left = (await quotas.left_of_allocations(tx, [allocation.id], zone="UTC", at=portal.now()))[allocation.id]
        assert (await allocations.find(tx, allocation.id)).id == allocation.id
    assert [(each.metric, each.limit, each.left) for each in left] == [("total_tokens", 10, 10), ("cost", None, None)]
