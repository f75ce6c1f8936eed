"""The tables, as this version of the desk knows them; `bot.stores.migrations` makes them, and a test compares.

Times are UTC. `raw` is a record's line of JSON, as `bot.stores.rows` writes it; the other columns are what it is found,
sorted, counted and checked by.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    literal_column,
)
from sqlalchemy.dialects import postgresql


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: `timestamptz`, or in SQLite a text that sorts as the moments do."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name == "postgresql":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Number = BigInteger().with_variant(Integer(), "sqlite")
Word = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte: what is looked up, never what is read by people."""

metadata = MetaData()

notice_numbers = Sequence("notice_numbers", metadata=metadata)
entry_order = Sequence("entry_order", metadata=metadata)
delivery_order = Sequence("delivery_order", metadata=metadata)
"""Sequences of PostgreSQL; SQLite, which one process has, counts in memory."""

notices = Table(
    "notices",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("raw", Text, nullable=False),
    postgresql_partition_by="RANGE (number)",
)

events = Table(
    "events",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("raw", Text, nullable=False),
    postgresql_partition_by="RANGE (number)",
)

briefs = Table(
    "briefs",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("batch_id", Word, nullable=False),
    Column("marketplace", Word, nullable=False),
    Column("listing_id", Word, nullable=False),
    Column("seller", Word, nullable=False),
    Column("seller_name", Text, nullable=False),
    Column("right_key", Word, nullable=False),
    Column("violation", Word, nullable=False),
    Column("status", Word, nullable=False),
    Column("submitter", Word, nullable=False),
    Column("owner", Word, nullable=False),
    Column("filed_at", Moment, nullable=False),
    Column("decided_at", Moment),
    Column("removed_at", Moment),
    Column("contested", Boolean, nullable=False),
    Column("came_back", Word),
    Column("since", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("deadline", Moment),
    Column("waits", Boolean, nullable=False),
    Column("open_key", Word),
    Column("reference", Word, nullable=False),
    Column("head", Word, nullable=False),
    Column("verdict", Word),
    Column("judged_at", Moment),
    Column("upheld_at", Moment),
    Column("counts_at", Moment),
    Column("folded_id", Word, nullable=False),
    Column("plain_name", Word, nullable=False),
    Column("archived", Boolean, nullable=False),
    # One save may pass a listing from one notice to another, in either order.
    UniqueConstraint("open_key", name="briefs_open_key", deferrable=True, initially="IMMEDIATE").ddl_if("postgresql"),
)
"""What queries ask of notices. `verdict` and the moments beside it are as `bot.model.Brief` works them out.

`folded_id` is the seller's id without the marketplace, and `plain_name` the name, as `bot.offenders` compares them.
"""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Word, primary_key=True),
    Column("kind", Word, nullable=False),
    Column("lane", Word, nullable=False),
    Column("subject", Word, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("words", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("parked", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("lease", Word, nullable=False),
    Column("lease_until", Moment),
    Column("seq", Number, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("kind", Word, primary_key=True),
    Column("key", Word, primary_key=True),
    Column("owner", Word, nullable=False),
    Column("version", Integer, nullable=False),
    Column("seq", Number, nullable=False),
    Column("at", Moment),
    Column("raw", Text, nullable=False),
)
"""Every small record, also drafts, cards and used keys; `kind` is the table's name in `bot.stores.rows.TABLES`."""

lanes = Table(
    "lanes",
    metadata,
    Column("lane", Word, primary_key=True),
    Column("holder", Word, nullable=False),
    Column("until", Moment, nullable=False),
)
"""Who carries a lane, until when."""

marks = Table("marks", metadata, Column("name", Word, primary_key=True), Column("value", Number, nullable=False))
"""What has to be known after a crash: that something is being erased."""

months = Table(
    "months",
    metadata,
    Column("month", Word, primary_key=True),
    Column("first", Number, nullable=False),
)
"""Which number a month (`2026-11`) began with; the partitions of PostgreSQL are cut there."""

NOTHING: ColumnElement[str] = literal_column("''")
"""As the indexes have it: of a parameter nobody knows yet that it is empty."""
_present = ~briefs.c.archived
_carried = ~deliveries.c.parked
_free = deliveries.c.lease == ""
_leased = deliveries.c.lease != ""


def _index(name: str, *columns: Any, where: Any = None) -> None:
    Index(name, *columns, postgresql_where=where, sqlite_where=where)


Index("briefs_open", briefs.c.open_key, unique=True).ddl_if("sqlite")  # it knows no deferrable constraints
_index("briefs_batch", briefs.c.batch_id)
_index("briefs_reference", briefs.c.marketplace, briefs.c.reference, briefs.c.number, where=briefs.c.reference != "")
_index("briefs_listing", briefs.c.marketplace, briefs.c.listing_id, where=_present)
_index("briefs_seller", briefs.c.seller, where=_present & (briefs.c.seller != ""))
_index("briefs_seller_archived", briefs.c.seller, where=briefs.c.archived & (briefs.c.seller != ""))
_index("briefs_folded", briefs.c.folded_id, where=_present & (briefs.c.seller != ""))
_index("briefs_named", briefs.c.plain_name, briefs.c.seller, where=_present & (briefs.c.plain_name != ""))
_index("briefs_filed", briefs.c.submitter, briefs.c.filed_at, where=_present)
_index("briefs_owner", briefs.c.owner, briefs.c.number, where=_present)
_index("briefs_waits", briefs.c.owner, briefs.c.submitter, where=_present & briefs.c.waits)
_index("briefs_status", briefs.c.status, briefs.c.number, where=_present)
_index("briefs_changed", briefs.c.updated_at, where=_present)
_index("briefs_deadline", briefs.c.deadline, where=_present & briefs.c.deadline.is_not(None))
_index("briefs_judged", briefs.c.marketplace, briefs.c.judged_at, where=_present & briefs.c.verdict.is_not(None))
# What is counted of a window is read from these alone.
_index(
    "briefs_counting",
    *(briefs.c[name] for name in ("counts_at", "seller", "marketplace", "right_key", "violation")),
    *(briefs.c[name] for name in ("upheld_at", "contested", "came_back")),
    where=_present & briefs.c.counts_at.is_not(None),
)
_index(
    "briefs_filing", *(briefs.c[name] for name in ("filed_at", "marketplace", "right_key", "status")), where=_present
)
_index(
    "briefs_removed",
    *(briefs.c[name] for name in ("removed_at", "marketplace", "right_key", "filed_at")),
    where=_present & briefs.c.removed_at.is_not(None),
)
_index(
    "briefs_decided",
    *(briefs.c[name] for name in ("decided_at", "marketplace", "right_key", "status")),
    where=_present & briefs.c.decided_at.is_not(None),
)
_index("deliveries_due", deliveries.c.lane, deliveries.c.due_at, deliveries.c.seq, where=_carried & _free)
_index("deliveries_leased", deliveries.c.lane, deliveries.c.lease_until, where=_leased)
_index("deliveries_subject", deliveries.c.subject)
_index("entries_owner", entries.c.kind, entries.c.owner, entries.c.seq)
_index("entries_order", entries.c.kind, entries.c.seq)
_index("entries_at", entries.c.kind, entries.c.at, where=entries.c.at.is_not(None))

files = Table(
    "files",
    metadata,
    Column("shelf", Word, primary_key=True),
    Column("name", Word, primary_key=True),
    Column("size", Number, nullable=False),
    Column("since", Moment, nullable=False),
)
"""Evidence and dossiers; what is in them lies in `pieces`, a megabyte at most in each."""

pieces = Table(
    "pieces",
    metadata,
    Column("shelf", Word, primary_key=True),
    Column("name", Word, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)
