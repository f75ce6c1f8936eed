"""Redaction: what may not be shown is found nowhere in a dossier, however it is written; what may be is there."""

from __future__ import annotations

import base64
import html
import io
import json
import random
import re
import string
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from pypdf import PdfReader, PdfWriter

from bot import custody
from bot.desk.steps import step, told
from bot.dossiers.packing import pack, prepare
from bot.dossiers.redaction import redacted
from bot.dossiers.spellings import view
from bot.model import (
    SYSTEM,
    Actor,
    Approval,
    Event,
    Evidence,
    IdentifierKind,
    LinkStep,
    Material,
    Notice,
    Override,
    Shown,
)
from tests import make
from tests.bot.dossiers import made

EVERYTHING = frozenset(Shown)


def word(chance: random.Random, length: int = 10) -> str:
    return "".join(chance.choices(string.ascii_lowercase, k=length))


@dataclass
class Planted:
    """Values of each class, none of them in any other text."""

    name: str
    user: str
    other_name: str
    other_user: str
    phone: str
    email: str
    wechat: str
    payment: str
    address: str
    third_email: str
    third_phone: str
    order: str
    cost: str
    shop: str

    @classmethod
    def by(cls, chance: random.Random) -> Planted:
        digits = "".join(chance.choices("23456789", k=7))
        return cls(
            name=f"{word(chance).title()} {word(chance).title()}",
            user="U" + word(chance, 9).upper(),
            other_name=chance.choice("王李张刘") + chance.choice("伟芳娜敏") + chance.choice("强磊军洋"),
            other_user="W" + word(chance, 9).upper(),
            phone=f"+4930{digits}",
            email=f"{word(chance)}@{word(chance)}.example",
            wechat=f"wxid_{word(chance)}",
            payment=f"DE{''.join(chance.choices(string.digits, k=20))}",
            address=f"{word(chance).title()} Road {chance.randrange(10, 99)}, {word(chance).title()}",
            third_email=f"{word(chance)}@{word(chance)}.test",
            third_phone=f"+33 1 {' '.join(''.join(chance.choices('23456789', k=2)) for _ in range(4))}",
            order=f"ORD-{word(chance, 6).upper()}-{chance.randrange(10**6, 10**7)}",
            cost=f"{chance.randrange(1000, 9000)}.{chance.randrange(10, 99)}",
            shop=f"{word(chance).title()} Outlet",
        )

    def of(self, shown: Shown) -> list[str]:
        return {
            Shown.STAFF: [self.name, self.user, self.other_name, self.other_user],
            Shown.IDENTIFIERS: [self.phone, self.email, self.wechat, self.payment, self.address],
            Shown.THIRD_PARTIES: [self.third_email, self.third_phone],
            Shown.MONEY: [self.order, self.cost],
        }[shown]

    @property
    def all(self) -> str:
        every = [value for shown in Shown for value in self.of(shown)]
        return " / ".join(f"{value} EUR" if value == self.cost else value for value in every)


