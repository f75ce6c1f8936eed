"""What an officer reads: every chapter there, in every script, and nothing of it taken for markup."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from pypdfium2 import raw

from bot.dossiers.lettering import FAMILIES, visible, written
from bot.dossiers.months import series, ticks
from bot.dossiers.pages import document
from bot.dossiers.pdf import MOST_PICTURES, set_pdf
from bot.dossiers.thumbnails import SIDE, thumbnail
from bot.model import (
    Actor,
    Agency,
    Change,
    ComeBack,
    Exhibit,
    Handing,
    Identifier,
    IdentifierKind,
    Identity,
    Material,
    Notice,
    Offender,
    Purchase,
    Referral,
    ReferralState,
    Score,
    Shown,
    Status,
    Strikes,
    Struck,
    Violation,
)
from tests import make
from tests.bot.dossiers.made import purchase as made_purchase

SCRIPTS = {
    "Chinese": "上海假货贸易有限公司",
    "Japanese": "偽ブランド品の販売店カタカナ",
    "Korean": "서울 위조품 상점",
    "Arabic": "متجر السلع المقلدة",
    "Hebrew": "חנות זיופים",
    "Thai": "ร้านขายของปลอมน้ำที่ปู่",
    "Devanagari": "नकली सामान की दुकान क्षत्रिय",
    "Cyrillic": "Магазин подделок",
    "Vietnamese": "Hàng giả Việt Nam",
    "Greek": "Ελληνικό κατάστημα",
    "Tamil": "போலி கடை",
    "Georgian": "ყალბი მაღაზია",
    "emoji": "🛍 ★ → ✓",
}
SCORE = Score(
    window_days=90,
    half_life_days=45,
    upheld=2,
    rejected=1,
    overturned=0,
    number=1.9,
    proportion=0.67,
    gravity=1.0,
    relistings=1,
    failed_counters=0,
    alias_changes=0,
    intention=1.25,
    total=19.8,
    weights=((Violation.COUNTERFEIT, 1.0),),
)


def referral(**changes: Any) -> Referral:
    made = Referral(
        id="RF-7",
        version=2,
        state=ReferralState.APPROVED,
        seller="acme:S-1",
        sellers=("acme:S-1", "acme:S-2"),
        title="Shop 1 (S-1) and 1 linked",
        agency="pipcu",
        agency_name="PIPCU",
        shows=frozenset(Shown),
        summary="Please find out who runs these accounts.",
        initials="AL",
        by=make.ANALYST,
        at=make.NOW,
        updated_at=make.NOW,
        decided_by=Actor(user_id="UBOSS"),
        decided_at=make.NOW,
    )
    return replace(made, **changes)


def identity(number: int, *names: str) -> Identity:
    return Identity(
        key=f"acme:S-{number}",
        marketplace="acme",
        seller_id=f"S-{number}",
        names=names or (f"Shop {number}",),
        upheld=1,
        upheld_in_all=1,
    )


def offender(*identities: Identity, **changes: Any) -> Offender:
    made = Offender(
        key="acme:S-1",
        identities=identities or (identity(1), identity(2)),
        score=SCORE,
        before=None,
        new=True,
        upheld_in_all=2,
        last_upheld_at=make.NOW,
    )
    return replace(made, **changes)


def material(**changes: Any) -> Material:
    """Two linked sellers with one upheld notice each."""
    notices = changes.pop("notices", (make.upheld("TD-1", head="a" * 64), make.upheld("TD-2", by="S-2")))
    made = Material(
        referral=referral(),
        agency=Agency(
            key="pipcu",
            version=1,
            name="Police Intellectual Property Crime Unit",
            jurisdiction="GB",
            contact="by its form",
            takes=Handing.PORTAL,
            form="pipcu",
            profile="standard",
            on=True,
            by=make.ANALYST,
            at=make.NOW,
        ),
        organisation="Acme Brands B.V.",
        made_at=make.NOW,
        offender=offender(),
        links=(make.link(),),
        identifiers=(),
        rights=(make.right(),),
        notices=notices,
        events={one.id: (make.event(one),) for one in notices},
        purchases=(),
        changes=(),
        series=(),
        names={make.ANALYST.user_id: "Ana Lyst", "UBOSS": "Bo Ss"},
        marketplaces={"acme": "Acme Market"},
    )
    return replace(made, **changes)


def exhibit(number: int = 1, **changes: Any) -> Exhibit:
    made = Exhibit(
        number=f"AL-{number:03}",
        sha256=sha256(str(number).encode()).hexdigest(),
        name=f"label {number}.png",
        media_type="image/png",
        size=1024,
        captured_at=make.NOW,
        by="Ana Lyst",
        of=("TD-1",),
        path=f"evidence/AL-{number:03}.png",
    )
    return replace(made, **changes)


def purchase(**changes: Any) -> Purchase:
    said = {"order_id": "ORDER-5", "received_on": date(2026, 2, 9), "decided_by": "the laboratory of Acme", "note": ""}
    return made_purchase(**{**said, "version": 3, "notice_id": "", "listing": "", **changes})


def picture(kind: str = "PNG", size: tuple[int, int] = (1200, 800), **saved: Any) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", size, "red").save(held, kind, **saved)
    return held.getvalue()


def no_pictures(_: str) -> None:
    return None


def read(content: bytes) -> str:
    """The text as Chrome's own reader, PDFium, finds it, with nothing for spaces and ends of lines."""
    return squeezed("".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u2066-\u2069\u200e\u200f]", "", unicodedata.normalize("NFC", text))


