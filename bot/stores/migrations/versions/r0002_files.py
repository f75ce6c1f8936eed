"""Evidence and dossiers lie in the database, for processes that share no folder."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, Text

revision = "0002"
down_revision = "0001"

MOMENT = DateTime().with_variant(DateTime(timezone=True), "postgresql")
NUMBER = BigInteger().with_variant(Integer(), "sqlite")
WORD = Text().with_variant(Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "files",
        Column("shelf", WORD, primary_key=True),
        Column("name", WORD, primary_key=True),
        Column("size", NUMBER, nullable=False),
        Column("since", MOMENT, nullable=False),
    )
    op.create_table(
        "pieces",
        Column("shelf", WORD, primary_key=True),
        Column("name", WORD, primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("content", LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Pictures and ZIPs are packed already.
        op.execute("ALTER TABLE pieces ALTER COLUMN content SET STORAGE EXTERNAL")
