"""The ZIP: every file of a dossier written one after another, and what was written into it listed.

Heavy: it loads what makes PDFs and workbooks. Only the process that builds a dossier imports it.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import orjson

from bot import custody
from bot.dossiers import misp, xarf
from bot.dossiers.chains import Chain, chains, written
from bot.dossiers.instructions import instructions
from bot.dossiers.pdf import set_pdf
from bot.dossiers.record import SCHEMA, record
from bot.dossiers.redaction import Redacted, redacted
from bot.dossiers.sealing import MANIFEST, manifest
from bot.dossiers.searching import Unreadable, holds
from bot.dossiers.sheet import listings
from bot.file_kinds import KINDS
from bot.model import Event, Exhibit, Material, Notice

PIECE = 1 << 20
_PRIVATE = 0o600
_REGULAR = 0o100000
_JSON = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
_PACKED = ("image/", "video/", "application/vnd.openxmlformats", "application/pdf")
"""Kinds of files that are packed already."""
_MISSING = "The file is not in the store any more, or was changed there."
_HOLDS = "What is written in it, or beside the picture, may not be shown in this dossier."
_UNREADABLE = (
    "What is written in it could not be read, or is too much, and so was not searched for what may not be shown."
)


class Unbuilt(Exception):
    """The dossier cannot be made; the sentence says why."""


@dataclass
class Package:
    """A ZIP that is being written: sorted files of one moment, so that the same dossier is the same bytes."""

    archive: zipfile.ZipFile
    at: datetime
    hashes: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, pieces: Iterable[bytes], *, packed: bool = False) -> None:
        """One file. `packed` says that there is nothing to gain from packing it."""
        hashed = hashlib.sha256()
        with self.archive.open(entry(name, self.at, packed=packed), "w", force_zip64=False) as opened:
            for piece in pieces:
                hashed.update(piece)
                opened.write(piece)
        self.hashes[name] = hashed.hexdigest()


def entry(name: str, at: datetime, *, packed: bool = False) -> zipfile.ZipInfo:
    """A file's place in the ZIP: a plain one, readable by its owner."""
    moment = at.astimezone(UTC)
    made = zipfile.ZipInfo(name, (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
    made.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    made.external_attr = (_REGULAR | _PRIVATE) << 16
    made.create_system = 3
    return made


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What goes into a dossier: nothing in it may not be shown."""

    material: Material
    exhibits: tuple[Exhibit, ...]


def prepare(material: Material, evidence: Path) -> Prepared:
    """What of the material and of the files in `evidence` may be shown.

    Raises:
        Unbuilt: a chain of custody is broken, or a notice contradicts its own.
    """
    _refuse_broken(material)
    shown = redacted(material)
    exhibits = tuple(_searched(one, evidence, shown) for one in shown.exhibits)
    return Prepared(material=shown.material, exhibits=exhibits)


def pack(prepared: Prepared, target: Path, evidence: Path) -> bytes:
    """Write the dossier but for its signature. Returns its manifest.

    Raises:
        OSError: the disk did not take it.
    """
    material = prepared.material
    with (
        ThreadPoolExecutor(1) as aside,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive,
    ):
        # The PDF takes longest, and is set by a library that leaves Python to others meanwhile.
        pdf = aside.submit(_pdf, material, prepared.exhibits, evidence)
        package = Package(archive, material.made_at)
        for name, pieces, packed in _files(material, prepared.exhibits, evidence):
            package.add(name, pieces, packed=packed)
        package.add("dossier.pdf", [pdf.result()], packed=True)
        listed = manifest(package.hashes)
        archive.writestr(entry(MANIFEST, material.made_at), listed)
    return listed


def _refuse_broken(material: Material) -> None:
    """A dossier whose chains do not hold would say so to everybody but us."""
    for notice in material.notices:
        events = material.events.get(notice.id, ())
        _refuse(custody.check(notice.id, events, head=notice.head))
        _refuse_contradiction(notice, events)
    if material.changes:
        _refuse(custody.check(material.changes[0].of, material.changes))


def _refuse(checked: custody.Checked) -> None:
    if not checked.whole:
        fault = checked.faults[0]
        raise Unbuilt(
            f"The custody of {fault.of} is broken: line {fault.number} {fault.words}. No dossier is made of it; "
            f"see `python -m bot audit verify`."
        )


def _refuse_contradiction(notice: Notice, events: Sequence[Event]) -> None:
    """A chain that holds is no proof of a notice that says something else than it."""
    fault = next(iter(custody.against(notice, events)), None)
    if fault is not None:
        where = f"line {fault.number} {fault.words}" if fault.number else fault.words
        raise Unbuilt(
            f"{fault.of} is not what its own history says of it: {where}. No dossier is made of it; "
            f"see `python -m bot audit verify`."
        )


File = tuple[str, Iterable[bytes], bool]


def _files(material: Material, exhibits: Sequence[Exhibit], evidence: Path) -> Iterator[File]:
    """Each file's name and content but the PDF's; and whether it is packed already."""
    there = list(chains(material))
    yield "custody.jsonl", (text for _, lines in there for text in written(lines)), False
    yield "dossier.json", [orjson.dumps(record(material, exhibits, _known(there)), option=_JSON)], False
    for one in exhibits:
        if one.path:
            yield one.path, _pieces(_file(evidence, one)), one.media_type.startswith(_PACKED)
    yield "listings.xlsx", [listings(material, exhibits)], True
    yield "misp.json", [orjson.dumps(misp.event(material, exhibits), option=_JSON)], False
    yield f"schemas/{SCHEMA}", [_shipped(SCHEMA)], False
    yield "verify.py", [_shipped("verify.py")], False
    yield "VERIFY.txt", [instructions(material, exhibits)], False
    for name, report in xarf.reports(material, exhibits):
        yield name, [orjson.dumps(report, option=_JSON)], False


def _known(there: Iterable[tuple[Chain, object]]) -> list[Chain]:
    return [chain for chain, _ in there]


def _pdf(material: Material, exhibits: Sequence[Exhibit], evidence: Path) -> bytes:
    by_hash = {one.sha256: one for one in exhibits if one.path}

    def picture(sha256: str) -> bytes | None:
        file = _file(evidence, by_hash[sha256]) if sha256 in by_hash else None
        return file.read_bytes() if file else None

    return set_pdf(material, exhibits, pictures=picture)


def _searched(one: Exhibit, evidence: Path, shown: Redacted) -> Exhibit:
    """The exhibit, withheld where it holds what may not be shown, or is not there."""
    if one.withheld:
        return one
    why = _why_withheld(one, evidence, shown)
    return replace(one, path="", withheld=why) if why else one


def _why_withheld(one: Exhibit, evidence: Path, shown: Redacted) -> str:
    file = _file(evidence, one)
    content = file.read_bytes() if file else b""
    if file is None or hashlib.sha256(content).hexdigest() != one.sha256:
        return _MISSING
    if shown.scrub.idle:
        return ""
    try:
        return _HOLDS if holds(content, one.media_type, shown.scrub.holds) else ""
    except Unreadable:
        return _UNREADABLE


def _file(evidence: Path, one: Exhibit) -> Path | None:
    """As `bot.evidence` keeps it."""
    folder = evidence / one.sha256[:2]
    places = (folder / f"{one.sha256}.{kind.extensions[0]}" for kind in KINDS)
    return next((place for place in places if place.is_file()), None)


def _pieces(file: Path | None) -> Iterator[bytes]:
    assert file is not None
    with file.open("rb") as opened:
        while piece := opened.read(PIECE):
            yield piece


def _shipped(name: str) -> bytes:
    return files("bot.dossiers").joinpath(name).read_bytes()
