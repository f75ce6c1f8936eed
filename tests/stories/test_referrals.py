"""Referrals, in the words of who drafts them, who decides, and who may not even know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import custody
from bot.errors import Misconfigured
from bot.model import (
    Announcement,
    Built,
    Case,
    CaseState,
    Change,
    Event,
    Material,
    Referral,
    ReferralState,
    Role,
    Shown,
    Status,
)
from bot.sandbox.driver import Message, Persona
from bot.sandbox.roles import APPROVERS_ROOM, set_rules
from tests import make
from tests.stories.world import CHANNEL, World, a_world

A_DAY = timedelta(days=1).total_seconds()
SUMMARY = "Sells fakes of our jackets by the hundred, and comes back under new names."


@dataclass(kw_only=True)
class Maker:
    """Makes what stands for a dossier, and counts how often. `trouble` is why it cannot."""

    folder: Path
    made: list[Material] = field(default_factory=list)
    trouble: str = ""

    async def __call__(self, material: Material) -> Built:
        if self.trouble:
            raise Misconfigured(self.trouble)
        self.made.append(material)
        content = f"dossier {len(self.made)} of {material.referral.id}".encode()
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{material.referral.id}.zip"
        (self.folder / name).write_bytes(content)
        return Built(
            name=name,
            sha256=sha256(content).hexdigest(),
            size=len(content),
            manifest="m" * 64,
            key="k" * 64,
            at=material.made_at,
        )


@dataclass(kw_only=True)
class Told:
    world: World
    maker: Maker

    @property
    def ann(self) -> Persona:
        return self.world.ann

    @property
    def bo(self) -> Persona:
        return self.world.bo

    async def says(self, person: Persona, text: str) -> str:
        seen = await person.types(text, channel=CHANNEL)
        assert seen.reply is not None, (text, seen)
        return seen.reply.words

    async def direct(self, person: Persona, words: str) -> Message:
        """The newest direct message that says so, waited for."""

        def found() -> Message | None:
            return next((one for one in reversed(self.world.direct(person)) if words in one.words), None)

        await self.world.sandbox.until(lambda: found() is not None, seconds=6)
        message = found()
        assert message is not None
        return message

    async def files(self, person: Persona, name: str, count: int) -> list[bytes]:
        """What was put into somebody's direct messages under that name, waited for."""

        def found() -> list[bytes]:
            return [file.content for one in self.world.direct(person) for file in one.files if file.name == name]

        await self.world.sandbox.until(lambda: len(found()) >= count, seconds=6)
        await self.world.sandbox.settled()
        return found()

    async def drafts(self, person: Persona, *, seller: str = "acme:S-1", **answers: object) -> str:
        seen = await person.types(f"/offenders refer {seller} pipcu", channel=CHANNEL)
        assert seen.view is not None, seen
        done = await person.submits(seen.view, {"Summary for the agency": SUMMARY} | answers)
        assert not done.errors, done.errors
        assert done.view is not None
        assert "is drafted. A second person is asked" in done.view.words
        await person.closes(done.view)
        return done.view.title

    async def approved(self) -> str:
        """A referral that Ann drafted and Bo approved, with its dossier in Ann's direct messages."""
        referral_id = await self.drafts(self.ann)
        card = await self.direct(self.bo, f"A referral waits for a second person: {referral_id}")
        await self.bo.presses(f"Approve {referral_id}", on=card)
        await self.files(self.ann, f"{referral_id}.zip", 1)
        return referral_id

    async def referral(self, referral_id: str = "RF-1") -> Referral:
        found = await self.world.app.desk.store.entry(Referral, referral_id)
        assert found is not None
        return found

    async def kinds(self, referral_id: str = "RF-1") -> list[str]:
        changes = await self.world.app.desk.store.entries(Change, f"referral:{referral_id}")
        assert custody.check(f"referral:{referral_id}", changes).whole
        return [change.kind for change in changes]


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    maker = Maker(folder=tmp_path / "desk" / "dossiers")
    (tmp_path / "out").mkdir()
    async with a_world(tmp_path, make=maker, settings={"DOSSIERS_FOLDER": str(tmp_path / "out")}) as world:
        now = world.clock()
        label = make.evidence("label.png")
        first = make.upheld("TD-1", at=now - timedelta(days=20), evidence=(label,))
        await world.app.desk.store.save(first, make.event(first))
        await world.app.desk.store.save(make.upheld("TD-2", at=now - timedelta(days=3)))
        await world.app.desk.store.save(make.upheld("TD-3", at=now - timedelta(days=2), by="S-2"))
        await world.app.desk.store.save(make.link())
        await world.ada.types("/takedown-admin agency on pipcu", channel=CHANNEL)
        yield Told(world=world, maker=maker)


