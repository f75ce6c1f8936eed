"""A dossier is one for good, whatever dies in between, and goes to nobody of whom it is not on record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest

from bot import custody
from bot.agencies import FORMS
from bot.carriers.dossiers import FOLDER_TRIES, TRIES, Dossiers
from bot.desk import Desk, dossiers, nudging, referral_approvals, referral_reminders, referral_tracking, referrals
from bot.desk.referrals import Wished
from bot.errors import (
    Conflict,
    Invalid,
    Misconfigured,
    SlackDeclined,
    SlackOutcomeUnknown,
    SlackUnavailable,
    StoreUnavailable,
    WrongStatus,
)
from bot.model import (
    Actor,
    Agency,
    Announcement,
    Built,
    Change,
    Delivery,
    DeliveryKind,
    Handing,
    Material,
    Person,
    Posted,
    Record,
    Referral,
    ReferralState,
    Role,
)
from bot.outbox import Outbox
from bot.shelves.folders import DossierFolder
from bot.stores import Store
from bot.stores.tiny import open_tiny
from tests import make
from tests.people import Colleagues
from tests.vendors import HandClock

ANN, BO = Actor(user_id="U0ANN", team_id="T1"), Actor(user_id="U0BO", team_id="T1")


class Dies(Exception):
    """The process is killed here."""


@dataclass
class Unheard(Colleagues):
    """A Slack that knows everybody and says nothing of these (by user id)."""

    mute: set[str] = field(default_factory=set)

    async def person(self, user_id: str) -> Person | None:
        if user_id in self.mute:
            raise SlackUnavailable("no answer in time")
        return await super().person(user_id)


class Mortal:
    """A store under which the process dies once: right before a save of a change of this `kind`, or that settles."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.kind = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    async def save(self, *records: Record, settles: Any = None) -> None:
        if any(isinstance(one, Change) and one.kind == self.kind for one in records) or (
            self.kind == "settles" and settles is not None
        ):
            self.kind = ""
            raise Dies
        await self.store.save(*records, settles=settles)


