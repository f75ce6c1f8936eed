"""Filing: from what a person asked to notices that are on disk and wait to be sent."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot import declarations
from bot.desk import (
    NAMES_TAKE,
    Desk,
    accuracy,
    authorised,
    authority,
    batches,
    coverage,
    evidence,
    pausing,
    policy,
    waits,
)
from bot.desk.checks import Lacks, look_through, unconnected
from bot.desk.naming import in_the_address, known, with_name
from bot.desk.sellers import learned
from bot.desk.steps import asking, card, step, submission, told, unique
from bot.errors import Conflict, Duplicate, Invalid, NotAllowed, NotFound, WrongStatus
from bot.grammar import File
from bot.listings import Found, read_any, read_listing
from bot.marketplaces import Ask, Marketplace
from bot.model import (
    RELIES_ON,
    SELLER_LIMIT,
    Actor,
    Approval,
    AuthorisedSeller,
    Declaration,
    Draft,
    Event,
    Filed,
    FilingPolicy,
    Listing,
    May,
    Notice,
    Person,
    Preview,
    Record,
    Right,
    RightKind,
    Seller,
    Status,
    Violation,
    named,
)
from bot.statements import standard_statement

log = structlog.get_logger(__name__)

AGAIN = timedelta(minutes=1)
"""The same request within this time is taken for a retry or an impatient finger."""
DRAFT_LASTS = timedelta(days=1)
_TRIES = 30
"""As many processes, or writers of earlier notices of a listing, may be in the way of one filing."""
MOST_AT_ONCE = 20
"""Listings in one command or form: what fits one card and one reading."""


async def right_for(desk: Desk, request: File) -> Right | None:
    """The right the request names, or the only live one that fits its violation; None when a person must choose."""
    if request.right is not None:
        return await named_right(desk, request.right, request.violation)
    if request.violation is None:
        return None
    kinds = RELIES_ON[request.violation]
    rights = (await desk.rights()).values()
    fitting = [right for right in rights if right.kind in kinds and coverage.usable(right, desk.today())]
    return coverage.only_one(desk, fitting, _readable(desk, request))


async def _choose(desk: Desk, violation: Violation | None) -> str:
    rights = (await desk.rights()).values()
    kinds = RELIES_ON[violation] if violation else frozenset(RightKind)
    fitting = sorted(one.key for one in rights if one.kind in kinds and coverage.usable(one, desk.today()))
    which = f": {', '.join(fitting[:10])}" if fitting else ""
    return f"Please choose the right that the listing infringes{which}."


async def named_right(desk: Desk, key: str, violation: Violation | None) -> Right:
    """The live right of this key.

    Raises:
        Invalid: unknown, expired, of a kind that does not carry the violation, or its agent may not act any more;
            beside the field `right`.
    """
    rights = (await desk.rights()).values()
    right = next((right for right in rights if right.key.casefold() == key.casefold()), None)
    if right is None:
        retired = {one.casefold() for one in await desk.rights(retired_too=True)}
        if key.casefold() in retired:
            raise Invalid(f"{key} was retired; a notice needs a live right.", field="right")
        known = ", ".join(sorted(right.key for right in rights if right.live_on(desk.today()))) or "none yet"
        raise Invalid(f"There is no right called {key} here. Known: {known}.", field="right")
    if not right.live_on(desk.today()):
        raise Invalid(
            f"{right.key} expired on {right.expires_on:%d %B %Y}; a notice needs a live right.", field="right"
        )
    coverage.refuse_without_power(right, desk.today())
    if violation is not None and right.kind not in RELIES_ON[violation]:
        kinds = " or ".join(sorted(RELIES_ON[violation]))
        raise Invalid(
            f"{right.key} is a {right.kind}; choose a right of the kind {kinds} for {violation}.", field="right"
        )
    return right


async def complete(desk: Desk, request: File) -> bool:
    """Whether a preview can be shown, or a form must ask for the rest. Asks the store alone: `views.open` waits."""
    if request.violation is not None and request.right is not None:
        return True  # wrong or not: the preview says it, with whatever else is missing
    return await right_for(desk, request) is not None


async def shows_override(desk: Desk, given: File, by: Actor) -> bool:
    """Whether a form asks for an override: of an admin, while somebody has our leave. Slow answers count as no."""
    if given.override:
        return True
    if not await desk.store.entries(AuthorisedSeller):
        return False
    try:
        async with asyncio.timeout(NAMES_TAKE):
            return await authority.is_admin(desk, by)
    except TimeoutError:
        return False


async def preview(desk: Desk, request: File, *, by: Actor, channel: str) -> Preview:
    """Check a complete request and keep it as a draft. Safe to repeat: the same request is the same draft.

    Raises:
        Refused: with the field that is wrong, or `Duplicate` when an open notice has the listing and right.
    """
    person = await authority.allowed(desk, by, May.FILE)
    # What the button *File* affirms is shown beside it.
    draft, right = await checked(desk, request, person, by=by, channel=channel, affirmed=declarations.CURRENT)
    for _ in range(3):
        stored = await desk.store.draft(draft.id)
        repeated = stored is not None and desk.now() - stored.created_at < AGAIN
        if stored is not None and stored.notice_ids:
            await _refuse_if_just_filed(desk, stored)
        await _refuse_open(desk, draft)
        await policy.check_quota(desk, await policy.of(desk), by, len(draft.listings))
        if stored is not None and repeated and not stored.notice_ids:
            return await _preview(desk, stored, right, repeated=True)
        fresh = replace(draft, version=stored.version + 1 if stored else 1)
        try:
            await desk.store.save(fresh)
        except Conflict:
            continue
        return await _preview(desk, fresh, right)
    raise Conflict("The same request is being asked too often at once.")


def listings_among(desk: Desk, addresses: Iterable[str]) -> tuple[str, ...]:
    """Those that are of a listing at a marketplace this desk knows, each listing once."""
    once: dict[tuple[str, str], str] = {}
    for address in addresses:
        with contextlib.suppress(Invalid):
            listing = read_listing(address, desk.sites).listing
            once.setdefault((listing.marketplace, listing.listing_id), address)
    return tuple(once.values())


async def asked(desk: Desk, draft_id: str, *, by: Actor) -> File:
    """What a preview held, to change it. Raises: NotFound, NotAllowed."""
    draft = await _draft_of(desk, draft_id, by)
    return File(
        addresses=tuple(listing.url for listing in draft.listings),
        violation=draft.violation,
        right=draft.right_key,
        seller=draft.seller.seller_id if draft.seller else None,
        statement=draft.statement,
        via=through(desk, draft.listings[0].marketplace),
        override=draft.override or None,
        message=draft.message_to_seller,
    )


async def again(desk: Desk, notice_id: str, *, by: Actor) -> File:
    """What a notice was filed with, to file it anew. Raises: NotFound, NotAllowed."""
    await authority.allowed(desk, by, May.FILE)
    return asked_of(desk, await desk.find(notice_id))


def asked_of(desk: Desk, notice: Notice) -> File:
    """What a notice was filed with, as it would be asked for."""
    return File(
        addresses=(notice.listing.url,),
        violation=notice.violation,
        right=notice.right.key,
        seller=notice.seller.seller_id if notice.seller else None,
        statement=notice.statement,
        via=through(desk, notice.listing.marketplace),
        override=notice.override.why if notice.override else None,
        message=notice.message_to_seller,
    )


async def file(desk: Desk, draft_id: str, *, by: Actor) -> Filed:
    """File what was previewed: the press of *File* affirms the declaration. Safe to repeat.

    Raises:
        Refused: not theirs, too old, no longer whole, the right expired, the seller has our leave, or an open notice
            has the listing and right.
    """
    person = await authority.allowed(desk, by, May.FILE)
    draft = await _draft_of(desk, draft_id, by)
    if draft.notice_ids:
        return Filed(notices=await _notices(desk, draft.notice_ids), already=True)
    if desk.now() - draft.created_at > DRAFT_LASTS:
        raise NotFound("This preview is more than a day old. Please type the command again.")
    right = await named_right(desk, draft.right_key, draft.violation)
    lacks = Lacks()
    look_through(desk, _asks(desk, draft, right), lacks, signature=person.name, affirmed=draft.text_version)
    lacks.refuse()
    return await _file(desk, replace(draft, submitter=replace(draft.submitter, where=by.where)), person)


async def file_form(desk: Desk, request: File, *, affirmed: str | None, by: Actor, channel: str, key: str) -> Filed:
    """File what a form holds. `key` is unique to the opened form, so that a retried submit files once.

    `affirmed` is the version of the declaration whose box the person ticked, None when they did not.
    """
    person = await authority.allowed(desk, by, May.FILE)
    draft_id = _fingerprint("form", by.team_id, by.user_id, key)
    stored = await desk.store.draft(draft_id)
    if stored is not None:
        return Filed(notices=await _notices(desk, stored.notice_ids), already=True)
    draft, _ = await checked(desk, request, person, by=by, channel=channel, affirmed=affirmed)
    return await _file(desk, replace(draft, id=draft_id, version=0), person)


async def vetted(desk: Desk, request: File, person: Person, *, by: Actor, channel: str) -> Draft:
    """A request through every check of a filing, as a draft that is not kept. Whether they may is for the caller.

    Raises:
        Refused: `Duplicate` when an open notice has the listing and right.
    """
    draft, _ = await checked(desk, request, person, by=by, channel=channel, affirmed=declarations.CURRENT)
    await _refuse_open(desk, draft)
    return draft


def listing_of(desk: Desk, address: str, via: str | None) -> Listing:
    """The listing of an address, at its marketplace or with whoever is to act. Raises: Invalid: it names none."""
    return _read(desk, address, via).listing


async def undo(desk: Desk, batch_id: str, *, by: Actor) -> tuple[tuple[Notice, ...], tuple[Notice, ...]]:
    """Take back what of a batch has not been sent yet. Returns that, and what it is too late for. Safe to repeat.

    Raises:
        NotAllowed: neither the submitter nor an admin.
        WrongStatus: nothing of it is still waiting.
    """
    await authority.allowed(desk, by, May.FILE)
    for _ in range(3):
        notices = await desk.store.batch(batch_id)
        if not notices:
            raise NotFound("There is nothing of that on this desk.")
        await authority.over(desk, notices, by, "undo it")
        waiting = [notice for notice in notices if notice.status in (Status.QUEUED, Status.AWAITING_APPROVAL)]
        if not waiting:
            raise WrongStatus(
                f"It is too late to undo {named(notices)}: {_stands(notices)}. You can still withdraw it."
            )
        steps = [_taken_back(notice, by, desk.now()) for notice in waiting]
        stopping = await batches.undone(desk, notices)
        try:
            await desk.store.save(*unique([record for _, records in steps for record in records]), *stopping)
        except Conflict:
            continue  # one of them was being sent at this moment: the others still wait
        late = tuple(notice for notice in notices if notice not in waiting and not notice.status.final)
        return tuple(notice for notice, _ in steps), late
    raise WrongStatus(f"{named(notices)} is being sent at this very moment. Look at the card, and withdraw it there.")


def _taken_back(notice: Notice, by: Actor, at: datetime) -> tuple[Notice, tuple[Record, ...]]:
    after, records = step(
        notice,
        at=at,
        actor=by,
        kind="undone",
        words="Taken back before it was sent.",
        status=Status.WITHDRAWN,
        reason="Taken back before it was sent",
    )
    return after, (*records, asking(after, at)) if after.approval else records


async def seller_of(desk: Desk, draft: Draft, listing: Listing) -> Seller | None:
    """Whom the filer named, or else whom the address itself or an earlier notice of the listing names."""
    seller = draft.seller or in_the_address(desk, listing) or await known(desk, listing)
    return await with_name(desk, seller, listing.marketplace) if seller is not None and not seller.name else seller


async def _preview(desk: Desk, draft: Draft, right: Right, *, repeated: bool = False) -> Preview:
    sellers = tuple([await seller_of(desk, draft, listing) for listing in draft.listings])
    gauges = await accuracy.gauges(desk, [listing.marketplace for listing in draft.listings])
    because = policy.second_person(desk, await policy.of(desk), draft.violation, draft.listings)
    notes = (
        *coverage.notes(desk, right, draft.listings),
        *await authorised.notes(desk, draft),
        *await pausing.notes(desk, (listing.marketplace for listing in draft.listings)),
    )
    shown = Preview(draft=draft, right=right, sellers=sellers, repeated=repeated, gauges=gauges)
    return replace(shown, because=because, notes=notes)


def _stands(notices: Sequence[Notice]) -> str:
    words = sorted({notice.status.words for notice in notices})
    return "it is " + " and ".join(words)


async def checked(
    desk: Desk, request: File, person: Person, *, by: Actor, channel: str, affirmed: str | None
) -> tuple[Draft, Right]:
    """What is asked, held against the register, the law and what the marketplaces take; nothing is saved.

    `affirmed` is the version of the declaration that `person` makes by it, None when they make none.

    Raises:
        Incomplete: with all that is missing or wrong.
    """
    lacks, right = Lacks(), None
    if request.violation is None:
        lacks.add("violation", "Please say what is wrong with the listing.")
    with lacks.noted():
        right = await right_for(desk, request)
        if right is None:
            raise Invalid(await _choose(desk, request.violation), field="right")
    found = _found(desk, request, lacks)
    if right is None:
        for key in dict.fromkeys(one.listing.marketplace for one in found):
            if key not in desk.marketplaces:
                lacks.add("addresses", unconnected(desk, key))
    seller = Seller(seller_id=request.seller.strip()) if request.seller and request.seller.strip() else None
    if seller is not None and len(seller.seller_id) > SELLER_LIMIT:
        lacks.add("seller", f"A seller's id has at most {SELLER_LIMIT} characters.")
    if request.violation is None or right is None or not found:
        raise lacks.error()
    statement = request.statement.strip() or standard_statement(request.violation, right)
    listings = tuple(one.listing for one in found)
    common = Ask(
        listing=listings[0],
        right=right,
        violation=request.violation,
        statement=statement,
        seller=seller,
        message=request.message.strip(),
    )
    asks = [replace(common, listing=one.listing, seller=seller or one.seller) for one in found]
    look_through(desk, asks, lacks, signature=person.name, affirmed=affirmed)
    others, override = (await desk.rights()).values(), (request.override or "").strip()
    with lacks.noted():
        coverage.refuse_elsewhere(desk, right, listings, others=others, violation=request.violation)
    lacks.refuse()
    draft = Draft(
        id=_fingerprint(
            "command",
            by.team_id,
            by.user_id,
            channel,
            right.key,
            request.violation,
            statement,
            seller.seller_id if seller else "",
            common.message,
            *(f"{listing.marketplace}:{listing.listing_id}" for listing in listings),
            *([f"override {override}"] if override else []),
        ),
        version=1,
        submitter=by,
        channel=channel,
        listings=listings,
        seller=seller,
        right_key=right.key,
        violation=request.violation,
        statement=statement,
        text_version=affirmed or declarations.CURRENT,
        created_at=desk.now(),
        override=override,
        message_to_seller=common.message,
        attached=request.attached,
    )
    await authorised.check(desk, draft)
    return draft, right


def _asks(desk: Desk, draft: Draft, right: Right) -> list[Ask]:
    """What a draft asks for, of each listing."""
    return [
        Ask(
            listing=listing,
            right=right,
            violation=draft.violation,
            statement=draft.statement,
            seller=draft.seller or in_the_address(desk, listing),
            message=draft.message_to_seller,
        )
        for listing in draft.listings
    ]


def _found(desk: Desk, request: File, lacks: Lacks) -> list[Found]:
    """The listings asked for, each once; what is wrong with an address is noted."""
    count = len(request.addresses)
    if not count:
        lacks.add("addresses", "Please give the address of at least one listing.")
    if count > MOST_AT_ONCE:
        lacks.add("addresses", f"{MOST_AT_ONCE} listings at once is the most; these are {count}.")
        return []
    once: dict[tuple[str, str], Found] = {}
    for address in request.addresses:
        with lacks.noted():
            found = _read(desk, address, request.via)
            once.setdefault((found.listing.marketplace, found.listing.listing_id), found)
    return list(once.values())


def _readable(desk: Desk, request: File) -> list[Listing]:
    """The listings as far as their addresses can be read; what cannot be is refused later, by name."""
    found: list[Listing] = []
    for address in request.addresses[:MOST_AT_ONCE]:
        with contextlib.suppress(Invalid):
            found.append(_read(desk, address, request.via).listing)
    return found


def _read(desk: Desk, address: str, via: str | None) -> Found:
    """The listing of an address, at its marketplace or with whoever is to act."""
    through = _who_acts(desk, via) if via else None
    try:
        if through is not None and through.capabilities.any_address:
            return read_any(address, through.key, desk.sites, through.capabilities.hosts)
        found = read_listing(address, desk.sites)
    except Invalid as wrong:
        raise Invalid(str(wrong) + ("" if through else _other_ways(desk, address)), field="addresses") from None
    if through is not None and found.listing.marketplace != through.key:
        words = f"This address is of {found.listing.marketplace}, not of {through.key}; leave out via:{through.key}."
        raise Invalid(words, field="via")
    return found


def _who_acts(desk: Desk, via: str) -> Marketplace:
    """Whom somebody named after `via:`.

    Raises:
        Invalid: this desk is not connected to them.
    """
    marketplace = desk.marketplaces.get(via)
    if marketplace is None:
        known = ", ".join(key for key, one in desk.marketplaces.items() if one.capabilities.any_address)
        there = f"Known: {known}." if known else "It is connected to nobody who acts against every host."
        raise Invalid(f"This desk is not connected to {via}. {there}", field="via")
    return marketplace


def _other_ways(desk: Desk, address: str) -> str:
    """What else may be done about a page that no marketplace has."""
    ways = [f"`via:{key}`" for key, one in desk.marketplaces.items() if _can_act(desk, one, address)]
    return f" If it is a shop of its own, say who can act: {' or '.join(ways)}." if ways else ""


def _can_act(desk: Desk, marketplace: Marketplace, address: str) -> bool:
    """Whether they take this page when they are named."""
    if not marketplace.capabilities.any_address:
        return False
    try:
        read_any(address, marketplace.key, desk.sites, marketplace.capabilities.hosts)
    except Invalid:
        return False
    return True


def through(desk: Desk, key: str) -> str | None:
    """What to say after `via:` for this marketplace; None when the address says it."""
    marketplace = desk.marketplaces.get(key)
    return key if marketplace is not None and marketplace.capabilities.any_address else None


async def _draft_of(desk: Desk, draft_id: str, by: Actor) -> Draft:
    draft = await desk.store.draft(draft_id)
    if draft is None:
        raise NotFound("This preview is no longer on the desk. Please type the command again.")
    if draft.submitter.user_id != by.user_id:
        raise NotAllowed("Only the person who asked for this preview can file it: the declaration is theirs to make.")
    return draft


async def _refuse_if_just_filed(desk: Desk, draft: Draft) -> None:
    if draft.filed_at is not None and desk.now() - draft.filed_at < AGAIN:
        notices = await _notices(desk, draft.notice_ids)
        if all(notice.status.final for notice in notices):
            return  # undone, or over already: asking again is meant
        raise Duplicate(
            f"You filed this a moment ago as {named(notices)}; it was filed once.",
            field="addresses",
            notice_id=notices[0].id,
        )


async def _refuse_open(desk: Desk, draft: Draft) -> None:
    for listing in draft.listings:
        there = await desk.store.open_notice(_open_key(listing, draft.right_key))
        if there is not None:
            raise Duplicate(
                f"{listing.marketplace} listing {listing.listing_id} is already on the desk for {draft.right_key} "
                f"as {there.id}.",
                field="addresses",
                notice_id=there.id,
            )


async def _file(desk: Desk, draft: Draft, person: Person) -> Filed:
    now, rules = desk.now(), await policy.of(desk)
    ids = await desk.store.next_ids(len(draft.listings))
    async with policy.turn(desk, rules, draft.submitter):
        return await _file_in_turn(desk, draft, person, rules, ids=ids, now=now)


async def _file_in_turn(
    desk: Desk, draft: Draft, person: Person, rules: FilingPolicy, *, ids: tuple[str, ...], now: datetime
) -> Filed:
    asked = policy.approval(desk, rules, draft.violation, draft.listings)
    sends_at = now + policy.undo_window(desk, rules)
    for _ in range(_TRIES):
        day = await policy.day_of_filing(desk, rules, draft.submitter)
        await policy.check_quota(desk, rules, draft.submitter, len(draft.listings))
        notices, records = await drawn_up(
            desk, draft, person, ids=ids, batch_id=ids[0], at=now, asked=asked, sends_at=sends_at
        )
        filed = replace(draft, version=draft.version + 1, notice_ids=ids, filed_at=now)
        fetching = evidence.fetches(ids[0], draft.attached, draft.submitter, now)
        try:
            await desk.store.save(*unique([filed, *day, *records, *fetching]))
        except Conflict:
            already = await _already(desk, draft)
            if already is not None:
                return already
            continue  # an earlier notice of a listing changed at this moment, or they filed something else
        log.info("notice.filed", notice=named(notices), by=person.user_id)
        notes = await pausing.notes(desk, (notice.listing.marketplace for notice in notices))
        return Filed(notices=notices, notes=notes)
    raise Conflict("This was changed at the same moment. Please try again.")


async def drawn_up(
    desk: Desk,
    draft: Draft,
    person: Person,
    *,
    ids: Sequence[str],
    batch_id: str,
    at: datetime,
    asked: Approval | None,
    sends_at: datetime,
    affirmed_at: datetime | None = None,
) -> tuple[tuple[Notice, ...], list[Record]]:
    """The notices of a draft, and all that is to be saved with them. The quota is for the caller to see.

    `asked` is what a second person is asked, where the policy needs one; `affirmed_at`, when *File* was pressed.

    Raises:
        Refused: the right expired or does not hold there, or the seller has our leave meanwhile.
    """
    right = await named_right(desk, draft.right_key, draft.violation)
    others = (await desk.rights()).values()
    coverage.refuse_elsewhere(desk, right, draft.listings, others=others, violation=draft.violation)
    notices = tuple(
        [
            await _notice(desk, draft, right, person, notice_id=notice_id, batch_id=batch_id, listing=listing, at=at)
            for notice_id, listing in zip(ids, draft.listings, strict=True)
        ]
    )
    notices = await authorised.checked(desk, draft, notices)
    notices = tuple(_to_be_sent(notice, asked, sends_at) for notice in notices)
    if affirmed_at is not None:
        notices = tuple(
            replace(notice, declaration=replace(notice.declaration, affirmed_at=affirmed_at)) for notice in notices
        )
    records: list[Record] = []
    filed: list[Notice] = []
    for notice in notices:
        # Earlier notices of the listing that name nobody learn who the seller is.
        chained, event = _filed(notice, person, at)
        filed.append(chained)
        records += (chained, event, *_next_steps(chained, at), card(chained, at))
        records += await learned(desk, replace(notice, seller=None), notice)
    return tuple(filed), records


async def _already(desk: Desk, draft: Draft) -> Filed | None:
    """Whether somebody was first: either this very draft was filed, or another notice has the listing."""
    stored = await desk.store.draft(draft.id)
    if stored is not None and stored.notice_ids:
        return Filed(notices=await _notices(desk, stored.notice_ids), already=True)
    await _refuse_open(desk, draft)
    return None


async def _notice(
    desk: Desk,
    draft: Draft,
    right: Right,
    person: Person,
    *,
    notice_id: str,
    batch_id: str,
    listing: Listing,
    at: datetime,
) -> Notice:
    return Notice(
        id=notice_id,
        version=1,
        status=Status.QUEUED,
        batch_id=batch_id,
        listing=listing,
        seller=await seller_of(desk, draft, listing),
        right=right,
        violation=draft.violation,
        statement=draft.statement,
        declaration=Declaration(
            text_version=draft.text_version,
            signature=person.name,
            affirmed_by=person.user_id,
            affirmed_at=at,
        ),
        submitter=draft.submitter,
        channel=draft.channel,
        filed_at=at,
        sends_at=at,
        updated_at=at,
        message_to_seller=draft.message_to_seller,
        fetching=draft.attached,
    )


def _to_be_sent(notice: Notice, asked: Approval | None, sends_at: datetime) -> Notice:
    """As the policy has it: after the undo window, or once a second person has approved it."""
    if asked is None:
        return replace(notice, sends_at=sends_at)
    return replace(notice, status=Status.AWAITING_APPROVAL, approval=asked)


def _filed(notice: Notice, person: Person, at: datetime) -> tuple[Notice, Event]:
    """The notice with the first event of its chain, which alone says from where it was filed."""
    by = notice.submitter
    notice = replace(notice, submitter=replace(by, where=""))
    words = f"Filed by {person.name}, who affirmed the declaration {notice.declaration.text_version}."
    words += authorised.overridden(notice)
    if notice.approval is not None:
        words = f"{words} {notice.approval.words}"
    return told(notice, at=at, actor=by, kind="filed", words=words)


def _next_steps(notice: Notice, at: datetime) -> tuple[Record, ...]:
    if notice.approval is None:
        return (submission(notice),)
    return (asking(notice, at), *waits.watch(None, notice))


async def _notices(desk: Desk, ids: Iterable[str]) -> tuple[Notice, ...]:
    found = [await desk.store.notice(notice_id) for notice_id in ids]
    return tuple(notice for notice in found if notice is not None)


def _open_key(listing: Listing, right_key: str) -> str:
    return f"{listing.marketplace}:{listing.listing_id}:{right_key}"


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
