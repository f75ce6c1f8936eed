"""Exhibits: the files of a dossier, numbered as PIPCU's guide has it, by the initials of who produces them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.file_kinds import KINDS
from bot.model import Evidence, Exhibit, Material

FOLDER = "evidence"
_EXTENSIONS = {kind.media_type: kind.extensions[0] for kind in KINDS}
_NOT_INITIALS = re.compile(r"[^A-Z0-9]+")
_LEFT_OUT = "Files were left out of this referral."


def numbered(material: Material) -> tuple[Exhibit, ...]:
    """Every file once, in the order in which they were handed in; the same file handed in again is the same exhibit."""
    found: dict[str, tuple[Evidence, list[str]]] = {}
    for evidence, of in sorted(_files(material), key=lambda one: (one[0].captured_at, one[0].sha256)):
        belongs = found.setdefault(evidence.sha256, (evidence, []))[1]
        if of not in belongs:
            belongs.append(of)
    initials = _NOT_INITIALS.sub("", material.referral.initials.upper()) or "EX"
    return tuple(
        _exhibit(material, f"{initials}-{number:03}", evidence, tuple(of))
        for number, (evidence, of) in enumerate(found.values(), 1)
    )


def _files(material: Material) -> Iterator[tuple[Evidence, str]]:
    for notice in material.notices:
        yield from ((one, notice.id) for one in notice.evidence)
    for purchase in material.purchases:
        yield from ((one, purchase.id) for one in purchase.photos)


def _exhibit(material: Material, number: str, evidence: Evidence, of: tuple[str, ...]) -> Exhibit:
    there = material.referral.files
    return Exhibit(
        number=number,
        sha256=evidence.sha256,
        name=evidence.name,
        media_type=evidence.media_type,
        size=evidence.size,
        captured_at=evidence.captured_at,
        by=material.names.get(evidence.by.user_id, evidence.by.user_id),
        of=of,
        path=f"{FOLDER}/{number}.{_EXTENSIONS.get(evidence.media_type, 'bin')}" if there else "",
        withheld="" if there else _LEFT_OUT,
    )