async def test_an_offender_is_referred_once_a_second_person_approves_and_the_dossier_comes_to_who_drafted_it(
    told: Told,
) -> None:
    seen = await told.ann.types("/offenders refer acme:S-1 pipcu", channel=CHANNEL)
    assert seen.view is not None
    for words in (
        "Police Intellectual Property Crime Unit",
        "Notices: 3, 3 of them upheld",
        "Identities: 2",
        "Evidence: 1 file",
        "Test purchases: 0",
        "No test purchase was found counterfeit",
        "It shows the sellers' public data",
        "Who can give a statement",
        "What is the loss, and how did you come to it?",
    ):
        assert words in seen.view.words, words
    missing = await told.ann.submits(seen.view, {"Initials": "1"})
    assert "summary" in missing.errors
    done = await told.ann.submits(
        seen.view, {"Summary for the agency": SUMMARY, "Initials": "aw", "ask_witness": "Ann Winter, in Kiel"}
    )
    assert done.view is not None
    assert "RF-1 is drafted" in done.view.words
    referral = await told.referral()
    assert (referral.state, referral.initials, referral.sellers) == (
        ReferralState.DRAFT,
        "AW",
        ("acme:S-1", "acme:S-2"),
    )
    assert referral.shows == {Shown.MONEY, Shown.IDENTIFIERS}, "the agency's profile, without our people and others"
    assert referral.answers == {"witness": "Ann Winter, in Kiel"}
    assert not told.maker.made, "nothing is made before somebody approved"

    card = await told.direct(told.bo, "A referral waits for a second person: RF-1")
    assert "Shop 1 (S-1) and 1 linked to Police Intellectual Property Crime Unit" in card.words
    assert SUMMARY in card.words
    assert "Left out: names and Slack ids of our people" in card.words
    looked = await told.bo.presses("Look", on=card)
    assert looked.reply is not None
    for words in (
        SUMMARY,
        "3, 3 of them upheld",
        "Ann Winter, in Kiel",
        "No test purchase",
        "Left out: names and Slack",
    ):
        assert words in looked.reply.words, words
    assert "Approve RF-1" in looked.reply.buttons
    await told.bo.presses("Approve RF-1", on=card)
    assert await told.files(told.ann, "RF-1.zip", 1) == [b"dossier 1 of RF-1"]
    (material,) = told.maker.made
    assert [notice.id for notice in material.notices] == ["TD-1", "TD-2", "TD-3"]
    assert material.events["TD-1"], "with what happened to each"
    assert material.answers == {"Who can give a statement": "Ann Winter, in Kiel"}
    assert "A test purchase, and what came" in material.missing, "in the agency's words, with none of our commands"
    assert "Who can give a statement" not in material.missing
    assert material.organisation == "Acme Brands B.V."
    assert "A referral was approved by Bo Lindqvist: RF-1" in (await told.direct(told.bo, "was approved by Bo")).words
    await told.direct(told.ann, "Bo Lindqvist approved RF-1")
    assert await told.kinds() == ["drafted", "approved", "built", "sent"]
    built = (await told.referral()).built
    assert built is not None
    assert built.sha256 == sha256(b"dossier 1 of RF-1").hexdigest()
    changes = await told.world.app.desk.store.entries(Change, "referral:RF-1")
    assert changes[2].raw["sha256"] == built.sha256
    assert "referral:RF-1" in changes[2].raw["heads"]
    assert changes[0].where == "form"
    assert not told.world.cards(), "nothing of it in any channel"
    shown = await told.says(told.ann, "/referrals RF-1")
    assert "RF-1 · approved" in shown
    assert built.sha256 in shown


async def test_for_an_agency_of_the_whole_world_a_right_that_holds_somewhere_holds_there(told: Told) -> None:
    seen = await told.ann.types("/offenders refer acme:S-1 pipcu", channel=CHANNEL)
    assert seen.view is not None
    assert "No right relied on has a number and holds" in seen.view.words, "it holds in the EU, and not in Britain"
    assert "enter one with “/offenders purchase SELLER”" in seen.view.words
    await told.ann.closes(seen.view)
    await told.world.ada.types("/takedown-admin agency on interpol", channel=CHANNEL)
    seen = await told.ann.types("/offenders refer acme:S-1 interpol", channel=CHANNEL)
    assert seen.view is not None
    assert "No right relied on has a number and holds" not in seen.view.words


async def test_without_any_evidence_it_is_said_once_that_there_is_none(told: Told) -> None:
    store = told.world.app.desk.store
    await store.save(make.upheld("TD-9", at=told.world.clock() - timedelta(days=1), by="S-9"))
    seen = await told.ann.types("/offenders refer acme:S-9 pipcu", channel=CHANNEL)
    assert seen.view is not None
    assert "No evidence is kept" in seen.view.words
    assert "Of some evidence nobody can show" not in seen.view.words
    assert "Somebody who handed in evidence" not in seen.view.words


