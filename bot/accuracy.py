"""How accurate our notices were: the share that marketplaces upheld, and how far it is from what they ask. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from bot.model import Gauge, GoodFaith, Tally

FEWEST = 5
"""Decisions below which a share says nothing."""
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def share(count: int, tally: Tally) -> Fraction:
    """In percent of what was decided, which must not be nothing."""
    return Fraction(100 * count, tally.decided)


def losses_left(tally: Tally, asks: GoodFaith) -> int:
    """The rejections after which the share upheld is below what is asked; 0 when it is already.

    A share that is just what is asked is enough.
    """
    least = Fraction(str(asks.upheld)) / 100
    enough = math.floor(tally.upheld / least) - tally.decided
    return max(enough + 1, 0)


def returns_left(tally: Tally, asks: GoodFaith) -> int | None:
    """The removals that may yet be reversed until there are too many; 0 when there are, None when nobody counts them.

    A reversal also takes a notice from those upheld.
    """
    if asks.reinstated is None:
        return None
    most = Fraction(str(asks.reinstated)) / 100
    enough = math.floor(tally.decided * most) - tally.reinstated
    return max(enough + 1, 0)


def accuracy_lines(gauges: Iterable[Gauge]) -> tuple[str, ...]:
    """A line each, as people read it. Nothing of a marketplace that asks nothing and has decided hardly anything."""
    return tuple(line for gauge in gauges if (line := accuracy_line(gauge)))


def accuracy_line(gauge: Gauge) -> str:
    """`Alibaba IPP: 91.2 % upheld (31 of 34 in 90 days); below 90 % it leaves …: one more rejection and it does.`"""
    tally, asks = gauge.tally, gauge.asks
    if tally.decided < FEWEST:
        few = f"{gauge.name}: too few decisions to tell ({tally.decided} in {gauge.days} days)"
        return f"{few}; {asks.name} asks for {asks.upheld:g} % upheld." if asks else ""
    upheld = (
        f"{gauge.name}: {percent(tally.upheld, tally)} upheld ({tally.upheld} of {tally.decided} in {gauge.days} days)"
    )
    if asks is None:
        return f"{upheld}."
    return " ".join([f"{upheld}; {_standing(tally, asks)}", *_returned(tally, asks)])


def percent(count: int, tally: Tally, *, up: bool = False) -> str:
    """One decimal, rounded to the side that flatters nobody: 89.96 % is not 90, and 5.01 % is not 5."""
    tenths = (math.ceil if up else math.floor)(share(count, tally) * 10)
    return f"{tenths // 10}.{tenths % 10} %"


def _standing(tally: Tally, asks: GoodFaith) -> str:
    left = losses_left(tally, asks)
    if not left:
        return f"that is below the {asks.upheld:g} % that {asks.name} asks for."
    return f"leaves {asks.name} below {asks.upheld:g} %: {_more(left, 'rejection')} and it falls below."


def _returned(tally: Tally, asks: GoodFaith) -> list[str]:
    left = returns_left(tally, asks)
    if left is None or not tally.reinstated:
        return []
    came_back = f"{percent(tally.reinstated, tally, up=True)} came back by counter-notice or mistake"
    if not left:
        return [f"{came_back}; {asks.name} allows {asks.reinstated:g} %."]
    return [f"{came_back}, {asks.reinstated:g} % is the most: {_more(left, 'return')} and it is over."]


def _more(count: int, thing: str) -> str:
    number = _WORDS[count] if count < len(_WORDS) else str(count)
    return f"{number} more {thing}{'' if count == 1 else 's'}"