@dataclass(kw_only=True)
class Scene:
    """A desk that refers, a Slack that takes files, and a maker that never makes the same bytes twice."""

    store: Mortal
    clock: HandClock
    desk: Desk
    people: Unheard
    folder: Path
    out: Path
    made: int = 0
    wrong: Exception | None = None
    meanwhile: Callable[[], Awaitable[object]] | None = None
    refuses: list[Exception] = field(default_factory=list)
    materials: list[Material] = field(default_factory=list)
    sent: list[tuple[str, str, bytes]] = field(default_factory=list)

    async def make(self, material: Material) -> Built:
        if self.wrong is not None:
            raise self.wrong
        self.made += 1
        self.materials.append(material)
        content = f"{self.made} {material.made_at}".encode()
        self.folder.mkdir(exist_ok=True)
        name = f"{material.referral.id}-{self.made}.zip"
        (self.folder / name).write_bytes(content)
        digest = sha256(content).hexdigest()
        if self.meanwhile is not None:
            await self.meanwhile()
        return Built(name=name, sha256=digest, size=len(content), manifest="m", key="k", at=material.made_at)

    async def direct(self, user_id: str) -> str:
        return f"D{user_id}"

    async def send_path(self, channel: str, path: Path, size: int, *, title: str, words: str) -> None:
        if self.refuses:
            raise self.refuses.pop()
        content = await asyncio.to_thread(path.read_bytes)
        assert size == len(content)
        self.sent.append((channel, title, content))

    async def find_file(self, channel: str, name: str, *, since: datetime, thread_ts: str = "") -> Posted | None:
        there = any(one[:2] == (channel, name) for one in self.sent)
        return Posted(channel=channel, ts="1") if there else None

    async def passes(self, seconds: float = 1, *, times: int = 6) -> None:
        """Time passes, and what is due is carried; whatever dies is started again."""
        kept = DossierFolder(self.folder)
        carrier = Dossiers(desk=self.desk, shelf=self, make=self.make, kept=kept, out=self.out)

        async def passed_over(delivery: Delivery) -> None:
            await self.store.store.save(settles=delivery)

        carriers = dict.fromkeys(DeliveryKind, passed_over) | {DeliveryKind.DOSSIER: carrier.dossier}
        for _ in range(times):
            self.clock.forward(seconds)
            await Outbox(self.desk, carriers).run_once()

    async def drafted(self, *, to_folder: bool = False) -> Referral:
        wished = Wished(seller="acme:S-1", agency="pipcu", summary="Fakes.", initials="AW", to_folder=to_folder)
        return await referrals.draft(self.desk, wished, by=ANN)

    async def approved(self, *, to_folder: bool = False) -> Referral:
        made = await self.drafted(to_folder=to_folder)
        return await referral_approvals.approve(self.desk, made.id, seen=made.version, by=BO)

    async def referral(self) -> Referral:
        return await referrals.find(self.desk, "RF-1")

    async def left(self) -> int:
        """How many deliveries of dossiers wait."""
        much_later = self.clock() + timedelta(days=1)
        return len(await self.store.claim_due(much_later, timedelta(), lane="dossiers", limit=9))

    async def kinds(self) -> list[str]:
        changes = await self.store.entries(Change, "referral:RF-1")
        assert custody.check("referral:RF-1", changes).whole
        return [change.kind for change in changes]

    async def told(self, words: str) -> list[str]:
        return [one.channel for one in await self.store.entries(Announcement) if words in one.words]


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock, people = HandClock(), Unheard(names={"U0CEM": "Cem Kaya"})
    store = Mortal(await open_tiny(tmp_path / "notices.json", clock))
    desk = Desk(
        store=cast(Any, store),
        people=people,
        marketplaces={},
        sites=(),
        clock=clock,
        first_admins=frozenset(),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
        to_folder=True,
    )
    await store.save(make.role("U0ANN", Role.ANALYST), make.role("U0BO", Role.APPROVER), make.upheld(at=clock()))
    await store.save(
        Agency(
            key="pipcu",
            version=1,
            name="PIPCU",
            jurisdiction="GB",
            contact="x",
            takes=Handing.EMAIL,
            form="pipcu",
            profile="standard",
            on=True,
            by=BO,
            at=clock(),
        )
    )
    yield Scene(
        store=store,
        clock=clock,
        desk=desk,
        people=people,
        folder=tmp_path / "dossiers",
        out=tmp_path / "mounted" / "out",
    )
    await store.close()


def on_disk(scene: Scene) -> list[str]:
    return [sha256(file.read_bytes()).hexdigest() for file in scene.folder.iterdir()]


@pytest.mark.parametrize("dies_at", ["", "built", "sent", "settles"])
async def test_killed_anywhere_there_is_one_dossier_and_only_that_one_is_ever_sent(scene: Scene, dies_at: str) -> None:
    await scene.approved()
    scene.store.kind = dies_at
    await scene.passes(20)
    built = (await scene.referral()).built
    assert built is not None
    assert on_disk(scene) == [built.sha256]
    assert {sha256(content).hexdigest() for _, _, content in scene.sent} == {built.sha256}
    assert [channel for channel, _, _ in scene.sent] == ["DU0ANN"]
    assert await scene.kinds() == ["drafted", "approved", "built", "sent"]
    assert scene.made == (2 if dies_at == "built" else 1)
    await scene.passes(3600)
    assert len(scene.sent) == 1


async def test_a_sending_of_which_no_answer_came_is_looked_for_before_it_is_sent_again(scene: Scene) -> None:
    await scene.approved()
    await scene.passes(times=1)
    scene.sent.clear()
    await dossiers.send(scene.desk, "RF-1", by=BO)
    built = (await scene.referral()).built
    assert built is not None
    scene.sent.append(("DU0BO", "RF-1-1.zip", b"there already"))
    scene.refuses.append(SlackOutcomeUnknown("no answer"))
    await scene.passes(20)
    assert scene.sent == [("DU0BO", "RF-1-1.zip", b"there already")]