def planted(value: Planted, evidence: tuple[Evidence, ...], shows: frozenset[Shown]) -> Material:
    """A referral with all of it in every text it has."""
    said, by = value.all, Actor(user_id=value.user, team_id="T1")
    at = make.NOW

    def of(kind: IdentifierKind, what: str, normal: str = "") -> object:
        return make.identifier("acme:S-1", what, kind=kind, normal=normal or what.casefold(), by=by)

    declared = make.declaration(signature=value.name, affirmed_by=value.user)
    one, events = made.history(
        statement=f"Statement: {said}",
        message_to_seller=said,
        submitter=by,
        declaration=declared,
        owner=value.other_user,
        reason=said,
        vendor_status=said,
        reference="R-1",
        approval=Approval(because=(said,), asked_at=at, approved=True, by=Actor(user_id=value.other_user), why=said),
        override=Override(by=by, at=at, why=said, leave=said),
        evidence=evidence,
        words=f"They said: {said}",
        raw={"note": said, said: "key", "nested": [{"who": said, "n": 1}], "phone": value.third_phone},
    )
    changed = made.changes_of((f"Drafted. {said}", said))
    changed = tuple(replace(line, actor=by, before="") for line in changed[:1])
    asked = made.referral(
        shows=shows, summary=f"Summary: {said}", why=said, outcome=said, by=by, decided_by=by, title="Shop", answers={}
    )
    return made.material(
        referral=asked,
        notices=(one,),
        events={one.id: events},
        changes=changed,
        names={value.user: value.name, value.other_user: value.other_name},
        answers={f"Asked: {value.name}": f"Answer: {value.name}, {value.phone}, {value.order}"},
        missing=(f"Missing: {said}",),
        identifiers=(
            of(IdentifierKind.PHONE, value.phone, value.phone),
            of(IdentifierKind.EMAIL, value.email),
            of(IdentifierKind.WECHAT, value.wechat),
            of(IdentifierKind.PAYMENT, value.payment),
            of(IdentifierKind.RETURN_ADDRESS, value.address),
            of(IdentifierKind.SHOP_NAME, value.shop),
        ),
        links=(replace(make.link(), steps=(LinkStep(state=make.link().state, reason=said, by=by, at=at),)),),
        purchases=(
            made.purchase(
                order_id=value.order, cost=Decimal(value.cost), by=by, decided_by=value.name, note=f"Note: {said}"
            ),
        ),
        others=(made.referral(id="RF-2", agency_name=f"Another, {said}", by=by),),
        agency=made.agency(by=by, note=said),
    )


def text_of(name: str, content: bytes) -> str:
    """Everything in a file that can be read, however it is packed."""
    if name.endswith(".pdf"):
        written = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        return f"{written} {''.join(written.split())} {content.decode('latin-1')}"
    if name.endswith((".xlsx", ".docx")):
        with zipfile.ZipFile(io.BytesIO(content)) as inside:
            return " ".join(f"{entry} {inside.read(entry).decode('utf-8', 'replace')}" for entry in inside.namelist())
    return content.decode("utf-8", "replace")


def write(material: Material, folder: Path) -> None:
    pack(prepare(material, folder / "evidence"), folder / "d.zip", folder / "evidence")


def read(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: f"{name} {text_of(name, archive.read(name))}" for name in archive.namelist()}


def squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def found_in(files: dict[str, str], value: str) -> list[str]:
    """The files in which the value is, as it is, in its letters alone, or in a JSON, XML or XARF spelling of it."""
    spelled = {value, json.dumps(value)[1:-1], html.escape(value), quote(value)}
    return [
        name
        for name, text in files.items()
        if any(one.casefold() in text.casefold() for one in spelled) or squeezed(value) in squeezed(text)
    ]


