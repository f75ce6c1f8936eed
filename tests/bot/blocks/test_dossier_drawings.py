"""One offender's page, suggestions and the forms about sellers: within Slack's limits, harmless, private."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import Message, offenders
from bot.blocks.charts import Charts
from bot.model import (
    Brief,
    ComeBack,
    Hub,
    Identifier,
    IdentifierKind,
    Identity,
    Link,
    LinkState,
    Offender,
    Point,
    Stance,
    Status,
    Strikes,
    Struck,
    Suggestion,
    Violation,
)
from bot.sandbox.strictness import check_view
from tests.bot.blocks import made
from tests.bot.blocks.checks import blocks_of, check, elements_of, ids, name, names, people, sellers, texts

TITLES = {"acme:S-5": "Shop 5 (S-5)", "acme:S-9": "Shop 9 (S-9)", "bazar:77": "Zed (77)", "U0ADA": "Ada"}


def dossier(offender: Offender, charts: Charts = Charts.NATIVE, **changes: Any) -> Message:
    given: dict[str, Any] = {
        "briefs": [],
        "links": [],
        "identifiers": [],
        "stance": None,
        "names": TITLES,
        "series": [],
        "suggestions": [],
        "hubs": [],
        **changes,
    }
    return offenders.shown(offender, name=name, charts=charts, **given)


@st.composite
def notices(draw: st.DrawFn) -> list[Brief]:
    listing, seller = draw(ids), draw(names)
    return [
        made.brief(
            at,
            listing_id=listing,
            seller_name=seller,
            status=draw(st.sampled_from(Status)),
            violation=draw(st.sampled_from(Violation)),
            came_back=draw(st.sampled_from([None, *ComeBack])),
        )
        for at in range(draw(st.sampled_from([0, 1, 40])))
    ]


@st.composite
def evidence(draw: st.DrawFn) -> dict[str, Any]:
    """What people wrote: links, identifiers, suggestions, names."""
    value, reason, key = draw(names), draw(people), draw(ids)
    many = st.sampled_from([0, 1, 25])
    kinds = draw(st.lists(st.sampled_from(IdentifierKind), min_size=1, max_size=3))
    shared = tuple(made.identifier(value, kind=kind, seller=f"acme:{key}") for kind in kinds)
    return {
        "links": [made.link(f"acme:{key}", f"bazar:{at}", reason=reason) for at in range(draw(many))],
        "identifiers": list(shared) * draw(many),
        "suggestions": [Suggestion(a=f"acme:{key}", b=f"bazar:{at}", shared=shared) for at in range(draw(many))],
        "hubs": [Hub(kind=kinds[0], value=value, sellers=("a", "b"))] * draw(many),
        "names": {"U0ADA": draw(names), f"acme:{key}": draw(names)},
    }


@settings(max_examples=250, deadline=None)
@given(sellers(), notices(), evidence(), st.integers(0, 20), st.booleans())
def test_a_dossier_of_anything_fits(
    offender: Offender, briefs: list[Brief], said: dict[str, Any], months: int, follows: bool
) -> None:
    stance = Stance(user_id="U0ADA", seller=offender.key, version=1, watching=follows, muted=not follows)
    series = [Point(label=f"Month {at}", filed=at, removed=at) for at in range(months)]
    for charts in Charts:
        shown = dossier(offender, charts, briefs=briefs, stance=stance, series=series, **said)
        check(shown, blocks=charts is not Charts.NONE)
        assert all(line.strip() for line in shown.text.split("\n"))


@settings(max_examples=150, deadline=None)
@given(evidence())
def test_any_suggestions_fit(said: dict[str, Any]) -> None:
    check(offenders.suggested(said["suggestions"], said["hubs"], titles=said["names"], name=name))


@settings(max_examples=150, deadline=None)
@given(ids, ids, names, people)
def test_any_form_fits(a: str, b: str, title: str, reason: str) -> None:
    a, b = f"acme:{a}", f"bazar:{b}"
    for other in (b, ""):
        view = offenders.link_form(a, other, titles={a: title})
        check_view(view, "modal")
        assert json.loads(view["private_metadata"]) == {"a": a, "b": other}
    check_view(offenders.unlink_form(made.link(a, b, reason=reason)), "modal")
    view = offenders.identify_form(a, title)
    check_view(view, "modal")
    assert view["private_metadata"] == a


def test_a_dossier_says_everything_that_is_known() -> None:
    rule = Strikes(
        marketplace="acme",
        limit=3,
        counts=frozenset({Violation.COUNTERFEIT}),
        window_days=365,
        consequence="closes the shop",
    )
    other = Identity(key="bazar:77", marketplace="bazar", seller_id="77", names=("Zed", "Zed Shop"), upheld=1)
    struck = tuple(Struck(rule=rule, seller=key, count=count) for key, count in (("acme:S-5", 3), ("bazar:77", 4)))
    one = made.offender(strikes=struck)
    one = replace(one, identities=(*one.identities, other))
    shown = dossier(
        one,
        briefs=[made.brief(1), made.brief(2, status=Status.REINSTATED, came_back=ComeBack.RELISTED)],
        links=[made.link(), made.link(b="bazar:78", state=LinkState.UNLINKED)],
        identifiers=[made.identifier(), made.identifier("old", removed_at=made.END)],
        suggestions=[Suggestion(a="acme:S-5", b="acme:S-9", shared=(made.identifier(),))],
        hubs=[Hub(kind=IdentifierKind.RETURN_ADDRESS, value="Depot 4", sellers=tuple("abcde"))],
        series=[Point(label="Oct 2026", filed=3, removed=1), Point(label="Nov 2026", filed=2, removed=3)],
    )
    check(shown)
    said = shown.text.split("\n")
    assert said[:4] == [
        "Shop 5 (S-5) and 1 linked · acme:S-5 · counted over the last 90 days",
        "Score 36.8.",
        "Acme Market closes the shop at 3 strikes (counterfeit goods, 365 days): "
        "Shop 5 (S-5) has 3 (the limit is reached); Zed (77) has 4 (the limit is passed).",
        "4 upheld in 90 days, 3 in those before, 9 in all, the last on 22 Nov 2026.",
    ]
    for line in (
        "Known as Shop 5 (S-5) at Acme Market: 4 upheld",
        "Known as Zed (77) at Bazar: 1 upheld, also Zed Shop",
        "Shop 5 (S-5) and Zed (77) are one: Same return label (Ada, 24 Nov 2026)",
        "Shop 5 (S-5) and bazar:78 are not one: Same return label (Ada, 24 Nov 2026)",
        "On file: phone: +49 30 1234567 (Shop 5 (S-5); Ada, 24 Nov 2026)",
        "Suggested: Shop 5 (S-5) shares a phone number with Shop 9 (S-9).",
        "TD-1 · removed · Acme Market 1 · counterfeit goods · filed 20 Nov 2026, decided 23 Nov 2026",
        "Relisted after removal: TD-2.",
        "A return address that 5 sellers share suggests nothing: too many have it.",
    ):
        assert line in said
    assert "old" not in said
    assert elements_of(shown) == {
        "offenders.unlink": ["acme:S-5|bazar:77"],
        "offenders.link": ["acme:S-5|acme:S-9", "acme:S-5"],
        "offenders.dismiss": ["acme:S-5|acme:S-9"],
        "offenders.watch": ["acme:S-5"],
        "offenders.mute": ["acme:S-5"],
        "offenders.identify": ["acme:S-5"],
    }
    assert len(blocks_of(shown, "data_visualization")) == 1


def test_a_dossier_shows_the_last_fifteen_notices() -> None:
    briefs = [made.brief(at, filed_at=made.END - timedelta(days=at)) for at in range(1, 41)]
    shown = dossier(made.offender(), briefs=briefs)
    (table,) = blocks_of(shown, "table")
    assert [row[0]["text"] for row in table["rows"][:2]] == ["Status", "removed"]
    assert [row[1]["text"] for row in table["rows"]] == ["Notice", *(f"TD-{at}" for at in range(1, 16))]
    assert "*Notices* · the last 15 of 40" in texts(list(shown.blocks))
    assert "And 25 earlier." in shown.text


def test_who_follows_is_offered_to_stop() -> None:
    stance = Stance(user_id="U0ADA", seller="acme:S-5", version=1, watching=True, muted=True)
    assert {"offenders.unwatch", "offenders.unmute"} <= set(elements_of(dossier(made.offender(), stance=stance)))


def test_identifiers_stay_on_the_dossier_page() -> None:
    suggestion = Suggestion(a="acme:S-5", b="bazar:77", shared=(made.identifier("+49 30 1234567"),))
    hub = Hub(kind=IdentifierKind.EMAIL, value="a@depot.example", sellers=tuple("abcde"))
    shown = offenders.suggested([suggestion], [hub], titles=TITLES, name=name)
    assert "Shop 5 (S-5) at Acme Market and Zed (77) at Bazar share a phone number." in shown.text
    assert "An e-mail address that 5 sellers share suggests nothing" in shown.text
    everything = shown.text + "".join(texts(list(shown.blocks)))
    assert "1234567" not in everything
    assert "depot" not in everything


def test_suggestions_that_do_not_fit_are_counted() -> None:
    many = [Suggestion(a="acme:S-5", b=f"bazar:{at}", shared=()) for at in range(20)]
    shown = offenders.suggested(many, (), titles=TITLES, name=name)
    check(shown)
    assert "And 8 more, after these." in shown.text
    assert len(elements_of(shown)["offenders.dismiss"]) == 12


def test_nothing_to_suggest_is_said() -> None:
    assert offenders.suggested((), (), titles={}, name=name).text.startswith("Nothing to decide.")


def test_linking_asks_for_the_other_seller_only_when_it_is_not_known() -> None:
    known, open_ = (offenders.link_form("acme:S-5", b, titles=TITLES) for b in ("acme:S-9", ""))
    assert [one.get("block_id") for one in known["blocks"][1:]] == ["reason"]
    assert [one.get("block_id") for one in open_["blocks"][1:]] == ["other", "reason"]
    assert known["blocks"][0]["text"]["text"] == "Shop 5 (S-5) and Shop 9 (S-9) are the same seller."
    assert known["callback_id"] == "offenders.link"


def test_unlinking_recalls_why_they_were_linked() -> None:
    view = offenders.unlink_form(made.link())
    assert view["blocks"][0]["text"]["text"] == "acme:S-5 and bazar:77 were linked: Same return label"
    assert view["callback_id"] == "offenders.unlink"


def test_a_seller_on_file_for_nothing_still_has_a_page() -> None:
    nobody = replace(
        made.offender(), score=made.score(upheld=0, total=0.0), before=0, upheld_in_all=0, last_upheld_at=None
    )
    shown = dossier(nobody)
    check(shown)
    assert "*Notices* · none" in texts(list(shown.blocks))
    identifiers: list[Identifier] = []
    links: list[Link] = []
    assert dossier(nobody, identifiers=identifiers, links=links) == shown