def told(made: Material, exhibits: Sequence[Exhibit] = ()) -> str:
    return read(set_pdf(made, exhibits, pictures=no_pictures))


def test_every_chapter_is_there_in_the_order_an_officer_reads_it() -> None:
    pdf = pypdfium2.PdfDocument(set_pdf(material(), (exhibit(),), pictures=no_pictures))
    outline = [mark.get_title() for mark in pdf.get_toc() if mark.level == 0]
    assert outline == [
        "1 Summary",
        "2 The offender",
        "3 Rights relied on",
        "4 The figures",
        "5 Test purchases",
        "6 Money at stake",
        "7 Listings",
        "8 Exhibits",
        "9 Custody",
    ]


def test_the_cover_says_who_refers_whom_to_whom_and_when() -> None:
    pdf = pypdfium2.PdfDocument(set_pdf(material(), (), pictures=no_pictures))
    cover = squeezed(pdf[0].get_textpage().get_text_range())
    for words in ("CONFIDENTIAL", "RF-7", "Police Intellectual Property Crime Unit", "Acme Brands B.V.", "Ana Lyst"):
        assert squeezed(words) in cover
    assert squeezed("2 Mar 2026 09:00 UTC") in cover
    assert pdf.get_metadata_dict()["Title"] == f"Referral RF-7: {material().offender.title}"
    assert pdf.get_metadata_dict()["Author"] == "Acme Brands B.V."


def test_every_page_has_its_number_and_the_referral() -> None:
    pdf = pypdfium2.PdfDocument(set_pdf(material(), (), pictures=no_pictures))
    for number, page in enumerate(pdf, 1):
        text = squeezed(page.get_textpage().get_text_range())
        assert f"Page{number}of{len(pdf)}" in text
        assert "RF-7" in text


@pytest.mark.parametrize("script", SCRIPTS)
def test_words_in_every_script_can_be_read_out_again(script: str) -> None:
    words = SCRIPTS[script]
    of = replace(make.seller("S-1"), name=words)
    made = material(
        offender=offender(identity(1, words)),
        links=(),
        notices=(make.upheld("TD-1", seller=of),),
        referral=referral(summary=words),
    )
    text = told(made, (exhibit(name=words),))
    # The title, the names, the request, the listing and the exhibit.
    for word in words.split():
        assert text.count(squeezed(word)) >= 5


@pytest.mark.parametrize(
    "words",
    [
        "#eval(1)",
        "*bold* _it_",
        "$x^2$",
        "<b>bold</b>",
        "\\n \\u{41}",
        '#image("/etc/passwd")',
        "= Head",
        "[x] // y @z",
    ],
)
def test_what_looks_like_markup_is_shown_as_it_was_written(words: str) -> None:
    made = material(
        offender=offender(identity(1, words)),
        links=(make.link(),),
        referral=referral(summary=words),
        answers={words: words},
        missing=(words,),
        changes=(Change(of="referral:RF-7", number=1, at=make.NOW, actor=make.ANALYST, words=words),),
        purchases=(purchase(note=words),),
    )
    assert told(made, (exhibit(name=words, withheld=words),)).count(squeezed(words)) >= 8


