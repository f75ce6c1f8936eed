"""Evidence: what is taken, what it is called, and that it is there as it was put in."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import io
import os
import stat
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.errors import Invalid, Misconfigured, StoreUnavailable
from bot.evidence import BYTES_A_FILE, FILES_A_NOTICE, EvidenceFolder, Stored, check_count, folder_for
from bot.file_kinds import KINDS, LABEL_LIMIT, TEXT, kind_of, label
from bot.model import Actor, Evidence
from bot.stores.disk import Disk
from tests import make

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)
MAIL = b"Return-Path: <ann@desk.example>\r\nFrom: ann@desk.example\r\nSubject: Your lamp\r\n\r\nB\xfccher"
WEBM = bytes.fromhex("1A45DFA39F4286810142F7810142F2810442F381084282847765626D42878104")
MATROSKA = bytes.fromhex("1A45DFA3A34286810142F7810142F2810442F381084282886D6174726F736B61")


def iso(brand: bytes, *others: bytes) -> bytes:
    """The start of an ISO media file."""
    box = brand + bytes(4) + b"".join(others or (brand,))
    return (len(box) + 8).to_bytes(4, "big") + b"ftyp" + box + bytes(64)


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


@contextmanager
def memory_below(most: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def workbook() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def office(main: str, **parts: str) -> bytes:
    types = f'<Types><Override PartName="/main.xml" ContentType="{main}"/></Types>'
    return zipped(**{"[Content_Types].xml": types, **parts})


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
DOCX = office(WORD, **{"word/document.xml": "<x/>", "_rels/.rels": "<x/>"})


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(16), "image/jpeg"),
        (b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00" + bytes(16), "image/jpeg"),
        (b"\xff\xd8\xff\xdb\x00\x43" + bytes(16), "image/jpeg"),
        (b"GIF89a" + bytes(16), "image/gif"),
        (b"GIF87a" + bytes(16), "image/gif"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(16), "image/webp"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8X" + bytes(16), "image/webp"),
        (iso(b"heic", b"mif1", b"heic"), "image/heic"),
        (iso(b"mif1", b"mif1", b"heic"), "image/heic"),
        (PDF, "application/pdf"),
        (b"%PDF-1.4\nall of it letters", "application/pdf"),
        (iso(b"isom"), "video/mp4"),
        (iso(b"mp42"), "video/mp4"),
        (iso(b"iso5"), "video/mp4"),
        (iso(b"avc1"), "video/mp4"),
        (iso(b"qt  "), "video/quicktime"),
        (WEBM, "video/webm"),
        (MAIL, "message/rfc822"),
        (b"From: B\xfccher <b@shop.example>\nSubject: x\n\nx", "message/rfc822"),
        (b"Received: from x\n\tby y\nFrom: a@b\nDate: now\n\n<html><script>1</script>", "message/rfc822"),
        (b"MZ-1000 lamp, as offered", "text/plain"),
        (b"Dear seller,\nplease stop.", "text/plain"),
        ("\ufeffGrüße,Preis\nx;1".encode(), "text/plain"),
        (b"From: the shop\nSubject: what they said\n\nThey promised to stop.", "text/plain"),
        (b"Note: this is no mail\n\nreally", "text/plain"),
        (b"<ann@desk.example> wrote to <us>", "text/plain"),
        (DOCX, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (
            office(WORD, **{"word/document2.xml": "", "docProps/app.xml": "", "word/": "", "customXml/item1.xml": ""}),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (workbook(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_evidence_is_known_by_what_is_in_it(content: bytes, media_type: str) -> None:
    assert kind_of(content, "picture.jpg").media_type == media_type


@pytest.mark.parametrize(
    ("content", "name", "what"),
    [
        (b"<!DOCTYPE html><html></html>", "shop.png", "a web page"),
        (b"\n  <HTML>", "shop.txt", "a web page"),
        (b"<script>alert(1)</script>", "a.txt", "a web page"),
        ("\ufeff<!-- x --><html>".encode(), "a.txt", "a web page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.png", "an SVG picture"),
        (b"<?xml version='1.0'?>\n<svg/>", "logo.png", "an SVG picture"),
        (b"<?php echo 1;", "a.txt", "markup"),
        (b"#!/bin/sh\nrm -rf /", "a.txt", "a script"),
        (b"alert(1)", "page.JS", "a script"),
        (b"echo 1", "run.bat", "a script"),
        (b"MZ\x90\x00\x03" + bytes(100), "setup.png", "a Windows program"),
        (b"\x7fELF\x02\x01\x01" + bytes(100), "run", "a Linux program"),
        (zipped(a="x"), "a.docx", "a ZIP archive"),
        (b"PK\x03\x04 not really", "a.docx", "a ZIP archive"),
        (DOCX[:60] + DOCX[70:], "a.docx", "a ZIP archive"),
        (office("application/vnd.ms-excel.sheet.macroEnabled.main+xml"), "a.xlsx", "with macros"),
        (office("sheet.main+xml", **{"xl/vbaProject.bin": ""}), "a.xlsx", "with macros"),
        (office(EXCEL), "a.xlsx", "a ZIP archive"),
        (office(EXCEL, **{"word/document.xml": ""}), "a.xlsx", "a ZIP archive"),
        (office(EXCEL, **{"xl/workbook.xml": "", "evil.exe": "MZ"}), "a.xlsx", "a ZIP archive"),
        (office(EXCEL, **{"xl/workbook.xml": "", "xl/media/evil.exe": "MZ"}), "a.xlsx", "a ZIP archive"),
        (office(EXCEL, **{"xl/workbook.xml": "", "xl/../../evil": ""}), "a.xlsx", "a ZIP archive"),
        (office(WORD, **{"word/document.xml": "", "xl/workbook.xml": ""}), "a.docx", "a ZIP archive"),
        (b"From: <Saved by Blink>\r\nSubject: Shop\r\nMIME-Version: 1.0\r\n\r\n<script>", "a.eml", "MHTML"),
        (b"Date: now\nFrom: a@b\nSnapshot-Content-Location: https://a.example/\n\n<script>", "a.eml", "MHTML"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n<script>", "page.mht", "a script or a page"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600), "mail.msg", "MSG"),
        (MATROSKA, "a.webm", "Matroska"),
        (iso(b"avif"), "a.heic", "AVIF"),
        (iso(b"mif1", b"mif1", b"avif"), "a.heic", "AVIF"),
        ("Grüße".encode("utf-16"), "a.txt", "not in UTF-8"),
        ("Grüße".encode("latin-1"), "a.txt", "not in UTF-8"),
        (b"{\\rtf1 hello}", "a.txt", "another kind"),
        (b"\x00\x01\x02\x03", "a.png", "a kind I do not know"),
        (b"", "a.png", "an empty file"),
    ],
)
def test_anything_else_is_refused_by_its_true_name_and_told_what_is_taken(content: bytes, name: str, what: str) -> None:
    with pytest.raises(Invalid) as refused:
        kind_of(content, name)
    assert what in str(refused.value)
    assert str(refused.value).startswith(f"{name} is ")
    assert "I take pictures (PNG" in str(refused.value)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_document_packed_without_a_limit_is_refused_unpacked(method: int) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", method) as archive:
        archive.writestr("[Content_Types].xml", bytes(50_000_000))
    with memory_below(5_000_000), pytest.raises(Invalid, match="a ZIP archive"):
        kind_of(bomb.getvalue(), "a.docx")


def test_a_document_of_very_many_parts_is_refused_before_they_are_listed() -> None:
    bomb = zipped(**{f"{number}": "" for number in range(20_000)})
    with memory_below(2_000_000), pytest.raises(Invalid, match="a ZIP archive"):
        kind_of(bomb, "a.docx")


@given(st.binary(max_size=200))
def test_bytes_of_any_sort_are_a_kind_or_refused(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"\x00\x00\x00\x18ftyp", b"%PDF-", b"\x1aE\xdf\xa3", b"From: a\n"):
        try:
            found = kind_of(start + content, "x")
        except Invalid:
            continue
        assert found in KINDS


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("scan.png", "scan.pdf"),
        ("Scan.PDF", "Scan.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ann\\a b.pdf", "a b.pdf"),
        ("invoice.pdf.exe", "invoice.pdf"),
        ("report.final", "report.final.pdf"),
        ("acme.example", "acme.example.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        (".pdf", "pdf.pdf"),
        ("a\u202egnp.pdf", "a gnp.pdf"),
        ("a\x00\n\tb.pdf", "a b.pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
        ("x" * 300 + ".png", "x" * 96 + ".pdf"),
    ],
)
def test_a_name_is_made_fit_to_be_shown_and_ends_as_its_kind_does(name: str, shown: str) -> None:
    assert label(name, kind_of(PDF, name)) == shown


def test_a_list_keeps_its_extension() -> None:
    assert label("sellers.CSV", TEXT) == "sellers.csv"


@given(st.text(max_size=300), st.sampled_from((None, *KINDS)))
def test_no_name_is_a_path_or_hides_anything(name: str, kind: object) -> None:
    known = next((one for one in KINDS if one is kind), None)
    shown = label(name, known)
    assert 0 < len(shown) <= LABEL_LIMIT
    assert not set(shown) & set("/\\")
    assert not shown.startswith((".", " "))
    assert all(unicodedata.category(one)[0] != "C" for one in shown)
    shown.encode()
    if known is not None:
        assert shown.rpartition(".")[2] in known.extensions
        assert label(shown, known) == shown, "cleaning twice changes nothing"


@pytest.fixture
def folder(tmp_path: Path) -> EvidenceFolder:
    return EvidenceFolder(tmp_path / "data" / "evidence")


def files_in(folder: EvidenceFolder) -> list[Path]:
    return sorted(file for file in folder.path.rglob("*") if file.is_file())


async def test_a_file_is_kept_under_its_hash_and_read_as_it_was(folder: EvidenceFolder) -> None:
    stored = await folder.add(PDF, "scan.png")
    sha256 = hashlib.sha256(PDF).hexdigest()
    assert stored == Stored(sha256=sha256, size=len(PDF), media_type="application/pdf", name="scan.pdf")
    (file,) = files_in(folder)
    assert file == folder.path / sha256[:2] / f"{sha256}.pdf"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert await folder.read(sha256) == PDF


async def test_the_same_content_is_one_file_however_often_it_comes(folder: EvidenceFolder) -> None:
    stored = await asyncio.gather(*(folder.add(PDF, f"{number}.pdf") for number in range(8)))
    assert len({one.sha256 for one in stored}) == 1
    assert [one.name for one in stored] == [f"{number}.pdf" for number in range(8)]
    assert len(files_in(folder)) == 1


@pytest.mark.parametrize("name", ["../../../x.pdf", "/etc/passwd", "..", "a/../../b.pdf", "\x00"])
async def test_a_name_never_leads_out_of_the_folder(folder: EvidenceFolder, name: str, tmp_path: Path) -> None:
    await folder.add(PDF, name)
    assert len(files_in(folder)) == 1
    assert files_in(EvidenceFolder(tmp_path)) == files_in(folder)


@pytest.mark.parametrize("sha256", ["../../notices", "", "a" * 63, "A" * 64, "a" * 64 + "\n", "..", "/" * 64])
async def test_only_a_hash_is_looked_for(folder: EvidenceFolder, sha256: str) -> None:
    with pytest.raises(StoreUnavailable, match="not the SHA-256"):
        await folder.read(sha256)


@pytest.mark.parametrize("changed", [PDF[:-1], PDF + b" ", PDF[:-1] + b"k", b"", PDF + bytes(BYTES_A_FILE)])
async def test_what_was_changed_on_the_disk_is_not_given_and_is_healed_by_adding_it_again(
    folder: EvidenceFolder, changed: bytes
) -> None:
    stored = await folder.add(PDF, "scan.pdf")
    files_in(folder)[0].write_bytes(changed)
    with pytest.raises(StoreUnavailable, match="not what was put in"):
        await folder.read(stored.sha256)
    await folder.add(PDF, "scan.pdf")
    assert await folder.read(stored.sha256) == PDF


async def test_a_file_put_beside_it_does_not_hide_what_is_whole(folder: EvidenceFolder) -> None:
    stored = await folder.add(b"Dear seller, please stop.", "a.txt")
    (file,) = files_in(folder)
    for kind in KINDS:
        if (beside := file.with_suffix(f".{kind.extensions[0]}")) != file:
            beside.write_bytes(b"planted")
    assert await folder.read(stored.sha256) == b"Dear seller, please stop."
    file.unlink()
    with pytest.raises(StoreUnavailable, match="not what was put in"):
        await folder.read(stored.sha256)


async def test_what_is_missing_is_said_to_be_missing(folder: EvidenceFolder) -> None:
    stored = await folder.add(PDF, "scan.pdf")
    files_in(folder)[0].unlink()
    with pytest.raises(StoreUnavailable, match="missing from"):
        await folder.read(stored.sha256)


async def test_ten_megabytes_are_taken_and_no_more(folder: EvidenceFolder) -> None:
    whole = PNG + bytes(BYTES_A_FILE - len(PNG))
    assert (await folder.add(whole, "a.png")).size == BYTES_A_FILE
    with pytest.raises(Invalid, match=r"a\.png is larger than 10 MB"):
        await folder.add(whole + b"x", "a.png")


class BrokenDisk(Disk):
    """A disk that has no room, or fails at one call; it keeps the order of what was asked of it."""

    def __init__(self, fails: str = "") -> None:
        self.fails = fails
        self.calls: list[str] = []

    def _does(self, call: str) -> None:
        self.calls.append(call)
        if call == self.fails:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def append(self, handle: int, content: bytes) -> None:
        super().append(handle, content[: len(content) // 2] if self.fails == "append" else content)
        self._does("append")

    def sync(self, handle: int) -> None:
        self._does("sync")
        super().sync(handle)

    def replace(self, source: Path, target: Path) -> None:
        self._does("replace")
        super().replace(source, target)

    def sync_folder(self, folder: Path) -> None:
        self._does("sync_folder")
        super().sync_folder(folder)


@pytest.mark.parametrize("call", ["append", "sync", "replace"])
async def test_a_full_disk_is_said_and_leaves_nothing_behind(tmp_path: Path, call: str) -> None:
    disk = BrokenDisk(call)
    folder = EvidenceFolder(tmp_path / "evidence", disk)
    with pytest.raises(StoreUnavailable, match="No space left"):
        await folder.add(PDF, "scan.pdf")
    assert files_in(folder) == []
    disk.fails = ""
    assert await folder.read((await folder.add(PDF, "scan.pdf")).sha256) == PDF


async def test_a_folder_that_is_not_durable_is_not_said_to_be(tmp_path: Path) -> None:
    await EvidenceFolder(tmp_path).add(PDF, "scan.pdf")
    with pytest.raises(StoreUnavailable):
        await EvidenceFolder(tmp_path, BrokenDisk("sync_folder")).add(PDF, "scan.pdf")


async def test_a_file_is_on_the_medium_before_it_has_its_name(tmp_path: Path) -> None:
    disk = BrokenDisk()
    await EvidenceFolder(tmp_path, disk).add(PDF, "scan.pdf")
    assert disk.calls == ["sync_folder", "append", "sync", "replace", "sync_folder"], "the new folder's name first"


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="could not be kept"):
        await EvidenceFolder(tmp_path / "evidence").add(PDF, "scan.pdf")


async def test_what_a_dead_process_left_half_written_is_swept_up(folder: EvidenceFolder) -> None:
    stored = await folder.add(PDF, "scan.pdf")
    (file,) = files_in(folder)
    (file.parent / f"{file.stem}.x1.tmp").write_bytes(PDF[:5])
    await folder.sweep()
    assert files_in(folder) == [file]
    assert await folder.read(stored.sha256) == PDF


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("tinydb:///data/notices.json", Path("data/evidence")),
        ("tinydb:////srv/desk/notices.json", Path("/srv/desk/evidence")),
        ("tinydb:///notices.json", Path("evidence")),
    ],
)
def test_evidence_lies_beside_the_store(url: str, path: Path) -> None:
    assert folder_for(url) == path


def test_a_store_nobody_can_open_has_no_evidence() -> None:
    with pytest.raises(Misconfigured, match="DATABASE_URL"):
        folder_for("mysql://desk")


def test_a_notice_takes_twenty_files() -> None:
    check_count(0, FILES_A_NOTICE)
    check_count(19, 1)
    with pytest.raises(Invalid, match="This notice has 19 already"):
        check_count(19, 2)
    with pytest.raises(Invalid, match="These are 21"):
        check_count(0, 21)


def test_evidence_names_the_file_and_who_handed_it_in() -> None:
    held = Evidence(sha256="a" * 64, name="scan.pdf", size=3, media_type="application/pdf", captured_at=make.NOW,
                    by=Actor(user_id="U0ANN"))  # fmt: skip
    assert (held.by.user_id, held.captured_at) == ("U0ANN", make.NOW)
