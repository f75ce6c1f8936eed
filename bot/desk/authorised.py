"""Sellers who have our leave: nothing is filed against them, unless an admin says why it is all the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NoReturn

from bot import rights
from bot.desk import Desk, authority
from bot.desk.announcing import announced, to_admins
from bot.desk.naming import candidates
from bot.desk.register import changed
from bot.desk.steps import not_sent
from bot.errors import Conflict, Incomplete, Invalid, NotAllowed, NotFound, WrongStatus
from bot.grammar.authorised import Authorise
from bot.model import (
    OPEN,
    PAGE,
    SELLER_LIMIT,
    WHY_LIMIT,
    Actor,
    Announcement,
    AnnouncementKind,
    AuthorisedSeller,
    Brief,
    Delivery,
    Draft,
    Listing,
    May,
    Notice,
    Override,
    Record,
    Seller,
    Status,
    seller_key,
)

_TO_DO = "change which sellers have our leave"
_TO_OVERRIDE = "file against a seller who has our leave"
_NEVER_THERE = frozenset({Status.WITHDRAWN, Status.REFUSED, Status.FAILED, Status.REJECTED, Status.DUPLICATE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A page of leaves, those that hold first; `names` of who gave them, by user id."""

    leaves: tuple[AuthorisedSeller, ...]
    total: int
    page: int
    today: date
    names: dict[str, str]
    admin: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """A leave that holds now. `against` are the open notices against its seller, by id."""

    leave: AuthorisedSeller
    words: str
    against: tuple[str, ...]


async def listed(desk: Desk, *, page: int, by: Actor) -> Listed:
    """Raises: NotAllowed."""
    await authority.allowed(desk, by, May.READ)
    today = desk.today()
    there = await desk.store.entries(AuthorisedSeller)
    found = sorted(there, key=lambda one: (not one.live_on(today), one.key.casefold()))
    start = (page - 1) * PAGE
    shown = tuple(found[start : start + PAGE])
    return Listed(
        leaves=shown,
        total=len(found),
        page=page,
        today=today,
        names=await desk.names({one.by.user_id for one in shown if one.by.team_id}),
        admin=await authority.is_admin(desk, by),
    )


async def asked(desk: Desk, *, by: Actor) -> None:
    """Whether somebody may open the form. Raises: NotAllowed."""
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)


