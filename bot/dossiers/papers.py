"""What is written in a PDF: on its pages, and in every object of it, whether anything refers to it or not."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, IndirectObject, StreamObject

_BLANK = b"\x00\t\n\x0c\r "
_END = b"%%EOF"
_OBJECT = re.compile(rb"(?<![0-9])[0-9]{1,10}[\x00\t\n\x0c\r ]+[0-9]{1,5}[\x00\t\n\x0c\r ]+obj\b")
_STREAM = re.compile(rb">>[\x00\t\n\x0c\r ]*stream\r?\n")
_LENGTH = re.compile(rb"/Length[\x00\t\n\x0c\r ]+([0-9]+)(?:[\x00\t\n\x0c\r ]+([0-9]+)[\x00\t\n\x0c\r ]+R)?")
_SHOWS_TEXT = re.compile(rb"\bBT\b.*?\b(?:Tj|TJ)\b|\bBT\b.*?['\"]", re.DOTALL)
_SAID = re.compile(rb"/(?:ActualText|Alt|E)[\x00\t\n\x0c\r ]*(?:\(((?:[^()\\]|\\.)*)\)|<([0-9A-Fa-f\s]*)>)", re.DOTALL)
_LITERAL = re.compile(rb"\(((?:[^()\\]|\\.)*)\)", re.DOTALL)
_FONTS = ("/FontFile", "/FontFile2", "/FontFile3")


class Unreadable(Exception):
    """What is in the file cannot be told."""


def written_in_pdf(content: bytes) -> Iterator[str | bytes]:
    """Texts, and as bytes the files in it: pictures, and what is attached.

    Raises:
        Unreadable: it is broken, locked, holds bytes that are no object, older states of itself, or letters of which
            nobody can tell which they are.
    """
    last = content.rfind(_END)
    if last < 0 or content[last + len(_END) :].strip(_BLANK):
        raise Unreadable
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise Unreadable
        yield from _Walk(reader, content).all()
        for page in reader.pages:
            written = page.extract_text()
            yield written
            yield "".join(written.split())  # letters that are placed one by one
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, zlib.error):
        raise Unreadable from None
    except (OSError, NotImplementedError, AssertionError, struct.error, MemoryError):
        raise Unreadable from None


class _Walk:
    def __init__(self, reader: PdfReader, content: bytes) -> None:
        self._reader = reader
        self._content = content
        self._drawn: set[int] = set()
        """Objects whose words are read as a reader of the page does."""
        self._fonts: set[int] = set()

    def all(self) -> Iterator[str | bytes]:
        yield from self._beside()
        loose = {(one, generation) for generation, some in self._reader.xref.items() for one in some}
        inside = {(one, 0) for one in self._reader.xref_objStm}
        found = {
            (number, generation): self._reader.get_object(IndirectObject(number, generation, self._reader))
            for number, generation in sorted(loose | inside)
        }
        for page in self._reader.pages:
            contents = page.get("/Contents")
            for one in (
                [page.raw_get("/Contents"), *contents]
                if isinstance(contents, ArrayObject)
                else ([page.raw_get("/Contents")] if contents is not None else [])
            ):
                if isinstance(one, IndirectObject):
                    self._drawn.add(one.idnum)
        for value in found.values():
            for descriptor in _dictionaries(value):
                self._fonts |= {
                    one.idnum
                    for name in _FONTS
                    if isinstance(one := descriptor.get(name) and descriptor.raw_get(name), IndirectObject)
                }
        for (number, _), value in found.items():
            yield "\n".join(_strings(value))
            for one in _dictionaries(value):
                _refuse_nameless(one)
            if isinstance(value, StreamObject):
                yield from self._stream(number, value)

    def _beside(self) -> Iterator[str]:
        """What is no object and no stream; each object is there once."""
        places = sorted({place for some in self._reader.xref.values() for place in some.values()})
        rest = [self._content[: places[0]]] if places else []
        for start, end in zip(places, [*places[1:], len(self._content)], strict=True):
            piece = self._content[start:end]
            stream = _STREAM.search(piece)
            if stream:
                length = self._length(piece[: stream.start()])
                after = piece[stream.end() + length :]
                if not after.lstrip(_BLANK).startswith(b"endstream"):
                    raise Unreadable
                piece = piece[: stream.start()] + b">>" + after
            if len(_OBJECT.findall(piece)) != 1:
                raise Unreadable
            rest.append(piece)
        yield b"\n".join(line for part in rest for line in re.findall(rb"%[^\r\n]*", part)).decode("utf-8", "replace")

    def _length(self, head: bytes) -> int:
        found = _LENGTH.findall(head)
        if len(found) != 1:
            raise Unreadable
        number, generation = found[0]
        if not generation:
            return int(number)
        indirect: Any = self._reader.get_object(IndirectObject(int(number), int(generation), self._reader))
        return int(indirect)

    def _stream(self, number: int, one: StreamObject) -> Iterator[str | bytes]:
        kind, subtype = one.get("/Type"), one.get("/Subtype")
        if subtype == "/Image":
            if "/DCTDecode" in str(one.get("/Filter")):
                yield one.get_data()
            return
        if kind == "/XRef" or number in self._fonts:
            return
        inside = one.get_data()
        if kind == "/ObjStm":
            first: Any = one["/First"]
            numbers = map(int, inside[: int(first)].split()[::2])
            if any(self._reader.xref_objStm.get(other, (0,))[0] != number for other in numbers):
                raise Unreadable  # an older state of the object
        elif kind == "/EmbeddedFile":
            yield inside
        elif number in self._drawn or subtype == "/Form":
            yield from _said(inside)
            if subtype == "/Form":
                yield "".join(_literals(inside))  # as it stands, should it have no letters of its own
            if subtype == "/Form" and len(self._reader.pages):
                yield self._reader.pages[0].extract_xform_text(one, (0, 90, 180, 270), 200.0)  # type: ignore[arg-type]
        elif _SHOWS_TEXT.search(inside):
            raise Unreadable  # a page that is in no page
        else:
            yield inside.decode("utf-8", "replace")
            yield re.sub(r"<[^<>]*>", " ", inside.decode("utf-8", "replace"))


def _refuse_nameless(font: DictionaryObject) -> None:
    """Of a font that does not say which letters it has, no text can be told."""
    if font.get("/Type") == "/Font" and "/ToUnicode" not in font:
        encoding = font.get("/Encoding")
        if font.get("/Subtype") == "/Type3" or (font.get("/Subtype") == "/Type0" and "Identity" in str(encoding)):
            raise Unreadable


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, DictionaryObject):
        for key, one in value.items():
            yield str(key)[1:]
            yield from _strings(one)
    elif isinstance(value, ArrayObject):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, ByteStringObject | bytes):
        yield from (bytes(value).decode(letters, "replace") for letters in ("latin-1", "utf-8", "utf-16"))
    elif isinstance(value, str):
        yield str(value)


def _dictionaries(value: Any) -> Iterator[DictionaryObject]:
    if isinstance(value, DictionaryObject):
        yield value
        for name in value:
            yield from _dictionaries(value.raw_get(name))
    elif isinstance(value, ArrayObject):
        for one in list.__iter__(value):
            yield from _dictionaries(one)


def _literals(content: bytes) -> Iterator[str]:
    for found in _LITERAL.findall(content):
        yield re.sub(rb"\\(.)", rb"\1", found).decode("latin-1")


def _said(content: bytes) -> Iterator[str]:
    """What is said in it to be read out in the place of what is drawn."""
    for literal, digits in _SAID.findall(content):
        text = bytes.fromhex(digits.decode()) if digits else re.sub(rb"\\(.)", rb"\1", literal)
        yield text.decode("utf-16" if text.startswith((b"\xfe\xff", b"\xff\xfe")) else "latin-1", "replace")
