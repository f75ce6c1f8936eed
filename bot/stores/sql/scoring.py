"""Who may lead in a window: between what bounds the score of each seller lies. `bot.offenders` says the score itself.

All but intention is a sum over the window. How often listings came back cannot be told from the window, only that it
is at least once where a marketplace said so, and at most once for each notice, and once more where it was said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log
from typing import Any, Self

from sqlalchemy import ColumnElement, Double, Select, case, cast, exists, func, literal, select

from bot.model import ComeBack, Policy
from bot.offenders import EACH_INTENTION, MOST_INTENTION
from bot.stores.sql.dialects import Dialect
from bot.stores.sql.tables import NOTHING, briefs

FEW = 20
"""More sellers than asked for, whose notices are read sooner than the bounds are drawn closer."""
MANY = 500
"""More sellers than asked for, whose bounds are read at once: nearly always all that may be among the first."""
_ROUNDED = 0.06
"""How far a score told is from the one worked out, at most: it has one decimal."""
_SLACK = 1e-6
"""How far two ways to add up the same are apart, at most, as a part of it."""

_of = briefs.c


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """Of a seller's score. `base` is what it is without intention; `upheld`, `contested` and `relisted` are counts."""

    seller: str
    base: float
    upheld: int
    contested: int
    relisted: int

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            seller=row.seller,
            base=row.base,
            upheld=row.upheld,
            contested=row.contested,
            relisted=row.relisted,
        )

    @property
    def least(self) -> float:
        return self._with(self.contested + min(1, self.relisted)) * (1 - _SLACK) - _ROUNDED

    def most(self, returns: int | None = None) -> float:
        """With so many notices filed after their listing was removed, at most; without, it may be all of them."""
        again = self.upheld if returns is None else returns
        return self._with(self.contested + self.relisted + again) * (1 + _SLACK) + _ROUNDED

    def _with(self, counted: int) -> float:
        return self.base * min(MOST_INTENTION, 1 + EACH_INTENTION * counted)


def bar(bounds: Sequence[Bound], first: int) -> float:
    """What at least one has to be able to reach who is among the `first` so many, of these and others."""
    return min(sorted((one.least for one in bounds), reverse=True)[:first], default=0.0)


def reaching(bounds: Sequence[Bound], score: float, returns: Mapping[str, int] | None = None) -> tuple[str, ...]:
    """Those that may reach a score; with `returns`, how often listings may have come back is known by seller."""
    return tuple(
        one.seller for one in bounds if one.most(None if returns is None else returns.get(one.seller, 0)) >= score
    )


def bounds(
    dialect: Dialect,
    inside: ColumnElement[bool],
    policy: Policy,
    *,
    end: datetime,
    least: int,
    apart: Collection[str],
    score: float = 0,
) -> Select[Any]:
    """Who may have the most first: all with `least` notices upheld who may reach the score, and do not stand `apart`.

    `total` is how many that are. `inside` are the notices that began to count in the window, which ends at `end`.
    """
    enough = _sums(_weight(dialect, policy, end), inside).having(func.count(_of.upheld_at) >= least)
    if apart:
        enough = enough.having(_of.seller.not_in(dialect.keys(apart)))
    sums = enough.subquery().c
    base = sums.weighed * (_real(5) + _real(5) * sums.upheld / cast(sums.decided, Double))
    based = select(sums.seller, sums.upheld, sums.contested, sums.relisted, base.label("base")).subquery().c
    most = _most(based)
    asked = select(*based, func.count().over().label("total")).order_by(most.desc())
    return asked.where(most * _real(1 + 2 * _SLACK) + _real(2 * _ROUNDED) >= _real(score)) if score else asked


def _most(based: Any) -> Any:
    """As `Bound.most`, but for what is rounded."""
    counted = based.contested + based.relisted + based.upheld
    enough = int((MOST_INTENTION - 1) / EACH_INTENTION)
    return based.base * case((counted >= enough, _real(MOST_INTENTION)), else_=1 + _real(EACH_INTENTION) * counted)


def returns(dialect: Dialect, inside: ColumnElement[bool], sellers: Collection[str]) -> Select[Any]:
    """For each of these sellers, how many notices of the window were filed after the same listing had been removed."""
    earlier = briefs.alias("earlier")
    again = exists().where(
        earlier.c.marketplace == _of.marketplace,
        earlier.c.listing_id == _of.listing_id,
        ~earlier.c.archived,
        earlier.c.upheld_at <= _of.filed_at,
        earlier.c.number != _of.number,
    )
    return (
        select(_of.seller, func.count().label("returns"))
        .where(inside, _of.upheld_at.is_not(None), _of.seller.in_(dialect.keys(sellers)), again)
        .group_by(_of.seller)
    )


def _weight(dialect: Dialect, policy: Policy, end: datetime) -> ColumnElement[float]:
    """What an upheld notice weighs at the end of the window."""
    half_life = policy.half_life_days * timedelta(days=1)
    age = dialect.seconds(_of.counts_at, end)
    grave = [(_of.violation == violation.value, _real(gravity)) for violation, gravity in policy.gravity.items()]
    return func.exp(age * _real(-log(2) / half_life.total_seconds()), type_=Double) * case(*grave, else_=_real(0))


def _sums(weight: ColumnElement[float], inside: ColumnElement[bool]) -> Select[Any]:
    upheld = _of.upheld_at.is_not(None)
    return (
        select(
            _of.seller,
            func.count(_of.upheld_at).label("upheld"),
            func.count().label("decided"),
            func.sum(case((upheld, weight), else_=_real(0))).label("weighed"),
            _count(upheld & _of.contested).label("contested"),
            _count(upheld & (_of.came_back == ComeBack.RELISTED.value)).label("relisted"),
        )
        .where(inside, _of.seller != NOTHING)
        .group_by(_of.seller)
    )


def _count(wanted: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((wanted, 1)))


def _real(value: float) -> ColumnElement[float]:
    return literal(float(value), Double)
