"""Which sellers may be the same, by what is on file about them. Only a person says that they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import combinations, product

from bot.model import Hub, Identifier, IdentifierKind, Link, Suggestion
from bot.offenders.identity import groups

SHORT_NAME = 6
"""Characters a shop name must have, as compared, to suggest anything alone."""

_Pair = tuple[str, str]
_Groups = Mapping[str, tuple[str, ...]]
_KINDS = tuple(IdentifierKind)


def suggestions(
    identifiers: Iterable[Identifier], links: Iterable[Link], *, hub_limit: int
) -> tuple[tuple[Suggestion, ...], tuple[Hub, ...]]:
    """Pairs of sellers that share something and are not linked, the most shared first; and what too many share.

    Two offenders get one pair, however many sellers they have. A pair that a person said no to stays away; other
    sellers of the same two offenders come back when something they share was put on file after that. Linked sellers
    count as one against `hub_limit`, so that a ring does not shield its next member.
    """
    on_file = [one for one in identifiers if one.on_file]
    links = list(links)
    together = groups({one.seller for one in on_file}, links)
    sharing: dict[tuple[IdentifierKind, str], dict[str, Identifier]] = {}
    for one in sorted(on_file, key=lambda one: (one.seller, one.value)):
        sharing.setdefault((one.kind, one.normal), {}).setdefault(one.seller, one)
    hubs: list[Hub] = []
    shared: dict[_Pair, list[tuple[Identifier, Identifier]]] = {}
    for (kind, _), sellers in sharing.items():
        apart = {together[seller] for seller in sellers}
        if len(apart) > hub_limit:
            hubs.append(Hub(kind=kind, value=next(iter(sellers.values())).value, sellers=tuple(sellers)))
            continue
        for pair in _pairs(apart, sellers):
            shared.setdefault(pair, []).append((sellers[pair[0]], sellers[pair[1]]))
    hubs.sort(key=lambda hub: (-len(hub.sellers), _KINDS.index(hub.kind), hub.value))
    return _best(shared, links, together), tuple(hubs)


def _pairs(apart: Iterable[tuple[str, ...]], sellers: Mapping[str, Identifier]) -> Iterable[_Pair]:
    """Every two of the sellers that are not one offender, in order."""
    for first, second in combinations([[one for one in group if one in sellers] for group in apart], 2):
        yield from ((min(pair), max(pair)) for pair in product(first, second))


def _best(
    shared: Mapping[_Pair, list[tuple[Identifier, Identifier]]], links: Iterable[Link], together: _Groups
) -> tuple[Suggestion, ...]:
    """The strongest pair between any two offenders."""
    refused, since = _refusals(links, together)
    best: dict[frozenset[str], Suggestion] = {}
    found = [_suggestion(pair, evidence) for pair, evidence in shared.items() if pair not in refused]
    for one in sorted(found, key=lambda one: (-len(one.shared), one.a, one.b)):
        between = frozenset({together[one.a][0], together[one.b][0]})
        newest = max(mine_or_theirs.at for both in shared[one.a, one.b] for mine_or_theirs in both)
        if _enough(one) and (between not in since or newest > since[between]):
            best.setdefault(between, one)
    return tuple(best.values())


def _refusals(links: Iterable[Link], together: _Groups) -> tuple[set[_Pair], dict[frozenset[str], datetime]]:
    """The pairs a person said no to, and when that was last said of any sellers of two offenders."""
    pairs: set[_Pair] = set()
    since: dict[frozenset[str], datetime] = {}
    for link in links:
        if not link.linked:
            pairs.add((min(link.a, link.b), max(link.a, link.b)))
            between = frozenset({together[link.a][0], together[link.b][0]})
            since[between] = max(link.steps[-1].at, since.get(between, link.steps[-1].at))
    return pairs, since


def _suggestion(pair: _Pair, evidence: Iterable[tuple[Identifier, Identifier]]) -> Suggestion:
    ordered = sorted((mine for mine, _ in evidence), key=lambda one: (_KINDS.index(one.kind), one.normal))
    return Suggestion(a=pair[0], b=pair[1], shared=tuple(ordered))


def _enough(suggestion: Suggestion) -> bool:
    """A short shop name alone is common: it proves nothing."""
    return any(one.kind is not IdentifierKind.SHOP_NAME or len(one.normal) >= SHORT_NAME for one in suggestion.shared)
