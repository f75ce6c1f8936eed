"""What a file is, told by what is in it: its name is only what somebody says. Pure."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from mimetypes import MimeTypes
from pathlib import PurePosixPath

import puremagic

from bot.errors import Invalid
from bot.zips import too_many_entries, unpacks_in_bounds

LABEL_LIMIT = 100
"""Characters of a file's name that are kept."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is evidence. The first of its `extensions` is the one we give."""

    media_type: str
    extensions: tuple[str, ...]


TEXT = Kind("text/plain", ("txt", "csv", "tsv", "log", "md"))
MAIL = Kind("message/rfc822", ("eml",))
MP4 = Kind("video/mp4", ("mp4", "m4v"))
HEIC = Kind("image/heic", ("heic", "heif"))
WEBM = Kind("video/webm", ("webm",))
XLSX = Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",))
DOCX = Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",))
KINDS = (
    Kind("image/png", ("png",)),
    Kind("image/jpeg", ("jpg", "jpeg", "jpe", "jfif")),
    Kind("image/gif", ("gif",)),
    Kind("image/webp", ("webp",)),
    HEIC,
    Kind("application/pdf", ("pdf",)),
    MP4,
    Kind("video/quicktime", ("mov", "qt")),
    WEBM,
    MAIL,
    TEXT,
    XLSX,
    DOCX,
)
ACCEPTED = "pictures (PNG, JPEG, GIF, WebP, HEIC), PDF, videos (MP4, MOV, WebM), mails (EML), plain text, XLSX and DOCX"
_BY_TYPE = {**{kind.media_type: kind for kind in KINDS}, "image/heif": HEIC}

_FTYP = b"ftyp"
_BRANDS = {
    **dict.fromkeys((b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso8", b"mp41", b"avc1", b"M4VH", b"dash"), MP4),
    **dict.fromkeys((b"mif1", b"msf1", b"avif", b"avis"), HEIC),
}
"""Brands of ISO media files of which puremagic does not know enough. Source: mp4ra.org, registered brands."""
_DOCTYPE_WEBM = b"\x42\x82\x84webm"
"""Where a Matroska header says that it is WebM. Source: RFC 8794, EBML element DocType."""
_NOT_UTF8 = "text that is not in UTF-8"
_ZIP = b"PK\x03\x04"
_OTHERS = {
    b"MZ": "a Windows program",
    b"\x7fELF": "a Linux program",
    b"\xcf\xfa\xed\xfe": "a macOS program",
    b"\xca\xfe\xba\xbe": "a macOS or Java program",
    bytes.fromhex("D0CF11E0A1B11AE1"): "an older Office or Outlook file (DOC, XLS, MSG)",
    b"\xff\xfe": _NOT_UTF8,
    b"\xfe\xff": _NOT_UTF8,
}
"""What people attach and we do not keep, where puremagic has many names for it and not the one people use."""
_CONTENT_TYPES, _CONTENT_TYPES_LIMIT = "[Content_Types].xml", 1_000_000
_MAIN = {f"{kind.media_type}.main+xml".encode(): kind for kind in (XLSX, DOCX)}
_HOME = {XLSX: re.compile(r"xl/workbook\d*\.xml"), DOCX: re.compile(r"word/document\d*\.xml")}
"""Where the main part is; some programs number it. Its folder holds the rest."""
_BESIDE = {_CONTENT_TYPES, "_rels", "docProps", "docMetadata", "customXml", "_xmlsignatures", "userCustomization"}
"""What else Office puts into its files."""
_PROGRAMS = {"app", "com", "dll", "exe", "msi", "pif", "so"}
_MARKUP = re.compile(
    rb"<(!doctype|!--|\?|(html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|svg|img|meta|link)[\s>/])",
    re.IGNORECASE,
)
"""What a browser takes for a page. Source: mimesniff.spec.whatwg.org, rules for identifying an unknown type."""
_PAGES = {"hta", "htm", "html", "mht", "mhtml", "svg", "url", "xhtml", "xml", "xsl"}
_SCRIPTS = _PAGES | {
    *("bat", "cmd", "cpl", "jar", "js", "jse", "lnk", "mjs", "php", "ps1", "psm1", "py", "rb", "reg", "scr", "sh"),
    *("vb", "vbe", "vbs", "wsf", "wsh"),
}
"""Extensions by which a file of plain words is run, or shown as a page."""
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
"""What is in no text. Source: mimesniff.spec.whatwg.org, binary data byte."""
_HEADER = re.compile(rb"[!-9;-~]+:[ \t]?[^\r\n]*\r?\n")
_SAVED_PAGE = re.compile(rb"^(snapshot-content-location:|from:[ \t]*\"?<saved by )", re.IGNORECASE | re.MULTILINE)
"""What browsers write at the top of a page that they save whole, where a mail has its sender."""
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{1,8})$")
_KNOWN_SUFFIXES = (
    frozenset(suffix.lstrip(".") for suffix in MimeTypes().types_map[True])
    | _SCRIPTS
    | {extension for kind in KINDS for extension in kind.extensions}
    | {"exe", "msg", "dmg", "iso", "7z", "rar", "pptx", "xlsm", "docm"}
)


def kind_of(content: bytes, name: str) -> Kind:
    """What the file is.

    Raises:
        Invalid: it is nothing that is taken as evidence; the sentence says what it is, and what is taken.
    """
    found = _signed(content) or _written(content, name)
    if isinstance(found, Kind):
        return found
    raise Invalid(f"{label(name)} is {found}, which cannot be kept as evidence. I take {ACCEPTED}.")


def label(name: str, kind: Kind | None = None) -> str:
    """A person's name for a file, fit to be shown; with the extension of its kind. Never a path."""
    text = unicodedata.normalize("NFC", "".join(one for one in name if unicodedata.category(one) != "Cs"))
    last = re.split(r"[/\\]", text)[-1]
    shown = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in last)
    shown = " ".join(shown.split()).lstrip(". ") or "file"
    if kind is None:
        return shown if len(shown) <= LABEL_LIMIT else shown[: LABEL_LIMIT - 1] + "…"
    suffix = _suffix(shown)
    if suffix in kind.extensions:
        return _cut(shown[: -len(suffix) - 1], suffix)
    stem = shown[: -len(suffix) - 1] if suffix in _KNOWN_SUFFIXES else shown
    if _suffix(stem) in kind.extensions:  # invoice.pdf.exe
        stem = stem[: -len(_suffix(stem)) - 1]
    return _cut(stem, kind.extensions[0])


