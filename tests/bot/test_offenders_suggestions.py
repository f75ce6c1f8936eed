"""Who may be the same: what suggests it, what does not, and how often that is right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.model import Hub, Identifier, IdentifierKind, Link, LinkState
from bot.offenders import groups, normal, suggestions
from tests.bot.rings import AGENT_ADDRESS, AGENT_PHONE, Town, together, town
from tests.make import ANALYST, NOW, identifier, link

A, B, C, D = "acme:S-1", "acme:S-2", "bazaar:S-3", "zeta:S-4"
NAME, EMAIL = IdentifierKind.SHOP_NAME, IdentifierKind.EMAIL


def pairs(on_file: Sequence[Identifier], *links: Link, hub_limit: int = 4) -> list[tuple[str, str]]:
    return [(one.a, one.b) for one in suggestions(on_file, links, hub_limit=hub_limit)[0]]


def filed(of: str, kind: IdentifierKind, value: str, **changes: Any) -> Identifier:
    return identifier(of, value, kind=kind, normal=normal(kind, value), **changes)


def test_a_shared_identifier_suggests_a_pair_and_shows_it() -> None:
    on_file = [filed(B, EMAIL, "Shop+x@example.com"), filed(A, EMAIL, "shop@example.com"), identifier(C, "+861")]
    (one,), hubs = suggestions(on_file, [], hub_limit=4)
    assert (one.a, one.b, [each.value for each in one.shared], hubs) == (A, B, ["shop@example.com"], ())


def test_the_most_shared_comes_first_whatever_the_order() -> None:
    on_file = [identifier(A), identifier(B), identifier(C, "+5"), identifier(D, "+5")]
    on_file += [filed(C, EMAIL, "c@example.com"), filed(D, EMAIL, "c@example.com")]
    assert pairs(on_file) == pairs(on_file[::-1]) == [(C, D), (A, B)]


def test_what_was_taken_off_file_suggests_nothing() -> None:
    assert pairs([identifier(A), identifier(B, removed_at=NOW, removed_by=ANALYST)]) == []


def test_linked_sellers_are_not_suggested_and_two_offenders_get_one_pair() -> None:
    on_file = [identifier(A), identifier(B), identifier(C)]
    assert pairs(on_file) == [(A, B), (A, C), (B, C)]
    assert pairs(on_file, link(A, B)) == [(A, C)]
    assert pairs(on_file, link(A, B), link(B, C)) == []


def test_a_pair_a_person_said_no_to_stays_away() -> None:
    on_file = [identifier(A), identifier(B)]
    for state in (LinkState.DISMISSED, LinkState.UNLINKED):
        assert pairs(on_file, link(A, B, state=state)) == []


def test_another_pair_of_two_offenders_told_apart_needs_something_new() -> None:
    known = [identifier(A), identifier(B), identifier(C)]
    said = (link(A, B), link(A, C, state=LinkState.DISMISSED))
    assert pairs(known, *said) == []
    later = {"at": NOW + timedelta(days=1)}
    found = [filed(B, EMAIL, "c@example.com", **later), filed(C, EMAIL, "c@example.com", **later)]
    assert pairs([*known, *found], *said) == [(B, C)]


def test_a_hub_suggests_nothing_and_says_so() -> None:
    sellers = [f"acme:S-{number}" for number in range(5)]
    on_file = [identifier(seller) for seller in sellers]
    assert suggestions(on_file, [], hub_limit=4) == (
        (),
        (Hub(kind=IdentifierKind.PHONE, value="+49301234567", sellers=tuple(sellers)),),
    )
    assert len(pairs(on_file, hub_limit=5)) == 10


def test_a_linked_ring_does_not_shield_its_next_member() -> None:
    sellers = [f"acme:S-{number}" for number in range(6)]
    ring = [link(sellers[0], other) for other in sellers[1:5]]
    assert pairs([identifier(seller) for seller in sellers], *ring) == [(sellers[0], sellers[5])]


def test_a_short_shop_name_needs_something_else() -> None:
    assert pairs([filed(A, NAME, "Shop"), filed(B, NAME, "SHOP!")]) == []
    assert pairs([filed(A, NAME, "Bright Sun"), filed(B, NAME, "bright-sun")]) == [(A, B)]
    assert pairs([filed(A, NAME, "Shop"), filed(B, NAME, "SHOP!"), identifier(A), identifier(B)]) == [(A, B)]


def quality(place: Town) -> tuple[float, float, int]:
    """Precision and recall of who is together when every suggestion is confirmed, and how many hubs."""
    found, hubs = suggestions(place.identifiers, [], hub_limit=4)
    said = together(set(groups((), [link(one.a, one.b) for one in found]).values()))
    right = len(said & place.same)
    return right / len(said), right / len(place.same), len(hubs)


def test_labelled_rings_are_found_and_bystanders_left_alone() -> None:
    for seed in range(5):
        precision, recall, hubs = quality(town(seed))
        print(f"rings, seed {seed}: precision {precision:.3f}, recall {recall:.3f}, hubs {hubs}")  # noqa: T201
        assert precision >= 0.98
        assert recall >= 0.95


def test_without_the_guard_a_forwarding_agent_would_be_one_big_ring() -> None:
    place = town(1)
    found, _ = suggestions(place.identifiers, [], hub_limit=1000)
    said = together(set(groups((), [link(one.a, one.b) for one in found]).values()))
    assert len(said & place.same) / len(said) < 0.7
    _, hubs = suggestions(place.identifiers, [], hub_limit=4)
    agents = {normal(IdentifierKind.PHONE, AGENT_PHONE), normal(IdentifierKind.RETURN_ADDRESS, AGENT_ADDRESS)}
    assert agents <= {normal(hub.kind, hub.value) for hub in hubs}
