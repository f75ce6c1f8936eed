"""Whose data is meant: a person here, a seller, a value such as a telephone number, or evidence by its hash."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot import offenders
from bot.desk import Desk
from bot.desk.offenders import known_sellers
from bot.errors import Invalid, NotFound
from bot.grammar.ids import notice_id
from bot.model import Actor, Identifier, IdentifierKind, Notice, Purchase, Referral
from bot.wiping import SHORTEST, worth

LONGEST = 200
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MARKETPLACE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}:\S")


class Sort(StrEnum):
    """What somebody's data is asked for by."""

    PERSON = "person"
    SELLER = "seller"
    VALUE = "value"
    FILES = "files"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Whom or what it is about. `title` is what they are called, to who may know.

    `words` are looked for everywhere. `near` are words like any other, too: of a seller they are looked for where they
    are the seller; of a person as they are written, where they act or are mentioned by id. `files` are evidence, by
    SHA-256.
    """

    sort: Sort
    title: str
    user_id: str = ""
    seller: str = ""
    words: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def mentioned(self) -> tuple[str, ...]:
        """What a record that is about them holds somewhere."""
        theirs = (self.user_id, *(() if self.user_id else self.near), self.seller.partition(":")[2])
        return tuple(dict.fromkeys(one for one in (*self.words, *theirs, *self.files) if one))


async def meant(desk: Desk, who: str, *, user_id: str = "") -> Subject:
    """Whose data is asked for: of a person by id; else a seller, if that is one; else whatever the text is.

    Raises:
        NotFound: there is no such notice, or it has no evidence.
        Invalid: too short to be looked for, or too long.
    """
    if user_id:
        return await _person(desk, user_id)
    who = " ".join(who.split())
    if len(who) > LONGEST:
        raise Invalid(f"That has {len(who)} characters; {LONGEST} is the most.")
    if _SHA256.fullmatch(who.casefold()):
        return Subject(sort=Sort.FILES, title=f"the file {who[:12].casefold()}…", files=(who.casefold(),))
    if who.startswith("@"):
        raise NotFound(f"Slack knows nobody called {who} here. To look for the word itself, leave out the @.")
    asked = notice_id(who) if who[:1].casefold() == "t" else None
    if asked is not None:
        return await _evidence_of(desk, asked)
    sellers = await known_sellers(desk, who)
    named = [key for key, names in sellers.items() if _is(who, key, names)]
    if len(named) > 1:
        raise Invalid(f"That may be any of {', '.join(sorted(named)[:5])}. Please say which.")
    if named:
        return await _seller(desk, named[0])
    if _MARKETPLACE.match(who) and await _on_record(desk, who):
        return await _seller(desk, who)
    return await _value(desk, who)


def is_of(notice: Notice, seller: str) -> bool:
    """Whether the seller (by key) is the notice's."""
    return bool(seller) and notice.seller_key == seller


def _is(who: str, key: str, names: Iterable[str]) -> bool:
    said = who.casefold()
    return said in (key.casefold(), key.partition(":")[2].casefold(), *(one.casefold() for one in names))


async def _on_record(desk: Desk, key: str) -> bool:
    theirs = (await desk.store.entries(Referral, key), await desk.store.entries(Purchase, key))
    return bool(await desk.store.archived([key])) or any(theirs)


async def _person(desk: Desk, user_id: str) -> Subject:
    """By the name Slack knows, and those they signed with."""
    name = await desk.name(user_id)
    signed = {name} if name != user_id else set()
    async for told in desk.store.chronicles([user_id]):
        if told.notice.declaration.affirmed_by == user_id:
            signed.add(told.notice.declaration.signature)
    whole = {one for one in signed if len(one.split()) > 1}
    near = tuple(sorted({one.strip() for one in signed - whole if len(one.strip()) > 1}))
    return Subject(sort=Sort.PERSON, title=name, user_id=user_id, words=worth(whole), near=near)


async def _seller(desk: Desk, key: str) -> Subject:
    names: set[str] = set()
    async for told in desk.store.chronicles([key.partition(":")[2]]):
        if is_of(told.notice, key) and told.notice.seller is not None and told.notice.seller.name:
            names.add(told.notice.seller.name)
    theirs = tuple(await desk.store.entries(Identifier, key))
    shop = {one.value for one in theirs if one.kind is IdentifierKind.SHOP_NAME}
    # What a shop is called may be a word like any other, written in capitals or not.
    values = {text for one in theirs if one.kind is not IdentifierKind.SHOP_NAME for text in (one.value, one.normal)}
    near = worth(names | shop)
    return Subject(sort=Sort.SELLER, title=key, seller=key, words=worth(values), near=near, identifiers=theirs)


async def _value(desk: Desk, value: str) -> Subject:
    if len(value) < SHORTEST:
        raise Invalid(f"“{value}” is too short to be looked for in texts; I need {SHORTEST} characters or more.")
    found = tuple([one for one in await desk.store.entries(Identifier) if one.on_file and _same(one, value)])
    spelt = {text for one in found for text in (one.value, one.normal)}
    return Subject(sort=Sort.VALUE, title=f"“{value}”", words=worth({value} | spelt), identifiers=found)


async def _evidence_of(desk: Desk, asked: str) -> Subject:
    notice = await desk.find(asked)
    files = tuple(one.sha256 for one in notice.evidence if one.gone_at is None)
    if not files:
        raise NotFound(f"{asked} has no evidence files.")
    return Subject(sort=Sort.FILES, title=f"the evidence of {asked}", files=files)


def _same(one: Identifier, value: str) -> bool:
    try:
        return value in (one.value, one.normal) or offenders.normal(one.kind, value) == one.normal
    except Invalid:
        return False


def acted(actor: Actor | None, subject: Subject) -> bool:
    return actor is not None and bool(subject.user_id) and actor.user_id == subject.user_id