async def test_it_is_on_record_before_it_is_sent_and_what_slack_refuses_is_too(scene: Scene) -> None:
    await scene.approved()
    scene.refuses.append(SlackDeclined("restricted_action"))
    await scene.passes()
    assert not scene.sent
    assert await scene.kinds() == ["drafted", "approved", "built", "sent", "not_sent"]
    assert await scene.told("Slack does not take it (restricted_action)") == ["U0ANN"]


async def test_what_was_not_sent_is_told_beside_reminders_whatever_their_numbers(scene: Scene) -> None:
    await scene.approved()
    await scene.passes(times=2)
    for days in (15, 8, 15):
        scene.clock.forward(86_400 * days)
        await referral_reminders.remind(scene.desk)
    assert len(await scene.told("nobody has handed it over")) == 3
    assert (await scene.referral()).version == 6
    await dossiers.send(scene.desk, "RF-1", by=ANN)
    scene.refuses.append(SlackDeclined("restricted_action"))
    await scene.passes()
    kinds = await scene.kinds()
    assert kinds[-1] == "not_sent"
    assert len(kinds) == 6, "the number of the change is the version that was reminded of"
    assert await scene.told("Slack does not take it (restricted_action)") == ["U0ANN"]
    assert not await scene.left()


async def test_a_day_to_be_reminded_on_is_one_to_come_where_whoever_asks_is(scene: Scene) -> None:
    await scene.approved()
    scene.clock.forward(13.5 * 3600)
    assert scene.clock().isoformat() == "2026-11-24T23:30:00+00:00", "and tomorrow in Berlin"
    with pytest.raises(Invalid, match="Choose a day after today"):
        await referral_reminders.set_day(scene.desk, "RF-1", date(2026, 11, 25), by=ANN)
    assert (await referral_reminders.set_day(scene.desk, "RF-1", date(2026, 11, 26), by=ANN)).next_on
    cast(Colleagues, scene.desk.people).tz = "America/Los_Angeles"
    scene.clock.forward(3600)
    assert (await referral_reminders.set_day(scene.desk, "RF-1", date(2026, 11, 25), by=ANN)).next_on


async def test_who_lost_their_role_meanwhile_gets_nothing(scene: Scene) -> None:
    await scene.approved()
    await scene.store.save(make.role("U0ANN", Role.VIEWER, version=2))
    await scene.passes()
    assert not scene.sent
    assert (await scene.kinds())[-1] == "not_sent"


async def test_a_trouble_of_the_disk_is_tried_again_and_then_told(scene: Scene) -> None:
    await scene.approved()
    scene.wrong = StoreUnavailable("The disk is full.")
    await scene.passes(20, times=TRIES + 1)
    assert (await scene.referral()).trouble == "The disk is full."
    assert await scene.told("The disk is full.") == ["U0ANN"]
    scene.wrong = None
    await dossiers.send(scene.desk, "RF-1", by=ANN)
    await scene.passes()
    assert len(scene.sent) == 1
    assert not (await scene.referral()).trouble


async def test_no_dossier_is_made_while_slack_does_not_say_what_somebody_is_called(scene: Scene) -> None:
    """Not even of somebody who did nothing but be handed a notice, and pass it on."""
    await scene.store.save(make.role("U0CEM", Role.ANALYST), make.role("UANALYST", Role.ANALYST))
    await nudging.hand_over(scene.desk, "TD-1", "U0CEM", by=Actor(user_id="UANALYST"))
    await nudging.hand_over(scene.desk, "TD-1", "U0ANN", by=Actor(user_id="U0CEM"))
    await scene.approved()
    scene.people.mute = {"U0CEM"}
    await scene.passes(20)
    assert (scene.made, (await scene.referral()).trouble) == (0, "")
    scene.people.mute = set()
    await scene.passes(600)
    assert scene.made == 1
    assert scene.materials[0].names["U0CEM"] == "Cem Kaya"
    handed = [one for one in scene.materials[0].events["TD-1"] if one.kind == custody.HANDED_OVER]
    assert handed[0].raw == {"to": "U0CEM", "to_name": "Cem Kaya", "by_name": "UANALYST"}


