"""What an erasure would take out and what it has to leave, worked out the same way for a dry run and for the deed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, TypeVar, get_args

from bot import custody
from bot.desk import Desk, holds
from bot.desk.holds import CASE, REFERRED
from bot.desk.persons import Sort, Subject, acted, is_of
from bot.desk.register import changed
from bot.desk.retention import next_version
from bot.desk.steps import told
from bot.model import (
    Actor,
    Agency,
    Announcement,
    AuthorisedSeller,
    Bulk,
    BulkLines,
    Case,
    Change,
    Chronicle,
    Declaration,
    Entry,
    Event,
    Evidence,
    FilingDay,
    Forgotten,
    Grant,
    Identifier,
    Link,
    Notice,
    Purchase,
    Record,
    Referral,
    Registration,
    RoleGrant,
    Seller,
    Stance,
    seller_key,
)
from bot.wiping import Wipe, worth

OPEN = "open"
UNREAD = "in the archive that cannot be read"
BOUGHT = "of a test purchase that is not decided"
L = TypeVar("L", Event, Change)
V = TypeVar("V")
_STAYS = ("id", "batch_id", "right", "listing", "seller", "declaration", "channel", "reference", "lot", "head")
"""Fields of a notice that are wiped apart, or that notices are found and relied on by."""
KINDS: tuple[type[Any], ...] = tuple(kind for kind in get_args(Entry) if kind is not Grant)
_OF_OTHERS = (Registration, AuthorisedSeller, Agency)
"""Who is named in these is another party, who may be called as one of our people is."""
_FIXED: Mapping[type[Any], tuple[str, ...]] = {Registration: ("right",), Change: ("of",)}


_AT_A_TIME = 200


async def in_turns(every: Iterable[V]) -> AsyncIterator[V]:
    """Each of them, letting others have their turn between handfuls."""
    for number, one in enumerate(tuple(every), 1):
        yield one
        if number % _AT_A_TIME == 0:
            await asyncio.sleep(0)


@dataclass(kw_only=True, slots=True)
class Sifted:
    """What to save and take out. `gone` counts what is erased, by kind; `kept` what is not, by kind and why."""

    records: list[Record] = field(default_factory=list)
    drops: list[Entry] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    dossiers: list[str] = field(default_factory=list)
    gone: Counter[str] = field(default_factory=Counter)
    kept: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(kw_only=True)
class Sieve:
    """One erasure: whose data, what stands in its place, who does it and when."""

    desk: Desk
    subject: Subject
    stand_in: str
    by: Actor
    grounds: Mapping[type[Any], tuple[Any, ...]] = field(default_factory=dict)  # what all of it was decided by
    needed: Mapping[str, str] = field(default_factory=dict)  # why nothing of a seller (by key) may go
    bought: frozenset[str] = frozenset()
    purchases: Mapping[str, Purchase] = field(default_factory=dict)
    referrals: Mapping[str, Referral] = field(default_factory=dict)
    bulks: Mapping[str, Bulk] = field(default_factory=dict)
    found: Sifted = field(default_factory=Sifted)

    async def sift(self) -> Sifted:
        await self._look_around()
        if self.subject.sort is Sort.FILES:
            await self._files()
            await self._dossiers()
            return self.found
        unread: list[str] = []
        async for one in self.desk.store.chronicles(self.subject.mentioned, unread=unread):
            self._notice(one)
        if unread:
            self.found.kept["notices", UNREAD] += len(unread)
        for kind in KINDS:
            if kind is not Change:
                async for entry in in_turns(await self.desk.store.entries(kind)):
                    self._entry(entry)
        await self._changes()
        await self._dossiers()
        return self.found

    @property
    def wide(self) -> Wipe:
        """What goes everywhere."""
        return Wipe(words=self.subject.words, user_id=self.subject.user_id, stand_in=self.stand_in)

    @property
    def near(self) -> Wipe:
        """What goes where the seller is."""
        return replace(self.wide, words=worth({*self.subject.words, *self.subject.near}))

    @property
    def own(self) -> Wipe:
        """What goes where the person acts, or is mentioned by id."""
        return replace(self.wide, exact=self.subject.near)

    def _names_them(self, record: object) -> bool:
        """Whether the person acts in it, or is mentioned by id."""
        person = self.subject.user_id
        return bool(person) and Wipe(words=(), user_id=person, stand_in=self.stand_in).found_in(record)

    @property
    def at(self) -> datetime:
        return self.desk.now()

    async def _look_around(self) -> None:
        store = self.desk.store
        self.grounds = await holds.grounds(self.desk)
        self.purchases = {one.id: one for one in await store.entries(Purchase)}
        self.referrals = {one.id: one for one in await store.entries(Referral)}
        self.bulks = {one.id: one for one in await store.entries(Bulk)}
        self.bought = frozenset(one.notice_id for one in self.purchases.values() if not one.state.over)
        self.needed = await holds.needed(self.desk)

    def _why_kept(self, notice: Notice) -> str:
        if not notice.status.final:
            return OPEN
        return self.needed.get(notice.seller_key, "") or (BOUGHT if notice.id in self.bought else "")

    # Notices

    def _notice(self, one: Chronicle) -> None:
        notice = one.notice
        theirs = is_of(notice, self.subject.seller)
        wipe = self.near if theirs else self.wide
        after = _wiped(notice, wipe, theirs=theirs, counted=not one.archived)
        events = self._lines(one, after, wipe)
        if wipe.found_in(notice.right) or wipe.found_in(notice.listing.listing_id):
            self.found.kept["notices", "in the right relied on, or the id of the listing"] += 1
        if not one.archived and wipe.found_in(notice.declaration):
            self.found.kept["declarations", "of notices that still count"] += 1
        if after == notice and not events:
            return
        if why := self._why_kept(notice):
            self.found.kept["notices", why] += 1
            return
        self._changed(one, after, events)

    def _lines(self, one: Chronicle, after: Notice, wipe: Wipe) -> list[Event]:
        """The lines that are not as they were."""
        lines = [self._line(event, wipe) for event in one.events]
        if custody.terms(after) != custody.terms(one.notice):
            lines = [_without_terms(line) if "terms" in line.raw else line for line in lines]
        return [line for line, event in zip(lines, one.events, strict=True) if line is not event]

    def _line(self, line: L, wipe: Wipe) -> L:
        return _wiped_line(line, self.own if self._names_them(line) else wipe, self.subject)

    def _changed(self, one: Chronicle, after: Notice, events: list[Event]) -> None:
        """The notice's next version, with a line that says what was done and not to what."""
        terms = custody.terms(after)
        after, line = told(
            replace(after, version=after.version + 1),
            at=self.at,
            actor=self.by,
            kind="erased",
            words=f"Personal data was erased ({self.stand_in}).",
            raw={"terms": terms} if terms != custody.terms(one.notice) else None,
        )
        self.found.records += [after, line, *events]
        self.found.gone["notices"] += 1
        self.found.gone["lines of their histories"] += len(events)

    # Files

    async def _files(self) -> None:
        wanted = set(self.subject.files)
        seen: dict[str, list[Chronicle]] = {sha256: [] for sha256 in wanted}
        unread: list[str] = []
        async for one in self.desk.store.chronicles(self.subject.mentioned, unread=unread):
            for sha256 in wanted & {file.sha256 for file in one.notice.evidence}:
                seen[sha256].append(one)
        shown = [one for one in self.purchases.values() if wanted & {file.sha256 for file in one.photos}]
        # Whether an unreadable notice still needs its files nobody can tell.
        why = {sha256: UNREAD if unread else self._why_shown(sha256, of, shown) for sha256, of in seen.items()}
        self.found.files = sorted(sha256 for sha256 in wanted if not why[sha256])
        self.found.kept.update(("evidence files", reason) for reason in why.values() if reason)
        self.found.gone["evidence files"] += len(self.found.files)
        for one in {one.notice.id: one for of in seen.values() for one in of}.values():
            if not {file.sha256 for file in one.notice.evidence}.isdisjoint(self.found.files):
                self._without_files(one)
        for purchase in shown:
            photos = tuple(self._gone(file) for file in purchase.photos)
            if photos != purchase.photos:
                self.found.records.append(replace(purchase, version=purchase.version + 1, photos=photos))

    def _why_shown(self, sha256: str, of: Iterable[Chronicle], shown: Iterable[Purchase]) -> str:
        """Why a file has to stay; empty when it may go."""
        notices = (self._why_kept(one.notice) for one in of)
        photos = [one for one in shown if sha256 in {file.sha256 for file in one.photos}]
        purchases = (self.needed.get(one.seller, "") or ("" if one.state.over else BOUGHT) for one in photos)
        return next((why for why in (*notices, *purchases) if why), "")

    def _without_files(self, one: Chronicle) -> None:
        """What is left of each file in the records is its hash; its name goes where it is told of."""
        names = {file.name for file in one.notice.evidence if file.sha256 in self.found.files}
        wipe = Wipe(words=worth(names), stand_in=self.stand_in)
        evidence = tuple(self._gone(file) for file in one.notice.evidence)
        after = replace(one.notice, evidence=evidence)
        self._changed(one, after, self._lines(one, after, wipe))

    def _gone(self, file: Evidence) -> Evidence:
        if file.sha256 not in self.found.files or file.gone_at is not None:
            return file
        return replace(file, name=self.stand_in, gone_at=self.at)

    # Small records

    def _entry(self, entry: Any) -> None:
        what = called(type(entry).__name__)
        theirs = self._is_their_own(entry)
        after = self._wipe_of(entry).of(entry, but=_FIXED.get(type(entry), ()))
        if not theirs and after == entry:
            return
        if why := self._needs(entry):
            self.found.kept[what, why] += 1
        elif theirs:
            self.found.drops.append(entry)
            self.found.gone[what] += 1
        elif after.key != entry.key:
            self.found.kept[what, "found by the very words"] += 1
        else:
            if isinstance(entry, Referral) and acted(entry.by, self.subject):
                after = replace(after, initials="")
            self.found.records.append(replace(after, version=entry.version + 1))
            self.found.gone[what] += 1

    def _wipe_of(self, entry: Any) -> Wipe:
        if self.subject.user_id:
            return self.own if self._names_them(entry) and not isinstance(entry, _OF_OTHERS) else self.wide
        return self.near if self.subject.seller in _sellers_of(entry) else self.wide

    def _is_their_own(self, entry: Any) -> bool:
        """Whether it is about nobody and nothing else, so that it goes as a whole."""
        subject = self.subject
        if isinstance(entry, Identifier):
            return entry in subject.identifiers
        if not subject.user_id:
            return False
        if isinstance(entry, Announcement):
            return subject.user_id in (entry.channel, entry.person) or subject.user_id in entry.key
        who = {Stance: "user_id", FilingDay: "submitter", RoleGrant: "holder"}.get(type(entry))
        if who is not None:
            return bool(getattr(entry, who) == subject.user_id)
        bulk = self._bulk_of(entry)
        return bulk is not None and bulk.submitter.user_id == subject.user_id

    def _bulk_of(self, entry: Any) -> Bulk | None:
        if isinstance(entry, BulkLines):
            return self.bulks.get(entry.bulk_id)
        return entry if isinstance(entry, Bulk) else None

    def _needs(self, entry: Any) -> str:
        """Why it may not be touched; empty when it may."""
        bulk = self._bulk_of(entry)
        for why, under_way in (
            ("still being filed", bulk is not None and bulk.state.at_work),
            ("still to be sent", isinstance(entry, Announcement) and not entry.ts),
            (REFERRED, isinstance(entry, Referral) and not entry.state.over),
            (CASE, isinstance(entry, Case) and entry.open),
            (BOUGHT, isinstance(entry, Purchase) and not entry.state.over),
        ):
            if under_way:
                return why
        # How one of our people follows a seller proves nothing.
        about = () if isinstance(entry, Stance) else _sellers_of(entry)
        return next((self.needed[key] for key in about if key in self.needed), "")

    # Dossiers

    async def _dossiers(self) -> None:
        """A ZIP that was made of what goes, goes too: it is signed, so that nothing can be taken out of it."""
        touched = frozenset(key for one in (*self.found.records, *self.found.drops) for key in _in_dossiers_of(one))
        for stored in self.referrals.values():
            built = stored.built
            if built is None or built.gone_at is not None or touched.isdisjoint({*stored.sellers, stored.id}):
                continue
            if why := self._needs(stored):
                self.found.kept["dossiers", why] += 1
                continue
            fresh = next((one for one in self.found.records if isinstance(one, Referral) and one.id == stored.id), None)
            if fresh is not None:
                self.found.records.remove(fresh)
            after = fresh or replace(stored, version=stored.version + 1)
            self.found.records += [
                replace(after, built=replace(built, gone_at=self.at)),
                await changed(
                    self.desk,
                    stored.of,
                    self.by,
                    f"The dossier was erased ({self.stand_in}): SHA-256 {built.sha256}.",
                    kind="dossier_erased",
                    raw={"sha256": built.sha256},
                ),
            ]
            self.found.dossiers.append(built.name)
            self.found.gone["dossiers"] += 1

    # Changes

    async def _changes(self) -> None:
        chains: dict[str, list[Change]] = {}
        for line in await self.desk.store.entries(Change):
            chains.setdefault(line.of, []).append(line)
        async for of, lines in in_turns(chains.items()):
            self._chain(of, sorted(lines, key=lambda line: line.number))

    def _chain(self, of: str, lines: list[Change]) -> None:
        kind, _, key = of.partition(":")
        if self.subject.user_id and key == self.subject.user_id:
            # Whose roles these were is told by its very name.
            last = lines[-1]
            head = custody.digest(last) if custody.chained(last) else ""
            name = f"{kind}:{self.stand_in}"
            rule = f"erased ({self.stand_in})"
            self.found.drops += lines
            self.found.records.append(
                Forgotten(of=name, version=1, lines=len(lines), head=head, rule=rule, by=self.by, at=self.at)
            )
            self.found.gone["changes"] += len(lines)
            return
        about = self._sellers_of_chain(kind, key)
        wipe = self.near if self.subject.seller in about else self.wide
        fresh = [(line, after) for line in lines if (after := self._line(line, wipe)) is not line]
        if not fresh:
            return
        if why := self._needs_chain(kind, key, about):
            self.found.kept["changes", why] += len(fresh)
            return
        self.found.records += [next_version(line, after) for line, after in fresh]
        self.found.gone["changes"] += len(fresh)

    def _sellers_of_chain(self, kind: str, key: str) -> frozenset[str]:
        if kind in ("hold", "case"):
            return frozenset({key})
        if kind == "purchase" and key in self.purchases:
            return frozenset({self.purchases[key].seller})
        if kind == "referral" and key in self.referrals:
            return frozenset(self.referrals[key].sellers)
        return frozenset()

    def _needs_chain(self, kind: str, key: str, about: frozenset[str]) -> str:
        if kind == "referral" and key in self.referrals and not self.referrals[key].state.over:
            return REFERRED
        if kind == "purchase" and key in self.purchases and not self.purchases[key].state.over:
            return BOUGHT
        return next((self.needed[one] for one in sorted(about) if one in self.needed), "")


