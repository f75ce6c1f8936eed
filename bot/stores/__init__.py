"""Where the desk keeps its notices: one protocol, one backend a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from bot.model import (
    Activity,
    Agency,
    Alarm,
    Announcement,
    AuthorisedSeller,
    Brief,
    Bulk,
    BulkLines,
    Card,
    Case,
    Change,
    Chronicle,
    Circuit,
    Content,
    Counted,
    Counts,
    Delivery,
    Draft,
    Entry,
    Event,
    FilingDay,
    FilingPolicy,
    Forgotten,
    Grant,
    Hold,
    Identifier,
    Intake,
    Leading,
    Link,
    Notice,
    Occurrence,
    Page,
    Pause,
    Policy,
    Purchase,
    Query,
    Recent,
    Record,
    Referral,
    Registration,
    Retention,
    RoleGrant,
    Schedule,
    Stance,
    Tally,
)
from bot.stores.files import Files

E = TypeVar(
    "E",
    Schedule,
    Occurrence,
    Announcement,
    Link,
    Identifier,
    Stance,
    Alarm,
    Circuit,
    Grant,
    RoleGrant,
    Registration,
    AuthorisedSeller,
    FilingDay,
    FilingPolicy,
    Pause,
    Change,
    Bulk,
    BulkLines,
    Agency,
    Referral,
    Case,
    Purchase,
    Hold,
    Retention,
    Forgotten,
    Intake,
)
"""A kind of `bot.model.Entry`."""


class Store(Protocol):
    """What every backend promises. Values go in and come out by copy; nothing is shared with the caller.

    `shared`: other processes may work on it at this very moment.

    Durable: when a method that changes something returns, the change survives `SIGKILL` and power loss.
    Whole: `save` writes all its records or none of them.
    """

    @property
    def shared(self) -> bool: ...

    @property
    def files(self) -> Files | None:
        """Where it keeps evidence and dossiers itself; None where they lie in folders beside it."""

    async def save(self, *records: Record, settles: Delivery | Sequence[Delivery] | None = None) -> None:
        """Write the records, and finish `settles`, in one step.

        A `Notice`, `Draft`, `Card` or `Entry` is accepted only if the stored one is exactly one version behind;
        version 1 only if there is none. An `Event` or `Seen` is accepted only once, but for an `Event` of which
        something was erased: it takes the stored one's place where its hash is the same and nothing erased is back
        (`bot.custody.replaces`). A `Forgotten` takes the notice it is of with it, archived or not, and its events, if
        `head` is the notice's; nothing is accepted under that id again. At most one open notice may have a given
        `open_key`. A `Delivery` is always accepted: if one with its id is there, its content, due time, attempts and
        parking are replaced, its `revision` counts up and its lease stays with the holder.

        `settles` is a delivery as `claim_due` handed it out, or several: each is removed, unless it was put in again
        meanwhile (also by this very save); then only its lease ends and it stays due.

        Raises:
            Conflict: a version moved, a key was taken, or the lease of `settles` is no longer ours. Nothing was
                written, and reading again shows what it lost against.
            StoreUnavailable: the disk or the database refused. What was written is unknown until the next start.
        """

    async def next_ids(self, count: int) -> tuple[str, ...]:
        """Fresh notice ids (`TD-1`, `TD-2` …), never those of a saved notice, archived or not. Gaps may occur."""

    async def notice(self, notice_id: str) -> Notice | None: ...

    async def all_ids(self) -> tuple[str, ...]:
        """The ids of all notices, archived or not, in order; also where only events of one are there."""

    async def batch(self, batch_id: str) -> tuple[Notice, ...]:
        """The notices filed together, oldest first."""

    async def notices(self, query: Query) -> Page:
        """A page of the list, newest first."""

    async def open_notice(self, open_key: str) -> Notice | None:
        """The open notice for a listing and right (`Notice.open_key`)."""

    async def notice_by_reference(self, marketplace: str, reference: str) -> Notice | None:
        """The newest notice with the marketplace's own reference."""

    async def of_listing(self, marketplace: str, listing_id: str) -> tuple[Notice, ...]:
        """The notices for a listing that are not archived, oldest first."""

    async def filed_on(self, submitter: str, day: date) -> int:
        """How many notices a person filed on a day of UTC, whatever became of them; none that is archived. Cheap."""

    async def briefs(self, sellers: Collection[str]) -> tuple[Brief, ...]:
        """What counting needs of these sellers' notices (by key) that are not archived, in any order."""

    async def upheld(self, counted: Counted) -> tuple[Brief, ...]:
        """Every notice that was upheld in the window, also those with no known seller, oldest first; none archived.

        For a list of everything: the cost goes with the window.
        """

    async def most_upheld(
        self,
        counted: Counted,
        *,
        first: int | None = None,
        among: Collection[str] | None = None,
        apart: Collection[str] = (),
    ) -> Mapping[str, int]:
        """How many notices were upheld in the window against each seller (by key): the most first, then by key.

        The `first` so many; only those `among` these, and none that stands `apart`.
        """

    async def leading(
        self, counted: Counted, policy: Policy, *, first: int, least: int = 1, apart: Collection[str] = ()
    ) -> Leading:
        """The sellers (by key) whom `bot.offenders` would rank first, each counted alone, with no test purchase.

        Of those with `least` notices upheld in the window, and none that stands `apart`; `total` is how many these are.
        All of the `first` so many are among them, in any order, and there may be more: whoever asks counts exactly.
        The cost goes with the window and the notices of those who are told, not with all there are.
        """

    async def activity(self, counted: Counted, starts: Sequence[datetime]) -> Activity:
        """What `bot.digests.activity` counts of all notices that are not archived.

        The cost goes with the window, and with what waits.
        """

    async def recent(self, since: datetime) -> Mapping[str, Recent]:
        """What was filed and decided since then, by marketplace; one where nothing was may be left out."""

    async def sellers(self, called: str) -> Mapping[str, tuple[str, ...]]:
        """Whom `bot.offenders.called` finds among all sellers that notices name which are not archived: by key, with
        the names they went by, newest first."""

    async def names(self, sellers: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """The names these sellers (by key) went by, newest first; whom no notice gives a name may be left out."""

    async def decided(self, marketplaces: Collection[str], since: date) -> Mapping[str, Tally]:
        """What was decided at each of these marketplaces on that day (UTC) or later, of notices not archived.

        By `Brief.verdict` and `Brief.judged_at`; a marketplace that decided nothing may be left out. Asked at every
        preview, so it must not read all notices.
        """

    async def record_of(self, sellers: Collection[str]) -> tuple[Brief, ...]:
        """The whole record of these sellers (by key), archived notices and all, in any order."""

    async def archived(self, sellers: Collection[str]) -> frozenset[str]:
        """Those of these sellers (by key) that an archived notice names. Cheap: nothing is read from the archive."""

    async def entry(self, kind: type[E], key: str) -> E | None:
        """The small record of a kind with this key."""

    async def entries(self, kind: type[E], owner: str | None = None) -> tuple[E, ...]:
        """All of a kind, oldest first; or those of an owner.

        A schedule owns its occurrences, a seller (by key) its identifiers, leaves, test purchases and
        referrals, a person (by user id) their
        stances and bulks, a bulk its lines, what was changed its changes, a notice what is announced of it.
        """

    async def events(self, notice_id: str) -> tuple[Event, ...]:
        """What happened to a notice, in order."""

    async def draft(self, draft_id: str) -> Draft | None: ...

    async def card(self, batch_id: str) -> Card | None: ...

    async def due_lanes(self, now: datetime) -> tuple[str, ...]:
        """Lanes with something to claim at `now`: due, not parked and not under a running lease."""

    async def claim_due(self, now: datetime, lease: timedelta, *, lane: str, limit: int = 1) -> tuple[Delivery, ...]:
        """Take up to `limit` due deliveries of a lane, oldest due first, for the length of `lease`.

        Each comes with a fresh `lease` token. Until `lease_until` (or `save(settles=…)`, or `defer`) nobody else gets
        it; afterwards it is due again, and counts one attempt more: whoever had it may have done what it says. A store
        of one process lets go of its leases when it is opened.
        """

    async def defer(self, delivery: Delivery, until: datetime, *, error: str, parked: bool = False) -> None:
        """Put a claimed delivery back: due at `until`, one attempt more, with what went wrong.

        Parked deliveries are never claimed again until saved anew. If it was put in again meanwhile, the newer
        content and parking stay, and it is due no earlier than `until`.

        Raises:
            Conflict: the lease is no longer ours.
        """

    async def hold_lane(self, lane: str, holder: str, now: datetime, lease: timedelta) -> bool:
        """Take a lane, or keep it, until `now` + `lease`; False while another holder has it.

        What was claimed in it before is its own business: a lane is held so that one worker alone claims from it.
        """

    async def release_lanes(self, holder: str) -> None:
        """Let go of every lane that this holder has. Safe to repeat."""

    async def stirred(self, seconds: float) -> None:
        """Wait until something was saved, here or by another process, but no longer than so many real seconds.

        May return early for nothing, and late for what another process saved. Any number may wait at once.
        """

    async def counts(self, now: datetime) -> Counts: ...

    async def waiting(self, lane: str) -> int:
        """How many deliveries of a lane are still to be carried, due or not; parked ones are not."""

    async def archive(self, *, final_before: datetime, drafts_before: datetime) -> int:
        """Move final notices last changed before `final_before` out of the working set; forget drafts, keys and days of
        filing from before `drafts_before`.

        Announcements and occurrences from before `final_before` are forgotten too, but for each schedule's last; and
        bulks from before `drafts_before` that nobody is filing.

        A batch moves only as a whole, and never while a delivery for it waits. Archived notices and their events can
        still be read by id. Returns how many notices moved. Safe to repeat.
        """

    async def erase(
        self,
        *records: Record,
        drops: Collection[Entry] = (),
        mentioning: Collection[str] = (),
        seen: Mapping[type[Any], tuple[Any, ...]] = MappingProxyType({}),
    ) -> None:
        """`save` the records and take the `drops` out in one step; with them go drafts, used keys and parked
        deliveries a text of which has one of these words, standing alone and in capitals or not. Return once nothing
        of what was replaced or taken out is left on any medium of the store: no table, file, journal, archive or copy
        that it keeps for itself.

        Cut short it was never asked, or is finished when the store is opened next. Safe to repeat: what failed
        after it was saved is also finished by the next `archive`. Copies that others made are out of its reach.

        Raises:
            Conflict: as `save`; or a drop is not stored as given, by its version; or of a kind that is `seen` there
                is no longer exactly that. Nothing was written.
            StoreUnavailable: as `save`; or it is saved, and old copies could not be taken off the medium yet.
        """

    def chronicles(
        self,
        mentioning: Collection[str] = (),
        *,
        archived: bool | None = None,
        before: datetime | None = None,
        unread: list[str] | None = None,
    ) -> AsyncIterator[Chronicle]:
        """Every notice with its events, archived or not, in any order, one after the other.

        Only those that mention one of these words anywhere, capitals or not; that are archived, or are not; that
        were last changed before that moment. What is saved meanwhile may be left out. An archived one that is damaged
        is logged and passed over; its id is put into `unread`.
        """

    async def at_work(self, now: datetime) -> str:
        """Who else is at work with this store, in a few words, as far as it can tell; empty when nobody seems to be."""

    def everything(self) -> AsyncIterator[Content]:
        """All that is kept here, to be moved, one after the other: leases, parked deliveries, stones and all.

        The order stays the same for as long as nothing is changed. Behind each notice that is not archived come its
        events, in their order; the number that ids have reached comes last. Never an `Intake`.

        Raises:
            StoreUnavailable: something cannot be read; a copy without it would be none.
        """

    async def size(self) -> int:
        """How much `everything` gives, but for the number. 0 only where there is nothing."""

    async def take_in(self, contents: Sequence[Content], mark: Intake | None) -> None:
        """Write what `everything` of another store gave, as it is, and the mark with it, in one step.

        Nobody else may use the store meanwhile. With the first mark it has to be empty; None takes the mark out again.
        The number of a `Reached` is never given away by `next_ids` afterwards.

        Raises:
            Conflict: the mark is not one version after the stored one, or with the first one there is something.
            StoreUnavailable: as `save`.
        """

    async def close(self) -> None:
        """Finish pending writes and let go of the lock. Safe to repeat."""