def files_with(value: Planted, folder: Path) -> tuple[Evidence, ...]:
    book = Workbook()
    book.active.append(["x", f"paid {value.all}"])  # type: ignore[union-attr]
    workbook = io.BytesIO()
    book.save(workbook)
    encoded = base64.b64encode(f"Hello {value.all}".encode()).decode()
    head = "From: a@b.example\nSubject: x\nContent-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8"
    mail = f"{head}\n\n{encoded}\n"
    pdf, document = PdfWriter(), io.BytesIO()
    pdf.add_blank_page(100, 100)
    pdf.add_metadata({"/Author": value.all})
    pdf.write(document)
    kinds = {
        f"{value.name} {value.third_email}.txt": (f"Note: {value.all}".encode(), "text/plain"),
        "letter.eml": (mail.encode(), "message/rfc822"),
        "book.xlsx": (workbook.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        "paper.pdf": (document.getvalue(), "application/pdf"),
        "plain.png": (made.PICTURE, "image/png"),
    }
    by = Actor(user_id=value.user)
    return tuple(
        made.kept(folder, content, name, media_type, by=by, captured_at=make.NOW + timedelta(minutes=at))
        for at, (name, (content, media_type)) in enumerate(kinds.items())
    )


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("hidden", [*([one] for one in Shown), list(Shown), []], ids=str)
def test_what_is_withheld_is_nowhere_and_what_is_shown_is_there(tmp_path: Path, seed: int, hidden: list[Shown]) -> None:
    value = Planted.by(random.Random(f"{seed} {hidden}"))
    material = planted(value, files_with(value, tmp_path / "evidence"), EVERYTHING - set(hidden))
    write(material, tmp_path)
    files = read(tmp_path / "d.zip")
    for shown in Shown:
        for one in value.of(shown):
            if shown in hidden:
                assert found_in(files, one) == [], (shown, one)
            else:
                assert {"dossier.json", "custody.jsonl"} <= set(found_in(files, one)) or hidden, (shown, one)
                assert "dossier.json" in found_in(files, one), (shown, one)
    for public in ("https://acme.example/item/1", "S-1", value.shop):
        assert "dossier.json" in found_in(files, public)
    assert ("evidence/AL-001.txt" in files) is not bool(hidden)
    assert "evidence/AL-005.png" in files, "a picture with nothing beside it"


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda one: one,
    "capitals": str.upper,
    "full width": lambda one: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in one),
    "of an address": lambda one: "".join(f"%{byte:02X}" for byte in one.encode()),
    "of an address, twice": lambda one: quote(quote(one, safe=""), safe=""),
    "of a page": lambda one: "".join(f"&#{ord(c)};" for c in one),
    "of a page in hexadecimal": lambda one: "".join(f"&#x{ord(c):x};" for c in one),
    "of JSON": lambda one: "".join(f"\\u{ord(c):04x}" for c in one),
    "with what nobody sees": "\u200b".join,
    "apart": " ".join,
    "in a word": lambda one: f"({one}),",
}
PLAIN = {
    "staff": (Shown.STAFF, "UANALYST"),
    "phone": (Shown.IDENTIFIERS, "+49301234567"),
    "third": (Shown.THIRD_PARTIES, "jane.doe@mail.example"),
    "order": (Shown.MONEY, "ORD-778899"),
}


# Letter by letter a stranger's address looks like nothing, and nobody has it on file.
SPELLED = [(what, spelling) for what in PLAIN for spelling in SPELLINGS if (what, spelling) != ("third", "apart")]


@pytest.mark.parametrize(("what", "spelling"), SPELLED)
def test_a_value_is_found_in_every_spelling(what: str, spelling: str) -> None:
    shown, value = PLAIN[what]
    written = SPELLINGS[spelling](value)
    scrub = redacted(made.material(shows=EVERYTHING - {shown})).scrub
    assert scrub.holds(f"before {written} after")
    clean = scrub(f"before {written} after")
    assert clean.startswith("before ")
    assert clean.endswith(" after")
    assert squeezed(value) not in squeezed(view(clean).text)
    assert "withheld]" in clean or "staff 1" in clean


@pytest.mark.parametrize(
    "number",
    [
        "+49301234567",
        "+49 30 123 45 67",
        "0049 30 1234567",
        "+49 (0)30 1234567",
        "(030) 123-4567",
        "030/1234567",
        "49301234567",
        "+49-30-1234567",
        "tel:+49301234567",
        "+49·30·1234567",
    ],
)
def test_a_phone_on_file_is_found_however_it_is_grouped(number: str) -> None:
    scrub = redacted(made.material(shows=EVERYTHING - {Shown.IDENTIFIERS})).scrub
    assert "1234567" not in squeezed(scrub(f"call {number} now"))
    assert "[phone 1 withheld]" in scrub(f"call {number} now")


@pytest.mark.parametrize("mailbox", ["shop.five@gmail.com", "s.h.o.p.five+x@googlemail.com", "SHOPFIVE@GMAIL.COM"])
def test_a_mailbox_is_found_in_the_spellings_its_provider_takes_for_one(mailbox: str) -> None:
    known = make.identifier(value="Shop.Five@gmail.com", kind=IdentifierKind.EMAIL, normal="shopfive@gmail.com")
    scrub = redacted(made.material(shows=EVERYTHING - {Shown.IDENTIFIERS}, identifiers=(known,))).scrub
    assert scrub(f"mail {mailbox}!") == "mail [e-mail 1 withheld]!"