async def test_without_a_key_it_is_told_at_once(scene: Scene) -> None:
    await scene.approved()
    scene.wrong = Misconfigured("There is no key.")
    await scene.passes(times=1)
    assert await scene.told("There is no key.") == ["U0ANN"]
    assert await scene.kinds() == ["drafted", "approved", "failed"]


async def test_a_folder_that_is_away_for_a_moment_is_tried_again_and_never_made(scene: Scene) -> None:
    await scene.approved(to_folder=True)
    await scene.passes(2, times=3)
    assert not scene.out.parent.exists(), "on this machine it would lie unnoticed"
    scene.out.mkdir(parents=True)
    await scene.passes(60)
    assert [file.name for file in scene.out.iterdir()] == ["RF-1-1.zip"]
    assert await scene.kinds() == ["drafted", "approved", "built", "sent"]
    assert await scene.told("is in the folder for dossiers, as RF-1-1.zip") == ["U0ANN"]


async def test_what_was_for_a_folder_that_stayed_away_is_put_there_for_whoever_asks_again(scene: Scene) -> None:
    await scene.approved(to_folder=True)
    await scene.passes(60, times=FOLDER_TRIES + 2)
    assert (await scene.kinds())[-1] == "not_sent"
    assert await scene.told("Once it can be, `/referrals send RF-1` puts it there.") == ["U0ANN"]
    scene.out.mkdir(parents=True)
    await dossiers.send(scene.desk, "RF-1", by=BO)
    await scene.passes()
    assert [file.name for file in scene.out.iterdir()] == ["RF-1-1.zip"]
    assert await scene.told("is in the folder for dossiers, as RF-1-1.zip") == ["U0BO"]
    assert not scene.sent


async def edited(scene: Scene, **changes: Any) -> None:
    agency = await scene.store.entry(Agency, "pipcu")
    await scene.store.save(replace(agency, version=agency.version + 1, **changes))


async def test_what_becomes_of_the_agency_after_it_was_approved_changes_nothing_of_the_dossier(scene: Scene) -> None:
    await scene.approved()
    await edited(scene, name="Another agency", contact="somebody@else.example", form="eurojust", on=False)
    await scene.passes()
    (made,) = scene.materials
    assert (made.agency.name, made.agency.contact, made.agency.form) == ("PIPCU", "x", "pipcu")
    assert made.form_title == FORMS["pipcu"].title


async def test_an_agency_that_was_edited_after_the_draft_is_not_approved_unseen(scene: Scene) -> None:
    drafted = await scene.drafted()
    await edited(scene, note="They moved.", at=scene.clock())
    await edited(scene, contact="somebody@else.example")
    with pytest.raises(WrongStatus, match=r"contact: somebody@else\.example \(before: x\)\. Refuse it"):
        await referral_approvals.approve(scene.desk, drafted.id, seen=drafted.version, by=BO)
    await edited(scene, contact="x")
    assert await referral_approvals.approve(scene.desk, drafted.id, seen=drafted.version, by=BO)


async def test_what_was_withdrawn_before_it_was_made_is_never_made(scene: Scene) -> None:
    had = await scene.approved()
    after = had.changed(scene.clock(), state=ReferralState.WITHDRAWN, why="settled")
    await scene.store.save(after)
    await scene.passes()
    assert not scene.made
    assert not scene.sent


async def withdrawn(scene: Scene) -> None:
    await referral_tracking.step(scene.desk, "RF-1", ReferralState.WITHDRAWN, "settled", by=ANN)


