"""The kinds of write a save is made of: each as parts of one statement of PostgreSQL, and as statements of SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Integer,
    Table,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as insert_or

from bot.stores.sql.tables import Moment, briefs, deliveries, entries, events, notices


@dataclass(frozen=True, kw_only=True)
class Write:
    """One kind of write.

    `columns` are a row's, with their types in PostgreSQL. `parts` are CTEs by name; `{rows}` stands for the rows, `u`.
    `checks` have to hold afterwards, `{n}` being how many rows were given. `sqlite` are the same, one after the other;
    with True where each row has to be met.
    """

    columns: Mapping[str, str]
    parts: Mapping[str, str]
    checks: Sequence[str]
    sqlite: Sequence[tuple[Any, bool]]


def _type(column: Column[Any]) -> str:
    kind = column.type
    if isinstance(kind, Moment | DateTime):
        return "timestamptz"
    if isinstance(kind, Boolean):
        return "bool"
    return "bigint" if isinstance(kind, BigInteger) else "int" if isinstance(kind, Integer) else "text"


def _types(table: Table, *names: str) -> dict[str, str]:
    return {column.name: _type(column) for column in table.columns if not names or column.name in names}


def _but(names: Iterable[str], *but: str) -> list[str]:
    return [name for name in names if name not in but]


def _sets(names: Iterable[str]) -> str:
    return ", ".join(f"{name} = u.{name}" for name in names)


def _given(names: Iterable[str]) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}


def _all(part: str) -> str:
    return f"(SELECT count(*) FROM {part}) = {{n}}"


_BRIEF = _types(briefs)
_MOVED = _but(_BRIEF, "number")
_STORED = _types(entries)
_CONTENT = _but(_types(deliveries), "id", "revision", "lease", "lease_until", "seq")
_forgotten = exists(select(1).where(entries.c.kind == "forgotten", entries.c.key == bindparam("id")))

WRITES: Mapping[str, Write] = {
    # A number that was forgotten is not given away again.
    "notices_new": Write(
        columns={**_BRIEF, "raw": "text", "id": "text"},
        parts={
            "new_briefs": f"""INSERT INTO briefs ({", ".join(_BRIEF)})
                SELECT {", ".join(f"u.{name}" for name in _BRIEF)}
                FROM {{rows}} WHERE NOT EXISTS (SELECT FROM entries e WHERE e.kind = 'forgotten' AND e.key = u.id)
                ON CONFLICT (number) DO NOTHING RETURNING 1""",
            "new_notices": """INSERT INTO notices (number, raw) SELECT u.number, u.raw FROM {rows}
                ON CONFLICT (number) DO NOTHING RETURNING 1""",
        },
        checks=[_all("new_briefs"), _all("new_notices")],
        sqlite=[
            (
                insert(briefs).from_select(
                    list(_BRIEF),
                    select(*(bindparam(name, type_=briefs.c[name].type) for name in _BRIEF)).where(~_forgotten),
                ),
                True,
            ),
            (insert(notices).values(_given(("number", "raw"))), True),
        ],
    ),
    "notices_moved": Write(
        columns={**_BRIEF, "raw": "text", "expected": "int"},
        parts={
            "moved_briefs": f"""UPDATE briefs b SET {_sets(_MOVED)} FROM {{rows}}
                WHERE b.number = u.number AND b.version = u.expected RETURNING 1""",
            "moved_notices": "UPDATE notices n SET raw = u.raw FROM {rows} WHERE n.number = u.number RETURNING 1",
        },
        checks=[_all("moved_briefs"), _all("moved_notices")],
        sqlite=[
            (
                update(briefs)
                .where(briefs.c.number == bindparam("number_"), briefs.c.version == bindparam("expected"))
                .values(_given(_MOVED)),
                True,
            ),
            (update(notices).where(notices.c.number == bindparam("number_")).values(_given(["raw"])), True),
        ],
    ),
    "events_new": Write(
        columns=_types(events),
        parts={
            "new_events": """INSERT INTO events (number, line, raw) SELECT u.number, u.line, u.raw FROM {rows}
                ON CONFLICT (number, line) DO NOTHING RETURNING 1"""
        },
        checks=[_all("new_events")],
        sqlite=[(insert(events).values(_given(events.c.keys())), True)],
    ),
    # `old` is what was looked at before: nobody else's change is lost.
    "events_erased": Write(
        columns={**_types(events), "old": "text"},
        parts={
            "erased_events": """UPDATE events v SET raw = u.raw FROM {rows}
                WHERE v.number = u.number AND v.line = u.line AND v.raw = u.old RETURNING 1"""
        },
        checks=[_all("erased_events")],
        sqlite=[
            (
                update(events)
                .where(events.c.number == bindparam("number_"), events.c.line == bindparam("line_"))
                .where(events.c.raw == bindparam("old"))
                .values(_given(["raw"])),
                True,
            )
        ],
    ),
    "entries_new": Write(
        columns={name: _STORED[name] for name in _but(_STORED, "seq")},
        parts={
            "new_entries": """INSERT INTO entries (kind, key, owner, version, seq, at, raw)
                SELECT u.kind, u.key, u.owner, u.version, nextval('entry_order'), u.at, u.raw FROM {rows}
                ON CONFLICT (kind, key) DO NOTHING RETURNING 1"""
        },
        checks=[_all("new_entries")],
        sqlite=[(insert(entries).values(_given(_STORED)), True)],
    ),
    "entries_moved": Write(
        columns={**{name: _STORED[name] for name in _but(_STORED, "seq")}, "expected": "int"},
        parts={
            "moved_entries": f"""UPDATE entries e SET {_sets(("owner", "version", "at", "raw"))} FROM {{rows}}
                WHERE e.kind = u.kind AND e.key = u.key AND e.version = u.expected RETURNING 1"""
        },
        checks=[_all("moved_entries")],
        sqlite=[
            (
                update(entries)
                .where(entries.c.kind == bindparam("kind_"), entries.c.key == bindparam("key_"))
                .where(entries.c.version == bindparam("expected"))
                .values(_given(("owner", "version", "at", "raw"))),
                True,
            )
        ],
    ),
    "dropped": Write(
        columns=_types(entries, "kind", "key", "version"),
        parts={
            "dropped_entries": """DELETE FROM entries e USING {rows}
                WHERE e.kind = u.kind AND e.key = u.key AND e.version = u.version RETURNING 1"""
        },
        checks=[_all("dropped_entries")],
        sqlite=[
            (
                delete(entries)
                .where(entries.c.kind == bindparam("kind_"), entries.c.key == bindparam("key_"))
                .where(entries.c.version == bindparam("version_")),
                True,
            )
        ],
    ),
    # There may be no such notice; one with another head moved on, and is not forgotten.
    "forgotten": Write(
        columns=_types(briefs, "number", "head"),
        parts={
            "forgotten_briefs": """DELETE FROM briefs b USING {rows}
                WHERE b.number = u.number AND b.head = u.head RETURNING 1""",
            "forgotten_notices": "DELETE FROM notices n USING {rows} WHERE n.number = u.number",
            "forgotten_events": "DELETE FROM events v USING {rows} WHERE v.number = u.number",
        },
        checks=[
            """(SELECT count(*) FROM forgotten_briefs)
                = (SELECT count(*) FROM briefs b, {rows} WHERE b.number = u.number)"""
        ],
        sqlite=[
            (delete(briefs).where(briefs.c.number == bindparam("number_"), briefs.c.head == bindparam("head_")), False),
            (
                # A second row with its number is refused, and with it the save.
                insert(briefs).from_select(
                    list(_BRIEF), select(*briefs.c).where(briefs.c.number == bindparam("number_"))
                ),
                False,
            ),
            (delete(notices).where(notices.c.number == bindparam("number_")), False),
            (delete(events).where(events.c.number == bindparam("number_")), False),
        ],
    ),
    "puts": Write(
        columns=_types(deliveries, "id", *_CONTENT),
        parts={
            "put_deliveries": f"""INSERT INTO deliveries AS d ({", ".join(("id", *_CONTENT))}, revision, lease, seq)
                SELECT {", ".join(f"u.{name}" for name in ("id", *_CONTENT))}, 1, '', nextval('delivery_order')
                FROM {{rows}}
                ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _CONTENT)},
                revision = d.revision + 1 RETURNING 1"""
        },
        checks=[],
        sqlite=[
            (
                insert_or(deliveries)
                .values(_given(("id", *_CONTENT, "seq")) | {"revision": 1, "lease": ""})
                .on_conflict_do_update(
                    index_elements=["id"],
                    set_=_given(_CONTENT) | {"revision": deliveries.c.revision + 1},
                ),
                False,
            )
        ],
    ),
    # Put in again by the save that settles it: it stays due, and its lease ends.
    "renewals": Write(
        columns=_types(deliveries, "id", *_CONTENT, "lease"),
        parts={
            "renewed": f"""UPDATE deliveries d SET {_sets(_CONTENT)}, revision = d.revision + 1, lease = '',
                lease_until = NULL FROM {{rows}} WHERE d.id = u.id AND d.lease = u.lease RETURNING 1"""
        },
        checks=[_all("renewed")],
        sqlite=[
            (
                update(deliveries)
                .where(deliveries.c.id == bindparam("id_"), deliveries.c.lease == bindparam("lease_"))
                .values(_given(_CONTENT) | {"revision": deliveries.c.revision + 1, "lease": "", "lease_until": None}),
                True,
            )
        ],
    ),
    # Gone, unless it was put in again meanwhile: then it stays due, and its lease ends.
    "settled": Write(
        columns=_types(deliveries, "id", "lease", "revision"),
        parts={
            "carried": """DELETE FROM deliveries d USING {rows}
                WHERE d.id = u.id AND d.lease = u.lease AND d.revision = u.revision RETURNING 1""",
            "let_go": """UPDATE deliveries d SET lease = '', lease_until = NULL FROM {rows}
                WHERE d.id = u.id AND d.lease = u.lease AND d.revision <> u.revision RETURNING 1""",
        },
        checks=["(SELECT count(*) FROM carried) + (SELECT count(*) FROM let_go) = {n}"],
        sqlite=[
            (
                update(deliveries)
                .where(deliveries.c.id == bindparam("id_"), deliveries.c.lease == bindparam("lease_"))
                .values(lease="", lease_until=None),
                True,
            ),
            (
                delete(deliveries).where(
                    deliveries.c.id == bindparam("id_"), deliveries.c.revision == bindparam("revision_")
                ),
                False,
            ),
        ],
    ),
}
"""In the order in which SQLite does them."""