async def test_who_may_not_refer_learns_nothing_not_even_that_the_offender_exists(told: Told) -> None:
    await told.approved()
    store = told.world.app.desk.store
    for name in ("mia", "gil", "otto"):
        person = told.world.person(name)
        if name != "mia":
            await store.save(make.role(person.id, *Role))
        pairs = [
            ("/offenders refer acme:S-1 pipcu", "/offenders refer acme:S-999 pipcu"),
            ("/offenders refer acme:S-1 pipcu", "/offenders refer acme:S-1 narnia"),
            ("/offenders refer acme:S-1", "/offenders refer nobody"),
            ("/referrals RF-1", "/referrals RF-99"),
            ("/referrals send RF-1", "/referrals send RF-99"),
            ("/referrals close RF-1 done", "/referrals close RF-99 done"),
            ("/referrals withdraw RF-1", "/referrals withdraw RF-99"),
            ("/referrals remind RF-1 2031-01-01", "/referrals remind RF-99 2031-01-01"),
        ]
        for real, invented in pairs:
            assert await answer(person, real) == await answer(person, invented), real
            assert not person.views
    page = await told.says(told.world.mia, "/offenders show acme:S-1")
    assert "RF-1" not in page
    assert "Refer" not in page


async def answer(person: Persona, text: str) -> tuple[str, str]:
    """All of an answer, what is drawn and what is read aloud; but for the ids that Slack makes up."""
    seen = await person.types(text, channel=CHANNEL)
    assert seen.reply is not None, (text, seen)
    drawn = [{name: value for name, value in block.items() if name != "block_id"} for block in seen.reply.blocks]
    return seen.reply.text, f"{drawn}"


async def test_somebody_without_any_role_is_told_the_same_of_what_is_and_what_is_not(told: Told) -> None:
    mia = told.world.mia
    await told.world.app.desk.store.save(replace(make.role(mia.id), version=2, roles=()))
    real = await answer(mia, "/offenders refer acme:S-1 pipcu")
    assert real == await answer(mia, "/offenders refer acme:S-77 pipcu")
    assert "You have no role on this desk" in real[0]


async def test_forged_buttons_and_forms_give_nothing_away_and_change_nothing(told: Told) -> None:
    await told.drafts(told.ann)
    mine = await told.ann.types("/referrals", channel=CHANNEL)
    assert mine.reply is not None
    before = await told.referral()
    for action in ("look", "show", "approve", "refuse", "send", "remind", "to_withdrawn", "refer"):
        for value in ("RF-1 1", "RF-1", "RF-99", "acme:S-1"):
            await told.world.mia.forges(f"referrals.{action}", value, on=mine.reply)
            assert not told.world.mia.views
    await told.world.sandbox.settled()
    heard = [one.words for one in told.world.mia.ephemerals(CHANNEL)]
    assert heard
    assert all("takes the role" in words for words in heard), heard
    assert not any("RF-1" in words or "Shop" in words for words in heard)
    assert await told.referral() == before

    # An approver's button for another version of it, or for another referral.
    for value in ("RF-1 7", "RF-1", "RF-1 x", "RF-2 1"):
        await told.bo.forges("referrals.approve", value, on=mine.reply)
    await told.world.sandbox.settled()
    assert await told.referral() == before
    await told.ann.forges("referrals.to_raided", "RF-1", on=mine.reply)
    await told.world.sandbox.settled()
    assert await told.referral() == before


async def test_nobody_approves_their_own_an_admin_neither(told: Told) -> None:
    await told.drafts(told.world.ada)
    page = await told.world.ada.types("/referrals RF-1", channel=CHANNEL)
    assert page.reply is not None
    assert "Approve RF-1" not in page.reply.buttons
    await told.world.ada.forges("referrals.approve", "RF-1 1", on=page.reply)
    await told.world.whispered(told.world.ada, "You drafted RF-1, so somebody else has to decide")
    analyst = await told.ann.types("/referrals RF-1", channel=CHANNEL)
    assert analyst.reply is not None
    assert "Approve RF-1" not in analyst.reply.buttons
    await told.ann.forges("referrals.approve", "RF-1 1", on=analyst.reply)
    await told.world.whispered(told.ann, "To approve referrals takes the role approver")
    assert (await told.referral()).state is ReferralState.DRAFT


async def test_a_refusal_says_why_and_nothing_is_made(told: Told) -> None:
    await told.drafts(told.ann)
    card = await told.direct(told.bo, "A referral waits for a second person: RF-1")
    asked = await told.bo.presses("Refuse RF-1…", on=card)
    assert asked.view is not None
    done = await told.bo.submits(asked.view, {"Why": "Buy one first."})
    assert done.view is not None
    await told.direct(told.ann, "Bo Lindqvist refused RF-1. Why: Buy one first.")
    gone = await told.direct(told.bo, "A referral was refused by Bo Lindqvist: RF-1")
    assert not gone.buttons
    late = await told.world.ada.presses("Approve RF-1", on=as_it_was(told.world.ada))
    assert late.error is None
    await told.world.sandbox.until(
        lambda: any("Bo Lindqvist refused RF-1 on" in one.words for one in told.world.ada.direct.all_messages), 6
    )
    assert not told.maker.made
    assert await told.drafts(told.ann) == "RF-2", "a refused one is not in the way"


