"""What is told to the Lumen database, and what is not."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.errors import Declined
from bot.marketplaces.lumen import MASK, TYPES, open_lumen, to_payload
from bot.model import RELIES_ON, Actor, Notice, RightKind, Violation, utc_now
from config.desk_tables import REDACTABLE, LumenTable
from tests import make


def table(**changes: Any) -> LumenTable:
    made = {"token_env": "LUMEN_TOKEN", "token": "a-token", "sender": "Nordlicht Schutz", "sender_country": "DE"}
    return LumenTable.model_validate(made | changes)


def told(notice: Notice, **changes: Any) -> dict[str, Any]:
    body = to_payload(notice, recipient="Bazaar", table=table(**changes))
    assert set(body) == {"notice"}
    said: dict[str, Any] = body["notice"]
    return said


def notice(**changes: Any) -> Notice:
    made: dict[str, Any] = {
        "right": make.right(title="NORDLICHT", owner="Erika Nord"),
        "seller": make.seller("S-77", "Ferdis Taschen"),
        "statement": "Sold by Ferdis Taschen. Ask Ana Lyst, ana@nordlicht.example or +49 (30) 123-4567.",
        "submitter": Actor(user_id="U0ANALYST", team_id="T1"),
        "declaration": make.declaration(),
    }
    return make.notice("TD-12", **made | changes)


def test_a_notice_is_told_with_its_type_its_address_and_who_is_who() -> None:
    said = told(notice())
    assert said["type"] == "Counterfeit"
    assert said["title"] == "Counterfeit notice TD-12 to Bazaar"
    assert said["date_sent"] == "2026-03-02"
    assert said["mark_registration_number"] == "018000001"
    assert said["jurisdiction_list"] == "EU"
    assert said["works_attributes"] == [
        {
            "description": "NORDLICHT (EUIPO 018000001)",
            "infringing_urls_attributes": [{"url": "https://acme.example/item/12"}],
        }
    ]
    assert {role["name"]: role["entity_attributes"] for role in said["entity_notice_roles_attributes"]} == {
        "recipient": {"name": "Bazaar", "kind": "organization"},
        "sender": {"name": "Nordlicht Schutz", "kind": "organization", "country_code": "DE"},
        "principal": {"name": "Erika Nord", "kind": "organization"},
    }


@pytest.mark.parametrize(
    ("violation", "kind"),
    [
        (Violation.COUNTERFEIT, "Counterfeit"),
        (Violation.TRADEMARK, "Trademark"),
        (Violation.PARALLEL_IMPORT, "Trademark"),
        (Violation.COPYRIGHT, "DMCA"),
        (Violation.COPYRIGHT_IMAGE, "DMCA"),
        (Violation.DESIGN, "Other"),
        (Violation.PATENT, "Other"),
        (Violation.OTHER, "Other"),
    ],
)
def test_every_violation_has_a_type_of_theirs(violation: Violation, kind: str) -> None:
    assert set(TYPES) == set(Violation)
    said = told(notice(violation=violation, right=make.right(kind=min(RELIES_ON[violation]))))
    assert said["type"] == kind
    assert ("mark_registration_number" in said) == (kind in ("Counterfeit", "Trademark"))


def test_unless_it_is_said_otherwise_the_seller_is_an_id_and_nothing_of_the_statement_is_told() -> None:
    assert told(notice())["body"] == "Seller: S-77"
    assert "body" not in told(notice(seller=None))
    assert "body" not in told(notice(), redact=["statement", "seller"])


def test_of_people_and_how_to_reach_them_nothing_is_told_whatever_the_desk_file_says() -> None:
    body = told(notice(), redact=[])["body"]
    assert body == f"Seller: Ferdis Taschen (S-77)\n\nSold by Ferdis Taschen. Ask {MASK}, {MASK} or {MASK}."


def test_what_is_hidden_is_hidden_wherever_it_stands() -> None:
    odd = notice(right=make.right(title="By ERIKA NORD", owner="Erika Nord"))
    whole = json.dumps(told(odd, redact=["seller", "principal", "registration_no"])).casefold()
    for word in ("erika nord", "ferdis", "s-77", "018000001", "principal"):
        assert word not in whole
    assert "sold by" in whole


@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("https://acme.example/item/12?shop=S-77", "https://acme.example/item/12"),
        ("https://acme.example/Ferdis%20Taschen/12", "https://acme.example/"),
        ("https://acme.example/ferdis+taschen/12", "https://acme.example/"),
        ("https://acme.example/item/12?mail=a@b.example", "https://acme.example/item/12"),
        ("https://s-77.acme.example/item/12", None),
    ],
)
def test_an_address_that_names_who_is_hidden_is_cut_short(address: str, left: str | None) -> None:
    said = told(notice(listing=make.listing("12", canonical=address)), redact=["seller"])
    (work,) = said["works_attributes"]
    assert work.get("infringing_urls_attributes") == ([{"url": left}] if left else None)


def test_a_short_id_does_not_tear_holes_into_other_words() -> None:
    said = told(notice(seller=make.seller("12", "It"), statement="It is with 120 others: it."), redact=["seller"])
    assert said["body"] == f"{MASK} is with 120 others: {MASK}."
    assert said["title"].endswith("to Bazaar")


@pytest.mark.parametrize(
    ("signature", "said"),
    [
        ("Ana Lyst", "Signed by Ana  Lyst."),
        ("Ana Lyst", "Signed by Ana\nLyst."),
        ("Ana Lyst", "Signed by Ana\u00a0Lyst."),
        ("Ana Lyst", "Signed by Lyst, Ana."),
        ("Ana Lyst", "Signed by ANA-LYST."),
        ("Ana Lyst", "Signed by ana_lyst."),
        ("Ana M. Lyst", "Signed by Ana Maria Lyst."),
        ("José Núñez", unicodedata.normalize("NFD", "Signed by José Núñez.")),
        (unicodedata.normalize("NFD", "José Núñez"), "Signed by José Núñez, Núñez."),
        ("José", unicodedata.normalize("NFD", "Signed by JOSÉ.")),
    ],
)
def test_who_signed_is_hidden_however_the_name_is_written(signature: str, said: str) -> None:
    odd = notice(statement=said, seller=None, declaration=make.declaration(signature=signature))
    body = unicodedata.normalize("NFC", told(odd, redact=[])["body"]).casefold()
    assert body.startswith("signed by [redacted]")
    assert not [one for one in ("ana", "lyst", "jos", "núñez") if one in body]


def test_a_part_of_a_name_tears_no_holes_into_longer_words() -> None:
    odd = notice(statement="Analysis of Catalysts: Al Bo sold bananas.", seller=None)
    odd = replace(odd, declaration=make.declaration(signature="Ana Al Lyst"))
    assert told(odd, redact=[])["body"] == "Analysis of Catalysts: Al Bo sold bananas."


def test_an_address_that_names_who_signed_is_cut_short() -> None:
    odd = notice(listing=make.listing("12", canonical="https://acme.example/to/ana%20%20lyst"))
    (work,) = told(odd)["works_attributes"]
    assert work["infringing_urls_attributes"] == [{"url": "https://acme.example/"}]


async def test_what_they_say_is_wrong_does_not_repeat_our_token() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        words = f"{'x' * 470} token {request.headers['X-Authentication-Token']} may not submit this"
        return httpx.Response(422, json={"notices": {"base": [words]}})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        archive = open_lumen(table(token="s3cret-lumen-token"), client=client, clock=utc_now)
        with pytest.raises(Declined, match="base: x") as refused:
            await archive.add(notice(), recipient="Bazaar")
    assert "s3cret" not in str(refused.value)


WORDS = st.text(alphabet="abcdefgXYZ äß店铺'-", min_size=5, max_size=20).filter(lambda word: len(word.strip()) > 4)


@given(
    words=st.lists(WORDS, min_size=6, max_size=6, unique=True),
    glue=st.sampled_from([" ", "", ", ", "\n"]),
    redact=st.lists(st.sampled_from(REDACTABLE), unique=True),
    violation=st.sampled_from(Violation),
)
def test_nothing_that_is_redacted_is_in_the_payload(
    words: list[str], glue: str, redact: list[str], violation: Violation
) -> None:
    signature, seller_id, seller_name, owner, registration, said = (f"{word}{n}" for n, word in enumerate(words))
    mail = "someone.else+x@shop.example"
    odd = make.notice(
        "TD-12",
        violation=violation,
        declaration=make.declaration(signature=signature),
        seller=make.seller(seller_id, seller_name),
        right=make.right(kind=RightKind.TRADEMARK, owner=owner, registration_no=registration, title=f"A {owner}"),
        statement=glue.join([said, signature, seller_id, seller_name, mail, owner, registration, said]),
        listing=make.listing("12", canonical=f"https://acme.example/{seller_id}/12?by={seller_name}&for={signature}"),
    )
    whole = json.dumps(told(odd, redact=redact), ensure_ascii=False).casefold()
    hidden = [signature, mail]
    hidden += [seller_id, seller_name] if "seller" in redact else []
    hidden += [seller_name] if "seller_name" in redact else []
    hidden += [owner] if "principal" in redact else []
    hidden += [registration] if "registration_no" in redact else []
    hidden += [said] if "statement" in redact else []
    for word in hidden:
        if word == said:
            assume(not any(word.strip().casefold() in other.casefold() for other in (owner, seller_id, seller_name)))
        assert json.dumps(word.strip().casefold(), ensure_ascii=False).strip('"') not in whole
