"""Evidence: what holds something that is withheld, however it is packed, or cannot be searched whole, stays out."""

from __future__ import annotations

import base64
import gzip
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from io import BytesIO

import pytest
from openpyxl import Workbook
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from bot.dossiers.redaction import redacted
from bot.dossiers.searching import Unreadable, holds
from bot.model import Shown
from tests.bot.dossiers import made

NAME = "Robin Prover"
NAMES = {"UANALYST": "Jörg Müller", "UAPPROVER": NAME, "UCHINA": "王小明", "USHORT": "Ann Li"}
LONG = f"{NAME} " * 3 + "and more words " * 40
MAIL = "message/rfc822"


def stays_out(content: bytes, media_type: str = "") -> bool:
    """With nothing withheld but names of staff, so that nothing else in a file is found by chance."""
    scrub = redacted(made.material(shows=frozenset(Shown) - {Shown.STAFF}, names=NAMES)).scrub
    try:
        return holds(content, media_type, scrub.holds)
    except Unreadable:
        return True


def paper(change: Callable[[PdfWriter], object] = lambda one: None) -> bytes:
    one, written = PdfWriter(), BytesIO()
    one.add_blank_page(200, 200)
    change(one)
    one.write(written)
    return written.getvalue()


def stream(content: bytes, **entries: str) -> StreamObject:
    one = StreamObject()
    one.set_data(content)
    one.update({NameObject(f"/{name}"): NameObject(f"/{value}") for name, value in entries.items()})
    return one


def of(**entries: object) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})


def in_catalog(name: str, value: Callable[[PdfWriter], object]) -> bytes:
    def change(one: PdfWriter) -> None:
        one.root_object[NameObject(name)] = value(one)

    return paper(change)


def note(value: Callable[[PdfWriter], DictionaryObject]) -> bytes:
    def change(one: PdfWriter) -> None:
        square = ArrayObject([NumberObject(0)] * 4)
        said = of(Type=NameObject("/Annot"), Subtype=NameObject("/Stamp"), Rect=square)
        said.update(value(one))
        one.pages[0][NameObject("/Annots")] = ArrayObject([one._add_object(said)])

    return paper(change)


TEXT = TextStringObject(NAME)
DRAWN = f"BT /F1 12 Tf ({NAME}) Tj ET".encode()
PAPERS: dict[str, bytes] = {
    "metadata": in_catalog("/Metadata", lambda one: one._add_object(stream(NAME.encode(), Type="Metadata"))),
    "a bookmark": paper(lambda one: one.add_outline_item(title=f"Draft by {NAME}", page_number=0)),
    "what is read out": in_catalog("/StructTreeRoot", lambda one: one._add_object(of(K=of(Alt=TEXT)))),
    "a layer": in_catalog("/OCProperties", lambda one: of(OCGs=ArrayObject([one._add_object(of(Name=TEXT))]))),
    "an object that nothing refers to": paper(lambda one: one._add_object(of(Old=TEXT))),
    "a page that nothing refers to": paper(lambda one: one._add_object(stream(DRAWN.replace(b"(Rob", b"<52>(ob")))),
    "a note": note(lambda one: of(Contents=TEXT)),
    "a note of a note": note(lambda one: of(Popup=one._add_object(of(T=TEXT)))),
    "a stamp": note(lambda one: of(AP=of(N=one._add_object(stream(DRAWN, Subtype="Form"))))),
    "bytes after the end": paper() + f"\n% {NAME}\n".encode(),
    "a comment": paper().replace(b"xref", f"% {NAME}\nxref".encode(), 1),
    "an older state": paper().replace(b"xref", b"9 0 obj\n(x)\nendobj\nxref", 1),
    "a font without letters": paper(
        lambda one: one._add_object(
            of(Type=NameObject("/Font"), Subtype=NameObject("/Type0"), Encoding=NameObject("/Identity-H"))
        )
    ),
}


def zipped(files: dict[str, bytes]) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def book(text: str = "x", more: dict[str, bytes] | None = None) -> bytes:
    one, written = Workbook(), BytesIO()
    one.active.append(["x", text])  # type: ignore[union-attr]
    one.save(written)
    with zipfile.ZipFile(written) as archive:
        return zipped({**{name: archive.read(name) for name in archive.namelist()}, **(more or {})})


def mail(content: bytes = b"", subtype: str = "octet-stream", body: str = "hello") -> bytes:
    one = EmailMessage()
    one["From"], one["Subject"] = "a@b.example", "x"
    one.set_content(body)
    if content:
        one.add_attachment(content, maintype="application", subtype=subtype, filename="a.bin")
    return one.as_bytes()