def as_it_was(person: Persona) -> Message:
    """The card with the button that it had at first."""
    (card,) = [one for one in person.direct.messages if "A referral" in one.words]
    return replace(card, blocks=(*card.blocks, {"type": "actions", "block_id": "old", "elements": [_APPROVE]}))


_APPROVE = {
    "type": "button",
    "action_id": "referrals.approve",
    "value": "RF-1 1",
    "text": {"type": "plain_text", "text": "Approve RF-1"},
}


async def test_a_draft_that_is_withdrawn_is_no_longer_asked_about(told: Told) -> None:
    await told.drafts(told.ann)
    await told.direct(told.bo, "A referral waits for a second person: RF-1")
    why = await told.ann.types("/referrals withdraw RF-1", channel=CHANNEL)
    done = await told.ann.submits(why.view, {"Why": "Not ours after all."})
    assert done.view is not None
    assert "RF-1 is at “withdrawn” now" in done.view.words
    gone = await told.direct(told.bo, "A referral was withdrawn: RF-1")
    assert not gone.buttons
    shown = await told.says(told.bo, "/referrals RF-1")
    assert "Not ours after all." in shown
    await told.bo.forges("referrals.approve", "RF-1 2", on=gone)
    await told.world.sandbox.settled()
    assert (await told.referral()).state is ReferralState.WITHDRAWN


async def test_two_clicks_at_once_make_one_dossier(told: Told) -> None:
    await told.drafts(told.ann)
    card = await told.direct(told.bo, "A referral waits for a second person: RF-1")
    other = await told.direct(told.world.ada, "A referral waits for a second person: RF-1")
    await told.world.together(
        told.bo.presses("Approve RF-1", on=card),
        told.bo.presses("Approve RF-1", on=card),
        told.world.ada.presses("Approve RF-1", on=other),
    )
    assert await told.files(told.ann, "RF-1.zip", 1) == [b"dossier 1 of RF-1"]
    assert (await told.kinds()).count("approved") == 1
    assert len(told.maker.made) == 1


async def test_the_same_is_not_referred_twice_whichever_of_the_linked_sellers_is_named(told: Told) -> None:
    first = await told.ann.types("/offenders refer acme:S-1 pipcu", channel=CHANNEL)
    second = await told.bo.types("/offenders refer acme:S-2 pipcu", channel=CHANNEL)
    await told.ann.submits(first.view, {"Summary for the agency": SUMMARY})
    late = await told.bo.submits(second.view, {"Summary for the agency": SUMMARY})
    assert "City of London Police already: RF-1" in late.errors["summary"]
    assert "RF-1, which is at “draft”" in await told.says(told.bo, "/offenders refer acme:S-2 pipcu")
    assert len(await told.world.app.desk.store.entries(Referral)) == 1


async def test_a_form_whose_agency_was_turned_off_meanwhile_is_told_so(told: Told) -> None:
    seen = await told.ann.types("/offenders refer acme:S-1 pipcu", channel=CHANNEL)
    await told.world.ada.types("/takedown-admin agency off pipcu", channel=CHANNEL)
    late = await told.ann.submits(seen.view, {"Summary for the agency": SUMMARY})
    assert any("The agency pipcu is off. No agency is on yet." in words for words in late.errors.values())
    assert "The agency pipcu is off" in await told.says(told.ann, "/offenders refer acme:S-1 pipcu")
    assert "There is no agency narnia here" in await told.says(told.ann, "/offenders refer acme:S-1 narnia")
    assert "Say whom to refer" in await told.says(told.ann, "/offenders refer")
    assert "No agency is on yet" in await told.says(told.ann, "/offenders refer acme:S-1")


async def test_from_the_offenders_page_the_agency_is_chosen_first(told: Told) -> None:
    page = await told.ann.types("/offenders show acme:S-1", channel=CHANNEL)
    await told.world.sandbox.settled()
    shown = page.reply or told.ann.ephemerals(CHANNEL)[-1]
    choice = await told.ann.presses("Refer…", on=shown)
    assert choice.view is not None
    form = await told.ann.submits(choice.view, {"Agency": "Police Intellectual Property Crime Unit"})
    assert form.view is not None
    done = await told.ann.submits(form.view, {"Summary for the agency": SUMMARY})
    assert done.view is not None
    assert "RF-1 is drafted" in done.view.words
    again = await told.ann.types("/offenders show acme:S-2", channel=CHANNEL)
    await told.world.sandbox.settled()
    shown = again.reply or told.ann.ephemerals(CHANNEL)[-1]
    assert "City of London Police: draft since" in shown.words


