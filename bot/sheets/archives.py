"""What an uploaded file really is, and whether it is safe to unpack."""

from __future__ import annotations

import io
import zipfile
import zlib
from zipfile import ZipFile, ZipInfo

from bot.errors import Invalid
from bot.sheets.cells import refused
from bot.zips import MOST_ENTRIES, too_many_entries, unpacks_in_bounds

MOST_UNPACKED = 25 * 1024 * 1024
"""Bytes of all parts together; 300 rows with pictures need a tenth of it."""
MOST_TIMES = 200
"""How much larger a part of some size may become; deflate itself ends at 1032."""
MOST_SHEETS = 100
MOST_TAGS = 250_000
"""Marks of XML in all parts together: they, not the bytes, are what a reader's time and memory go into."""
MOST_TAGS_ASIDE = 40_000
"""The same in what is not read row by row, such as the styles."""

_SMALL = 1024 * 1024  # whatever it was packed into, it does no harm
_CHUNK = 64 * 1024
_BY_ROW = ("xl/worksheets/sheet", "xl/sharedStrings.xml", "xl/media/")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OTHERS = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a picture or a recording"),
    (b"{\\rtf", "a text document"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"7z\xbc\xaf\x27\x1c", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
)


def is_workbook(content: bytes) -> bool:
    """Whether it is to be read as XLSX; else it is text. Raises: Invalid, when it is neither."""
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise refused("This workbook is protected by a password; save it without one.")
        raise refused("This is a workbook of an old Excel (.xls); save it as .xlsx or CSV.")
    other = next((what for start, what in _OTHERS if content.startswith(start)), None)
    if other is not None:
        raise refused(f"This file is {other}, whatever its name says; a CSV or .xlsx file is needed.")
    return content.startswith(_ZIP)


def refuse_bombs(content: bytes) -> None:
    """Unpack everything once, keeping nothing: what an archive declares of itself may be a lie.

    Raises:
        Invalid: it is no XLSX file, or would grow too large, or is broken.
    """
    if too_many_entries(content):
        raise _too_large(f"it has more than {MOST_ENTRIES:,} parts")
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _refuse_other_archives({entry.filename for entry in entries})
            _refuse_declared(entries)
            _refuse_unpacked(archive, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise broken() from None


def broken() -> Invalid:
    return refused("This workbook is broken or no spreadsheet program wrote it; save it again as .xlsx, or as CSV.")


def _refuse_other_archives(names: set[str]) -> None:
    if "xl/workbook.bin" in names:
        raise refused("This is a binary workbook (.xlsb); save it as .xlsx or CSV.")
    if "content.xml" in names and "mimetype" in names:
        raise refused("This is an OpenDocument file (.ods); save it as .xlsx or CSV.")
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise refused("This is a document or a presentation; a CSV or .xlsx file is needed.")
    if any(name.endswith(".iwa") for name in names):
        raise refused("This is a Numbers or Pages file; export it as .xlsx or CSV.")
    if "[Content_Types].xml" not in names:
        raise refused("This is a ZIP archive and no workbook; unpack it and upload the CSV or .xlsx file in it.")


def _refuse_declared(entries: list[ZipInfo]) -> None:
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise _too_large(f"unpacked it has more than {MOST_UNPACKED // 1024 // 1024} MB")
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise refused("Parts of this workbook are protected by a password; save it without one.")
        if not unpacks_in_bounds(entry):
            raise broken()  # no spreadsheet packs otherwise
        if entry.file_size > _SMALL and entry.file_size > MOST_TIMES * max(entry.compress_size, 1):
            raise _too_large("it is packed as no spreadsheet packs")


def _refuse_unpacked(archive: ZipFile, entries: list[ZipInfo]) -> None:
    size = tags = aside = sheets = 0
    for entry in entries:
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                size += len(chunk)
                tags += chunk.count(b"<")
                aside += 0 if entry.filename.startswith(_BY_ROW) else chunk.count(b"<")
                sheets += chunk.replace(b"\0", b"").count(b"sheetId=")
                if size > MOST_UNPACKED or tags > MOST_TAGS or aside > MOST_TAGS_ASIDE or sheets > MOST_SHEETS:
                    raise _too_large("unpacked it is too large")


def _too_large(why: str) -> Invalid:
    return refused(f"This workbook is not read: {why}. Copy the rows you need into the template and upload that.")
