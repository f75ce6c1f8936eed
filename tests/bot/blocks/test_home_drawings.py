"""A Home, whatever people wrote: within Slack's limits, and nothing of theirs does anything."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import Json, forms, home, tracking
from bot.grammar.home import ShowHome, home_as_typed
from bot.model import (
    Approval,
    Choice,
    Circuit,
    Connection,
    Counts,
    Deadline,
    Health,
    Home,
    Notice,
    Override,
    Page,
    Pause,
    Queue,
    Role,
    ScheduleState,
    Standing,
    Status,
    Tab,
    Whose,
    Work,
)
from bot.sandbox.strictness import check_view
from tests import make
from tests.bot.blocks import checks
from tests.bot.blocks.test_drawings import LIVE, mrkdwn, name, notices, people, short

COUNTS = Counts(
    notices={Status.FAILED: 3, Status.IN_REVIEW: 40},
    waiting=4,
    due=2,
    parked=1,
    oldest_due=make.NOW - timedelta(hours=3),
)


def a_home(**changes: object) -> Home:
    made = Home(
        user_id=make.ANALYST.user_id,
        roles=frozenset(Role),
        tabs=(Tab.WORK, Tab.APPROVALS, Tab.DESK),
        tab=Tab.WORK,
        at=make.NOW,
        tz="Europe/Berlin",
        to_decide=3,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def check(view: Json) -> str:
    """Slack takes it, no words of people are live, every button says which notice. Gives the words that are shown."""
    check_view(view, "home")
    assert len(view["blocks"]) <= 100
    assert len(orjson.dumps(view)) < 250_000
    assert "https://" not in orjson.dumps(view).decode().lower()
    for text in mrkdwn(view["blocks"]):
        assert not LIVE.search(text)
    labels = re.findall(r'"type":"plain_text","text":"([^"]*)","emoji":false},"action_id"', orjson.dumps(view).decode())
    assert len(labels) == len(set(labels)), "two buttons that say the same"
    return "\n".join(checks.texts(view["blocks"]))


def numbered(one: Notice, count: int) -> tuple[Notice, ...]:
    return tuple(replace(one, id=f"TD-{number}") for number in range(1, count + 1))


@st.composite
def waiting_notices(draw: st.DrawFn) -> Notice:
    one = draw(notices())
    deadline = Deadline(at=make.NOW + timedelta(hours=draw(st.integers(-90, 90))), whose=Whose.OURS, words=draw(people))
    return replace(
        one,
        owner=draw(st.sampled_from(["", "U0BO"])),
        deadline=draw(st.sampled_from([None, deadline])),
        contested=draw(st.booleans()),
        choices=draw(st.sampled_from([(), (Choice(key="a", words="b"),)])),
        lot=draw(st.sampled_from(["", "LOT-1"])),
        approval=Approval(because=(draw(short), "it is many"), asked_at=make.NOW - timedelta(days=2)),
    )


@settings(max_examples=60)
@given(waiting_notices(), st.integers(0, 10), st.integers(0, 10), short)
def test_my_work(one: Notice, waiting: int, open_: int, who: str) -> None:
    work = Work(
        waiting=Page(notices=numbered(one, waiting), total=waiting * 30),
        open=Page(
            notices=tuple(replace(each, id=f"TD-{100 + at}") for at, each in enumerate(numbered(one, open_))),
            total=open_,
        ),
        waiting_page=2,
        names={"U0BO": who},
    )
    check(home.home(a_home(work=work), name=name))


@settings(max_examples=60)
@given(waiting_notices(), st.integers(0, 10), st.integers(1, 40))
def test_the_queue(one: Notice, batches: int, of: int) -> None:
    shown = tuple(
        tuple(replace(one, id=f"TD-{batch * 1000 + number}", batch_id=f"b{batch}") for number in range(of))
        for batch in range(batches)
    )
    queue = Queue(batches=shown, total=batches * 5, page=2 if batches else 1)
    check(home.home(a_home(tab=Tab.APPROVALS, queue=queue), name=name))


def test_what_a_line_cannot_tell_is_read_before_it_is_approved() -> None:
    alike = tuple(make.awaiting(f"TD-{at}", batch_id="TD-1") for at in (1, 2))
    spite = Override(by=make.ANALYST, at=make.NOW, why="Fakes.")
    for batch, plain in (
        (alike, True),
        ((alike[0], replace(alike[1], statement="Another.")), False),
        ((replace(alike[0], override=spite),), False),
    ):
        queue = Queue(batches=(batch,), total=1, page=1)
        shown = str(home.home(a_home(tab=Tab.APPROVALS, queue=queue), name=name))
        assert "'Read TD-1" in shown
        assert ("'Approve TD-1" in shown) is plain


@settings(max_examples=60)
@given(short, people, st.integers(0, 40))
def test_the_desk(title: str, why: str, many: int) -> None:
    pause = Pause(marketplace="acme", version=1, paused=True, why=why, by=make.ANALYST, at=make.NOW)
    circuit = Circuit(
        marketplace="b", version=1, failures=3, because=why, told_at=make.NOW, open_until=make.NOW + timedelta(1)
    )
    health = Health(
        connections=(
            *(Connection(marketplace=f"m{at}", filed=at, sent=0, pause=pause) for at in range(many)),
            Connection(marketplace="b", circuit=circuit),
        ),
        counts=COUNTS,
        ending=tuple(make.right(f"R-{at}", title=title, expires_on=date(2026, 4, 1)) for at in range(many)),
        roles={Role.ANALYST: 2},
        stopped=tuple(
            make.schedule(state=ScheduleState.PAUSED, channel_name=title, paused_because=why) for _ in range(many)
        ),
        names={make.ANALYST.user_id: title},
    )
    check(home.home(a_home(tab=Tab.DESK, health=health), name=name))


@given(people.filter(str.strip))
def test_a_closed_home(words: str) -> None:
    check(home.closed(words))


def test_a_viewer_sees_how_many_there_are_of_each() -> None:
    words = check(home.home(a_home(tabs=(Tab.LISTS,), tab=Tab.LISTS, counts=COUNTS), name=name))
    assert "43 notices, 40 of them open" in words
    assert "You are an admin" in words


def test_the_tab_one_is_at_says_so_in_words_and_the_others_how_much_waits() -> None:
    words = check(home.home(a_home(tab=Tab.DESK, health=Health(connections=(), counts=COUNTS)), name=name))
    assert "Desk – you are here" in words
    assert "Approvals (3)" in words
    assert "My work – you are here" not in words


def test_dates_are_in_ones_own_zone_and_say_how_far_away_they_are() -> None:
    due = Deadline(at=make.NOW + timedelta(hours=50), whose=Whose.OURS, words="answer, or the listing is back")
    one = make.notice(status=Status.NEEDS_INPUT, deadline=due)
    late = replace(one, id="TD-2", deadline=replace(due, at=make.NOW - timedelta(hours=2)))
    work = Work(waiting=Page(notices=(one, late), total=2), open=Page(notices=(), total=0))
    words = check(home.home(a_home(work=work), name=name))
    assert "As of Mon 2 Mar 2026 10:00 (Europe/Berlin)" in words
    assert "To do: answer, or the listing is back." in words
    assert "We have time until Wed 4 Mar 2026 12:00, which is in 2 days 2 h." in words
    assert "which was 2 h ago" in words


def test_the_home_and_its_buttons_carry_where_one_is() -> None:
    many = numbered(make.notice(status=Status.IN_REVIEW), 10)
    work = Work(waiting=Page(notices=(), total=0), open=Page(notices=many, total=35), open_page=2)
    view = home.home(a_home(work=work), name=name)
    assert view["private_metadata"] == home_as_typed(ShowHome(tab=Tab.WORK, open=2)) == "home work open:2"
    values = {one["action_id"]: one["value"] for one in _buttons(view["blocks"])}
    assert values["home.open_newer"] == "home work"
    assert values["home.open_older"] == "home work open:3"
    assert values["home.refresh"] == "home work open:2"
    assert values["home.desk"] == "home desk"


@given(notices())
def test_an_opened_notice_has_a_button_for_every_verb_it_allows(notice: Notice) -> None:
    view = tracking.status_view(Standing(notice=notice, events=(make.event(),), card=None), name=name)
    check_view(view, "modal")
    assert view["private_metadata"] == notice.id
    offered = {one["action_id"] for one in _buttons(view["blocks"])}
    assert ("tracking.withdraw" in offered) is notice.withdrawable
    assert ("tracking.retry" in offered) is notice.retriable
    assert ("nudging.hand_over" in offered) is not notice.status.final
    assert "tracking.note" in offered


def test_handing_over_asks_to_whom() -> None:
    check_view(forms.handing_over("TD-1042"), "modal")


def _buttons(blocks: list[Json]) -> list[Json]:
    inside = [one for block in blocks for one in block.get("elements", []) if one["type"] == "button"]
    return inside + [block["accessory"] for block in blocks if "accessory" in block]