async def test_in_a_private_channel_for_approvers_nobody_is_named(told: Told) -> None:
    await set_rules(told.world.app.desk.store, told.world.clock())
    told.world.sandbox.invite_bot(APPROVERS_ROOM)
    await told.drafts(told.ann)
    legal = told.world.sandbox.channel("legal")
    await told.world.sandbox.until(lambda: any("RF-1" in one.words for one in legal.messages), seconds=6)
    (card,) = [one for one in legal.messages if "RF-1" in one.words]
    for text in (card.words, card.text):
        assert "Shop" not in text
        assert "S-1" not in text
        assert "Police" not in text
    assert card.buttons == ["Look", "Refuse RF-1…"], "nobody approves what they were not shown"
    looked = await told.bo.presses("Look", on=card)
    await told.bo.presses("Approve RF-1", on=looked.reply)
    await told.files(told.ann, "RF-1.zip", 1)
    await told.world.sandbox.until(lambda: any("was approved by Bo" in one.words for one in legal.messages), seconds=6)


async def test_a_channel_that_anybody_may_join_is_not_asked(told: Told) -> None:
    await told.world.app.desk.store.save(make.filing_policy(approvers_channel="C0BRAND"))
    await told.drafts(told.ann)
    await told.direct(told.bo, "A referral waits for a second person: RF-1")
    assert not told.world.cards()


async def test_where_nobody_else_could_decide_the_admins_are_told_once_and_not_of_whom_it_is(told: Told) -> None:
    grant = make.role(told.bo.id, Role.ANALYST)
    await told.world.app.desk.store.save(replace(grant, version=2))
    await told.drafts(told.world.ada)
    message = await told.direct(told.world.ada, "RF-1 waits for a second person, but I can ask nobody")
    assert "Shop" not in message.words
    assert not told.world.direct(told.bo)


async def test_sellers_that_were_linked_since_make_it_another_offender(told: Told) -> None:
    await told.drafts(told.ann)
    card = await told.direct(told.bo, "A referral waits for a second person: RF-1")
    await told.ann.types("/offenders unlink acme:S-1 acme:S-2 two companies after all", channel=CHANNEL)
    await told.bo.presses("Approve RF-1", on=card)
    await told.world.sandbox.until(
        lambda: any("no longer of the same offender" in one.words for one in told.bo.direct.all_messages), seconds=6
    )
    assert (await told.referral()).state is ReferralState.DRAFT


async def test_it_is_followed_until_the_agency_is_done(told: Told) -> None:
    assert "There is no referral RF-9" in await told.says(told.ann, "/referrals handed RF-9")
    referral_id = await told.drafts(told.ann)
    early = await told.says(told.ann, "/referrals handed RF-1 to Inspector Lee")
    assert "A second person has to approve it first" in early
    card = await told.direct(told.bo, f"A referral waits for a second person: {referral_id}")
    await told.bo.presses("Approve RF-1", on=card)
    await told.files(told.ann, "RF-1.zip", 1)
    assert "From there it can be: handed over, withdrawn." in await told.says(told.ann, "/referrals raid RF-1")
    assert "RF-1 is at “handed over” now" in await told.says(told.ann, "/referrals handed RF-1 to Inspector Lee")
    assert "is at “handed over” already" in await told.says(told.ann, "/referrals handed RF-1 to Inspector Lee")
    case = await told.bo.types("/referrals case RF-1", channel=CHANNEL)
    done = await told.bo.submits(case.view, {"Case number": "CR/118"})
    assert done.view is not None
    assert "RF-1 is at “case opened” now" in done.view.words
    await told.bo.closes(done.view)
    page = await told.ann.types("/referrals RF-1", channel=CHANNEL)
    assert page.reply is not None
    raided = await told.ann.presses("Raid…", on=page.reply)
    late = await told.ann.submits(raided.view, {"What is known of it": "Two warehouses in Leeds."})
    assert late.view is not None
    await told.ann.closes(late.view)
    assert "RF-1 · Shop 1 (S-1) and 1 linked to Police" in await told.says(told.ann, "/referrals raided")
    assert "None." in await told.says(told.bo, "/referrals mine")
    assert "closed" in await told.says(told.ann, "/referrals close RF-1 convicted, 400 jackets seized")
    assert "None." in await told.says(told.ann, "/referrals")
    listed = await told.says(told.ann, "/referrals all")
    assert "case CR/118" in listed
    assert "convicted, 400 jackets seized" in listed
    assert "It is over, and nothing follows." in await told.says(told.ann, "/referrals withdraw RF-1 no")
    shown = await told.says(told.ann, "/referrals RF-1")
    for words in ("Inspector Lee", "CR/118", "Two warehouses in Leeds.", "convicted"):
        assert words in shown, words
    kinds = await told.kinds()
    assert kinds[-4:] == ["handed_over", "case_opened", "raided", "closed"]


