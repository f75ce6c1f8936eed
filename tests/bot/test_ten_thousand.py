"""Ten thousand random inputs, through all that reads what people write and all that shows it again.

Never an exception but a refusal in words, never a live mention or link, never beyond Slack's limits.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import grammar
from bot.blocks import approvals, evidence, filing, refusal, tracking
from bot.declarations import CURRENT
from bot.errors import Invalid
from bot.file_kinds import label
from bot.grammar import ListNotices
from bot.grammar.digests import parse_digest
from bot.grammar.offenders import parse_offenders
from bot.grammar.register import parse_register
from bot.listings import SITES, defang, find_addresses, read_listing, unwrapped
from bot.model import Approval, Page, Preview, Seller, Standing, Status
from bot.sheets import BULK_COLUMNS, read_pasted, read_table
from tests import make
from tests.bot.blocks.checks import check
from tests.bot.blocks.test_drawings import NASTY, name

READERS: tuple[Callable[[str], object], ...] = (grammar.parse, parse_offenders, parse_digest, parse_register)
TOKENS = (
    *("status", "list", "note", "amend", "approve", "refuse", "bulk", "role", "policy", "right", "authorise", "pause"),
    *("retract", "audit", "RF-1", "case:acme:S-5"),
    *("TD-1", "TD-1..TD-9", "LOT-3", "<@U0ANN|ann>", "<!subteam^S0BRAND|@brand-team>", "<#C1|x>", "<!channel>", "@bo"),
    *("https://acme.example/item/1", "<https://www.ebay.com/itm/1|ebay>", "hxxps://a[.]b/c", "counterfeit", "patent"),
    *(
        'right:"A B"',
        "seller:",
        "--page",
        "page:0",
        "since:30d",
        "until:2026-02-30",
        "sort:price",
        "message:“x”",
        "&lt;",
    ),
)
anything = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=200),
    st.lists(st.one_of(st.sampled_from(TOKENS), st.text(max_size=12)), max_size=9).map(" ".join),
)
many = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@settings(many, max_examples=4_000)
@given(anything)
def test_whatever_is_typed_is_read_or_refused_in_words(text: str) -> None:
    for read in READERS:
        with contextlib.suppress(Invalid):
            read(text)


@settings(many, max_examples=2_000)
@given(anything)
def test_addresses_are_found_read_and_made_harmless(text: str) -> None:
    for address in (*find_addresses(text), *read_pasted(text)):
        with contextlib.suppress(Invalid):
            read_listing(address, SITES)
        assert not defang(unwrapped(address)).casefold().startswith(("http://", "https://"))


@settings(many, max_examples=1_000)
@given(st.lists(st.lists(anything, max_size=8), max_size=6), st.sampled_from(",;\t"), st.booleans())
def test_tables_are_read_or_refused_in_words(rows: list[list[str]], between: str, headed: bool) -> None:
    head = [["address", "violation", "right", "seller", "statement", "message"]] if headed else []
    text = "\n".join(between.join(cells) for cells in (*head, *rows))
    with contextlib.suppress(Invalid):
        table = read_table(text.encode("utf-8", "replace"), "listings.csv", BULK_COLUMNS)
        assert all(row.wrong or row.values["address"] for row in table.rows)


@settings(many, max_examples=3_000)
@given(anything, anything, st.sampled_from(Status))
def test_whatever_people_wrote_is_shown_and_does_nothing(text: str, other: str, status: Status) -> None:
    notice = make.notice(
        status=status,
        seller=Seller(seller_id=other[:200] or "x", name=text),
        right=make.right(title=other[:300] or "x", owner=text[:300] or "x"),
        statement=text[:3000],
        message_to_seller=other[:1000],
        reason=text,
        vendor_status=other[:100],
        declaration=make.declaration(signature=text[:100] or "x", text_version=CURRENT),
        approval=Approval(because=("it is about patents",), asked_at=make.NOW, why=other),
        evidence=(make.evidence(label(text[:300]), other.encode("utf-8", "replace")),),
    )
    event = make.event(notice, words=text)
    draft = make.draft(statement=text[:3000], message_to_seller=other[:1000], text_version=CURRENT)
    for message in (
        filing.card((notice,), name=name),
        filing.preview(Preview(draft=draft, right=notice.right, sellers=(notice.seller,)), name=name),
        tracking.status(Standing(notice=notice, events=(event,), card=None), name=name),
        tracking.listed(Page(notices=(notice,), total=1), ListNotices(seller=other[:60]), name=name),
        approvals.asked((notice,), name=name, names={make.ANALYST.user_id: text[:80]}),
        evidence.kept(notice, {make.ANALYST.user_id: other[:80]}),
        refusal(f"No: {text}"),
    ):
        check(message)