async def test_what_was_withdrawn_while_it_was_made_leaves_no_file(scene: Scene) -> None:
    await scene.approved()
    scene.meanwhile = lambda: withdrawn(scene)
    await scene.passes()
    assert scene.made == 1
    assert not on_disk(scene)
    assert not await scene.left()


async def test_what_died_before_it_was_on_record_leaves_no_file_where_no_other_can_be_made(scene: Scene) -> None:
    await scene.approved()
    scene.store.kind = "built"
    await scene.passes(times=1)
    assert len(on_disk(scene)) == 1
    scene.wrong = Misconfigured("There is no key.")
    await scene.passes(60)
    assert not on_disk(scene)


async def test_what_was_withdrawn_before_it_was_sent_goes_to_nobody_who_does_not_ask_again(scene: Scene) -> None:
    await scene.approved()
    scene.refuses.append(SlackUnavailable("busy"))
    await scene.passes(times=2)
    await withdrawn(scene)
    await scene.passes(60)
    assert not scene.sent
    assert (await scene.kinds())[-2:] == ["withdrawn", "not_sent"]
    assert await scene.told("The referral was withdrawn meanwhile.") == ["U0ANN"]
    await dossiers.send(scene.desk, "RF-1", by=ANN)
    await scene.passes()
    assert [channel for channel, _, _ in scene.sent] == ["DU0ANN"]


async def test_what_slack_had_taken_before_it_was_withdrawn_is_not_said_to_be_unsent(scene: Scene) -> None:
    await scene.approved()
    scene.refuses.append(SlackOutcomeUnknown("no answer"))
    await scene.passes(times=2)
    scene.sent.append(("DU0ANN", "RF-1-1.zip", b"there already"))
    await withdrawn(scene)
    await scene.passes(60)
    assert (await scene.kinds())[-2:] == ["sent", "withdrawn"]
    assert not await scene.left()


async def test_what_was_withdrawn_right_after_it_was_made_is_not_handed_out(scene: Scene) -> None:
    await scene.approved()
    scene.store.kind = "sent"
    await scene.passes(times=1)
    scene.clock.forward(60)
    (making,) = await scene.store.claim_due(scene.clock(), timedelta(minutes=1), lane="dossiers", limit=9)
    just_made = await scene.referral()
    await withdrawn(scene)
    await dossiers.hand_out(scene.desk, making, just_made)
    assert (await scene.kinds())[-2:] == ["built", "withdrawn"]
    assert not await scene.left()


async def test_a_draft_lost_to_another_is_drafted_under_the_next_id(scene: Scene) -> None:
    first = await scene.drafted()
    with pytest.raises(Conflict):
        await scene.store.save(first)
    await scene.store.save(make.upheld("TD-9", by="S-9", at=scene.clock()))
    wished = Wished(seller="acme:S-9", agency="pipcu", summary="Fakes.", initials="AW")
    assert (await referrals.draft(scene.desk, wished, by=ANN)).id == "RF-2"


async def test_the_id_of_a_referral_that_was_forgotten_is_not_given_again(scene: Scene) -> None:
    change = Change(of="referral:RF-7", number=1, at=scene.clock(), actor=ANN, words="Drafted.", kind="drafted")
    await scene.store.save(change)
    assert (await scene.drafted()).id == "RF-8"


async def test_a_dossier_that_is_erased_while_it_waits_to_be_sent_goes_to_nobody(scene: Scene) -> None:
    await scene.approved()
    await scene.passes(20)
    await dossiers.send(scene.desk, "RF-1", by=BO)
    had = await scene.referral()
    assert had.built is not None
    await scene.store.save(had.changed(scene.clock(), built=replace(had.built, gone_at=scene.clock())))
    scene.sent.clear()
    await scene.passes(20)
    assert not scene.sent
    assert await scene.told("The dossier of RF-1 was erased on") == ["U0BO"]
