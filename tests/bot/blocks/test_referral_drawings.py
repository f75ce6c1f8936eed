"""Referrals and agencies, with anything that people may write."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.agencies import EXAMPLES
from bot.agencies.forms import FORMS, Item
from bot.agencies.missing import missing
from bot.blocks import agencies, referral_forms, referrals
from bot.grammar.referrals import ListReferrals, parse_referrals
from bot.model import (
    PROFILES,
    SUMMARY_LIMIT,
    SYSTEM,
    Actor,
    Agency,
    Built,
    Change,
    Handing,
    Referral,
    ReferralState,
    Shown,
)
from bot.sandbox.strictness import check_view
from tests import make
from tests.bot.blocks import checks, made
from tests.bot.blocks.checks import elements_of, names, people

ADA = Actor(user_id="U0ADA", team_id="T1")
words = st.one_of(people, st.text(max_size=SUMMARY_LIMIT))
BUILT = Built(name="RF-3.zip", sha256="a" * 64, size=9, manifest="b" * 64, key="c" * 64, at=make.NOW)


@st.composite
def agencies_(draw: st.DrawFn) -> Agency:
    return Agency(
        key=draw(st.sampled_from(["pipcu", "x" * 40])),
        version=draw(st.integers(1, 9)),
        name=draw(names) or "x",
        jurisdiction="GB",
        contact=draw(names),
        takes=draw(st.sampled_from(Handing)),
        form=draw(st.sampled_from([*FORMS, "gone"])),
        profile=draw(st.sampled_from(list(PROFILES))),
        on=draw(st.booleans()),
        by=ADA,
        at=make.NOW,
        note=draw(words)[:1000],
    )


@st.composite
def referrals_(draw: st.DrawFn) -> Referral:
    decided = draw(st.sampled_from([None, ADA]))
    return Referral(
        id=draw(st.sampled_from(["RF-1", "RF-999999999"])),
        version=draw(st.integers(1, 99)),
        state=draw(st.sampled_from(ReferralState)),
        seller="acme:S-1",
        sellers=("acme:S-1", "acme:S-2"),
        title=draw(names) or "x",
        agency="pipcu",
        agency_name=draw(names) or "x",
        shows=frozenset(draw(st.sets(st.sampled_from(Shown)))),
        summary=draw(words),
        initials="AW",
        by=ADA,
        at=make.NOW,
        updated_at=make.NOW,
        answers=draw(st.one_of(st.none(), st.dictionaries(st.sampled_from([*Item, "gone"]), words, max_size=4))),
        files=draw(st.booleans()),
        to_folder=draw(st.booleans()),
        decided_by=decided,
        decided_at=make.NOW if decided else None,
        why=draw(words),
        built=draw(st.sampled_from([None, BUILT])),
        trouble=draw(words),
        handed_to=draw(words),
        case_number=draw(words),
        outcome=draw(words),
        next_on=draw(st.sampled_from([None, date(2031, 1, 1)])),
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(referrals_(), max_size=10), st.integers(0, 25), st.integers(1, 3), st.booleans())
def test_the_list(some: list[Referral], more: int, page: int, mine: bool) -> None:
    wanted = ListReferrals(page=page, mine=mine, states=(ReferralState.DRAFT,) if mine else ())
    drawn = referrals.listed(some, total=len(some) + more, wanted=wanted, names={"U0ADA": "Ada *Okafor*"})
    checks.check(drawn)
    for action in referrals.TURNS:
        for value in elements_of(drawn).get(action, []):
            turned = parse_referrals(value)
            assert isinstance(turned, ListReferrals)
            assert replace(turned, page=page) == wanted


@settings(deadline=None, max_examples=60)
@given(referrals_(), st.lists(words, max_size=20), st.booleans(), st.booleans())
def test_the_page_of_one(one: Referral, said: list[str], decides: bool, sends: bool) -> None:
    changes = [
        Change(of=one.of, number=at, at=make.NOW, actor=SYSTEM if at % 2 else ADA, words=text or "x")
        for at, text in enumerate(said, 1)
    ]
    drawn = referrals.shown(one, changes=changes, names={"U0ADA": "Ada"}, asks={}, decides=decides, sends=sends)
    checks.check(drawn)
    steps = {action for action in elements_of(drawn) if action.startswith("referrals.to_")}
    assert all(one.may_become(ReferralState(action.removeprefix("referrals.to_"))) for action in steps)
    assert (referrals.APPROVE in elements_of(drawn)) is decides


@settings(deadline=None, max_examples=60)
@given(referrals_(), people)
def test_a_channel_is_told_of_nobody_and_a_person_of_whom(one: Referral, who: str) -> None:
    for alone in (True, False):
        drawn = referrals.asked(one, drafted_by=who or "x", decided_by=who or "x", alone=alone)
        checks.check(drawn)
        approves = elements_of(drawn).get(referrals.APPROVE, [])
        assert approves == ([f"{one.id} {one.version}"] if alone and one.state is ReferralState.DRAFT else [])
    secret = replace(one, title="SECRETSELLER", agency_name="SECRETAGENCY", summary="SECRETSUMMARY", why="SECRETWHY")
    told = referrals.asked(secret, drafted_by="Ann", decided_by="Bo", alone=False)
    assert "SECRET" not in f"{told}"


@settings(deadline=None, max_examples=60)
@given(referrals_(), agencies_(), st.booleans())
def test_what_a_second_person_looks_at(one: Referral, agency: Agency, decides: bool) -> None:
    form = FORMS.get(agency.form)
    lacks = missing(form, dict.fromkeys(Item, False)) if form else ()
    goes = referral_forms.will_go(
        made.offender(), notices=1000, upheld=900, rights=3, files=200, purchases=2, period=(make.NOW, make.NOW)
    )
    drawn = referrals.look(one, goes=goes, lacks=lacks, asks=asks_of(agency), drafted_by="Ann", decides=decides)
    checks.check(drawn)


@settings(deadline=None, max_examples=60)
@given(agencies_(), names, st.booleans(), st.booleans(), st.sets(st.sampled_from(Shown)))
def test_the_form_of_every_agency_is_one_that_slack_takes(
    agency: Agency, title: str, signs: bool, folder: bool, shows: set[Shown]
) -> None:
    for key in [*FORMS, "gone"]:
        form = FORMS.get(key)
        for has in (None, False, True):
            lacks = missing(form, dict.fromkeys(Item, has)) if form else ()
            view = referrals.form(
                replace(agency, form=key),
                seller="acme:" + "S" * 300,
                title=title or "x",
                goes=[("Notices", "3")],
                asks=form,
                lacks=lacks,
                shows=shows,
                initials="",
                signs=signs,
                folder=folder,
            )
            check_view(view, "modal")


@settings(deadline=None, max_examples=40)
@given(referrals_(), st.lists(agencies_(), min_size=1, max_size=3, unique_by=lambda one: one.key), names)
def test_the_smaller_forms_are_ones_that_slack_takes(one: Referral, some: list[Agency], title: str) -> None:
    check_view(referrals.choice_form("acme:S-1", title or "x", some), "modal")
    check_view(referrals.why_form(one.id), "modal")
    check_view(referrals.reminder_form(one.id, one.next_on), "modal")
    for state in referrals.STEPS:
        check_view(referrals.step_form(one, state), "modal")


@settings(deadline=None, max_examples=40)
@given(st.lists(agencies_(), max_size=3), words)
def test_agencies(some: list[Agency], said: str) -> None:
    checks.check(agencies.listed(some, tuple(EXAMPLES.values())))
    change = Change(of="agency:pipcu", number=1, at=make.NOW + timedelta(days=1), actor=ADA, words=said or "x")
    for one in some:
        checks.check(agencies.shown(one.key, one, None, changes=[change], names={}))
        check_view(agencies.form(replace(one, form="generic")), "modal")
    for key, example in EXAMPLES.items():
        checks.check(agencies.shown(key, None, example, changes=[], names={}))
    check_view(agencies.form(None), "modal")
    check_view(agencies.told_view(said or "x", "pipcu"), "modal")


def asks_of(agency: Agency) -> dict[str, Any]:
    form = FORMS.get(agency.form)
    return {ask.key.value: ask.words for ask in form.asks} if form else {}