async def authorise(desk: Desk, asked: Authorise, *, by: Actor) -> Given:
    """Give a seller our leave, or change the one they have. Safe to repeat.

    Raises:
        NotAllowed.
        Incomplete: with a sentence for each field.
        WrongStatus: somebody else changed it at this moment.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    wished = await _read(desk, asked, by)
    there = await desk.store.entry(AuthorisedSeller, wished.key)
    if there is not None and replace(wished, version=there.version, by=there.by, at=there.at) == there:
        return Given(leave=there, words="They have that leave already.", against=await _against_them(desk, there))
    wished = replace(wished, version=there.version + 1 if there else 1)
    new = there is None or not there.live_on(desk.today())
    words = f"{'Given' if new else 'Changed'}: leave for {described(wished)}."
    await _save(desk, wished, words, by)
    return Given(leave=wished, words=words, against=await _against_them(desk, wished))


async def find(desk: Desk, key: str, *, by: Actor) -> AuthorisedSeller:
    """The leave of this key, as it is stored or as people type it.

    Raises:
        NotAllowed.
        NotFound: there is none that holds.
        Invalid: several are meant.
    """
    await authority.allowed(desk, by, May.ADMINISTER, _TO_DO)
    held = [one for one in await desk.store.entries(AuthorisedSeller) if not one.withdrawn]
    found = _called(held, key.strip())
    if len(found) > 1:
        raise Invalid(f"Which leave? There are {', '.join(sorted(one.typed for one in found)[:10])}.")
    if not found:
        raise NotFound(f"No seller has leave as {key}. `/takedown-admin authorised` lists them.")
    return found[0]


def _called(held: Sequence[AuthorisedSeller], wanted: str) -> list[AuthorisedSeller]:
    """Those that are meant. At some marketplaces ids differ in case alone, so that what is written exactly so wins.

    Somebody who leaves the right out means the only one there is.
    """
    folded = wanted.casefold()
    ways: tuple[Callable[[AuthorisedSeller], bool], ...] = (
        lambda one: wanted in (one.key, one.typed),
        lambda one: one.typed.startswith(f"{wanted}:"),
        lambda one: folded in (one.key.casefold(), one.typed.casefold()),
        lambda one: one.typed.casefold().startswith(f"{folded}:"),
    )
    return next((found for way in ways if (found := [one for one in held if way(one)])), [])


async def withdraw(desk: Desk, key: str, why: str, *, by: Actor) -> AuthorisedSeller:
    """Take a leave back. Raises: NotAllowed, NotFound; Invalid: no reason is given, or several are meant."""
    there = await find(desk, key, by=by)
    why = rights.checked_why(why, WHY_LIMIT)
    after = replace(there, version=there.version + 1, withdrawn=True, by=by, at=desk.now())
    await _save(desk, after, f"Withdrawn: {why}", by)
    return after


async def check(desk: Desk, draft: Draft) -> None:
    """Whether it may be filed, as far as it is known who the sellers of its listings may be.

    Raises:
        NotAllowed: a seller has our leave, and no override is given; or whoever gives one is no admin.
    """
    if draft.override:
        await _may_override(desk, draft.submitter)
        if len(draft.override) > WHY_LIMIT:
            raise Invalid(
                f"The reason has {len(draft.override)} characters; {WHY_LIMIT} is the most.", field="override"
            )
        return
    held = await _held(desk, draft.right_key)
    for listing in draft.listings if held else ():
        leave = await _of_any(desk, held, listing, draft.seller)
        if leave is not None:
            _refuse(await _in_words(desk, leave))


async def checked(desk: Desk, draft: Draft, notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """The notices as they may be filed: with the admin's override, where a seller has our leave.

    Raises:
        NotAllowed: as `check`.
    """
    if draft.override:
        await _may_override(desk, draft.submitter)
    held = await _held(desk, draft.right_key)
    if not held:
        return tuple(notices)
    filed: list[Notice] = []
    for notice in notices:
        leave = await _of_any(desk, held, notice.listing, notice.seller)
        if leave is None:
            filed.append(replace(notice, override=None))
            continue
        words = await _in_words(desk, leave)
        if not draft.override:
            _refuse(words)
        override = Override(by=draft.submitter, at=desk.now(), why=draft.override, leave=words)
        filed.append(replace(notice, override=override))
    return tuple(filed)


async def notes(desk: Desk, draft: Draft) -> tuple[str, ...]:
    """What a preview says of an override: whose leave it sets aside, or that there is none to set aside."""
    if not draft.override:
        return ()
    held = await _held(desk, draft.right_key)
    found = [await _of_any(desk, held, listing, draft.seller) for listing in draft.listings]
    said = [
        f"{await _in_words(desk, leave)} You file all the same: {draft.override}"
        for leave in dict.fromkeys(leave for leave in found if leave is not None)
    ]
    return tuple(said) or ("Nobody here has our leave, as far as the sellers are known: your override is not needed.",)


async def stopped(desk: Desk, notice: Notice, *, settles: Delivery) -> bool:
    """Just before it is sent: whether its seller was given our leave since it was filed. Then it is not sent.

    It may be retried, once the leave is taken back. Raises: Conflict.
    """
    words = await _leave_since(desk, notice)
    if words:
        await desk.store.save(*not_sent(notice, desk.now(), words), settles=settles)
    return bool(words)


async def refuse_retry(desk: Desk, notice: Notice) -> None:
    """Raises: WrongStatus: the seller has our leave, so that it would be stopped again."""
    words = await _leave_since(desk, notice)
    if words:
        raise WrongStatus(f"{words} It cannot be sent while that holds.")


async def came_out(desk: Desk, notices: Iterable[Notice]) -> tuple[Record, ...]:
    """Tell the filer and the admins, once, of notices that turn out to be against a seller who has our leave."""
    told: list[Record] = []
    for notice in notices:
        if notice.override is not None or notice.status in _NEVER_THERE:
            continue
        held = await _held(desk, notice.right.key)
        leave = _theirs(held, notice.listing.marketplace, notice.seller) if held else None
        if leave is not None:
            told += await _tell(desk, notice, leave)
    return tuple(told)


async def of_sellers(desk: Desk, sellers: Iterable[tuple[str, Seller]]) -> tuple[str, ...]:
    """What leaves these sellers (marketplace, seller) have, in words."""
    today = desk.today()
    held = [one for one in await desk.store.entries(AuthorisedSeller) if one.live_on(today)]
    if not held:
        return ()
    theirs = [one for one in held if any(one.names(market, seller) for market, seller in sellers)]
    return tuple([await _in_words(desk, one) for one in theirs])


def overridden(notice: Notice) -> str:
    """What the event of filing says of an override; empty when there is none."""
    return f" The seller has our leave; filed all the same: {notice.override.why}" if notice.override else ""


def described(leave: AuthorisedSeller) -> str:
    """`Shop 5 (S-5) at acme, for ACME-EU, until 31 January 2027: our dealer in Kiel`."""
    which = f"for {leave.right_key}" if leave.right_key else "for every right"
    until = f", until {leave.expires_on:%d %B %Y}" if leave.expires_on else ""
    return f"{leave.seller.title} at {leave.marketplace}, {which}{until}" + (f": {leave.note}" if leave.note else "")


async def _tell(desk: Desk, notice: Notice, leave: AuthorisedSeller) -> tuple[Record, ...]:
    name = desk.marketplace_name(notice.listing.marketplace)
    words = (
        f"{notice.id} at {name} is “{notice.status.words}”. {await _in_words(desk, leave)} "
        f"Nothing was undone: withdraw {notice.id} if it should not stand."
    )
    key = f"leave:{notice.id}"
    to_all = await to_admins(desk, AnnouncementKind.REGISTER, key, words, notice_id=notice.id)
    filer = announced(
        AnnouncementKind.REGISTER,
        f"{key}:{notice.submitter.user_id}",
        channel=notice.submitter.user_id,
        at=desk.now(),
        words=words,
        notice_id=notice.id,
    )
    # The filer may be an admin; and who was told once is not told again.
    keys = {record.key for record in (*to_all, *filer) if isinstance(record, Announcement)}
    fresh = {key for key in keys if await desk.store.entry(Announcement, key) is None}
    records: dict[str, Record] = {}
    for record in (*to_all, *filer):
        if isinstance(record, Announcement) and record.key in fresh:
            records[record.key] = record
        if isinstance(record, Delivery) and record.subject in fresh:
            records[record.id] = record
    return tuple(records.values())


async def in_the_way(desk: Desk, notice: Notice) -> AuthorisedSeller | None:
    """The leave that holds today of whoever may be its seller, whether or not an admin set it aside."""
    held = await _held(desk, notice.right.key)
    return await _of_any(desk, held, notice.listing, notice.seller) if held else None


async def _leave_since(desk: Desk, notice: Notice) -> str:
    leave = None if notice.override is not None else await in_the_way(desk, notice)
    return await _in_words(desk, leave) if leave else ""


async def _held(desk: Desk, right_key: str) -> list[AuthorisedSeller]:
    """The leaves that hold today for a right."""
    today = desk.today()
    return [one for one in await desk.store.entries(AuthorisedSeller) if one.covers(right_key, today)]


def _theirs(held: Iterable[AuthorisedSeller], marketplace: str, seller: Seller | None) -> AuthorisedSeller | None:
    if seller is None:
        return None
    return next((one for one in held if one.names(marketplace, seller)), None)


async def _of_any(
    desk: Desk, held: Sequence[AuthorisedSeller], listing: Listing, said: Seller | None
) -> AuthorisedSeller | None:
    """The leave of anybody who may be the seller of a listing."""
    if not held:
        return None
    there = await candidates(desk, listing, said)
    return next((leave for one in there if (leave := _theirs(held, listing.marketplace, one))), None)


async def _in_words(desk: Desk, leave: AuthorisedSeller) -> str:
    giver = await desk.name(leave.by.user_id) if leave.by.team_id else "the desk"
    which = leave.right_key or "every right"
    until = f", until {leave.expires_on:%d %B %Y}" if leave.expires_on else ""
    note = f" ({leave.note})" if leave.note else ""
    name = desk.marketplace_name(leave.marketplace)
    return f"{leave.seller.title} at {name} has our leave for {which}, given by {giver}{until}{note}."


async def _may_override(desk: Desk, by: Actor) -> None:
    try:
        await authority.allowed(desk, by, May.ADMINISTER, _TO_OVERRIDE)
    except NotAllowed as refused:
        raise NotAllowed(str(refused), field="override") from refused


def _refuse(words: str) -> NoReturn:
    raise NotAllowed(
        f'{words} Nothing is filed against them; an admin can all the same, with `override:"why"`.',
        field="seller",
    )


async def _against_them(desk: Desk, leave: AuthorisedSeller) -> tuple[str, ...]:
    key = seller_key(leave.marketplace, leave.seller_id)
    called = [key] if leave.seller_id and not leave.name else await _may_name(desk, leave)
    found = [one for one in await desk.store.briefs(called) if one.status in OPEN and _is_against(one, leave)]
    return tuple(one.id for one in sorted(found, key=lambda one: one.filed_at))


async def _may_name(desk: Desk, leave: AuthorisedSeller) -> Collection[str]:
    """Whom a leave may name, by key; `AuthorisedSeller.names` says who it is."""
    return {*await desk.store.sellers(leave.name), *await desk.store.sellers(leave.seller_id)}


def _is_against(brief: Brief, leave: AuthorisedSeller) -> bool:
    if not brief.seller or leave.right_key not in ("", brief.right_key):
        return False
    seller = Seller(seller_id=brief.seller.removeprefix(f"{brief.marketplace}:"), name=brief.seller_name)
    return leave.names(brief.marketplace, seller)


async def _read(desk: Desk, asked: Authorise, by: Actor) -> AuthorisedSeller:
    wrong: dict[str, str] = {}
    if asked.marketplace not in desk.marketplaces:
        there = ", ".join(sorted(desk.marketplaces)) or "none yet"
        wrong["marketplace"] = f"This desk is not connected to {asked.marketplace or 'it'}. Connected: {there}."
    if not asked.seller_id.strip() and not asked.name.strip():
        wrong["seller"] = "Say who it is: the marketplace's id of the seller, or their name there."
    for field, text, limit in (
        ("seller", asked.seller_id, SELLER_LIMIT),
        ("name", asked.name, SELLER_LIMIT),
        ("note", asked.note, WHY_LIMIT),
    ):
        if len(text) > limit:
            wrong[field] = f"This has {len(text)} characters; {limit} is the most."
    right = next((key for key in await desk.rights() if key.casefold() == asked.right.casefold()), "")
    if asked.right and not right:
        wrong["right"] = f"There is no right called {asked.right[:40]} on file. Leave it out for every right."
    until = _until(desk, asked.until, wrong)
    if wrong:
        raise Incomplete(tuple(wrong.items()), to_be="saved")
    return AuthorisedSeller(
        marketplace=asked.marketplace,
        seller_id=" ".join(asked.seller_id.split()),
        right_key=right,
        version=1,
        by=by,
        at=desk.now(),
        name=" ".join(asked.name.split()),
        note=" ".join(asked.note.split()),
        expires_on=until,
    )


def _until(desk: Desk, text: str, wrong: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        until = date.fromisoformat(text if len(text) == len("2027-01-31") else "")
    except ValueError:
        wrong["until"] = "Write the last day as 2027-01-31, or leave it out: it holds for good then."
        return None
    if until < desk.today():
        wrong["until"] = "That day is over; give the last day on which they have our leave."
    return until


async def _save(desk: Desk, leave: AuthorisedSeller, words: str, by: Actor) -> None:
    change = await changed(desk, f"authorised:{leave.key}", by, words)
    try:
        await desk.store.save(leave, change)
    except Conflict:
        raise WrongStatus("Somebody changed this leave at this very moment. Please look again.") from None
