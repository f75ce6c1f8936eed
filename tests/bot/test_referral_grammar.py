"""What people type about referrals and agencies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import Invalid
from bot.grammar.agencies import AGENCY_KEY, EditAgency, ListAgencies, ShowAgency, TurnAgency, read_agency
from bot.grammar.offenders import parse_offenders
from bot.grammar.referrals import (
    ListReferrals,
    ReferOffender,
    ReferralHelp,
    RemindReferral,
    SendDossier,
    ShowReferral,
    StepReferral,
    parse_referrals,
)
from bot.grammar.register import parse_register
from bot.model import ReferralState

READS = {
    "": ListReferrals(),
    "list": ListReferrals(),
    "mine": ListReferrals(mine=True),
    "all page:2": ListReferrals(over_too=True, page=2),
    "handed_over mine": ListReferrals(states=(ReferralState.HANDED_OVER,), mine=True),
    "handed-over, draft": ListReferrals(states=(ReferralState.HANDED_OVER, ReferralState.DRAFT)),
    "RF-12": ShowReferral(referral_id="RF-12"),
    "rf12": ShowReferral(referral_id="RF-12"),
    "#12": ShowReferral(referral_id="RF-12"),
    "show `RF-0012`": ShowReferral(referral_id="RF-12"),
    "handed RF-1": StepReferral(referral_id="RF-1", to=ReferralState.HANDED_OVER),
    "handed RF-1 to Inspector Lee": StepReferral(
        referral_id="RF-1", to=ReferralState.HANDED_OVER, words="Inspector Lee"
    ),
    "HANDED rf-1 by post &amp; phone": StepReferral(
        referral_id="RF-1", to=ReferralState.HANDED_OVER, words="by post & phone"
    ),
    "acknowledged RF-1": StepReferral(referral_id="RF-1", to=ReferralState.ACKNOWLEDGED),
    "case RF-1 CR/2027/118": StepReferral(referral_id="RF-1", to=ReferralState.CASE_OPENED, words="CR/2027/118"),
    "raid RF-1 two warehouses": StepReferral(referral_id="RF-1", to=ReferralState.RAIDED, words="two warehouses"),
    "charge RF-1": StepReferral(referral_id="RF-1", to=ReferralState.CHARGED),
    "close RF-1 convicted": StepReferral(referral_id="RF-1", to=ReferralState.CLOSED, words="convicted"),
    "withdraw RF-1 settled": StepReferral(referral_id="RF-1", to=ReferralState.WITHDRAWN, words="settled"),
    "remind RF-1 2027-01-31": RemindReferral(referral_id="RF-1", on=date(2027, 1, 31)),
    "remind RF-1 never": RemindReferral(referral_id="RF-1", on=None),
    "send RF-1": SendDossier(referral_id="RF-1"),
    "help": ReferralHelp(word=None),
    "help close": ReferralHelp(word="close"),
}
REFUSED = {
    "handed": "Say which referral",
    "handed TD-3": "is not the id of a referral",
    "send RF-1 RF-2": "takes the id of one referral",
    "remind RF-1": "Say when",
    "remind RF-1 tomorrow": "is not a day",
    "RF-1 close": "Say first what to do with RF-1",
    "hande RF-1": "Did you mean `handed`?",
    "nonsense": "Say an id such as",
    "RF-0": "I do not understand",
    "RF-9999999999": "I do not understand",
}


@pytest.mark.parametrize("typed", READS)
def test_what_is_understood(typed: str) -> None:
    assert parse_referrals(typed) == READS[typed]


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_not_is_said_in_a_sentence(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_referrals(typed)
    assert REFUSED[typed] in str(refused.value)


@given(st.text(max_size=80))
@example("remind RF-1 ٢٠٢٧-٠١-٣١")
@example("page:999999999")
def test_anything_typed_is_read_or_refused(typed: str) -> None:
    for read in (parse_referrals, lambda text: parse_offenders(f"refer {text}"), read_agency):
        said = refusal_of(read, typed)
        assert said is None or said.endswith((".", "?"))


def refusal_of(read: Callable[[str], object], typed: str) -> str | None:
    try:
        read(typed)
    except Invalid as refused:
        return str(refused)
    return None


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("refer acme:S-5 pipcu", ReferOffender(seller="acme:S-5", agency="pipcu")),
        ("refer acme:S-5 to PIPCU", ReferOffender(seller="acme:S-5", agency="pipcu")),
        ('refer "Shop 5" ipr_center', ReferOffender(seller="Shop 5", agency="ipr_center")),
        ("refer acme:S-5", ReferOffender(seller="acme:S-5")),
    ],
)
def test_a_seller_is_referred_to_an_agency(typed: str, asked: ReferOffender) -> None:
    assert parse_offenders(typed) == asked


@pytest.mark.parametrize("typed", ["refer", "refer Shop 5 pipcu", "refer acme:S-5 !", f"refer {'x' * 301} pipcu"])
def test_half_a_referral_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        parse_offenders(typed)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("agency", ListAgencies()),
        ("agency list", ListAgencies()),
        ("agency pipcu", ShowAgency(key="pipcu")),
        ("agency ON Pipcu", TurnAgency(key="pipcu", on=True)),
        ("agency off `pipcu`", TurnAgency(key="pipcu", on=False)),
        ("agency edit pipcu", EditAgency(key="pipcu")),
        ("agency add", EditAgency()),
        ("agency add zoll", EditAgency(key="zoll")),
    ],
)
def test_agencies_are_asked_of(typed: str, asked: object) -> None:
    assert parse_register(typed) == asked


@pytest.mark.parametrize("typed", ["agency on", "agency on a b", "agency edit", "agency of pipcu", "agency ü"])
def test_what_is_no_agency_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        parse_register(typed)


@given(st.text(alphabet=st.characters(), max_size=45))
def test_a_key_that_is_read_is_one_that_can_be_kept(word: str) -> None:
    try:
        asked = read_agency(f"on {word}")
    except Invalid:
        return
    assert isinstance(asked, TurnAgency)
    assert AGENCY_KEY.fullmatch(asked.key)
