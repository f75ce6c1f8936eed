"""Which sellers are one, and which one a person means."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from bot.model import Link

LONGEST_VALUE = 120
"""Characters of a key that fits the value of a Slack option beside a few words of ours."""
MOST_NEAR = 100
"""Sellers whose names have a part in common; whoever means one of them has to say more."""


def groups(sellers: Iterable[str], links: Iterable[Link]) -> Mapping[str, tuple[str, ...]]:
    """Each seller with all that are the same offender: itself among them, sorted. Links bring in whom they name."""
    parent = {seller: seller for seller in sellers}
    for link in links:
        for seller in (link.a, link.b):
            parent.setdefault(seller, seller)
        if link.linked:
            parent[_root(parent, link.a)] = _root(parent, link.b)
    members: dict[str, list[str]] = {}
    for seller in parent:
        members.setdefault(_root(parent, seller), []).append(seller)
    together = {root: tuple(sorted(sellers)) for root, sellers in members.items()}
    return {seller: together[_root(parent, seller)] for seller in parent}


def _root(parent: dict[str, str], seller: str) -> str:
    while (above := parent[seller]) != seller:
        parent[seller] = seller = parent[above]
    return seller


def token(key: str) -> str:
    """The key, or something short that stands for it where Slack has no room; `find` knows both."""
    return key if len(key) <= LONGEST_VALUE else f"#{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def find(asked: str, sellers: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The keys of the sellers a person may mean, of all with their names. The most exact reading that fits wins.

    In this order: key or token, the marketplace's id without the marketplace, the whole name, a part of a name.
    """
    asked = " ".join(asked.split())
    if asked in sellers:
        return (asked,)
    readings = (*_whole(asked, sellers), _part(asked, sellers))
    return next((tuple(sorted(found)) for reading in readings if (found := list(reading))), ())


def called(asked: str, sellers: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The keys of all that a text may name: whom `find` picks from them is whom it picks from everybody.

    By key, token, id or whole name, whichever fits; where nothing does, by a part of a name, the first `MOST_NEAR`: of
    so many nobody means all.
    """
    return called_whole(asked, sellers) or frozenset(sorted(_part(" ".join(asked.split()), sellers))[:MOST_NEAR])


def called_whole(asked: str, sellers: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """As `called`, but by no part of a name."""
    return frozenset(key for reading in _whole(" ".join(asked.split()), sellers) for key in reading)


def plain(name: str) -> str:
    """A name as names are compared."""
    return " ".join(name.split()).casefold()


def _whole(asked: str, sellers: Mapping[str, tuple[str, ...]]) -> Iterator[Iterator[str]]:
    """The readings of a text as something whole, the most exact first."""
    wanted = asked.casefold()
    if not wanted:
        return
    yield (key for key in sellers if wanted in (key.casefold(), token(key)))
    yield (key for key in sellers if key.partition(":")[2] == asked)
    yield (key for key in sellers if key.partition(":")[2].casefold() == wanted)
    yield (key for key, names in sellers.items() if any(plain(name) == wanted for name in names))


def _part(asked: str, sellers: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    wanted = asked.casefold()
    return (key for key, names in sellers.items() if wanted and any(wanted in plain(name) for name in names))