def _wiped(notice: Notice, wipe: Wipe, *, theirs: bool, counted: bool) -> Notice:
    """The notice without them. What it is found by stays; so does the declaration while the notice counts."""
    after = wipe.of(notice, but=_STAYS)
    listing = wipe.of(notice.listing, but=("marketplace", "listing_id"))
    seller = Seller(seller_id=notice.seller.seller_id) if notice.seller and theirs else notice.seller
    seller = wipe.of(seller, but=("seller_id",)) if seller else None
    declaration = notice.declaration
    if not counted:
        declaration = wipe.of(declaration)
        if declaration.affirmed_by != notice.declaration.affirmed_by:
            declaration = _unsigned(declaration, wipe.stand_in)
    return replace(after, listing=listing, seller=seller, declaration=declaration)


def _unsigned(declaration: Declaration, stand_in: str) -> Declaration:
    return replace(declaration, signature=stand_in, affirmed_by=stand_in)


def _wiped_line(line: L, wipe: Wipe, subject: Subject) -> L:
    """The line without them, its hash as it was; the very same when it does not name them."""
    theirs = acted(line.actor, subject)
    parts = {part for part in ("words", "raw", "where") if wipe.found_in(getattr(line, part))}
    if theirs:
        # From where somebody did it may be their own direct messages.
        parts |= {"who", *(["where"] if line.where else [])}
    if not parts:
        return line
    # What stood in for something erased before stays as it is.
    return replace(
        custody.emptied(line, parts),
        actor=Actor(user_id=wipe.stand_in) if theirs else line.actor,
        where="" if "where" in parts else line.where,
        words=wipe.of(line.words),
        raw=wipe.of(line.raw),
    )