def test_no_address_can_be_opened_by_accident() -> None:
    made = material(referral=referral(summary="See https://shop.example/item and http://www.other.example/x."))
    content = set_pdf(made, (), pictures=no_pictures)
    text = read(content)
    assert not re.search("https?://", text)
    assert "hxxps://shop[.]example/item" in text
    assert "hxxps://acme[.]example/item/1" in text
    for page in pypdfium2.PdfDocument(content):
        assert raw.FPDFLink_CountWebLinks(raw.FPDFLink_LoadWebLinks(page.get_textpage().raw)) == 0


def test_letters_that_turn_others_around_are_shown_by_number() -> None:
    assert visible("invoice\u202egnp.exe") == "invoice[U+202E]gnp.exe"
    assert visible("a\x07b\ue000") == "a[U+0007]b[U+E000]"
    assert "[U+202E]" in told(material(referral=referral(summary="invoice\u202egnp.exe")))


def test_letters_no_font_has_are_shown_by_number_and_set() -> None:
    assert visible("ༀ") == "[U+0F00]"
    assert "[U+0F00]" in told(material(referral=referral(summary="ༀ")))


def test_letters_and_marks_that_no_font_has_together_are_set_all_the_same() -> None:
    # As PDF/A each letter has to have a glyph: setting fails if one has none.
    odd = "𝖕\u1dfc中\u093fa\u0e34\u200d\ufeff🏴\U000e0067"
    assert squeezed("𝖕[U+1DFC]中[U+093F]") in told(material(referral=referral(summary=odd)))


def test_a_long_word_is_broken_where_a_column_ends_and_copied_whole() -> None:
    assert written("short") == "short"
    pieces = written("x" * 100, room=10)
    assert isinstance(pieces, dict)
    assert "".join(pieces["t"]) == "x" * 100
    assert max(map(len, pieces["t"])) <= 10
    number = "9" * 90
    made = material(notices=(make.upheld("TD-1", listing=make.listing(number)),))
    pdf = pypdfium2.PdfDocument(set_pdf(made, (), pictures=no_pictures))
    assert number in read(set_pdf(made, (), pictures=no_pictures))
    for page in pdf:
        text, width = page.get_textpage(), page.get_width()
        boxes = [text.get_charbox(index) for index in range(text.count_chars())]
        assert all(right <= width - 50 for _, _, right, _ in boxes)


def test_what_is_longer_than_a_page_is_all_there() -> None:
    def words(of: str) -> str:
        return " ".join(f"{of}{number}" for number in range(3000))

    made = material(
        offender=offender(identity(1, words("name"))),
        notices=(make.upheld("TD-1", seller=make.seller(name=words("seller"))),),
        purchases=(purchase(note=words("note")),),
        referral=referral(summary=words("summary")),
        answers={"Anything else?": words("answer")},
        missing=(words("missing"),),
    )
    pdf = pypdfium2.PdfDocument(
        set_pdf(made, (exhibit(name=words("file"), withheld=words("why")),), pictures=no_pictures)
    )
    whole = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    for of in ("name", "seller", "note", "summary", "answer", "missing", "file", "why"):
        assert all(re.search(rf"{of}{number}\b", whole) for number in range(3000)), of


def test_words_from_the_right_say_so_and_tell_their_language() -> None:
    assert written(SCRIPTS["Arabic"]) == {"t": [SCRIPTS["Arabic"]], "rtl": True}
    assert written(SCRIPTS["Japanese"]) == {"t": [SCRIPTS["Japanese"]], "lang": "ja"}
    assert written(SCRIPTS["Korean"]) == {"t": [SCRIPTS["Korean"]], "lang": "ko"}
    assert written(SCRIPTS["Chinese"]) == {"t": [SCRIPTS["Chinese"]], "lang": "zh"}


def test_all_of_a_thousand_listings_are_listed() -> None:
    notices = tuple(
        make.upheld(f"TD-{number}", head=sha256(str(number).encode()).hexdigest()) for number in range(1000)
    )
    text = told(material(notices=notices))
    for one in notices:
        assert one.head in text
        assert re.search(rf"{one.id}(?!\d)", text)
        assert f"hxxps://acme[.]example/item/{one.listing.listing_id}" in text


