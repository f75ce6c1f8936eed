"""What approvers are shown, whatever people wrote: within Slack's limits, harmless, and all they need to decide."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import approvals, filing
from bot.model import Actor, Approval, Filed, Gauge, Notice, Override, Preview, Status, Tally, Violation
from bot.sandbox.strictness import check_view
from tests import make
from tests.bot.blocks.test_drawings import check, name, people, short

BO, CY = Actor(user_id="U0BO", team_id="T1"), Actor(user_id="U0CY", team_id="T1")
NAMES = {"U0BO": "Bo <!channel> https://evil.example"}


def decided(notice: Notice, by: Actor, *, approved: bool, why: str = "") -> Notice:
    assert notice.approval is not None
    status = Status.QUEUED if approved else Status.REFUSED
    said = replace(notice.approval, by=by, at=make.NOW, approved=approved, why=why)
    return replace(notice, status=status, approval=said, reason=why)


@st.composite
def batches(draw: st.DrawFn, most: int = 30) -> tuple[Notice, ...]:
    """A batch of which some wait, and some were decided by whom and why ever."""
    because = tuple(draw(st.lists(short, min_size=1, max_size=3)))
    common = {
        "batch_id": "TD-1",
        "seller": make.seller(draw(short), draw(people)),
        "right": make.right(title=draw(short), owner=draw(short)),
        "violation": draw(st.sampled_from(Violation)),
        "statement": draw(people)[:3000],
        "message_to_seller": draw(people)[:3000],
        "declaration": make.declaration(signature=draw(short), text_version="2026-11"),
        "approval": Approval(because=because, asked_at=make.NOW, channel=draw(st.sampled_from(["", "C0LEGAL"]))),
    }
    batch = []
    differ = draw(st.booleans())
    spite = Override(by=BO, at=make.NOW, why=draw(short), leave=draw(people)[:600]) if differ else None
    for number in range(1, draw(st.integers(1, most)) + 1):
        one = make.awaiting(f"TD-{number}", **common)
        match draw(st.sampled_from(["waits", "approved", "refused", "withdrawn"])):
            case "approved":
                one = decided(one, draw(st.sampled_from([BO, CY])), approved=True)
            case "refused":
                one = decided(one, draw(st.sampled_from([BO, CY])), approved=False, why=draw(people)[:500] or "x")
            case "withdrawn":
                one = replace(one, status=Status.WITHDRAWN)
        if differ and draw(st.booleans()):
            one = replace(
                one, statement=f"{number}{one.statement}"[:3000], override=draw(st.sampled_from([None, spite]))
            )
        batch.append(one)
    return tuple(batch)


@given(batches(), short)
def test_the_approvers_card_and_the_card_of_the_filing(batch: tuple[Notice, ...], account: str) -> None:
    gauge = Gauge(name=account, tally=Tally(upheld=9, rejected=1), days=90, asks=None)
    check(approvals.asked(batch, name=name, names=NAMES, gauges=(gauge,)))
    check(filing.card(batch, name=name))
    check(filing.card(batch[:1], name=name))
    check(filing.filed(Filed(notices=batch), name=name))


@given(st.lists(batches(most=4), max_size=10), st.integers(1, 5))
def test_the_queue(queued: list[tuple[Notice, ...]], page: int) -> None:
    check(approvals.queue(queued, 45 if queued else 0, page, name=name))


@given(batches(most=3), people)
def test_a_preview_that_says_why_a_second_person_is_needed(batch: tuple[Notice, ...], because: str) -> None:
    draft = make.draft(text_version="2026-11", statement=batch[0].statement)
    check(filing.preview(Preview(draft=draft, right=batch[0].right, sellers=(None,), because=(because,)), name=name))


def test_forms_hold_a_hundred_in_a_menu_and_take_more_as_text() -> None:
    for count in (1, 2, 100, 101, 300):
        waiting = [make.awaiting(f"TD-{number}", batch_id="TD-1") for number in range(1, count + 1)]
        check_view(approvals.refusal_form(waiting), "modal")
        form = approvals.choice_form(waiting, name=name)
        check_view(form, "modal")
        only = next(block for block in form["blocks"] if block["block_id"] == "only")
        assert only["element"]["type"] == ("multi_static_select" if count <= 100 else "plain_text_input")
        if count <= 100:
            shown = only["element"]["options"][0]["text"]["text"]
            assert shown == f"TD-1 · {name('acme')} {waiting[0].listing.listing_id}"


def test_a_card_names_ten_listings_and_counts_the_rest() -> None:
    batch = [make.awaiting(f"TD-{number}", batch_id="TD-1") for number in range(1, 301)]
    shown = approvals.asked(batch, name=name, names={})
    words = str(shown.blocks)
    assert "acme[.]example/item/10'" in words
    assert "acme[.]example/item/11'" not in words
    assert "and 290 more" in words
    assert "Approve all 300" in words


def of_many_terms(count: int) -> list[Notice]:
    """A batch in which each third notice has terms of its own."""
    return [
        make.awaiting(f"TD-{at}", batch_id="TD-1", statement=f"Statement {at // 3 if at % 3 else at}.")
        for at in range(1, count + 1)
    ]


def test_what_differs_within_a_batch_is_drawn_group_by_group() -> None:
    amended = make.awaiting(
        "TD-2",
        batch_id="TD-1",
        statement="Quite another statement.",
        violation=Violation.TRADEMARK,
        right=make.right("OTHER-EU", owner="Somebody Else Ltd"),
        message_to_seller="Please stop.",
        declaration=make.declaration(text_version="2027-01", signature="Bea Other"),
        override=Override(by=CY, at=make.NOW, why="Fakes all the same.", leave="Shop 5 has our leave."),
    )
    first, third = (make.awaiting(f"TD-{at}", batch_id="TD-1") for at in (1, 3))
    for batch in ([first, amended, third], [decided(first, BO, approved=True), amended, third]):
        shown = approvals.asked(batch, name=name, names={"U0CY": "Cy"})
        for words in (
            "Quite another statement.",
            "Somebody Else Ltd",
            "OTHER-EU",
            "Please stop.",
            "declaration 2027-01",
            "Shop 5 has our leave. Cy: Fakes all the same.",
            first.statement,
            first.right.owner,
        ):
            assert words in str(shown.blocks)
            assert words in shown.text
        assert "Filed in spite of our leave" in shown.text
        assert f"Approve all {3 if batch[0] is first else 2}" in str(shown.blocks)


def test_of_more_groups_than_are_drawn_each_is_approved_by_itself_and_the_others_are_opened() -> None:
    batch = of_many_terms(40)
    groups = approvals.alike(batch)
    assert len(groups) > 8
    shown = approvals.asked(batch, name=name, names={})
    check(shown)
    words = str(shown.blocks)
    assert "Approve all" not in words
    assert words.count("'Approve TD-") == 3
    assert words.count("'Show TD-") == 5
    assert f"{sum(map(len, groups[8:]))} more differ: open each with Show" in words
    assert groups[3][0].statement not in words
    opened = approvals.asked(groups[3], name=name, names={}, like=groups[3][0].id)
    assert groups[3][0].statement in str(opened.blocks)
    assert f"+00:00 {groups[3][0].id}'" in str(opened.blocks), "its buttons decide on no more than it shows"


def test_a_card_says_how_accurate_we_have_been_there_while_it_waits() -> None:
    gauge = Gauge(name="Acme Market", tally=Tally(upheld=9, rejected=1), days=90, asks=None)
    waits = make.awaiting()
    shown = approvals.asked([waits], name=name, names={}, gauges=(gauge,))
    assert "Acme Market: 90.0 % upheld (9 of 10 in 90 days)" in shown.text
    over = approvals.asked([decided(waits, BO, approved=True)], name=name, names={}, gauges=(gauge,))
    assert "upheld" not in over.text


def test_what_a_press_did_is_said_as_it_is_now() -> None:
    queued, withdrawn, refused = (make.awaiting(f"TD-{at}", batch_id="TD-1") for at in (1, 2, 3))
    queued = replace(decided(queued, BO, approved=True), sends_at=make.NOW)
    withdrawn = replace(decided(withdrawn, BO, approved=True), status=Status.WITHDRAWN)
    assert approvals.decided([queued]) == "Approved: TD-1 is sent now."
    assert approvals.decided([withdrawn]) == "You had approved TD-2 before; now at “withdrawn”."
    said = approvals.decided([queued, withdrawn, decided(refused, BO, approved=False, why="x")])
    assert said.startswith("Approved: TD-1 is sent now. You had approved TD-2 before")
    assert said.endswith("Refused: TD-3; who filed it is told why.")


def test_once_all_is_decided_no_button_decides_any_more() -> None:
    batch = [decided(make.awaiting(f"TD-{at}", batch_id="TD-1"), BO, approved=at < 4) for at in range(1, 6)]
    shown = approvals.asked(batch, name=name, names={"U0BO": "Bo"})
    assert "approvals." not in str(shown.blocks)
    assert "3 of 5 approved" in shown.text
    assert "Approved by Bo, 3 of 5: TD-1 to TD-3." in shown.text
    assert "Refused by Bo, 2 of 5: TD-4 to TD-5." in shown.text