@pytest.mark.parametrize(
    "text",
    [
        "jane@mail.example",
        "JANE.DOE+x@mail.co.uk",
        "jane [at] mail [dot] example",
        "jane%40mail.example",
        "+44 20 7946 0958",
        "0044 20 7946 0958",
        "(212) 555-0100",
        "212-555-0100",
        "020 7946 0958",
        "13800138000",
        "电话13800138000。",
        "tel. 555 01 99",
        "+86 138 0013 8000",
    ],
)
def test_addresses_and_numbers_of_people_nobody_knows_are_withheld(text: str) -> None:
    scrub = redacted(made.material(shows=EVERYTHING - {Shown.THIRD_PARTIES})).scrub
    clean = scrub(f"Ask {text} please")
    assert "withheld]" in clean
    assert sum(c.isdigit() for c in clean) <= 1
    assert "jane" not in clean.casefold()


@pytest.mark.parametrize(
    "text",
    [
        "TD-1042 was filed on 2026-03-02 at 09:00.",
        "2026-03-02T09:00:00.000Z",
        "12-03-2026, 03/12/2026, 2026 03 12",
        "SHA-256 9628c484d4823628d5b7ded843d04dd94533fe177dc81fbd4fec772619cfafa1",
        "listing 1005006123456789 at https://acme.example/item/1005006123456789",
        "018000001 at EUIPO",
        "192.168.10.12 and 10.0.0.1:8080",
        "123e4567-e89b-12d3-a456-426614174000",
        "1,234,567 views; 99.90 EUR",
    ],
)
def test_what_only_looks_like_a_number_of_somebody_stays(text: str) -> None:
    assert redacted(made.material(shows=EVERYTHING - {Shown.THIRD_PARTIES})).scrub(text) == text


def test_a_name_is_not_taken_out_of_another_word() -> None:
    scrub = redacted(made.material(shows=EVERYTHING - {Shown.STAFF})).scrub
    assert scrub("Two analysts, says Ana Lyst (ana.lyst@brand.example), or Lyst, Ana") == (
        "Two analysts, says staff 1 (staff 1@brand.example), or staff 1"
    )


@pytest.mark.parametrize(
    "written",
    [
        "Jörg A. Müller",
        "Jörg A. B. Müller",
        "jörgmüller",
        "JörgMüller",
        "jörgmüller@brand.example",
        "Müller, Jörg",
        unicodedata.normalize("NFD", "Jörg Müller"),
        unicodedata.normalize("NFD", "JÖRG MÜLLER"),
        "J%6F%CC%88rg Mu%CC%88ller",
    ],
)
def test_a_name_is_found_with_initials_written_as_one_and_with_marks_of_its_own(written: str) -> None:
    scrub = redacted(made.material(shows=EVERYTHING - {Shown.STAFF}, names={"UANALYST": "Jörg Müller"})).scrub
    assert scrub(f"Ask {written}, please.").startswith("Ask staff 1")
    assert "ller" not in scrub(f"Ask {written}, please.")


def test_letters_of_hangul_that_are_written_apart_are_the_same() -> None:
    scrub = redacted(made.material(shows=EVERYTHING - {Shown.STAFF}, names={"UANALYST": "김철수"})).scrub
    assert scrub(unicodedata.normalize("NFD", "김철수 님")).startswith("staff 1 ")


def test_words_written_as_one_are_no_name_where_they_are_short() -> None:
    scrub = redacted(made.material(shows=EVERYTHING - {Shown.STAFF})).scrub
    assert scrub("the analyst and robinprovers") == "the analyst and robinprovers"
    assert scrub("by robinprover.") == "by staff 2."


@pytest.mark.parametrize("cost", ["12.50", "1012.50"])
@pytest.mark.parametrize("written", ["{} EUR", "{}0 EUR", "EUR {}", "€{}", "€ {}0", "{}€", "{}0"])
@pytest.mark.parametrize("point", [".", ","])
def test_an_amount_is_found_with_and_without_its_last_nought(cost: str, written: str, point: str) -> None:
    purchase = made.purchase(cost=Decimal(cost))
    scrub = redacted(made.material(shows=EVERYTHING - {Shown.MONEY}, purchases=(purchase,))).scrub
    text = written.format(cost[:-1].replace(".", point))
    assert scrub(f"paid {text} for it") == "paid [amount withheld] for it"
    assert scrub("12.5 per cent, 12.55 EUR and 112.5 EUR") == "12.5 per cent, 12.55 EUR and 112.5 EUR"