def test_the_heads_of_the_columns_are_on_every_page_of_listings() -> None:
    notices = tuple(make.upheld(f"TD-{number}") for number in range(200))
    pdf = pypdfium2.PdfDocument(set_pdf(material(notices=notices), (), pictures=no_pictures))
    pages = [squeezed(page.get_textpage().get_text_range()) for page in pdf]
    with_rows = [page for page in pages if "hxxps://acme" in page]
    assert len(with_rows) > 3
    assert all("NoticeListingSellerWhyFiledDecidedOutcome" in page for page in with_rows)
    assert not any("FiledDecidedOutcome" in page for page in pages if "hxxps://acme" not in page)


def test_what_there_is_none_of_is_said_in_a_sentence() -> None:
    bare = material(
        offender=offender(identity(1)),
        links=(),
        rights=(),
        notices=(),
        referral=referral(summary="", shows=frozenset({Shown.IDENTIFIERS})),
    )
    text = told(bare)
    for words in (
        "No notice about a listing of theirs is on file.",
        "No summary was written.",
        "It is one account: no link to another was made.",
        "Nothing else is on file: no phone, address or payment account.",
        "No right is on file for these notices.",
        "No rule of these marketplaces counts strikes.",
        "There is nothing to draw: no notice is on file.",
        "No test purchase was made.",
        "Nobody has put a figure on what the offender sold or what it cost the owner.",
        "No cost of a test purchase is shown.",
        "No notice about a listing of this offender is on file.",
        "No file is on record as evidence.",
        "Nothing was recorded.",
        "There is no chain of a notice.",
    ):
        assert squeezed(words) in text


def test_identifiers_that_are_left_out_are_said_to_be() -> None:
    text = told(material(referral=referral(shows=frozenset())))
    assert squeezed("Phones, addresses, payment accounts and the like are left out of this dossier.") in text


def test_each_link_says_who_made_it_when_and_why() -> None:
    phone = Identifier(
        seller="acme:S-2",
        version=1,
        kind=IdentifierKind.PHONE,
        value="+86 138 0013 8000",
        normal="+8613800138000",
        by=make.ANALYST,
        at=make.NOW,
    )
    text = told(material(identifiers=(phone, replace(phone, value="+49 30 1", removed_at=make.NOW))))
    assert squeezed("The same return address. Linked Ana Lyst 2 Mar 2026") in text
    assert squeezed("+86 138 0013 8000") in text
    assert squeezed("+49 30 1") not in text


def test_rights_have_their_registration_owner_agent_and_power_of_attorney() -> None:
    acted = make.right(
        agent="Kanzlei Müller", power_of_attorney="PoA 12/2024", power_of_attorney_expires_on=date(2027, 1, 1)
    )
    text = told(material(rights=(acted,)))
    for words in (
        "018000001",
        "EUIPO",
        "1 Jan 2031",
        "Acme Brands B.V.",
        "Kanzlei Müller",
        "PoA 12/2024",
        "1 Jan 2027",
    ):
        assert squeezed(words) in text


def test_test_purchases_have_their_dates_order_cost_and_finding() -> None:
    text = told(material(purchases=(purchase(), purchase(id="TP-2", cost=Decimal("0.10")))))
    for words in ("TP-1", "ORDER-5", "49.90 EUR", "ordered 1 Feb 2026", "received 9 Feb 2026", "50.00 EUR"):
        assert squeezed(words) in text
    assert squeezed("found counterfeit 12 Feb 2026 by the laboratory of Acme") in text


def test_money_that_the_form_asks_for_stands_with_the_money() -> None:
    said = document(material(answers={"Estimated loss": "EUR 5", "Civil action": "none"}), (), shown=())["sections"][5]
    assert said["blocks"][0]["rows"] == [["Estimated loss", "EUR 5"]]


def test_strikes_stand_with_the_limit_of_the_marketplace() -> None:
    rule = Strikes(
        marketplace="acme", limit=3, counts=frozenset(Violation), window_days=90, consequence="The account is closed."
    )
    struck = offender(strikes=(Struck(rule=rule, seller="acme:S-1", count=2),))
    assert squeezed("Shop 1 (S-1) 2 of 3 in 90 days The account is closed.") in told(material(offender=struck))


