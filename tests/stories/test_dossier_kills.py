"""A dossier whose desk is killed while it is built, put on record and sent: there is one, and nobody has another."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from bot import custody
from bot.desk.steps import told
from bot.dossiers import keys, verify
from bot.dossiers.places import KEY
from bot.model import SYSTEM, Change, Referral, ReferralState, utc_now
from bot.sandbox.driver import Persona, Sandbox
from bot.sandbox.marketplace import PretendMarketplace
from bot.sandbox.roles import give_roles
from bot.sandbox.serving import running
from bot.stores.opening import open_store
from tests import make
from tests.bot.dossiers import made
from tests.stories.processes import Bot, bot_over_http
from tests.stories.world import CHANNEL, sandbox_of

pytestmark = pytest.mark.kills
PATIENCE = 30
ANSWERS_AFTER = 0.4
"""Seconds between Slack's taking a file and its answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wreck:
    """What a killed desk leaves: its referral, the chain of it, what is in the folder, what the requester has."""

    referral: Referral
    changes: tuple[Change, ...]
    kept: dict[str, str]
    had: tuple[str, ...]


@dataclass(kw_only=True)
class Scene:
    folder: Path
    slack: Sandbox
    bot: Bot
    wrecks: list[Wreck] = field(default_factory=list)

    @property
    def ann(self) -> Persona:
        return self.slack.person("ann")

    @property
    def dossiers(self) -> Path:
        return self.folder / "dossiers"

    def building(self) -> frozenset[str]:
        return frozenset(one.name for one in self.dossiers.glob("*.building"))

    def in_place(self) -> frozenset[str]:
        return frozenset(one.name for one in self.dossiers.glob("*.zip"))

    def sent(self) -> frozenset[str]:
        return frozenset(one.ts for one in self.ann.direct.messages if one.files)

    def files(self) -> list[bytes]:
        return [file.content for one in self.ann.direct.messages for file in one.files]

    async def killed(self, moment: Callable[[], frozenset[str]], within: float) -> Wreck:
        """Killed within so many seconds of something new being there; what is left."""
        before = moment()
        if not self.wrecks:
            await approved(self.slack)
        else:
            await self.bot.launch()
        await until(lambda: bool(moment() - before))
        await asyncio.sleep(random.uniform(0, within))
        await self.bot.kill()
        self.wrecks.append(await self.wreck())
        return self.wrecks[-1]

    async def wreck(self) -> Wreck:
        store = await open_store(f"tinydb:///{self.folder}/notices.json", utc_now)
        try:
            (referral,) = await store.entries(Referral)
            changes = await store.entries(Change, referral.of)
        finally:
            await store.close()
        kept = {one.name: sha256(one.read_bytes()).hexdigest() for one in self.dossiers.glob("*.zip")}
        had = tuple(sha256(one).hexdigest() for one in self.files())
        return Wreck(referral=referral, changes=changes, kept=kept, had=had)


async def test_killed_while_it_is_built_recorded_and_sent_there_is_one_dossier_and_nobody_has_another(
    tmp_path: Path,
) -> None:
    await seed(tmp_path)
    market = PretendMarketplace(key="acme", name="Acme Market", token="t", clock=utc_now)
    async with (
        running(market.app) as url,
        sandbox_of(utc_now, [market]) as slack,
        bot_over_http(tmp_path, slack, url) as bot,
    ):
        slack.hang(ANSWERS_AFTER, "files.completeUploadExternal", times=100)
        scene = Scene(folder=tmp_path, slack=slack, bot=bot)
        await bot.start()
        for _ in range(2):
            await scene.killed(scene.building, 0.8)
        wreck = await scene.killed(scene.building, 0.0)
        while wreck.referral.built is None:  # on disk, and maybe not on record
            wreck = await scene.killed(scene.in_place, 0.02)
        while not wreck.had:  # Slack has it, and has not said so
            wreck = await scene.killed(scene.sent, ANSWERS_AFTER / 2)
        await bot.start()
        await until(lambda: bool(scene.files()))
        await slack.settled()
        await asyncio.sleep(2 * ANSWERS_AFTER)
        assert await bot.stop() == 0
        last = await scene.wreck()

    built = last.referral.built
    assert built is not None
    assert last.referral.state is ReferralState.APPROVED
    assert last.kept == {built.name: built.sha256}, "one, and what a dead process made is swept away"
    assert set(last.had) == {built.sha256}, "no other was ever sent"
    assert len(last.had) == 1, "nor the same one twice"
    wrecks = scene.wrecks
    assert {one.referral.built.sha256 for one in wrecks if one.referral.built} <= {built.sha256}, "on record once"
    assert not any(one.had for one in wrecks if one.referral.built is None), "on record before it is sent"
    assert custody.check(last.referral.of, last.changes).whole
    kinds = [one.kind for one in last.changes]
    assert kinds == ["drafted", "approved", "built", "sent"]
    assert last.changes[2].raw["sha256"] == built.sha256
    assert verify.check(verify.Archive(str(scene.dossiers / built.name))).faults == []
    unrecorded = [one for one in wrecks if one.referral.built is None]
    unsettled = [one for one in wrecks if one.had]
    print(  # noqa: T201
        f"{len(wrecks)} kills: {len(unrecorded)} before it was on record, {len(unsettled)} with Slack's answer out"
    )
    assert unrecorded, "else no kill hit the building"
    assert unsettled, "else no kill hit the sending"


async def seed(folder: Path) -> None:
    """A seller with two notices that were upheld, an agency, a key."""
    keys.make(folder / KEY)
    store = await open_store(f"tinydb:///{folder}/notices.json", utc_now)
    await give_roles(store, utc_now())
    await store.save(made.agency())
    for number in (1, 2):
        at = utc_now() - timedelta(days=number)
        await store.save(
            *told(make.upheld(f"TD-{number}", at=at), at=at, actor=SYSTEM, kind="decision", words="Removed.")
        )
    await store.close()


async def approved(slack: Sandbox) -> None:
    ann, bo = slack.person("ann"), slack.person("bo")
    form = await ann.types("/offenders refer acme:S-1 pipcu", channel=CHANNEL)
    done = await ann.submits(form.view, {"Summary for the agency": "Fakes of our jackets."})
    assert not done.errors, done.errors
    await until(lambda: any("A referral waits" in one.words for one in bo.direct.messages))
    (card,) = [one for one in bo.direct.messages if "A referral waits" in one.words]
    await bo.presses("Approve RF-1", on=card)


async def until(come_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not come_true():
            await asyncio.sleep(0.001)