def test_an_amount_that_a_marketplace_answered_as_a_number_is_found() -> None:
    scrub = redacted(made.material(shows=EVERYTHING - {Shown.MONEY})).scrub
    answer = {"total": 49.9, "as words": "49.9", "in full": "49.90", "other": 49.8, "count": 49}
    gone = "[amount withheld]"
    assert scrub.raw(answer) == {"total": gone, "as words": gone, "in full": gone, "other": 49.8, "count": 49}


def test_ids_of_people_and_rooms_are_told_without_a_nought() -> None:
    shown = redacted(made.material(shows=EVERYTHING - {Shown.STAFF}))
    for written in ("U2A3B4C5D", "W012A3CDE", "D9KX2ABCD", "<@U2A3B4C5D>"):
        assert shown.scrub(f"asked {written} now") == "asked [staff withheld] now"
    for written in ("UNAVAILABLE", "WAREHOUSE", "D12345678", "UK00003123456", "US1234"):
        assert shown.scrub(f"asked {written} now") == f"asked {written} now"
    assert shown.scrub.where("form in DABCDEFGH") == "form in [staff withheld]"


def test_a_room_from_which_somebody_acted_is_only_committed_to() -> None:
    where = "form in DABCDEFGH"
    one, filed = told(make.notice(), at=make.NOW, actor=make.ANALYST, kind="filed", words="Filed.", where=where)
    shown = redacted(made.material(shows=EVERYTHING - {Shown.STAFF}, notices=(one,), events={one.id: (filed,)}))
    (line,) = shown.material.events[one.id]
    assert (line.where, "where" in custody.opened(line)) == ("form in [staff withheld]", False)


def test_a_person_who_is_mentioned_as_slack_does_is_the_same_one() -> None:
    scrub = redacted(made.material(shows=EVERYTHING - {Shown.STAFF})).scrub
    assert scrub("<@UANALYST> asked <@UAPPROVER|robin>, <@USTRANGER> and U0ABCDEFGH") == (
        "staff 1 asked staff 2, [staff withheld] and [staff withheld]"
    )


def test_a_marketplaces_reference_is_not_taken_for_a_person() -> None:
    one, events = made.history(reference="D0123456789")
    shown = redacted(made.material(shows=frozenset(), notices=(one,), events={one.id: events}))
    assert shown.material.notices[0].reference == "D0123456789"
    assert shown.scrub("Their reference is D0123456789.") == "Their reference is D0123456789."


def test_the_same_person_is_the_same_number_everywhere() -> None:
    shown = redacted(made.material(shows=frozenset())).material
    assert shown.referral.by.user_id == "staff 1"
    assert shown.notices[0].submitter.user_id == "staff 1"
    assert shown.notices[0].declaration.signature == "staff 1"
    assert shown.referral.decided_by is not None
    assert shown.referral.decided_by.user_id == "staff 2"
    assert shown.names == {"staff 1": "staff 1", "staff 2": "staff 2"}


def test_what_a_person_wrote_for_this_agency_is_not_taken_for_a_strangers() -> None:
    material = made.material(shows=frozenset())
    shown = redacted(material).material
    assert shown.answers == {"Who to reach": "Legal, legal@brand.example, +44 20 7946 0000"}


def test_a_chain_can_be_followed_with_what_is_withheld_only_committed_to() -> None:
    material = made.material(shows=frozenset())
    shown = redacted(material).material
    for notice in shown.notices:
        checked = custody.check(notice.id, shown.events[notice.id], head=notice.head, count=notice.version)
        assert checked.whole
    filed, *_, removed = shown.events["TD-1"]
    assert "who" not in custody.opened(filed)
    assert custody.opened(removed)["words"][1] == "Removed."
    assert filed.actor.user_id == "staff 1"


