"""What a dossier's pages say: material in, a document for `dossier.typ` out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from bot.dossiers import chapters, proofs
from bot.dossiers.lettering import FAMILIES, visible, written
from bot.dossiers.setting import Json, cell, day, many, moment, person
from bot.model import Exhibit, Material
from bot.territories import called

MARKING = "Confidential"


def document(material: Material, exhibits: Sequence[Exhibit], *, shown: Sequence[tuple[Exhibit, str]]) -> Json:
    """The whole document. `shown` are the exhibits that are shown small, each with the name of its picture's file."""
    referral, made = material.referral, material.made_at.astimezone(UTC)
    title = f"Referral {referral.id}: {visible(material.offender.title)}"
    return {
        "title": title,
        "author": visible(material.organisation),
        "description": f"Dossier for {visible(material.agency.name)}, {day(made)}",
        "date": [made.year, made.month, made.day],
        "fonts": list(FAMILIES),
        "marking": MARKING,
        "footer": referral.id,
        "cover": _cover(material, exhibits),
        "sections": [
            {"title": heading, "blocks": blocks}
            for heading, blocks in (
                ("Summary", chapters.summary(material, exhibits)),
                ("The offender", chapters.offender(material)),
                ("Rights relied on", chapters.rights(material)),
                ("The figures", chapters.figures(material)),
                ("Test purchases", proofs.purchases(material)),
                ("Money at stake", proofs.money(material)),
                ("Listings", proofs.listings(material)),
                ("Exhibits", proofs.exhibits(exhibits, shown)),
                ("Custody", proofs.custody(material)),
            )
        ],
    }


def _cover(material: Material, exhibits: Sequence[Exhibit]) -> Json:
    referral, agency = material.referral, material.agency
    decided = referral.decided_at
    approved = (
        [("Approved by", f"{person(material, referral.decided_by)}, {day(decided)}")]
        if referral.decided_by and decided
        else []
    )
    facts = [
        ("Referral", referral.id),
        ("To", [agency.name, called(agency.jurisdiction)]),
        ("From", material.organisation),
        ("Referred by", person(material, referral.by)),
        *approved,
        ("As it stood on", moment(material.made_at)),
        ("Contents", f"{many(len(material.notices), 'notice')}, {many(len(exhibits), 'exhibit')}"),
    ]
    return {
        "kind": "Referral of a repeat offender",
        "title": written(material.offender.title),
        "facts": [[name, cell(value)] for name, value in facts],
        "notes": [
            {
                "kind": "small",
                "text": "This document is one file of a ZIP. To check that nothing in it was changed, unpack it and "
                "run “python3 -I verify.py” in its folder: it needs no network and names any file that differs from "
                "MANIFEST.sha256, which lists the SHA-256 of every file, this one included, and is signed. "
                "VERIFY.txt says how to do the same by hand.",
            },
            {
                "kind": "small",
                "text": "Addresses of listings are written so that nothing opens them by accident: hxxps for https, "
                "and [.] for a dot. All times are UTC.",
            },
        ],
    }
