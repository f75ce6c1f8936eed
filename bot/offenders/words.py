"""A score, told part by part."""

from __future__ import annotations

from math import prod

from bot.grammar.violations import VIOLATION_TITLES
from bot.model import Score
from bot.offenders.scoring import EACH_INTENTION, MOST_INTENTION


def parts(score: Score) -> tuple[str, ...]:
    """One sentence for each of DSA Article 23(3)'s four, and their product, the score.

    Source: Regulation (EU) 2022/2065, Article 23(3): absolute numbers in a time frame, proportion, gravity, intention.
    """
    days = f"{score.window_days} {'day' if score.window_days == 1 else 'days'}"
    counts = score.upheld + score.purchases
    if not counts:
        found = f", and {_many(score.genuine, 'test purchase')} proved genuine" if score.genuine else ""
        return (f"Number: nothing was upheld in {days}{found}.", "Score: 0, because only what was upheld counts.")
    exact = (score.number, 0.5 + score.proportion / 2, score.gravity, score.intention)
    number, share, gravity, intention = factors = [f"{one:.2f}" for one in exact]
    product = round(10 * prod(map(float, factors)), 1)
    rounded = "" if product == score.total else ", from the parts as they were before rounding"
    heaviest = sorted(score.weights, key=lambda one: -one[1])
    each = ", ".join(f"{VIOLATION_TITLES[kind]} {weight:.2f}" for kind, weight in heaviest)
    weights = f" ({each})" if each else ""
    half_life = f"{score.half_life_days} {'day' if score.half_life_days == 1 else 'days'}"
    decided = counts + score.rejected + score.overturned + score.genuine
    bought = f" and {_many(score.purchases, 'test purchase')} found counterfeit" if score.purchases else ""
    found = " or found counterfeit" if score.purchases else ""
    genuine = f", {_many(score.genuine, 'test purchase')} genuine" if score.genuine else ""
    signs = score.relistings + score.failed_counters + score.alias_changes
    capped = f", of which {MOST_INTENTION:g} is the most" if 1 + EACH_INTENTION * signs > MOST_INTENTION else ""
    return (
        f"Number: {score.upheld} upheld{bought} in {days}; with a half-life of {half_life} "
        f"{'it weighs' if counts == 1 else 'they weigh'} {number}.",
        f"Proportion: {counts} of {decided} decided {'was' if counts == 1 else 'were'} upheld{found} "
        f"({score.rejected} rejected, {score.overturned} overturned{genuine}); "
        f"half of that share and 0.5 make {share}.",
        f"Gravity: the violations weigh {gravity} on average, from 0 to 1{weights}; the recent ones count for more.",
        f"Intention: {_many(score.relistings, 'relisting')}, {_many(score.failed_counters, 'failed counter-notice')}, "
        f"{_many(score.alias_changes, 'change')} of alias; 1 + {EACH_INTENTION:g} × {signs}{capped}: {intention}.",
        f"Score: 10 × {' × '.join(factors)} = {score.total:.1f}{rounded}.",
    )


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
