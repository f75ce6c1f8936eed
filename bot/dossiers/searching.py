"""What is written in a file of evidence, so that it can be searched for what may not be shown.

Pictures and films are not read: only what programs wrote beside the picture is.
"""

from __future__ import annotations

import email
import email.policy
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from html import unescape
from typing import Final

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from bot.zips import too_many_entries, unpacks_in_bounds

MOST_OF_A_PART = 40_000_000
"""Bytes that are unpacked of one part of a document, and of a stream beside a picture."""
MOST_SEARCHED = 6_000_000
"""Characters of one file. Of more, nobody waits for the search."""
_DEPTH = 4
_TAG = re.compile(r"<[^<>]*>")
_XML = re.compile(r"\.(?:xml|rels|vml|html?|txt|csv)$", re.IGNORECASE)
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_RUNS = re.compile(rb"[\x20-\x7e\x80-\xff]{4,}")
_WIDE_RUNS = re.compile(rb"(?:[\x20-\x7e]\x00){4,}")
_MAIL = "message/rfc822"
_TEXTS = ("text/", "application/json", "application/xml")


class Unreadable(Exception):
    """What is in the file cannot be told."""


def texts(content: bytes, media_type: str, depth: int = 0) -> Iterator[str]:
    """Everything that is written in it, in pieces.

    Raises:
        Unreadable: it is broken, locked, or nests too deep.
    """
    if depth > _DEPTH:
        raise Unreadable
    if media_type == _MAIL:
        yield from _mail(content, depth)
    elif media_type.startswith(_TEXTS):
        yield _decoded(content)
    elif media_type == "application/pdf":
        yield from _pdf(content)
    elif content.startswith(b"PK\x03\x04"):
        yield from _office(content)
    else:
        yield from _beside_a_picture(content)


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


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8-sig", "replace")


def _mail(content: bytes, depth: int) -> Iterator[str]:
    """Headers and parts as they are written, and as they are read."""
    yield _decoded(content)
    message = email.message_from_bytes(content, policy=email.policy.default)
    for part in message.walk():
        if not isinstance(part, EmailMessage):
            continue
        yield "\n".join(f"{name}: {value}" for name, value in _headers(part))
        if part.is_multipart():
            continue
        body = part.get_payload(decode=True)
        if not isinstance(body, bytes):
            continue
        kind = part.get_content_type()
        if kind.startswith("text/"):
            charset = part.get_content_charset() or "utf-8"
            text = _in_charset(body, charset)
            yield text
            yield unescape(_TAG.sub("", text))
        else:
            yield from texts(body, kind, depth + 1)


def _headers(part: EmailMessage) -> Iterator[tuple[str, str]]:
    try:
        yield from ((name, str(value)) for name, value in part.items())
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):  # the parser trips over broken ones
        raise Unreadable from None


def _in_charset(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def _pdf(content: bytes) -> Iterator[str]:
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable
        yield "\n".join(f"{key} {value}" for key, value in (reader.metadata or {}).items())
        for page in reader.pages:
            written = page.extract_text()
            yield written
            yield "".join(written.split())  # letters that are placed one by one
            for note in page.get("/Annots") or ():
                yield str(note.get_object())
        yield from (str(field) for field in (reader.get_fields() or {}).values())
        if reader.attachments:
            raise Unreadable
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, zlib.error):
        raise Unreadable from None
    except (OSError, NotImplementedError, AssertionError, struct.error, MemoryError):
        raise Unreadable from None


def _office(content: bytes) -> Iterator[str]:
    """Word and Excel: every part that is text, with its markup and without, however that cuts words."""
    if too_many_entries(content):
        raise Unreadable
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                yield entry.filename
                if not unpacks_in_bounds(entry) or entry.file_size > MOST_OF_A_PART:
                    raise Unreadable
                with archive.open(entry) as part:
                    inside = part.read(MOST_OF_A_PART + 1)
                if len(inside) > MOST_OF_A_PART:
                    raise Unreadable
                if _XML.search(entry.filename):
                    text = _decoded(inside)
                    yield text
                    yield unescape(_TAG.sub("", text))
                    yield unescape(_TAG.sub(" ", text))
                else:
                    yield from _beside_a_picture(inside)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, KeyError):
        raise Unreadable from None


def _beside_a_picture(content: bytes) -> Iterator[str]:
    if content.startswith(_PNG):
        yield from _png(content)
    elif content.startswith(b"\xff\xd8"):
        scan = content.find(b"\xff\xda")
        yield from _runs(content[: scan if scan > 0 else len(content)])
    else:
        yield from _runs(content)


def _png(content: bytes) -> Iterator[str]:
    """Every piece of it that is no picture."""
    at = len(_PNG)
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        name, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        if name != b"IDAT":
            yield from _runs(body)
        if name in (b"zTXt", b"iTXt"):
            yield from _unpacked(body)
        at += 12 + length
    yield from _runs(content[at:])


def _unpacked(body: bytes) -> Iterator[str]:
    """What is packed somewhere in it."""
    for found in re.finditer(rb"[\x78\x58\x48]", body):
        try:
            yield from _runs(zlib.decompressobj().decompress(body[found.start() :], MOST_OF_A_PART))
        except zlib.error:
            continue
        return


def _runs(content: bytes) -> Iterator[str]:
    """What in it may be words."""
    runs = _RUNS.findall(content)
    if runs:
        yield b"\n".join(runs).decode("utf-8", "replace")
    wide = _WIDE_RUNS.findall(content)
    if wide:
        yield b"\n\x00".join(wide).decode("utf-16-le", "replace")