def _cut(stem: str, extension: str) -> str:
    stem = stem.rstrip(". ") or "file"
    return f"{stem[: LABEL_LIMIT - len(extension) - 1].rstrip('. ')}.{extension}"


def _suffix(name: str) -> str:
    found = _SUFFIX.search(name)
    return found[1].casefold() if found else ""


def _signed(content: bytes) -> Kind | str | None:
    """A file whose first bytes tell what it is: its kind, or in words what else it is; None when they tell nothing."""
    if content.startswith(_ZIP):
        return _zipped(content)
    if content[4:8] == _FTYP and content[8:12] in _BRANDS:
        return _iso(content)
    if _is_text(content):
        return None
    other = next((words for start, words in _OTHERS.items() if content.startswith(start)), None)
    return other or _guessed(content)


def _guessed(content: bytes) -> Kind | str | None:
    """As puremagic says, where that is sure of it."""
    try:
        found = puremagic.magic_string(content)
    except puremagic.PureError:
        return None
    best = [one for one in found if one.confidence == found[0].confidence]
    kind = next((_BY_TYPE[one.mime_type] for one in best if one.mime_type in _BY_TYPE), None)
    if kind is WEBM and _DOCTYPE_WEBM not in content[:4096]:
        return "a Matroska video"
    if kind is not None and kind not in (TEXT, MAIL):  # of words we judge ourselves
        return kind
    named = next((one.name for one in best if one.name), "")
    return f"a file of another kind ({named})" if named else None


def _iso(content: bytes) -> Kind | str:
    kind = _BRANDS[content[8:12]]
    others = content[16 : min(int.from_bytes(content[:4], "big"), 256)]
    if kind is HEIC and not any(brand in others for brand in (b"heic", b"heix", b"hevc")):
        return "a picture of another kind (AVIF or HEIF)"
    return kind


def _zipped(content: bytes) -> Kind | str:
    names, types = _parts(content)
    if b"macroEnabled" in types or any(PurePosixPath(one).name.casefold() == "vbaproject.bin" for one in names):
        return "an Office file with macros"
    kind = next((kind for main, kind in _MAIN.items() if main in types), None)
    return kind if kind is not None and _is_office(kind, names) else "a ZIP archive"


def _is_office(kind: Kind, names: list[str]) -> bool:
    """Whether its parts lie where they belong, and nothing lies beside them: a list of parts alone is soon written."""
    folder = _HOME[kind].pattern.partition("/")[0]
    return any(_HOME[kind].fullmatch(one) for one in names) and all(
        one.split("/")[0] in _BESIDE | {folder}
        and ".." not in one.split("/")
        and _suffix(one) not in (_SCRIPTS | _PROGRAMS) - {"xml"}
        for one in names
    )


def _parts(content: bytes) -> tuple[list[str], bytes]:
    """What an Office file's parts are called, and what they are; nothing when it is broken, or no Office file."""
    if too_many_entries(content):
        return [], b""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if not unpacks_in_bounds(archive.getinfo(_CONTENT_TYPES)):
                return [], b""
            with archive.open(_CONTENT_TYPES) as part:
                return archive.namelist(), part.read(_CONTENT_TYPES_LIMIT)
    except (KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        return [], b""
    except (EOFError, OSError, ValueError):  # what it says of itself is not so
        return [], b""


def _is_text(content: bytes) -> bool:
    return not _CONTROLS.search(content) and not content.startswith((b"%PDF-", b"{\\rtf", b"%!PS"))


def _written(content: bytes, name: str) -> Kind | str:
    """A file of words: its kind, or what it is instead."""
    if not content:
        return "an empty file"
    if not _is_text(content):
        return "a file of a kind I do not know"
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    return _active(start, name) or (MAIL if _is_mail(start) else _words(content))


def _active(start: bytes, name: str) -> str:
    """What would be run, or shown as a page; empty when it is mere words."""
    if _SAVED_PAGE.search(_head(start)):
        return "a saved web page (MHTML)"
    if _MARKUP.match(start):
        return "an SVG picture" if b"<svg" in start[:1024].lower() else "a web page or other markup"
    return "a script or a page" if start.startswith(b"#!") or _suffix(name) in _SCRIPTS else ""


def _words(content: bytes) -> Kind | str:
    try:
        content.decode()
    except UnicodeDecodeError:
        return _NOT_UTF8
    return TEXT


def _head(start: bytes) -> bytes:
    return re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]


def _is_mail(start: bytes) -> bool:
    """It begins with the header of a mail: who sent it, and when, or about what."""
    if not _HEADER.match(start):
        return False
    header = BytesHeaderParser().parsebytes(_head(start))
    return "@" in str(header.get("from", "")) and any(
        one in header for one in ("date", "subject", "message-id", "received")
    )