async def test_the_case_is_referred_with_the_hand_over_and_its_thread_hears_of_each_step(told: Told) -> None:
    await told.says(told.bo, "/offenders assign acme:S-2 @bo")
    card = await told.direct(told.bo, "Confidential")
    direct = told.world.sandbox.workspace.channels[card.channel]

    async def in_the_thread(words: str) -> None:
        await told.world.sandbox.until(
            lambda: sum(words in one.words for one in direct.thread(card.ts) if one.ts != card.ts) == 1, seconds=6
        )

    async def case() -> Case:
        found = await told.world.app.desk.store.entry(Case, "acme:S-2")
        assert found is not None
        return found

    await told.approved()
    assert (await case()).state is CaseState.WATCHING, "approved is not handed over"
    await told.says(told.ann, "/referrals handed RF-1 to Inspector Lee")
    assert (await case()).state is CaseState.REFERRED
    await in_the_thread("The case is referred now; it was watching. RF-1 to Police Intellectual Property Crime")
    changes = await told.world.app.desk.store.entries(Change, "case:acme:S-2")
    assert custody.check("case:acme:S-2", changes).whole
    assert changes[-1].actor.user_id == "U0ANN", "who said so is on record"
    for command, words in (
        ("acknowledged RF-1", "Ann Winter: the agency acknowledged it."),
        ("case RF-1 CR/118", "the agency opened a case: CR/118."),
        ("raid RF-1 two warehouses", "the agency searched or seized: two warehouses."),
        ("charge RF-1 one man", "somebody was charged: one man."),
        ("close RF-1 convicted", "closed: convicted."),
    ):
        await told.says(told.ann, f"/referrals {command}")
        await in_the_thread(words)
    assert (await case()).state is CaseState.REFERRED, "what becomes of the case is for its owner to say"
    assert not told.world.cards(), "nothing of it in a channel that anybody may join"


async def test_a_case_that_moves_while_its_referral_is_handed_over_is_referred_all_the_same(told: Told) -> None:
    await told.says(told.bo, "/offenders assign acme:S-1 @bo")
    await told.approved()
    await told.world.together(
        *(told.bo.types(f"/offenders note acme:S-1 note {n}", channel=CHANNEL) for n in range(4)),
        told.ann.types("/referrals handed RF-1 to Inspector Lee", channel=CHANNEL),
    )
    await told.world.sandbox.settled()
    case = await told.world.app.desk.store.entry(Case, "acme:S-1")
    assert case is not None
    assert case.state is CaseState.REFERRED
    assert (await told.referral()).state is ReferralState.HANDED_OVER


async def test_the_very_same_dossier_is_sent_again_to_who_may_have_it_and_each_time_is_on_record(told: Told) -> None:
    await told.approved()
    assert "comes to our direct messages" in await told.says(told.bo, "/referrals send RF-1")
    assert await told.files(told.bo, "RF-1.zip", 1) == [b"dossier 1 of RF-1"]
    assert len(told.maker.made) == 1
    mia = told.world.mia
    grant = make.role(mia.id, Role.ANALYST)
    await told.world.app.desk.store.save(replace(grant, version=2))
    assert "The dossier of RF-1 is for who asked for it" in await told.says(mia, "/referrals send RF-1")
    now = told.world.clock()
    await told.world.app.desk.store.save(
        Case(
            seller="acme:S-2",
            version=1,
            state=CaseState.INVESTIGATING,
            owner=mia.id,
            by=make.ANALYST,
            at=now,
            updated_at=now,
        )
    )
    assert "comes to our direct messages" in await told.says(mia, "/referrals send RF-1")
    await told.files(mia, "RF-1.zip", 1)
    changes = await told.world.app.desk.store.entries(Change, "referral:RF-1")
    assert [one.raw["to"] for one in changes if one.kind == "sent"] == ["U0ANN", "U0BO", "U0MIA"]


async def test_a_dossier_that_was_changed_on_the_disk_is_not_sent(told: Told) -> None:
    await told.approved()
    (told.maker.folder / "RF-1.zip").write_bytes(b"dossier 2 of RF-1")
    await told.says(told.bo, "/referrals send RF-1")
    await told.direct(told.bo, "RF-1.zip is not what was made: its SHA-256 differs. Restore it from a backup.")
    (told.maker.folder / "RF-1.zip").unlink()
    await told.says(told.bo, "/referrals send RF-1")
    await told.direct(told.bo, "RF-1.zip cannot be read")
    assert not [file for one in told.world.direct(told.bo) for file in one.files]
    assert (await told.kinds()).count("not_sent") == 2


