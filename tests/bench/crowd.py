"""A desk of many notices in PostgreSQL, made by PostgreSQL itself: always the same, so many a day up to now.

A few sellers have many of the notices, most have few; shops are closed after a year, and others come. Most notices
were removed; who waits for us, and what is at a marketplace, is of the last weeks.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import asyncpg

from bot.model import SYSTEM, Actor
from bot.stores.rows import put
from tests import make

A_DAY = 913
"""Notices filed on a day: a million in three years."""
RETENTION = timedelta(days=365)
_SHOPS = 20_000
"""Sellers of a year."""
_OPEN_DAYS = 28


async def fill(url: str, notices: int, now: datetime) -> None:
    """Put them into a database with empty tables; analysed and vacuumed, as it is after a while of work."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET synchronous_commit = off")
        indexes = await connection.fetch(_INDEXES)
        for one in indexes:  # made at once in the end, as they are much sooner done
            await connection.execute(f"DROP INDEX {one['indexname']}")
        for first in range(1, notices + 1, 1_000_000):
            last = min(first + 999_999, notices)
            await connection.execute(_BRIEFS, first, last, notices, A_DAY, now, now - RETENTION, timeout=3600)
            await connection.execute(_NOTICES, first, last, _notice(), timeout=3600)
            await connection.execute(_EVENTS, first, last, _event(), timeout=3600)
        for one in indexes:
            await connection.execute(one["indexdef"], timeout=3600)
        await connection.execute("SELECT setval('notice_numbers', $1)", notices)
        for table in ("briefs", "notices", "events"):
            await connection.execute(f"VACUUM (ANALYZE) {table}", timeout=3600)
        await connection.execute("CHECKPOINT", timeout=600)
    finally:
        await connection.close()


def _notice() -> str:
    """The text of a notice, with marks where the notices differ."""
    at = datetime(2001, 1, 1).astimezone()
    one = make.notice(
        "TD-0",
        batch_id="%batch%",
        listing=make.listing("%listing%"),
        seller=make.seller("%seller%"),
        submitter=Actor(user_id="%who%", team_id="T0BENCH"),
        reference="%reference%",
        at=at,
    )
    text = put(one).raw.decode()
    return text.replace(one.filed_at.isoformat(), "%at%").replace('"queued"', '"%status%"').replace("TD-0", "%id%")


def _event() -> str:
    one = make.event("TD-0", 1, actor=SYSTEM, salt="0" * 32, words="Filed by Ana Lyst for acme.example, listing 4711.")
    return put(one).raw.decode().replace("TD-0", "%id%").replace(one.at.isoformat(), "%at%")


_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = 'briefs' AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""

_BRIEFS = f"""
INSERT INTO briefs (number, version, batch_id, marketplace, listing_id, seller, seller_name, right_key, violation,
    status, submitter, owner, filed_at, decided_at, removed_at, contested, came_back, since, updated_at, deadline,
    waits, open_key, reference, head, verdict, judged_at, upheld_at, counts_at,
    folded_id, plain_name, archived)
SELECT number, 3, 'batch-' || number, market, listing, market || ':' || shop, 'Shop ' || shop, right_key,
    CASE WHEN roll_kind < 700 THEN 'counterfeit' ELSE 'trademark' END,
    status, who, who, filed_at, decided_at,
    CASE WHEN status IN ('removed', 'reinstated') THEN decided_at END,
    status = 'removed' AND roll_kind % 50 = 0,
    CASE WHEN status = 'reinstated' THEN CASE WHEN roll_kind % 2 = 0 THEN 'relisted' ELSE 'counter_notice' END END,
    coalesce(decided_at, filed_at), coalesce(decided_at, filed_at),
    CASE WHEN status = 'needs_input' THEN $5::timestamptz + interval '3 days' END,
    status IN ('needs_input', 'by_hand', 'uncertain'),
    CASE WHEN decided_at IS NULL THEN market || ':L' || number || ':' || right_key END,
    'R-' || number, '',
    CASE WHEN status IN ('removed', 'gone') OR (status = 'reinstated' AND roll_kind % 2 = 0) THEN 'upheld'
         WHEN status = 'rejected' THEN 'rejected'
         WHEN status = 'reinstated' THEN 'reinstated' END,
    decided_at,
    CASE WHEN status = 'removed' OR (status = 'reinstated' AND roll_kind % 2 = 0) THEN decided_at END,
    CASE WHEN status IN ('removed', 'reinstated', 'rejected') THEN decided_at END,
    shop, 'shop ' || shop,
    coalesce(decided_at < $6::timestamptz, false)
FROM (
    SELECT *, CASE WHEN status IN ('removed', 'gone', 'rejected', 'reinstated', 'withdrawn')
                   THEN filed_at + least(roll_kind * interval '5 minutes', ($5::timestamptz - filed_at) / 2)
              END AS decided_at
    FROM (
        SELECT *, CASE
                WHEN filed_at > $5::timestamptz - interval '{_OPEN_DAYS} days' AND roll < 150 THEN 'in_review'
                WHEN filed_at > $5::timestamptz - interval '{_OPEN_DAYS} days' AND roll < 160 THEN 'needs_input'
                WHEN filed_at > $5::timestamptz - interval '{_OPEN_DAYS} days' AND roll < 163 THEN 'awaiting_approval'
                WHEN roll < 780 THEN 'removed' WHEN roll < 860 THEN 'gone' WHEN roll < 920 THEN 'rejected'
                WHEN roll < 960 THEN 'reinstated' ELSE 'withdrawn' END AS status
        FROM (
            SELECT number,
                $5::timestamptz - ($3::bigint - number) * interval '1 day' / $4::int AS filed_at,
                (number - 1) % 5 AS place,
                'market' || (number % 5) AS market,
                'L' || (number - number % 40 * (number % 97 = 0)::int) AS listing,
                (floor(power(abs(hashint8(number * 31) % 1000000) / 1e6, 2) * {_SHOPS}))::int
                    || '-' || (($3::bigint - number) / ($4::int * 365)) AS shop,
                'RIGHT-' || (number % 25) AS right_key,
                'U' || lpad((number % 60)::text, 4, '0') AS who,
                abs(hashint8(number * 17)) % 1000 AS roll,
                abs(hashint8(number * 13)) % 1000 AS roll_kind
            FROM generate_series($1::bigint, $2::bigint) AS number
        ) AS rolled
    ) AS standing
) AS decided
"""
"""$1 to $2 of $3 notices, $4 a day up to $5; what was decided before $6 is archived."""

_NOTICES = """
INSERT INTO notices (number, raw)
SELECT number, replace(replace(replace(replace(replace(replace(replace(replace($3,
    '%id%', 'TD-' || number), '%batch%', batch_id), '%listing%', listing_id),
    '%seller%', split_part(seller, ':', 2)), '%who%', submitter), '%reference%', reference),
    '%status%', status), '%at%', to_char(filed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'))
FROM briefs WHERE number BETWEEN $1 AND $2
"""

_EVENTS = """
INSERT INTO events (number, line, raw)
SELECT number, 1, replace(replace($3, '%id%', 'TD-' || number),
    '%at%', to_char(filed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"'))
FROM briefs WHERE number BETWEEN $1 AND $2
"""
