"""The register, with anything that admins, people and marketplaces may write."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import Json, Message, filing, pausing, register, roles, rules, tracking
from bot.grammar import register as grammar
from bot.model import (
    PAGE,
    SYSTEM,
    Actor,
    Change,
    Circuit,
    Filed,
    FilingPolicy,
    Pause,
    Preview,
    Role,
    RoleGrant,
    Standing,
    Violation,
)
from bot.sandbox.strictness import check_view
from tests import make
from tests.bot.blocks import checks
from tests.bot.blocks.checks import elements_of, name, names, people

ADA = Actor(user_id="U0ADA", team_id="T1")
holders = st.sampled_from(["U0ANN", "W0ENTERPRISE", "S0BRAND"])
pages = st.integers(1, 5)
given_roles = st.lists(st.sampled_from(Role), unique=True).map(tuple)


@st.composite
def grants(draw: st.DrawFn) -> RoleGrant:
    return RoleGrant(
        holder=draw(holders), version=draw(st.integers(1, 99)), roles=draw(given_roles), by=ADA, at=make.NOW
    )


@st.composite
def policies(draw: st.DrawFn) -> FilingPolicy:
    number = st.one_of(st.none(), st.integers(0, 3600))
    return FilingPolicy(
        version=draw(st.integers(0, 3)),
        by=ADA,
        at=make.NOW,
        violations=tuple(draw(st.sets(st.sampled_from(Violation)))),
        marketplaces=tuple(draw(st.sets(st.sampled_from(["acme", "gone"])))),
        batch_over=draw(number),
        daily_quota=draw(number),
        undo_seconds=draw(number),
        approvers_channel=draw(st.sampled_from(["", "C0LEGAL"])),
    )


@st.composite
def pauses(draw: st.DrawFn) -> Pause | None:
    if draw(st.booleans()):
        return None
    return Pause(marketplace="acme", version=1, paused=True, why=draw(people)[:500], by=ADA, at=make.NOW)


@st.composite
def circuits(draw: st.DrawFn) -> Circuit | None:
    if draw(st.booleans()):
        return None
    return Circuit(
        marketplace="acme",
        version=1,
        failures=draw(st.integers(0, 9)),
        open_until=draw(st.sampled_from([None, make.NOW, make.NOW + timedelta(minutes=5)])),
        told_at=draw(st.sampled_from([None, make.NOW])),
        because=draw(people)[:500],
    )


def check_form(view: Json) -> None:
    check_view(view, "modal")


@settings(max_examples=60)
@given(st.lists(st.tuples(holders, names, grants(), st.booleans(), names), max_size=PAGE), pages, st.integers(0, 60))
def test_a_page_of_roles_is_within_what_slack_takes_and_harmless(
    some: list[tuple[str, str, RoleGrant, bool, str]], page: int, total: int
) -> None:
    rows = [
        roles.row(holder, called, None if own else grant, configured=own, by=called, void=void)
        for holder, called, grant, own, void in some
    ]
    shown = roles.listed(rows, total=total, page=page)
    checks.check(shown)
    assert len(elements_of(shown).get("roles.change", [])) == len(rows)


@settings(max_examples=60)
@given(holders, names, given_roles, st.booleans())
def test_the_forms_of_roles_are_within_what_slack_takes(
    holder: str, called: str, had: tuple[Role, ...], configured: bool
) -> None:
    check_form(roles.giving())
    view = roles.changing(holder, called, had, version=7, configured=configured)
    check_form(view)
    assert view["private_metadata"] == f"{holder} 7"
    boxes = view["blocks"][-1]["element"]
    assert {one["value"] for one in boxes.get("initial_options", [])} == {str(role) for role in had}


@settings(max_examples=60)
@given(names, given_roles, st.lists(grants(), max_size=6), st.booleans(), st.lists(names, max_size=30))
def test_what_somebody_is_here_is_within_what_slack_takes_and_harmless(
    called: str, held: tuple[Role, ...], through: list[RoleGrant], sure: bool, admins: list[str]
) -> None:
    shown = register.standing(
        called,
        frozenset(held),
        through,
        configured=not sure,
        unsure=not sure,
        names={ADA.user_id: called, "S0BRAND": called},
        admins=admins,
    )
    checks.check(shown)
    checks.check(register.closed(called))


def test_whoever_is_everything_is_not_told_what_they_may_not_nor_whom_to_ask() -> None:
    shown = register.standing("Ada", frozenset(Role), [], configured=True, unsure=False, names={}, admins=["Ada"])
    assert "You may not" not in shown.text
    assert "please ask" not in shown.text
    nothing = register.standing("Cat", frozenset(), [], configured=False, unsure=False, names={}, admins=[])
    assert "You may look" not in nothing.text
    assert "This desk has no admin yet" in nothing.text


@settings(max_examples=60)
@given(policies(), names, st.lists(people, max_size=2), people)
def test_the_rules_in_words_and_as_a_form_are_within_what_slack_takes_and_harmless(
    policy: FilingPolicy, by: str, warnings: list[str], done: str
) -> None:
    lines = [("Second person for", by), ("Undo window", "30 seconds")]
    checks.check(rules.shown(policy, lines, by=by, warnings=warnings, done=done))
    check_form(rules.saved_view(policy, lines, by=by, warnings=warnings, done=done))
    check_form(rules.form(policy, marketplaces=["acme", "bazar"], name=name, undo_seconds=30))
    check_form(rules.form(policy, marketplaces=[f"market{number}" for number in range(150)], name=name, undo_seconds=0))


def test_the_form_shows_the_rules_as_they_are() -> None:
    policy = FilingPolicy(
        version=4,
        by=ADA,
        at=make.NOW,
        violations=(Violation.DESIGN,),
        marketplaces=("gone",),
        batch_over=0,
        approvers_channel="C0LEGAL",
    )
    view = rules.form(policy, marketplaces=["acme"], name=name, undo_seconds=30)
    fields = {block["block_id"]: block["element"] for block in view["blocks"]}
    assert [one["value"] for one in fields["violations"]["initial_options"]] == ["design"]
    assert [one["value"] for one in fields["marketplaces"]["initial_options"]] == ["gone"], "kept, though not connected"
    assert fields["batch_over"]["initial_value"] == "0"
    assert "initial_value" not in fields["daily_quota"]
    assert fields["channel"]["initial_conversation"] == "C0LEGAL"
    assert view["private_metadata"] == "4"


@settings(max_examples=60)
@given(st.lists(st.tuples(names, pauses(), circuits(), names), max_size=PAGE), pages, st.integers(0, 60))
def test_a_page_of_marketplaces_is_within_what_slack_takes_and_harmless(
    some: list[tuple[str, Pause | None, Circuit | None, str]], page: int, total: int
) -> None:
    rows = [
        pausing.row(
            "acme",
            called,
            pause=pause,
            by=by,
            circuit=circuit,
            now=make.NOW,
            today=(1, 2, 3),
            waiting=4,
            requests_per_second=0.5,
        )
        for called, pause, circuit, by in some
    ]
    checks.check(pausing.listed(rows, total=total, page=page))
    for called, *_ in some:
        check_form(pausing.why_form("acme", called))


@settings(max_examples=60)
@given(st.lists(st.tuples(people, names), max_size=PAGE), pages, st.integers(0, 60), names)
def test_a_page_of_history_is_within_what_slack_takes_and_harmless(
    some: list[tuple[str, str]], page: int, total: int, what: str
) -> None:
    changes = [
        Change(of="right:A", number=at + 1, at=make.NOW, actor=Actor(user_id=f"U{at}"), words=words[:1500])
        for at, (words, _) in enumerate(some)
    ]
    called = {f"U{at}": who for at, (_, who) in enumerate(some)}
    checks.check(register.history(changes, total=total, page=page, what=what, names=called))


@settings(max_examples=30)
@given(st.lists(people, min_size=1, max_size=6))
def test_the_overview_and_short_answers_are_harmless(lines: list[str]) -> None:
    checks.check(register.overview(lines))
    checks.check(register.told(f"Done: {lines[0]}", *lines[1:], elements=[roles.again("U0ANN", lines[0][:100])]))


@settings(max_examples=30)
@given(people, st.sampled_from([1, 12]))
def test_what_is_held_up_says_so_in_the_preview_the_answer_the_card_and_the_status(words: str, count: int) -> None:
    batch = tuple(make.notice(f"TD-{number}", batch_id="b") for number in range(1, count + 1))
    note = f"Ada paused it ({words[:500]})."
    draft = make.draft(text_version="2026-11")
    drawn: list[Message] = [
        filing.preview(Preview(draft=draft, right=make.right(), sellers=(None,), notes=(note,)), name=name),
        filing.filed(Filed(notices=batch, notes=(note,)), name=name),
        filing.card(batch, name=name, notes=(note,)),
        filing.card_in_private(batch, name=name, channel="C1", notes=(note,)),
        tracking.status(Standing(notice=batch[0], events=(), card=None, notes=(note,)), name=name),
    ]
    for shown in drawn:
        checks.check(shown)
        assert "Ada paused it" in shown.text
        assert "Ada paused it" in " ".join(checks.texts(list(shown.blocks)))


def test_every_button_of_the_overview_and_of_the_pages_holds_a_command_that_can_be_read() -> None:
    everything: dict[str, Any] = elements_of(register.overview(["a line"]))
    assert set(everything) == {f"register.{door}" for door in register.DOORS}
    change = Change(of="policy:filing", number=1, at=make.NOW, actor=SYSTEM, words="x")
    turned = register.history([change], total=50, page=2, what="marketplace:acme", names={})
    for values in (*everything.values(), *elements_of(turned).values()):
        for value in values:
            grammar.parse_register(value)
    assert elements_of(turned) == {
        "register.back": ["history marketplace:acme page:1"],
        "register.further": ["history marketplace:acme page:3"],
    }