HEAD = b"From: a@b.example\nSubject: x\nContent-Type: "
PACKED = PAPERS["metadata"]
MAILS: dict[str, bytes] = {
    "a PDF": mail(PACKED),
    "a ZIP with a PDF": mail(zipped({"a.pdf": PACKED}), "zip"),
    "a ZIP in a ZIP": mail(zipped({"b.zip": zipped({"a.log": LONG.encode()})}), "zip"),
    "a workbook": mail(book(LONG)),
    "gzip": mail(gzip.compress(LONG.encode()), "gzip"),
    "Outlook's own": mail(b"\x78\x9f\x3e\x22" + NAME.encode("utf-16-le"), "ms-tnef"),
    "a mail": mail(b"From: a@b.c\nContent-Transfer-Encoding: base64\n\n" + base64.b64encode(LONG.encode())),
    "letters nobody names": HEAD + b"text/plain\n\n" + "王小明 said".encode("gbk"),
    "letters that the page names": HEAD + b"text/html\n\n<meta charset=gbk>" + "王小明".encode("gbk"),
    "words apart by markup": HEAD + b"text/html\n\n<td>Robin</td><td>Prover</td>\n",
    "words cut by markup": HEAD + b"text/html\n\nRo<b>bin</b> <i>Pro</i>ver\n",
    "what follows the last part": mail(b"x") + b"\n" + base64.b64encode(LONG.encode()) + b"\n",
}
BOOKS: dict[str, bytes] = {
    "a workbook in it": book(more={"xl/embeddings/a.xlsx": book(LONG)}),
    "a PDF in it": book(more={"xl/embeddings/a.pdf": PACKED}),
    "other letters": book(more={"xl/c.xml": '<?xml version="1.0" encoding="GBK"?><a>王小明</a>'.encode("gbk")}),
    "wide letters": book(more={"xl/printerSettings/printerSettings1.bin": "Jörg Müller".encode("utf-16-le")}),
    "OLE": book(more={"xl/embeddings/o.bin": bytes.fromhex("D0CF11E0A1B11AE1")}),
    "bytes in front of the list": book().replace(b"PK\x01\x02", b"Robin Prover PK\x01\x02", 1),
}


def picture(kind: str, *, after: bytes = b"", **options: object) -> bytes:
    written = BytesIO()
    Image.effect_noise((64, 64), 60).convert("RGB").save(written, kind, **options)
    return written.getvalue() + after


def jpeg(beside: bytes) -> bytes:
    whole = picture("JPEG")
    return whole[:2] + b"\xff\xe1" + (len(beside) + 2).to_bytes(2, "big") + beside + whole[2:]


def png(name: bytes, body: bytes) -> bytes:
    whole = picture("PNG")
    chunk = len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
    return whole[:33] + chunk + whole[33:]


PICTURES: dict[str, bytes] = {
    "a short name": jpeg(b"Artist\0Ann Li\0"),
    "Chinese": jpeg("王小明".encode()),
    "wide": jpeg("Jörg Müller".encode("utf-16-le")),
    "Latin": jpeg("Jörg Müller".encode("latin-1")),
    "what looks like pixels": jpeg(b"\xff\xda" + NAME.encode()),
    "after a JPEG": picture("JPEG", after=f"SEFT {NAME}".encode()),
    "beside the second of two": picture("JPEG", after=jpeg(NAME.encode())),
    "after a PNG": picture("PNG", after=NAME.encode()),
    "packed": png(b"zTXt", b"Comment\0\0" + zlib.compress(LONG.encode())),
    "a profile": png(b"iCCP", b"x\0\0" + zlib.compress(LONG.encode())),
    "a packed chunk of its own": png(b"raWx", zlib.compress(LONG.encode())),
    "in hexadecimal": png(b"tEXt", b"Raw profile type exif\0\nexif\n 12\n" + NAME.encode().hex().encode()),
    "a GIF's comment": picture("GIF", comment=NAME.encode()),
    "WebP": picture("WEBP", exif=b"Exif\0\0" + NAME.encode()),
    "HEIC": b"\0\0\0\x18ftypheic" + bytes(12),
    "a film's data": b"\0\0\0\x18ftypisom" + bytes(12) + b"\0\0\0\x14moov" + NAME.encode(),
}
TEXTS: dict[str, bytes] = {
    "base64": base64.b64encode(LONG.encode()),
    "lines of base64": base64.encodebytes(LONG.encode()),
    "quoted-printable": b"N;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B=E5=B0=8F=E6=98=8E",
    "no UTF-8": "王小明".encode("gbk"),
}


@pytest.mark.parametrize("what", PAPERS)
def test_a_pdf_is_searched_in_every_object(what: str) -> None:
    assert stays_out(PAPERS[what])


@pytest.mark.parametrize("what", MAILS)
def test_a_mail_is_searched_in_all_that_is_in_it(what: str) -> None:
    assert stays_out(MAILS[what], MAIL)


@pytest.mark.parametrize("what", BOOKS)
def test_a_workbook_is_searched_in_every_part(what: str) -> None:
    assert stays_out(BOOKS[what])


@pytest.mark.parametrize("what", PICTURES)
def test_a_picture_is_searched_in_all_that_is_no_pixel(what: str) -> None:
    assert stays_out(PICTURES[what])


@pytest.mark.parametrize("what", TEXTS)
def test_a_text_is_searched_in_what_is_encoded_in_it(what: str) -> None:
    assert stays_out(TEXTS[what], "text/plain")


CLEAN: dict[str, bytes] = {
    "PDF": paper(),
    "mail": mail(paper()) + b"\n",
    "mail with a picture": mail(picture("JPEG")),
    "workbook": book(),
    "workbook with a picture": book(more={"xl/media/a.png": picture("PNG")}),
    "text": b"The label is wrong: https://acme.example/item/1 9628c484d4823628d5b7ded843d04dd94533fe177dc81fbd4fec77",
    **{kind: picture(kind) for kind in ("JPEG", "PNG", "GIF", "WEBP")},
    "JPEG in turns": picture("JPEG", progressive=True),
    "WebP without loss": picture("WEBP", lossless=True),
    "film": b"\0\0\0\x18ftypisom" + bytes(12) + b"\0\0\0\x10moov" + bytes(8) + b"\0\0\0\x0cmdatword",
}


@pytest.mark.parametrize("what", CLEAN)
def test_what_holds_nothing_is_not_left_out(what: str) -> None:
    assert not stays_out(CLEAN[what], MAIL if what.startswith("mail") else "")