def test_what_was_relisted_or_contested_says_so() -> None:
    back = make.upheld("TD-1", status=Status.REINSTATED, came_back=ComeBack.RELISTED, stands_since=make.NOW)
    text = told(material(notices=(back, make.upheld("TD-2", contested=True))))
    assert squeezed("the seller listed it anew, 2 Mar 2026") in text
    assert squeezed("counter-notice filed") in text


def test_an_exhibit_has_its_number_hash_and_how_it_came() -> None:
    one, held = exhibit(1), exhibit(2, path="", withheld="It shows people who have nothing to do with this.")
    text = told(material(), (one, held))
    for words in ("AL-001", one.sha256, one.path, held.sha256, "label 1.png", "2 Mar 2026 09:00 UTC"):
        assert squeezed(words) in text
    assert squeezed("Withheld: It shows people who have nothing to do with this.") in text


def test_pictures_are_shown_small_each_once_and_none_that_is_withheld() -> None:
    asked: list[str] = []

    def pictures(digest: str) -> bytes:
        asked.append(digest)
        return picture()

    listed = [*map(exhibit, range(40)), exhibit(1), exhibit(50, withheld="no"), exhibit(51, media_type="video/mp4")]
    listed.sort(key=lambda one: (not one.withheld, one.media_type == "image/png"))
    content = set_pdf(material(), listed, pictures=pictures)
    drawn = [
        one
        for page in pypdfium2.PdfDocument(content)
        for one in page.get_objects()
        if one.type == raw.FPDF_PAGEOBJ_IMAGE
    ]
    assert len(drawn) == MOST_PICTURES
    assert len(asked) == len(set(asked)) == MOST_PICTURES
    assert squeezed("24 of 41 pictures, made smaller") in read(content)


@pytest.mark.parametrize("content", [b"", b"no picture", picture()[:200], b"<svg/>", picture("JPEG")[:300]])
def test_a_picture_that_cannot_be_read_is_left_out(content: bytes) -> None:
    assert thumbnail(content) is None
    assert squeezed("AL-001") in read(set_pdf(material(), (exhibit(),), pictures=lambda _: content))


def test_a_small_picture_keeps_nothing_that_a_camera_wrote_beside_it() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken by Ana Lyst at home"
    small = thumbnail(picture("JPEG", exif=exif, comment=b"Ana Lyst"))
    assert small is not None
    assert b"Ana" not in small
    assert max(Image.open(io.BytesIO(small)).size) <= SIDE


def test_a_picture_too_large_to_open_is_left_out() -> None:
    assert thumbnail(picture(size=(6000, 4001))) is None


def test_the_same_material_makes_the_same_bytes() -> None:
    listed = (exhibit(),)
    first, again = (set_pdf(material(), listed, pictures=lambda _: picture()) for _ in range(2))
    assert first == again


def test_it_is_for_keeping_and_for_everybody() -> None:
    content = set_pdf(material(), (exhibit(),), pictures=lambda _: picture())
    assert re.search(rb"pdfaid:part[^0-9]*2", content)
    assert b"pdfuaid:part" in content
    pdf = pypdfium2.PdfDocument(content)
    assert pdf.is_tagged()
    assert pdf[0].get_size() == pytest.approx((595.3, 841.9), abs=0.1)


def test_months_without_anything_are_drawn_and_many_are_taken_together() -> None:
    def filed(days: int) -> Notice:
        return make.notice(at=make.NOW + timedelta(days=days))

    assert series(()) == ()
    assert [one.title for one in series((filed(0), filed(62)))] == ["March 2026", "April 2026", "May 2026"]
    assert [one.values for one in series((filed(0), filed(62)))] == [(1, 0, 0), (0, 0, 0), (1, 0, 0)]
    assert series((filed(0), filed(1500)))[0].title == "Jan to Mar 2026"
    assert series((filed(0), filed(20_000)))[0].title == "Jan 2025 to Dec 2029"
    assert [one.values for one in series((make.upheld("TD-1"),))] == [(1, 1, 0)]


@pytest.mark.parametrize(("most", "scale"), [(0, [0, 1]), (3, [0, 1, 2, 3]), (9, [0, 5, 10]), (83, [0, 50, 100])])
def test_the_scale_has_round_numbers(most: int, scale: list[int]) -> None:
    assert ticks(most) == scale


def test_the_fonts_are_in_the_order_of_what_can_be_read_out_again() -> None:
    assert FAMILIES.index("IBM Plex Sans Arabic") < FAMILIES.index("Noto Sans Arabic")
