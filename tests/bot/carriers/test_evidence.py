"""Evidence is fetched from Slack afterwards: whatever goes wrong, no file is lost, taken for another, or kept twice."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import orjson
import pytest

from bot.carriers.evidence import Gathering
from bot.desk import Desk, evidence
from bot.errors import Invalid, SlackDeclined, SlackUnavailable
from bot.evidence import FILES_A_NOTICE, EvidenceFolder
from bot.model import (
    Actor,
    Announcement,
    Attached,
    Card,
    Delivery,
    DeliveryKind,
    Fetched,
    Notice,
)
from bot.outbox import Outbox
from bot.stores import Store
from bot.stores.disk import Disk
from bot.stores.rows import put, read
from bot.stores.tiny import open_tiny
from tests import make
from tests.vendors import HandClock

PNG = b"\x89PNG\r\n\x1a\n" + bytes(1016)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
LABEL, INVOICE = Attached(file_id="F1", name="label.png"), Attached(file_id="F2", name="invoice.pdf")


class FullDisk(Disk):
    """A disk that has no room, until it has."""

    full = True

    def append(self, handle: int, content: bytes) -> None:
        if self.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().append(handle, content)


@dataclass(kw_only=True)
class Scene:
    """A desk, and files in a Slack that answers as a test wants; what else it has to carry is passed over."""

    store: Store
    clock: HandClock
    desk: Desk
    kept: EvidenceFolder
    files: dict[str, Fetched | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def puts(self, file: Attached, content: bytes, *, by: Actor = make.ANALYST) -> None:
        self.files[file.file_id] = Fetched(name=file.name, mimetype="", content=content, user_id=by.user_id)

    async def fetch_file(self, file_id: str, *, limit: int) -> Fetched:
        self.asked.append(file_id)
        found = self.files[file_id]
        if isinstance(found, Exception):
            raise found
        return found

    async def filed(self, *files: Attached, notices: int = 1) -> None:
        """Notices of one batch, filed by a form with these files."""
        made = [
            make.notice(f"TD-{number}", batch_id="TD-1", fetching=files, at=self.clock())
            for number in range(1, notices + 1)
        ]
        fetching = evidence.fetches("TD-1", files, make.ANALYST, self.clock())
        card = Card(batch_id="TD-1", version=1, channel="C1")
        await self.store.save(*made, *map(make.event, made), card, *fetching)

    async def passes(self, seconds: float = 1) -> None:
        self.clock.forward(seconds)
        gathering = Gathering(desk=self.desk, shelf=self, kept=self.kept)

        async def passed_over(delivery: Delivery) -> None:
            await self.store.save(settles=delivery)

        async def gather(delivery: Delivery) -> None:
            await gathering.gather(delivery)

        carriers = dict.fromkeys(DeliveryKind, passed_over) | {DeliveryKind.EVIDENCE: gather}
        for _ in range(3):
            await Outbox(self.desk, carriers).run_once()

    async def notice(self, notice_id: str = "TD-1") -> Notice:
        return await self.desk.find(notice_id)

    async def said(self, notice_id: str = "TD-1") -> list[str]:
        return [one.words for one in await self.store.events(notice_id) if one.kind == "evidence"]

    async def told(self) -> list[tuple[str, str]]:
        return [(one.channel, one.words) for one in await self.store.entries(Announcement)]

    def on_disk(self) -> list[str]:
        return sorted(one.name for one in self.kept.path.rglob("*") if one.is_file())


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    clock = HandClock()
    store = await open_tiny(tmp_path / "notices.json", clock)
    desk = Desk(
        store=store,
        people=cast(Any, None),
        marketplaces={},
        sites=(),
        clock=clock,
        first_admins=frozenset(),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=365),
    )
    yield Scene(store=store, clock=clock, desk=desk, kept=EvidenceFolder(tmp_path / "evidence"))
    await store.close()


async def test_every_notice_of_the_form_gets_its_files(scene: Scene) -> None:
    scene.puts(LABEL, PNG)
    scene.puts(INVOICE, PDF)
    handed_in = scene.clock()
    await scene.filed(LABEL, INVOICE, notices=3)
    await scene.passes()
    for notice_id in ("TD-1", "TD-2", "TD-3"):
        notice = await scene.notice(notice_id)
        assert notice.fetching == ()
        assert [(one.name, one.media_type, one.size) for one in notice.evidence] == [
            ("label.png", "image/png", 1024),
            ("invoice.pdf", "application/pdf", len(PDF)),
        ]
        assert {(one.captured_at, one.by) for one in notice.evidence} == {(handed_in, make.ANALYST)}
        assert await scene.kept.read(notice.evidence[0].sha256) == PNG
    digest = sha256(PNG).hexdigest()
    assert (await scene.said())[0] == f"Evidence kept: label.png (PNG, 1 kB), SHA-256 {digest[:12]}…"
    first = next(one for one in await scene.store.events("TD-1") if one.kind == "evidence")
    assert first.raw == {"sha256": digest, "size": "1024"}, "the whole of it is on record"
    assert await scene.told() == []
    assert await scene.store.due_lanes(scene.clock() + timedelta(days=1)) == ()


async def test_while_slack_is_down_it_is_tried_again_and_nothing_is_lost(scene: Scene) -> None:
    scene.files["F1"] = SlackUnavailable("not reachable")
    await scene.filed(LABEL)
    for _ in range(40):
        await scene.passes(900)
    assert (await scene.notice()).fetching == (LABEL,)
    assert await scene.said() == []
    scene.puts(LABEL, PNG)
    await scene.passes(900)
    assert [one.name for one in (await scene.notice()).evidence] == ["label.png"]


@pytest.mark.parametrize("code", ["missing_scope", "sign_in_page", "token_revoked"])
async def test_what_an_admin_has_to_put_right_is_waited_for(scene: Scene, code: str) -> None:
    scene.files["F1"] = SlackDeclined(code)
    await scene.filed(LABEL)
    for _ in range(10):
        await scene.passes(3600)
    scene.puts(LABEL, PNG)
    await scene.passes(3600)
    assert len((await scene.notice()).evidence) == 1
    assert await scene.told() == []


async def test_a_surprise_does_not_lose_a_file(scene: Scene) -> None:
    scene.files["F1"] = ZeroDivisionError()
    await scene.filed(LABEL)
    for _ in range(20):
        await scene.passes(3600)
    scene.puts(LABEL, PNG)
    await scene.passes(3600)
    assert len((await scene.notice()).evidence) == 1


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (Invalid("That file was deleted from Slack."), "That file was deleted from Slack."),
        (SlackDeclined("HTTP 403"), "Slack does not give it to me (HTTP 403)."),
        (b"MZ\x90\x00", "label.png is a Windows program, which cannot be kept as evidence."),
        (b"", "label.png is an empty file, which cannot be kept as evidence."),
        (bytes(10_000_001), "label.png is larger than 10 MB."),
    ],
)
async def test_whoever_handed_in_what_is_refused_is_told_why_and_the_others_go_on(
    scene: Scene, found: bytes | Exception, why: str
) -> None:
    if isinstance(found, bytes):
        scene.puts(LABEL, found)
    else:
        scene.files["F1"] = found
    scene.puts(INVOICE, PDF)
    await scene.filed(LABEL, INVOICE, notices=2)
    await scene.passes()
    for notice_id in ("TD-1", "TD-2"):
        notice = await scene.notice(notice_id)
        assert [one.name for one in notice.evidence] == ["invoice.pdf"]
        assert notice.fetching == ()
        assert (await scene.said(notice_id))[0].startswith(f"Not kept as evidence: label.png. {why}")
    ((channel, words),) = await scene.told()
    assert channel == make.ANALYST.user_id
    assert words.startswith(f"TD-1 and TD-2: Not kept as evidence: label.png. {why}")


async def test_a_file_of_somebody_else_is_not_taken(scene: Scene) -> None:
    scene.puts(LABEL, PNG, by=Actor(user_id="USTRANGER"))
    await scene.filed(LABEL)
    await scene.passes()
    assert (await scene.notice()).evidence == ()
    assert "somebody else" in (await scene.said())[0]
    assert scene.on_disk() == [], "it was not even written"


async def test_the_same_file_twice_is_one(scene: Scene) -> None:
    scene.puts(LABEL, PNG)
    scene.puts(INVOICE, PNG)
    await scene.filed(LABEL, INVOICE)
    await scene.passes()
    assert [one.name for one in (await scene.notice()).evidence] == ["label.png"]
    assert (await scene.said())[1] == "Handed in again: invoice.png is kept already, as label.png."
    assert len(scene.on_disk()) == 1


async def test_a_full_disk_is_waited_for(scene: Scene, tmp_path: Path) -> None:
    disk = FullDisk()
    scene.kept = EvidenceFolder(tmp_path / "evidence", disk)
    scene.puts(LABEL, PNG)
    await scene.filed(LABEL)
    await scene.passes()
    assert (await scene.notice()).fetching == (LABEL,)
    assert scene.on_disk() == []
    disk.full = False
    await scene.passes(60)
    assert len((await scene.notice()).evidence) == 1


async def test_a_kill_between_keeping_and_saying_so_is_made_good(scene: Scene) -> None:
    scene.puts(LABEL, PNG)
    await scene.filed(LABEL)
    await scene.kept.add(PNG, "label.png")  # and then the process died
    await scene.passes()
    assert len((await scene.notice()).evidence) == len(scene.on_disk()) == 1
    assert len(await scene.said()) == 1


async def test_a_notice_takes_twenty_files(scene: Scene) -> None:
    there = tuple(make.evidence(f"{number}.png") for number in range(FILES_A_NOTICE))
    full = make.notice(batch_id="TD-1", evidence=there, fetching=(LABEL,), at=scene.clock())
    fetching = evidence.fetches("TD-1", (LABEL,), make.ANALYST, scene.clock())
    await scene.store.save(full, make.event(full), Card(batch_id="TD-1", version=1, channel="C1"), *fetching)
    scene.puts(LABEL, PNG)
    await scene.passes()
    notice = await scene.notice()
    assert (notice.evidence, notice.fetching) == (there, ())
    assert await scene.said() == ["Not kept as evidence: label.png. A notice takes 20 files at most."]


async def test_a_notice_from_before_there_was_evidence_is_read_as_it_was() -> None:
    old = orjson.loads(put(make.upheld()).raw)
    del old["evidence"], old["fetching"]
    assert read(Notice, orjson.dumps(old)) == make.upheld()
