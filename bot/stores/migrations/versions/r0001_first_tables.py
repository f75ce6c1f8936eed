"""The first tables."""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    MetaData,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
)

revision = "0001"
down_revision = None

# As they were then: what `bot.stores.sql.tables` says later is made by later steps.
MOMENT = DateTime().with_variant(DateTime(timezone=True), "postgresql")
NUMBER = BigInteger().with_variant(Integer(), "sqlite")
WORD = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData()

notice_numbers = Sequence("notice_numbers", metadata=metadata)
entry_order = Sequence("entry_order", metadata=metadata)
delivery_order = Sequence("delivery_order", metadata=metadata)

notices = Table(
    "notices",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("raw", Text, nullable=False),
    postgresql_partition_by="RANGE (number)",
)

events = Table(
    "events",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("raw", Text, nullable=False),
    postgresql_partition_by="RANGE (number)",
)

briefs = Table(
    "briefs",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("batch_id", WORD, nullable=False),
    Column("marketplace", WORD, nullable=False),
    Column("listing_id", WORD, nullable=False),
    Column("seller", WORD, nullable=False),
    Column("seller_name", Text, nullable=False),
    Column("right_key", WORD, nullable=False),
    Column("violation", WORD, nullable=False),
    Column("status", WORD, nullable=False),
    Column("submitter", WORD, nullable=False),
    Column("owner", WORD, nullable=False),
    Column("filed_at", MOMENT, nullable=False),
    Column("decided_at", MOMENT),
    Column("removed_at", MOMENT),
    Column("contested", Boolean, nullable=False),
    Column("came_back", WORD),
    Column("since", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    Column("deadline", MOMENT),
    Column("waits", Boolean, nullable=False),
    Column("open_key", WORD),
    Column("reference", WORD, nullable=False),
    Column("head", WORD, nullable=False),
    Column("verdict", WORD),
    Column("judged_at", MOMENT),
    Column("upheld_at", MOMENT),
    Column("counts_at", MOMENT),
    Column("folded_id", WORD, nullable=False),
    Column("plain_name", WORD, nullable=False),
    Column("archived", Boolean, nullable=False),
    # One save may pass a listing from one notice to another, in either order.
    UniqueConstraint("open_key", name="briefs_open_key", deferrable=True, initially="IMMEDIATE").ddl_if("postgresql"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", WORD, primary_key=True),
    Column("kind", WORD, nullable=False),
    Column("lane", WORD, nullable=False),
    Column("subject", WORD, nullable=False),
    Column("due_at", MOMENT, nullable=False),
    Column("words", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("parked", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("lease", WORD, nullable=False),
    Column("lease_until", MOMENT),
    Column("seq", NUMBER, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("kind", WORD, primary_key=True),
    Column("key", WORD, primary_key=True),
    Column("owner", WORD, nullable=False),
    Column("version", Integer, nullable=False),
    Column("seq", NUMBER, nullable=False),
    Column("at", MOMENT),
    Column("raw", Text, nullable=False),
)

lanes = Table(
    "lanes",
    metadata,
    Column("lane", WORD, primary_key=True),
    Column("holder", WORD, nullable=False),
    Column("until", MOMENT, nullable=False),
)

marks = Table("marks", metadata, Column("name", WORD, primary_key=True), Column("value", NUMBER, nullable=False))

months = Table(
    "months",
    metadata,
    Column("month", WORD, primary_key=True),
    Column("first", NUMBER, nullable=False),
)

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


def upgrade() -> None:
    connection = op.get_bind()
    metadata.create_all(connection)
    if connection.dialect.name != "postgresql":
        return
    for table in ("notices", "events"):
        # One partition holds everything until the first month is over.
        op.execute(f"CREATE TABLE {table}_from_0 PARTITION OF {table} FOR VALUES FROM (MINVALUE) TO (MAXVALUE)")
    # Rows that are written again and again find room beside themselves, and are tidied up after soon.
    op.execute("ALTER TABLE deliveries SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)")
    op.execute("ALTER TABLE entries SET (fillfactor = 85)")
    op.execute("ALTER TABLE briefs SET (fillfactor = 85)")