async def test_without_a_key_the_drafter_is_told_and_it_is_made_once_there_is_one(told: Told) -> None:
    told.maker.trouble = "There is no key to sign with: make one with `python -m bot keys`."
    await told.drafts(told.ann)
    card = await told.direct(told.bo, "A referral waits for a second person: RF-1")
    await told.bo.presses("Approve RF-1", on=card)
    await told.direct(told.ann, "The dossier of RF-1 could not be made: There is no key")
    assert "is not made yet. There is no key" in await told.says(told.ann, "/referrals handed RF-1")
    told.maker.trouble = ""
    assert "it is being made now" in await told.says(told.ann, "/referrals send RF-1")
    assert await told.files(told.ann, "RF-1.zip", 1) == [b"dossier 1 of RF-1"]
    assert await told.kinds() == ["drafted", "approved", "failed", "built", "sent"]


async def test_into_the_folder_it_goes_under_a_name_that_tells_nobody_who(told: Told, tmp_path: Path) -> None:
    await told.drafts(told.ann, **{"Where the dossier goes": "The folder for dossiers", "Evidence files": "Leave"})
    card = await told.direct(told.bo, "A referral waits for a second person: RF-1")
    await told.bo.presses("Approve RF-1", on=card)
    out = tmp_path / "out"
    await told.world.sandbox.until(lambda: out.exists() and [one.name for one in out.iterdir()] == ["RF-1.zip"], 6)
    assert (out / "RF-1.zip").read_bytes() == b"dossier 1 of RF-1"
    await told.direct(told.ann, "The dossier of RF-1 is in the folder for dossiers, as RF-1.zip.")
    assert not [file for one in told.world.direct(told.ann) for file in one.files]
    assert not told.maker.made[0].referral.files
    (out / "RF-1.zip").unlink()
    assert "is put into the folder for dossiers once more" in await told.says(told.bo, "/referrals send RF-1")
    await told.direct(told.bo, "The dossier of RF-1 is in the folder for dossiers, as RF-1.zip.")
    assert (out / "RF-1.zip").exists()
    assert not [file for one in told.world.direct(told.bo) for file in one.files]


async def test_who_drafted_it_is_reminded_a_few_times_and_on_a_day_they_set(told: Told) -> None:
    await told.approved()
    reminders = "and nobody has handed it over"
    await told.world.passes_many(45, A_DAY)
    heard = [one.words for one in told.world.direct(told.ann) if reminders in one.words]
    assert len(heard) == 3, heard
    assert "This is the last reminder." in heard[-1]
    assert not any("RF-1," in one.words for one in told.world.direct(told.bo))
    await told.says(told.ann, "/referrals handed RF-1 to Inspector Lee")
    wrong = await told.says(told.ann, "/referrals remind RF-1 2020-01-01")
    assert "Choose a day after today" in wrong
    day = (told.world.clock() + timedelta(days=5)).date()
    assert f"I remind of RF-1 on {day:%d %b %Y}" in await told.says(told.ann, f"/referrals remind RF-1 {day}")
    await told.world.passes_many(90, A_DAY)
    wanted = [one for one in told.world.direct(told.ann) if "you wanted to be reminded today" in one.words]
    assert len(wanted) == 1
    assert not any("nothing was heard since" in one.words for one in told.world.direct(told.ann)), "the day is instead"


async def test_a_draft_that_nobody_decides_is_brought_again_a_few_times_in_working_hours_and_then_to_the_admins(
    told: Told,
) -> None:
    await on_a_monday_morning(told)
    await told.drafts(told.ann)
    card = await told.direct(told.bo, "A referral waits for a second person: RF-1")
    waits = "RF-1, Shop 1 (S-1) and 1 linked to Police Intellectual Property Crime Unit"
    assert not reminded(told.bo, waits)
    await told.world.passes(5 * 3600)
    await told.world.sandbox.settled()
    (early,) = reminded(told.bo, waits)
    assert "drafted by Ann Winter, waits for a second person since Mon" in early
    await told.world.passes_many(60, A_DAY / 6)
    await told.world.sandbox.settled()
    heard = reminded(told.bo, waits)
    assert len(heard) == 5, heard
    assert [words for words in heard if "This is the last reminder." in words] == heard[-1:]
    assert not reminded(told.ann, "waits for a second person"), "who drafted it can do nothing about it"
    (escalated,) = reminded(told.world.ada, "`/referrals draft` shows what waits")
    assert "RF-1, drafted by Ann Winter" in escalated
    assert "Shop" not in escalated
    for moment in await told.world.app.desk.store.entries(Announcement, "RF-1"):
        if moment.key.startswith("undecided:RF-1:") and moment.channel == told.bo.direct.id:
            local = moment.at.astimezone(ZoneInfo(await told.world.app.desk.zone(told.bo.id)))
            assert local.weekday() < 5, local
            assert 9 <= local.hour < 18, local
    await told.bo.presses("Approve RF-1", on=card)
    assert await told.files(told.ann, "RF-1.zip", 1), "what was shown first can still be approved"


async def on_a_monday_morning(told: Told) -> None:
    now = told.world.clock().astimezone(ZoneInfo("Europe/Berlin"))
    then = (now + timedelta(days=7 - now.weekday())).replace(hour=10, minute=0)
    told.world.clock.ahead += then - now


