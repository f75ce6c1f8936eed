"""What is written in a file of evidence, so that it can be searched for what may not be shown.

What a file is, is told by its first bytes, in a mail or a ZIP as well. What cannot be searched whole is `Unreadable`:
nobody knows then what is in it. Pixels and sounds are not read; all that is beside them is.
"""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import quopri
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from html import unescape
from io import BytesIO
from itertools import pairwise
from typing import Final

from bot.dossiers.papers import Unreadable, written_in_pdf
from bot.zips import too_many_entries, unpacks_in_bounds

MOST_OF_A_PART = 40_000_000
"""Bytes that are unpacked of one part of a document, and of a stream beside a picture."""
MOST_SEARCHED = 6_000_000
"""Characters of one file. Of more, nobody waits for the search."""
_DEPTH = 4
_TAG = re.compile(r"<[^<>]*>")
_XML = re.compile(r"\.(?:xml|rels|vml)$", re.IGNORECASE)
_OPAQUE = re.compile(r"(?:/printersettings[0-9]*\.bin|\.emf|\.wmf|\.odttf|\.fntdata)$", re.IGNORECASE)
"""What Office puts into its files that is neither text nor packed."""
_ENCODING = re.compile(rb"encoding\s*=\s*[\"'](?!utf-?8|utf-?16|us-ascii)", re.IGNORECASE)
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_PDF: Final = b"%PDF-"
_ZIP: Final = b"PK\x03\x04"
_PACKED: Final = (_PDF, _ZIP, b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
"""Where something that is packed begins, among bytes that are searched as they are."""
_SIGNED: Final = (_PDF, _ZIP, _PNG, _JPEG, b"GIF8", b"RIFF", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")
_RUNS = re.compile(rb"[\x20-\x7e\x80-\xff]{3,}")
_WIDE_RUNS = re.compile(r"\w[\w@.,'+ -]*\w")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffd\ud800-\udfff]")
"""What is in no text that was read as it was written."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}(?:\r?\n[A-Za-z0-9+/_-]{4,})*")
_QUOTED = re.compile(r"=[0-9A-Fa-f]{2}")
_HEADERS = re.compile(
    rb"(?:from|received|return-path|delivered-to|mime-version|content-[a-z-]+|date|subject|message-id|x-[\w-]+):",
    re.IGNORECASE,
)
_PACKED_LINES = re.compile(rb"^[A-Za-z0-9+/=]{60,}\r?$", re.MULTILINE)
"""Lines of base64, which are read unpacked."""
_MAIL = "message/rfc822"
_ENCODINGS = {"", "7bit", "8bit", "binary", "base64", "quoted-printable", "uuencode", "x-uuencode", "uue", "x-uue"}
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "us-ascii": "utf-8", "ascii": "utf-8"}
_CHUNKS: Final = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT bKGD hIST pHYs sPLT tIME tEXt zTXt iTXt iCCP eXIf acTL fcTL fdAT "
    b"cICP mDCV cLLI iDOT oFFs pCAL sCAL sTER caBX vpAg".split()
)
_PIXELS: Final = frozenset((b"IDAT", b"fdAT", b"VP8 ", b"VP8L", b"ALPH"))
_SCANNED = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
_TRACKS: Final = frozenset((b"vide", b"soun", b"mdir", b"mdta", b"tmcd", b"meta", b"hint", b"alis", b"url ", b"appl"))
_FAILURES = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, LookupError, EOFError, OSError),
    *(zlib.error, struct.error, binascii.Error, zipfile.BadZipFile, NotImplementedError, RuntimeError, MemoryError),
)

__all__ = ["MOST_OF_A_PART", "MOST_SEARCHED", "Unreadable", "holds", "is_picture", "texts"]


def texts(content: bytes, media_type: str = "", depth: int = 0) -> Iterator[str]:
    """Everything that is written in it, in pieces.

    Raises:
        Unreadable: it is broken, locked, nests too deep, or is of a kind that cannot be searched whole.
    """
    if depth > _DEPTH:
        raise Unreadable
    try:
        yield from _by_kind(content, media_type, depth)
    except _FAILURES:
        raise Unreadable from None


def holds(content: bytes, media_type: str, withheld: Callable[[str], bool]) -> bool:
    """Whether anything in it is withheld.

    Raises:
        Unreadable: see `texts`; or it is more than can be searched.
    """
    left = MOST_SEARCHED
    for text in texts(content, media_type):
        left -= len(text)
        if left < 0:
            raise Unreadable
        if withheld(text):
            return True
    return False


def is_picture(media_type: str) -> bool:
    return media_type.startswith(("image/", "video/"))


def _by_kind(content: bytes, media_type: str, depth: int) -> Iterator[str]:
    if media_type == _MAIL:
        yield from _mail(content, depth)
    elif content.startswith(_PDF):
        for part in written_in_pdf(content):
            yield from [part] if isinstance(part, str) else texts(part, depth=depth + 1)
    elif content.startswith(_ZIP):
        yield from _zip(content, depth)
    elif content.startswith(_PNG):
        yield from _png(content)
    elif content.startswith(_JPEG):
        yield from _jpeg(content)
    elif content.startswith((b"GIF87a", b"GIF89a")):
        yield from _gif(content)
    elif content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        yield from _webp(content)
    elif content[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        yield from _film(content)
    else:
        yield from _text(content, depth)


def _text(content: bytes, depth: int) -> Iterator[str]:
    """A file of mere words, and what these encode."""
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    yield from _words(content.decode("utf-16" if wide else "utf-8-sig"), depth)
    if _HEADERS.match(content):
        yield from _mail(content, depth)


def _words(text: str, depth: int) -> Iterator[str]:
    """The text, as it is, without markup, and what is written in it as mails and pages pack things."""
    if _CONTROLS.search(text):
        raise Unreadable
    yield text
    if "<" in text:
        yield unescape(_TAG.sub("", text))
        yield unescape(_TAG.sub(" ", text))
    if _QUOTED.search(text):
        yield quopri.decodestring(text.encode()).decode("utf-8", "replace")
    for found in _BASE64.finditer(text):
        packed = found[0].translate({10: None, 13: None, 45: "+", 95: "/"})
        packed = packed[: len(packed) - (len(packed) % 4 == 1)]
        inside = base64.b64decode(packed + "=" * (-len(packed) % 4))
        if inside.startswith(_SIGNED):
            yield from texts(inside, depth=depth + 1)
        elif not _CONTROLS.search(inside.decode("utf-8", "replace")):
            yield from _words(inside.decode(), depth + 1)


def _mail(content: bytes, depth: int) -> Iterator[str]:
    """Headers and parts as they are written, and as they are read."""
    yield _PACKED_LINES.sub(b"", content).decode("utf-8", "replace")
    message = email.message_from_bytes(content, policy=email.policy.default)
    for part in message.walk():
        if (
            not isinstance(part, EmailMessage)
            or str(part.get("content-transfer-encoding", "")).lower() not in _ENCODINGS
        ):
            raise Unreadable
        yield from _words("\n".join(f"{name}: {value}" for name, value in part.items()), depth)
        if part.is_multipart():
            for beside in (part.preamble, part.epilogue):
                yield from _words(beside or "", depth)
            continue
        body = part.get_payload(decode=True)
        if part.defects or not isinstance(body, bytes):
            raise Unreadable
        if part.get_content_maintype() == "text" and not body.startswith(_SIGNED):
            yield from _body(body, part.get_content_charset(), depth)
        elif body:
            yield from texts(body, depth=depth + 1)


def _body(body: bytes, charset: str | None, depth: int) -> Iterator[str]:
    """A text in the letters it says it is in; when it does not say, in those of everybody."""
    if charset is None:
        yield from _text(body, depth)
        return
    yield from _words(body.decode(_WIDER.get(charset.lower(), charset)), depth)
    if not body.isascii():
        yield body.decode("utf-8", "replace")


def _zip(content: bytes, depth: int) -> Iterator[str]:
    """Word, Excel and other ZIPs: every file, and the bytes that are none."""
    if too_many_entries(content):
        raise Unreadable
    with zipfile.ZipFile(BytesIO(content)) as archive:
        spans = []
        for entry in archive.infolist():
            if not unpacks_in_bounds(entry) or entry.file_size > MOST_OF_A_PART:
                raise Unreadable
            with archive.open(entry) as part:
                inside = part.read(MOST_OF_A_PART + 1)
            if len(inside) > MOST_OF_A_PART:
                raise Unreadable
            yield entry.filename
            yield from _part(f"/{entry.filename}", inside, depth)
            names, extras = struct.unpack_from("<2H", content, entry.header_offset + 26)
            first = entry.header_offset + 30
            spans += [(entry.header_offset, entry.header_offset + 4)]
            spans += [(first + names + extras, first + names + extras + entry.compress_size)]
    for beside in _outside(content, spans):
        yield from _among_bytes(beside.removesuffix(b"PK\x05\x06"), but=(b"PK\x05\x06",))


def _part(name: str, inside: bytes, depth: int) -> Iterator[str]:
    if _XML.search(name):
        if _ENCODING.search(inside[:200]):
            raise Unreadable
        wide = inside.startswith((b"\xff\xfe", b"\xfe\xff"))
        yield from _words(inside.decode("utf-16" if wide else "utf-8-sig"), depth)
    elif _OPAQUE.search(name):
        yield from _among_bytes(inside)
    elif inside:
        yield from texts(inside, depth=depth + 1)


def _outside(content: bytes, spans: list[tuple[int, int]]) -> Iterator[bytes]:
    """The pieces of it that are in none of these."""
    places = sorted([(0, 0), *spans, (len(content), len(content))])
    for (_, end), (start, _) in pairwise(places):
        if start < end:
            raise Unreadable
        yield content[end:start]


def _png(content: bytes) -> Iterator[str]:
    at = len(_PNG)
    name = b""
    while name != b"IEND":
        length = int.from_bytes(content[at : at + 4], "big")
        name, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        if name not in _CHUNKS or len(body) < length:
            raise Unreadable
        if name not in _PIXELS:
            yield from _among_bytes(body)
        if name in (b"zTXt", b"iCCP", b"iTXt", b"tEXt"):
            yield from _chunk_of_text(name, body)
        at += 12 + length
    yield from _after(content[at:])


def _chunk_of_text(name: bytes, body: bytes) -> Iterator[str]:
    keyword, _, rest = body.partition(b"\x00")
    if name == b"iTXt":
        packed, rest = rest[:1] == b"\x01", rest[2:].split(b"\x00", 2)[2]
    else:
        packed, rest = name != b"tEXt", rest if name == b"tEXt" else rest[1:]
    if packed:
        unpacking = zlib.decompressobj()
        rest = unpacking.decompress(rest, MOST_OF_A_PART)
        if not unpacking.eof:
            raise Unreadable
        yield from _among_bytes(rest + unpacking.unused_data)
    if keyword.lower().startswith(b"raw profile"):  # ImageMagick writes it in hexadecimal
        yield from _among_bytes(bytes.fromhex("".join(rest.decode("ascii").split()[2:])))


def _jpeg(content: bytes) -> Iterator[str]:
    at = 2
    while True:
        if content[at] != 0xFF:
            raise Unreadable
        kind = content[at + 1]
        if kind == 0xFF:
            at += 1
        elif kind == 0xD9:
            break
        elif kind == 0x01 or 0xD0 <= kind <= 0xD7:
            at += 2
        else:
            end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
            if end > len(content) or end < at + 4:
                raise Unreadable
            yield from _among_bytes(content[at + 4 : end])
            at = end
            if kind == 0xDA:
                scanned = _SCANNED.search(content, at)
                if scanned is None:
                    raise Unreadable
                at = scanned.end() - 2
    yield from _after(content[at + 2 :])


def _gif(content: bytes) -> Iterator[str]:
    flags = content[10]
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    yield from _among_bytes(content[13:at])
    while content[at] != 0x3B:
        if content[at] == 0x21:
            at += 2
        elif content[at] == 0x2C:
            flags = content[at + 9]
            at += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
        else:
            raise Unreadable
        pixels = content[at - 2] != 0x21
        block = bytearray()
        while length := content[at]:
            block += content[at + 1 : at + 1 + length]
            at += 1 + length
        at += 1
        if not pixels:
            yield from _among_bytes(bytes(block))
    yield from _after(content[at + 1 :])


def _webp(content: bytes) -> Iterator[str]:
    until = 8 + int.from_bytes(content[4:8], "little")
    at = 12
    while at < until:
        name, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        body = content[at + 8 : at + 8 + length]
        if len(body) < length:
            raise Unreadable
        if name == b"ANMF" and body[16:20] not in _PIXELS:
            raise Unreadable
        if name not in _PIXELS and name != b"ANMF":
            yield from _among_bytes(body)
        at += 8 + length + length % 2
    yield from _after(content[at:])


def _film(content: bytes) -> Iterator[str]:
    """MP4 and QuickTime. In HEIC, what cameras write stands among the pixels, so that it cannot be searched."""
    if content[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"):
        raise Unreadable
    at = 0
    while at < len(content):
        length, name = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        length = int.from_bytes(content[at + 8 : at + 16], "big") if length == 1 else length or len(content) - at
        if length < 8 or at + length > len(content):
            raise Unreadable
        if name != b"mdat":
            body = content[at + 8 : at + length]
            handlers = (found.end() + 8 for found in re.finditer(b"hdlr", body))
            if b"cmov" in body or any(body[one : one + 4] not in _TRACKS for one in handlers):
                raise Unreadable  # words may run along with the film
            yield from _among_bytes(body)
        at += length


def _after(content: bytes) -> Iterator[str]:
    """What follows a picture: nothing, another one, or what a camera or somebody put there."""
    rest = content.strip(b"\x00\r\n\t ")
    if rest.startswith((_PNG, _JPEG)):
        yield from texts(rest)
    elif rest:
        yield from _among_bytes(rest)


def _among_bytes(content: bytes, *, but: tuple[bytes, ...] = ()) -> Iterator[str]:
    """What in it may be words, in any of the letters in which programs write them there."""
    if any(sign in content for sign in _PACKED if sign not in but):
        raise Unreadable
    runs = b"\n".join(_RUNS.findall(content))
    for letters in ("utf-8",) if runs.isascii() else ("utf-8", "latin-1", "gb18030"):
        yield runs.decode(letters, "replace")
    for start in (0, 1):
        even = content[start : start + (len(content) - start) // 2 * 2]
        for letters in ("utf-16-le", "utf-16-be"):
            yield "\n".join(_WIDE_RUNS.findall(even.decode(letters, "replace")))
