"""A desk whose notices were filed and settled the real way: each with a chain, some archived, some with evidence."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot import custody
from bot.desk import audit
from bot.desk.steps import told
from bot.evidence import EvidenceFolder
from bot.model import (
    Actor,
    Built,
    Case,
    CaseState,
    Declaration,
    Evidence,
    Notice,
    Purchase,
    PurchaseState,
    Referral,
    ReferralState,
    Status,
)
from bot.shelves import Shelves
from bot.shelves.folders import DossierFolder
from bot.stores import Store
from bot.stores.disk import Disk
from tests import make
from tests.bot.desk.register_scene import ADA, Scene
from tests.make import NOW

ZQ = Actor(user_id="U0QUILL", team_id="T1", where="/takedown in D0QUILL")
NAME = "Zacharias Quillfeather"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def shelves_in(folder: Path) -> Shelves:
    return Shelves.beside(EvidenceFolder(folder / "evidence"))


async def settled(
    store: Store,
    notice_id: str,
    *,
    by: Actor = ZQ,
    seller: str = "S-1",
    at: datetime = NOW,
    open_: bool = False,
    words: str = f"Filed by {NAME}.",
    **changes: Any,
) -> Notice:
    """A notice that somebody filed and signed at `at`, and that was upheld then, unless it is still open."""
    said = Declaration(text_version="2026-01", signature=NAME, affirmed_by=by.user_id, affirmed_at=at)
    notice = make.notice(
        notice_id, at=at, seller=make.seller(seller), submitter=replace(by, where=""), declaration=said
    )
    notice = replace(notice, **changes)
    shown = {"sha256": notice.evidence[0].sha256} if notice.evidence else None
    notice, filed = told(notice, at=at, actor=by, kind="filed", words=words, raw=shown)
    await store.save(notice, filed)
    if open_:
        return notice
    over = replace(notice, version=2, status=Status.REMOVED, decided_at=at, removed_at=at)
    over, event = told(over, at=at, actor=Actor(user_id="acme"), kind="decision", words="Removed.", raw={"to": NAME})
    await store.save(over, event)
    return over


async def archived(scene: Scene, older_than: timedelta = timedelta(days=1)) -> int:
    return await scene.store.archive(final_before=NOW - older_than, drafts_before=NOW)


async def whole(store: Store) -> int:
    """Every chain of a notice holds; gives how many there are."""
    count = 0
    async for one in store.chronicles():
        found = custody.check(one.notice.id, one.events, head=one.notice.head, count=one.notice.version)
        assert found.faults == (), one.notice.id
        assert list(custody.against(one.notice, one.events)) == [], one.notice.id
        count += 1
    assert (await audit.everything(store)).faults == ()
    return count


def evidence_in(shelves: Shelves) -> Path:
    assert isinstance(shelves.evidence, EvidenceFolder)
    return shelves.evidence.path


def dossiers_in(shelves: Shelves) -> Path:
    assert isinstance(shelves.dossiers, DossierFolder)
    return shelves.dossiers.path


async def kept_file(shelves: Shelves, content: bytes, name: str, *, since: datetime = NOW, by: Actor = ZQ) -> Evidence:
    """A file on the shelf since then, as a notice names it."""
    stored = await shelves.evidence.add(content, name)
    (file,) = evidence_in(shelves).glob(f"*/{stored.sha256}.*")
    os.utime(file, (since.timestamp(), since.timestamp()))
    return Evidence(
        sha256=stored.sha256,
        name=stored.name,
        size=stored.size,
        media_type=stored.media_type,
        captured_at=since,
        by=replace(by, where=""),
    )


def purchase(number: int = 1, *, seller: str = "acme:S-1", at: datetime = NOW, **changes: Any) -> Purchase:
    made = Purchase(
        id=f"TP-{number}",
        version=1,
        seller=seller,
        state=PurchaseState.COUNTERFEIT,
        order_id=f"O-{number}",
        by=ADA,
        at=at,
        updated_at=at,
        ordered_on=date(2025, 1, 1),
        cost=Decimal("12.50"),
        currency="EUR",
    )
    return replace(made, **changes)


def referral(number: int = 1, *, seller: str = "acme:S-1", at: datetime = NOW, **changes: Any) -> Referral:
    made = Referral(
        id=f"RF-{number}",
        version=1,
        state=ReferralState.CLOSED,
        seller=seller,
        sellers=(seller,),
        title="Shop 1",
        agency="pipcu",
        agency_name="PIPCU",
        shows=frozenset(),
        summary="",
        initials="AO",
        by=ADA,
        at=at,
        updated_at=at,
    )
    return replace(made, **changes)


def built(name: str) -> Built:
    return Built(name=name, sha256="0" * 64, size=1, manifest="0" * 64, key="k", at=NOW)


def case(seller: str = "acme:S-1", **changes: Any) -> Case:
    made = Case(seller=seller, version=1, state=CaseState.WATCHING, owner=ADA.user_id, by=ADA, at=NOW, updated_at=NOW)
    return replace(made, **changes)


class Interrupting(Disk):
    """Does something else, once, right after an erasure has begun. `loop` is where the desk is."""

    def __init__(self, mark: Path, then: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self.loop = asyncio.get_running_loop()
        self.mark = mark
        self.then = [then]

    def sync_folder(self, folder: Path) -> None:
        super().sync_folder(folder)
        if not threading.current_thread().name.startswith("asyncio"):
            return  # the store's own writing, which what comes between would wait for
        if self.then and self.mark.exists():
            asyncio.run_coroutine_threadsafe(self.then.pop()(), self.loop).result(20)


def found_in(folder: Path, *values: str) -> list[str]:
    """The files that hold one of these, in capitals or not."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [
        f"{file.name}: {value}"
        for file in files
        for value in values
        if value.casefold().encode() in file.read_bytes().lower()
    ]