def reminded(person: Persona, words: str) -> list[str]:
    """What somebody was told of again, in direct messages; not the question itself."""
    return [one.words for one in person.direct.messages if words in one.words and "A referral" not in one.words]


async def test_what_the_approvers_channel_hears_again_names_no_offender(told: Told) -> None:
    await on_a_monday_morning(told)
    await set_rules(told.world.app.desk.store, told.world.clock())
    told.world.sandbox.invite_bot(APPROVERS_ROOM)
    await told.drafts(told.ann)
    await told.world.passes(5 * 3600)
    await told.world.passes_many(9, A_DAY)
    legal = told.world.sandbox.channel("legal")
    heard = [one for one in legal.messages if "RF-1, drafted by Ann Winter, waits for a second person" in one.words]
    assert len(heard) == 5, [one.words for one in heard]
    for one in heard:
        assert "Shop" not in one.words + one.text
        assert "Police" not in one.words + one.text
        assert one.buttons == ["Show RF-1"]
    assert not reminded(told.bo, "RF-1")


async def test_what_is_decided_is_not_brought_again(told: Told) -> None:
    await told.approved()
    await told.world.passes_many(8, A_DAY)
    assert not reminded(told.bo, "waits for a second person since")


async def test_a_digest_counts_offenders_with_agencies_and_names_none(told: Told) -> None:
    await told.approved()
    await told.says(told.ann, "/referrals handed RF-1 to Inspector Lee")
    await told.world.app.desk.store.save(make.schedule(channel="C0BRAND", channel_name=CHANNEL, window_days=30))
    await told.world.app.desk.store.save(make.link("acme:S-8", "acme:S-9"))
    await others_upheld(told, 3)
    await told.world.ada.types("/digest run DG-1", channel=CHANNEL)
    digest = await told.world.card("1 offender is with an agency.")
    assert "RF-1" not in digest.words
    assert "Police" not in digest.words


async def test_a_digest_of_few_offenders_does_not_tell_that_one_is_with_an_agency(told: Told) -> None:
    await told.approved()
    await told.says(told.ann, "/referrals handed RF-1 to Inspector Lee")
    await told.world.app.desk.store.save(make.schedule(channel="C0BRAND", channel_name=CHANNEL, window_days=30))
    await others_upheld(told, 2)
    await told.world.ada.types("/digest run DG-1", channel=CHANNEL)
    digest = await told.world.card("Repeat offenders, ")
    assert "S-21" in digest.words + digest.text
    assert "agenc" not in digest.words + digest.text


async def others_upheld(told: Told, count: int) -> None:
    """So many other offenders are in the digest."""
    for number in range(count):
        for notice in range(3):
            upheld = make.upheld(f"TD-{50 + 3 * number + notice}", by=f"S-{20 + number}", at=told.world.clock())
            await told.world.app.desk.store.save(upheld, make.event(upheld))


async def test_archived_notices_go_with_it(told: Told) -> None:
    await told.world.app.desk.store.archive(
        final_before=told.world.clock() - timedelta(days=10), drafts_before=told.world.clock()
    )
    await told.approved()
    (material,) = told.maker.made
    assert [notice.id for notice in material.notices] == ["TD-1", "TD-2", "TD-3"]
    assert [one.status for one in material.notices] == [Status.REMOVED] * 3
    assert isinstance(material.events["TD-1"][0], Event)


async def test_from_the_home_there_is_a_door_for_who_may_refer(told: Told) -> None:
    await told.drafts(told.ann)
    await told.ann.opens_home()
    await told.world.sandbox.settled()
    opened = await told.ann.presses("List referrals", on=told.ann.home)
    assert opened.view is not None
    assert "RF-1" in opened.view.words
    await told.world.mia.opens_home()
    await told.world.sandbox.settled()
    assert told.world.mia.home is not None
    assert "List referrals" not in told.world.mia.home.buttons


async def test_what_was_said_of_a_referral_is_put_right_by_saying_it_again(told: Told) -> None:
    await told.approved()
    await told.says(told.ann, "/referrals handed RF-1")
    again = await told.ann.types("/referrals handed RF-1", channel=CHANNEL)
    assert again.reply is not None
    assert "is at “handed over” already. Say it again with other words" in again.reply.words
    await told.says(told.ann, "/referrals handed RF-1 to Inspector Lee")
    await told.says(told.ann, "/referrals close RF-1 convictd")
    await told.says(told.ann, "/referrals close RF-1 convicted")
    assert (await told.referral()).handed_to == "Inspector Lee"
    assert (await told.referral()).outcome == "convicted"
    changes = await told.world.app.desk.store.entries(Change, "referral:RF-1")
    assert "convicted. Before: convictd." in changes[-1].words
    assert custody.check("referral:RF-1", changes).whole
