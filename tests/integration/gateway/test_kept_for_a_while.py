"""What a provider keeps is known for thirty days, and then forgotten."""

from __future__ import annotations

from ai_api.core.db import Hot
from ai_api.jobs import forget_stored_responses
from tests.integration.gateway.test_stored_responses import body, kept
from tests.support.gateway import RESPONSES


async def test_what_is_kept_is_known_for_ever(g, monkeypatch):
    """Over, it is found no more; the job then takes it away, batch after batch, and leaves what is not over."""
    monkeypatch.setattr(forget_stored_responses, "BATCH_MAX", 2)
    caller, old = await kept(g)
    for _ in range(2):
        await g.ask(caller, RESPONSES, body(caller))
    hot = Hot(g.dsn, size=2)
    await hot.open()
    try:
        rows = await hot.fetch(
            "SELECT extract(epoch FROM expires_at - created_at)::int AS lives_s FROM stored_responses"
        )
        assert {row["lives_s"] for row in rows} == {30 * 24 * 3600}
        await hot.fetch("UPDATE stored_responses SET expires_at = now() WHERE member_id = $1", caller.member.id)
        young, fresh = await kept(g)
        assert (await g.http.get(f"{RESPONSES}/{old['id']}", headers=caller.headers)).status_code == 404
        assert await forget_stored_responses.forget_stored_responses(hot).run() == 3
        assert await forget_stored_responses.forget_stored_responses(hot).run() == 0
    finally:
        await hot.close()
    assert (await g.http.get(f"{RESPONSES}/{fresh['id']}", headers=young.headers)).status_code == 200
