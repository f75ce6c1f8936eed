"""The second half of a dossier, one function a chapter: what proves the first half. Material in, blocks out. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from bot.dossiers import months
from bot.dossiers.lettering import quoted, visible, written
from bot.dossiers.setting import (
    Json,
    briefs,
    cell,
    day,
    facts,
    in_a_row,
    many,
    marketplace,
    moment,
    person,
    sub,
    table,
    text,
)
from bot.grammar.violations import VIOLATION_TITLES
from bot.listings import defang
from bot.model import ComeBack, Exhibit, Material, Notice, Purchase, size_in_words

_MOST_OF_AN_EXHIBIT = 4
_LONGEST_ENDING = 5
_OF_MONEY = re.compile(r"(?i)\b(loss|losses|values?|money|prices?|sales|damages?|revenue|turnover|costs?|worth)\b")


def purchases(material: Material) -> list[Json]:
    if not material.purchases:
        return [text("No test purchase was made.")]
    titles = {identity.key: identity.title for identity in material.offender.identities}
    rows = (
        (
            [one.id, one.state.value],
            [titles.get(one.seller, one.seller), defang(one.listing), one.notice_id],
            [f"ordered {day(one.ordered_on)}", f"received {day(one.received_on)}", *_found(one)],
            [one.order_id, _cost(one)],
            [one.note, many(len(one.photos), "photo") if one.photos else ""],
        )
        for one in material.purchases
    )
    return [table("Purchase|Seller and listing|Dates|Order|Note", "2 4 3 3 4", rows)]


def _found(one: Purchase) -> Iterable[str]:
    if one.state.decided:
        by = f" by {quoted(one.decided_by)}" if one.decided_by else ""
        yield f"found {one.state.value} {day(one.decided_on)}{by}"


def _cost(one: Purchase) -> str:
    return f"{one.cost:,} {one.currency}".strip() if one.cost is not None else ""


def money(material: Material) -> list[Json]:
    spent: dict[str, Decimal] = {}
    for one in material.purchases:
        if one.cost is not None:
            spent[one.currency] = spent.get(one.currency, Decimal(0)) + one.cost
    said = [(asked, answer) for asked, answer in material.answers.items() if _OF_MONEY.search(asked)]
    paid = in_a_row([f"{cost:,} {visible(currency)}".strip() for currency, cost in sorted(spent.items())])
    return [
        facts(said) if said else text("Nobody has put a figure on what the offender sold or what it cost the owner."),
        text(f"Test purchases cost {paid}." if spent else "No cost of a test purchase is shown."),
        *_sold(sum(brief.upheld for brief in briefs(material))),
    ]


def _sold(upheld: int) -> list[Json]:
    if not upheld:
        return []
    return [
        text(
            f"{many(upheld, 'upheld listing is', 'upheld listings are')} the least that was offered. What was sold "
            "through them, and to whom it was paid, the marketplaces and payment services can tell."
        )
    ]


def listings(material: Material) -> list[Json]:
    if not material.notices:
        return [text("No notice about a listing of this offender is on file.")]
    rows = (_listing(notice, material) for notice in material.notices)
    head = "Notice|Listing|Seller|Why|Filed|Decided|Outcome"
    return [
        text("Every notice, oldest first. The same with more columns is in listings.xlsx."),
        {**table(head, "1.7 5 2.4 2.9 1.9 1.9 1.9", rows), "kind": "long"},
    ]


def _listing(notice: Notice, material: Material) -> Sequence[str | Sequence[str]]:
    listing = notice.listing
    return (
        [notice.id, notice.reference],
        [f"{marketplace(material, listing.marketplace)} {listing.listing_id}", defang(listing.canonical)],
        [notice.seller.name or notice.seller.seller_id, notice.seller.seller_id if notice.seller.name else ""]
        if notice.seller
        else "not known",
        [VIOLATION_TITLES[notice.violation], notice.right.registration_no or notice.right.title],
        day(notice.filed_at),
        day(notice.removed_at or notice.decided_at),
        [notice.status.words, *_after(notice)],
    )


def _after(notice: Notice) -> Iterable[str]:
    if notice.came_back:
        back = months.relisted_at(notice) if notice.came_back is ComeBack.RELISTED else notice.stands_since
        yield f"{notice.came_back.words}{f', {day(back)}' if back else ''}"
    if notice.contested:
        yield "counter-notice filed"


def exhibits(listed: Sequence[Exhibit], shown: Sequence[tuple[Exhibit, str]]) -> list[Json]:
    if not listed:
        return [text("No file is on record as evidence.")]
    rows = [
        {
            "cells": [
                cell(one.number),
                cell([one.name, f"{_sort(one)}, {size_in_words(one.size)}"]),
                cell(moment(one.captured_at)),
                cell(one.by),
                cell(_belongs(one.of)),
            ],
            "hash": one.sha256,
            "note": written(f"Withheld: {one.withheld}" if one.withheld else one.path),
        }
        for one in listed
    ]
    return [
        text(
            "An exhibit has the initials of the person who produces it and a number. Each was handed in by whoever is "
            "named, at the time given, and has been kept unchanged since: its SHA-256 was taken then, and is its name "
            "where it is kept. Beneath the hash stands its place in the ZIP, or why it is not in it."
        ),
        {
            "kind": "exhibits",
            "head": ["Exhibit", "What", "Handed in", "By", "Belongs to"],
            "columns": [2, 6, 3, 3, 3],
            "rows": rows,
        },
        *_pictures(listed, shown),
    ]


def _sort(one: Exhibit) -> str:
    """`PNG picture`."""
    ending = one.name.rpartition(".")[2].upper() if "." in one.name else ""
    what = {"image": "picture", "video": "film"}.get(one.media_type.partition("/")[0], "file")
    return f"{ending} {what}".strip() if len(ending) <= _LONGEST_ENDING else what


def _belongs(of: Sequence[str]) -> str:
    first, more = of[:_MOST_OF_AN_EXHIBIT], len(of) - _MOST_OF_AN_EXHIBIT
    return ", ".join(first) + (f" and {more:,} more" if more > 0 else "")


def _pictures(listed: Sequence[Exhibit], shown: Sequence[tuple[Exhibit, str]]) -> list[Json]:
    if not shown:
        return []
    of = sum(one.media_type.startswith("image/") and not one.withheld for one in listed)
    words = f"{len(shown)} of {many(of, 'picture')}, made smaller" if of > len(shown) else "Made smaller"
    return [
        sub("Pictures"),
        {"kind": "small", "text": f"{words}; in the ZIP they are whole, as they were handed in."},
        {
            "kind": "pictures",
            "shown": [
                {"file": file, "number": one.number, "caption": written(one.name), "alt": f"Exhibit {one.number}"}
                for one, file in shown
            ],
        },
    ]


def custody(material: Material) -> list[Json]:
    return [
        text(
            "Each notice has a chain of custody, a line for every step: who did what and when, from where, and what "
            "the marketplace answered. Each line carries a fingerprint (SHA-256) of the line before it, so that none "
            "can be changed, left out or moved without a trace. custody.jsonl has all lines. Where something is left "
            "out of a line, its fingerprint stands in its place, so that the chain can be checked all the same."
        ),
        sub("How to check it, with no network"),
        {
            "kind": "steps",
            "items": [
                "Unpack the ZIP into an empty folder.",
                "Open a terminal in it and run: python3 -I verify.py",
                "It checks the signature, every file, and every chain of custody to its last line; it says WHOLE, or "
                "names what is not as it was.",
                "Compare the fingerprint of the key that it prints with the one that the organisation gives by another "
                "way, by telephone for instance.",
            ],
        },
        sub("What was done with this referral"),
        *_changes(material),
        sub("The last line of each chain"),
        *_heads(material),
    ]


def _changes(material: Material) -> list[Json]:
    if not material.changes:
        return [text("Nothing was recorded.")]
    rows = ((moment(one.at), person(material, one.actor), one.words) for one in material.changes)
    return [table("When|Who|What", "3 3 9", rows)]


def _heads(material: Material) -> list[Json]:
    if not material.notices:
        return [text("There is no chain of a notice.")]
    rows = (
        (notice.id, f"{len(material.events.get(notice.id, ())):,}", notice.head or "from before custody was kept")
        for notice in material.notices
    )
    return [
        text("Who keeps this page on paper can compare custody.jsonl with it later."),
        {
            "kind": "heads",
            "head": _in_columns("Notice", "Lines", "SHA-256 of the last line"),
            "rows": list(itertools.starmap(_in_columns, rows)),
        },
    ]


def _in_columns(of: str, count: str, digest: str) -> str:
    """A line for letters of one width: no-break spaces, which stay where they are put."""
    return f"{of:<13}{count:>7}   {digest}".replace(" ", "\u00a0")
