"""What PostgreSQL and SQLite say in different words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Double, Integer, Select, Text, bindparam, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from bot.stores.sql.tables import briefs

_DAY = 86400
_MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """Of the database at hand."""

    postgres: bool

    def keys(self, keys: Collection[str]) -> Select[tuple[str]]:
        """These as rows: any number of them is one parameter."""
        known = sorted({*keys} - {""})
        if self.postgres:
            return select(func.unnest(bindparam(None, known, ARRAY(Text), unique=True)))
        each = func.json_each(orjson.dumps(known).decode()).table_valued("value")
        return select(cast(each.c.value, Text))

    def seconds(self, since: ColumnElement[Any], until: datetime) -> ColumnElement[float]:
        """How many there are between, to a few milliseconds."""
        end = literal(until, briefs.c.since.type)
        if self.postgres:
            return func.date_part("epoch", end.op("-")(since), type_=Double)
        return (func.julianday(end, type_=Double) - func.julianday(since, type_=Double)) * float(_DAY)

    def ticks(self, moment: ColumnElement[Any]) -> ColumnElement[int]:
        """Microseconds, whose differences sort as the times do."""
        if self.postgres:
            return cast(func.date_part("epoch", moment, type_=Double) * _MILLION, briefs.c.number.type)
        whole = cast(func.strftime("%s", moment), Integer) * _MILLION
        return whole + cast(func.substr(moment, len("2026-11-24 09:00:00.") + 1), Integer)