@pytest.mark.parametrize("hidden", [*([one] for one in Shown), list(Shown)], ids=str)
def test_no_hash_is_left_by_which_a_guess_at_what_is_withheld_could_be_proved(hidden: list[Shown]) -> None:
    """The terms are hashed without a salt: with all but a number known, all numbers could be tried until one fits."""
    shows = EVERYTHING - set(hidden)
    address = "https://acme.example/item/1?ref=ann.winter@brand.example"
    first = make.notice("TD-1", listing=make.listing("1", url=address), statement="Call +44 20 7946 0958.")
    one, filed = told(first, at=make.NOW, actor=make.ANALYST, kind="filed", words="Filed.")
    later, records = step(
        one, at=make.NOW, actor=make.ANALYST, kind="amended", words="Amended.", statement="Nothing of anybody."
    )
    events = (filed, *(record for record in records if isinstance(record, Event)))
    assert [line.raw["terms"] for line in events] == [custody.terms(one), custody.terms(later)]
    shown = redacted(made.material(shows=shows, notices=(later,), events={one.id: events})).material
    assert not [terms for terms in (custody.terms(one), custody.terms(later)) if terms in repr(shown.events)]
    assert all("raw" not in custody.opened(line) for line in shown.events[one.id])
    assert custody.check(one.id, shown.events[one.id], head=later.head, count=2).whole


def test_of_a_sentence_that_may_name_staff_only_its_kind_is_shown() -> None:
    """Somebody may be called otherwise now than when it was written, and then no search finds them."""
    changes = made.changes_of(("Ana Maiden drafted it.", "Robin Prover approved it."))
    shown = redacted(made.material(shows=frozenset(), changes=changes)).material
    assert [one.words for one in shown.changes] == ["Referral: [words withheld]"] * 2
    assert [set(custody.opened(one)) & {"who", "words"} for one in shown.changes] == [set(), set()]
    assert custody.check("referral:RF-1", shown.changes, head=custody.digest(changes[-1])).whole
    openly = redacted(made.material(shows=frozenset({Shown.STAFF}), changes=changes)).material
    assert openly.changes == changes


@pytest.mark.parametrize(
    ("kind", "by", "shown"),
    [
        ("sending", SYSTEM, "Of Ana Maiden."),
        ("decision", Actor(user_id="acme"), "Of Ana Maiden."),
        ("decision", make.ANALYST, "Decision, at “queued”: [words withheld]"),
        ("approved", make.ANALYST, "Approved, at “queued”: [words withheld]"),
        ("evidence_sent", SYSTEM, "Evidence sent, at “queued”: [words withheld]"),
        ("of_a_kind_to_come", SYSTEM, "Of a kind to come, at “queued”: [words withheld]"),
    ],
)
def test_only_kinds_that_are_known_to_name_nobody_keep_their_words(kind: str, by: Actor, shown: str) -> None:
    one, filed = told(make.notice(), at=make.NOW, actor=make.ANALYST, kind="filed", words="Filed.")
    two, line = told(replace(one, version=2), at=make.NOW, actor=by, kind=kind, words="Of Ana Maiden.")
    material = made.material(shows=frozenset(), notices=(two,), events={two.id: (filed, line)})
    assert redacted(material).material.events[two.id][1].words == shown


def test_who_was_handed_a_notice_and_did_nothing_is_one_of_staff_too() -> None:
    one, filed = told(make.notice(), at=make.NOW, actor=make.ANALYST, kind="filed", words="Filed.")
    raw = {"to": "UCEM", "to_name": "Cem Kaya", "by_name": "Ana Maiden"}
    over = replace(one, version=2)
    over, line = told(over, at=make.NOW, actor=make.ANALYST, kind=custody.HANDED_OVER, words="To Cem Kaya.", raw=raw)
    note = "Cem Kaya and Ana Maiden know of it."
    over = replace(over, statement=note, owner="UAPPROVER")
    shown = redacted(made.material(shows=frozenset(), notices=(over,), events={over.id: (filed, line)}))
    handed = shown.material.events[over.id][1]
    assert handed.words == "Handed over, at “queued”: [words withheld]"
    assert handed.raw == {"to": "staff 3"}
    assert shown.material.notices[0].statement == "staff 3 and staff 1 know of it."
    assert custody.check(over.id, shown.material.events[over.id], head=over.head).whole


def test_with_everything_shown_nothing_is_changed() -> None:
    material = made.material(shows=EVERYTHING)
    assert redacted(material).material is material