def _without_terms(line: Event) -> Event:
    """The hash of what was asked goes with the words: whoever knows the others could try out the erased ones."""
    raw = {name: value for name, value in line.raw.items() if name != "terms"}
    emptied = custody.emptied(line, {"raw"})
    return replace(emptied, actor=line.actor, where=line.where, words=line.words, raw=raw)


def _sellers_of(entry: Any) -> tuple[str, ...]:
    """The sellers an entry is about, by key."""
    if isinstance(entry, Link):
        return (entry.a, entry.b)
    if isinstance(entry, Referral):
        return entry.sellers
    names = {one.name for one in fields(entry)}
    if {"marketplace", "seller_id"} <= names:
        return (seller_key(entry.marketplace, entry.seller_id),)
    return (entry.seller,) if "seller" in names and entry.seller else ()


def _in_dossiers_of(record: Any) -> tuple[str, ...]:
    """In whose dossiers it may be: sellers by key, or a referral by its id."""
    if isinstance(record, Notice):
        return (record.seller_key,) if record.seller else ()
    if isinstance(record, Change):
        kind, _, key = record.of.partition(":")
        return (key,) if kind == "referral" else ()
    if isinstance(record, Referral):
        return (record.id,)
    return _sellers_of(record) if isinstance(record, Identifier | Link | Purchase) else ()


def called(name: str) -> str:
    """What people call the records of a class of this name, as many."""
    return _NAMES.get(name, f"{name.casefold()}s")


_NAMES = {
    "Announcement": "messages sent",
    "Change": "lines of other histories",
    "Identifier": "identifiers",
    "Link": "links of sellers",
    "Purchase": "test purchases",
    "Stance": "watched or muted sellers",
    "RoleGrant": "roles",
    "FilingDay": "counts of a day",
    "FilingPolicy": "rules of filing",
    "BulkLines": "pages of bulks",
    "Registration": "rights on file",
    "AuthorisedSeller": "authorised sellers",
    "Retention": "rules of retention",
    "Hold": "legal holds",
    "Agency": "agencies",
    "Forgotten": "notes of what was forgotten",
}
