"""Every query about attempts to sign in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, text, update

from ai_api.core.db import Tx
from ai_api.sign_in.backoff import Backoff
from ai_api.sign_in.tables import sign_in_attempts

# An account is named as the members' index compares, so that no other spelling of an identifier counts apart.
_STANDING = text("""
SELECT a.account, here.proved_at, here.next_from AS here, everywhere.next_from AS everywhere, network.next_from AS network
FROM (SELECT sha256(convert_to(lower(CAST(:identifier AS text)), 'UTF8')) AS account) a
LEFT JOIN sign_in_attempts here ON here.account = a.account AND here.network = :network
LEFT JOIN sign_in_attempts everywhere ON everywhere.account = a.account AND everywhere.network = ''
LEFT JOIN sign_in_attempts network ON network.account = '' AND network.network = :network
""")

# One statement that either counts an attempt or finds that it has to wait: of many at once, each sees what the others counted.
_COUNT = text("""
INSERT INTO sign_in_attempts AS a (account, network, attempts, last_at) VALUES (:account, :network, 1, :now)
ON CONFLICT (account, network) DO UPDATE SET (attempts, next_from, last_at) = (
    SELECT n.attempts,
        CASE WHEN n.attempts >= CAST(:free AS bigint) THEN excluded.last_at + make_interval(secs => least(
            CAST(:max_s AS double precision),
            CAST(:first_s AS double precision) * power(2, least(n.attempts - CAST(:free AS bigint), 30)))) END,
        greatest(a.last_at, excluded.last_at)
    FROM (SELECT CASE
        WHEN a.last_at < excluded.last_at - make_interval(secs => CAST(:forget_s AS double precision)) THEN 1
        ELSE a.attempts + 1 END) AS n (attempts))
WHERE a.next_from IS NULL OR a.next_from <= excluded.last_at
RETURNING a.attempts
""")

_GIVE_BACK = text("""
UPDATE sign_in_attempts SET
    attempts = greatest(attempts - 1, 0),
    next_from = CASE WHEN attempts - 1 >= CAST(:free AS bigint) THEN next_from END
WHERE account = :account AND network = :network
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands with a network: its hash, when it was proved from there, and until when whose next attempt waits."""

    account: bytes
    proved_at: datetime | None
    here: datetime | None
    everywhere: datetime | None
    network: datetime | None


async def find_standing(tx: Tx, identifier: str, *, network: str) -> Standing:
    """How whoever is called so, in any letters of case, stands with a network. Locks nothing."""
    row = (await tx.execute(_STANDING, {"identifier": identifier, "network": network})).one()
    return Standing(bytes(row.account), row.proved_at, row.here, row.everywhere, row.network)


async def count(tx: Tx, account: bytes, network: str, backoff: Backoff, *, now: datetime) -> bool:
    """Counts an attempt, unless it has to wait. Gives whether it was counted. The row is locked from here on."""
    terms = {**asdict(backoff), "account": account, "network": network, "now": now}
    return (await tx.execute(_COUNT, terms)).first() is not None


async def find_next_from(tx: Tx, account: bytes, network: str) -> datetime | None:
    """When an attempt may be made that has to wait."""
    statement = select(sign_in_attempts.c.next_from).where(*_row(account, network))
    return (await tx.execute(statement)).scalar_one_or_none()


async def give_back(tx: Tx, account: bytes, network: str, backoff: Backoff) -> None:
    """Takes an attempt back that was counted."""
    await tx.execute(_GIVE_BACK, {"free": backoff.free, "account": account, "network": network})


async def set_proved(tx: Tx, account: bytes, network: str, *, now: datetime) -> None:
    """An account has signed in from a network: nothing counts against it there."""
    proved = update(sign_in_attempts).where(*_row(account, network))
    await tx.execute(proved.values(attempts=0, next_from=None, proved_at=now))


async def forgive(tx: Tx, identifier: str) -> None:
    """Nothing counts against an account any more, wherever it was tried from."""
    account = func.sha256(func.convert_to(func.lower(identifier), "UTF8"))
    # In the order in which an attempt locks them: first from where, then from everywhere.
    locked = select(sign_in_attempts.c.network).where(sign_in_attempts.c.account == account)
    await tx.execute(locked.order_by(sign_in_attempts.c.network.desc()).with_for_update())
    await tx.execute(
        update(sign_in_attempts).where(sign_in_attempts.c.account == account).values(attempts=0, next_from=None)
    )


async def forget(tx: Tx, *, before: datetime, proved_before: datetime, limit: int) -> int:
    """Deletes at most `limit` counts of attempts `before`, except of accounts that signed in since `proved_before`."""
    proved_at = sign_in_attempts.c.proved_at
    over = and_(sign_in_attempts.c.last_at < before, or_(proved_at.is_(None), proved_at < proved_before))
    key = (sign_in_attempts.c.account, sign_in_attempts.c.network)
    chosen = select(*key).where(over).limit(limit).with_for_update(skip_locked=True).cte("chosen")
    gone = delete(sign_in_attempts).where(key[0] == chosen.c.account, key[1] == chosen.c.network).returning(key[1])
    return len((await tx.execute(gone)).all())


def _row(account: bytes, network: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (sign_in_attempts.c.account == account, sign_in_attempts.c.network == network)