def test_the_figures_and_the_sellers_stay_as_they_are() -> None:
    material = made.material(shows=frozenset())
    shown = redacted(material).material
    assert shown.offender == material.offender
    for one, other in zip(shown.notices, material.notices, strict=True):
        same = ("id", "status", "seller", "right", "violation", "filed_at", "removed_at", "head", "reference")
        assert all(getattr(one, name) == getattr(other, name) for name in same)
        assert one.listing.canonical == other.listing.canonical


def test_no_field_of_a_notice_is_forgotten() -> None:
    """Each field that is text holds a name; a new one would be found here."""
    filled = {
        one.name: "Ana Lyst"
        for one in fields(Notice)
        if one.type == "str" and one.name not in ("id", "batch_id", "lot", "head")
    }
    shown = redacted(made.material(shows=frozenset(), notices=(make.notice(**filled),), events={})).material
    assert "Ana Lyst" not in repr(shown)


def test_a_name_on_a_file_is_withheld_and_the_file_named_by_its_number() -> None:
    material = made.material(shows=frozenset(), evidence=[make.evidence("Ana Lyst 49.90 EUR.png")])
    (one,) = redacted(material).exhibits
    assert (one.name, one.path, one.by) == ("staff 1 [amount withheld].png", "evidence/AL-001.png", "staff 1")


@pytest.mark.parametrize(
    ("content", "name", "media_type", "why"),
    [
        (b"%PDF-1.7 broken", "a.pdf", "application/pdf", "could not be read"),
        (
            b"PK\x03\x04broken",
            "a.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "read",
        ),
        (b"call Ana Lyst", "a.txt", "text/plain", "may not be shown"),
        (b"nothing " * 1_000_000, "a.txt", "text/plain", "too much"),
        (b"\xff\xd8\xff\xe1\x00\x12Artist: Ana Lyst\xff\xd9", "a.jpg", "image/jpeg", "beside the picture"),
    ],
)
def test_a_file_that_holds_what_is_withheld_or_cannot_be_searched_stays_out(
    tmp_path: Path, content: bytes, name: str, media_type: str, why: str
) -> None:
    evidence = made.kept(tmp_path / "evidence", content, name, media_type)
    write(made.material(shows=frozenset(), evidence=[evidence]), tmp_path)
    with zipfile.ZipFile(tmp_path / "d.zip") as archive:
        assert not [one for one in archive.namelist() if one.startswith("evidence/")]
        (one,) = json.loads(archive.read("dossier.json"))["exhibits"]
        assert (one["path"], one["sha256"]) == ("", evidence.sha256)
        assert why in one["withheld"]
        assert evidence.sha256 in archive.read("VERIFY.txt").decode()


def test_a_file_that_is_gone_or_was_changed_is_said_to_be_so(tmp_path: Path) -> None:
    gone, changed = make.evidence("gone.png"), made.kept(tmp_path / "evidence", made.PICTURE)
    file = next((tmp_path / "evidence").glob("*/*.png"))
    file.write_bytes(b"something else")
    write(made.material(shows=EVERYTHING, evidence=[gone, changed]), tmp_path)
    with zipfile.ZipFile(tmp_path / "d.zip") as archive:
        told = json.loads(archive.read("dossier.json"))["exhibits"]
    assert [one["path"] for one in told] == ["", ""]
    assert all("not in the store any more, or was changed" in one["withheld"] for one in told)


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_a_view_knows_where_each_of_its_letters_stands(text: str) -> None:
    seen = view(text)
    for at in range(len(seen.text)):
        low, high = seen.span(at, at + 1)
        assert 0 <= low < high <= len(text)
    if seen.text:
        assert seen.span(0, len(seen.text))[1] <= len(text)


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=80), st.sampled_from(sorted(SPELLINGS)))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_around_it_a_value_is_found(around: str, spelling: str) -> None:
    scrub = redacted(made.material(shows=EVERYTHING - {Shown.MONEY})).scrub
    text = f"{around} {SPELLINGS[spelling]('ORD-778899')} {around}"
    assert "ord778899" not in squeezed(view(scrub(text)).text)
