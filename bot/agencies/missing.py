"""What an agency's form asks for and a dossier has not, and how to put that right. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.agencies.forms import Form, Item, Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Lack:
    """What is missing, and how it gets there. `asked`: the desk cannot know it, so whoever refers is asked."""

    item: Item
    words: str
    needed: bool
    asked: bool


def missing(form: Form, have: Mapping[Item, bool | None]) -> tuple[Lack, ...]:
    """In the order of the form. None, or an item that is not there, is what the desk cannot know."""
    return tuple(
        Lack(
            item=ask.key,
            words=(_ASKED if (has := have.get(ask.key)) is None else _LACKS)[ask.key],
            needed=ask.kind is Kind.NEED,
            asked=has is None,
        )
        for ask in form.asks
        if not have.get(ask.key)
    )


_LACKS: Mapping[Item, str] = {
    Item.RIGHTS: "No right relied on has a number and holds where this agency acts: an admin puts one on file with "
    "`/takedown-admin right add`, and it is relied on in the next notice.",
    Item.CERTIFICATES: "There are no certificates of the rights: add them to a notice with `/takedown evidence TD-12`.",
    Item.POWER_OF_ATTORNEY: "A right is relied on for its owner without a power of attorney in force: an admin adds it "
    "with `/takedown-admin right edit KEY`.",
    Item.RECORDAL: "The right is not recorded with customs: have it recorded there, then give its number in this form.",
    Item.OWNER_CONTACT: "There is nobody at the owner to reach: give name, e-mail address and phone in this form.",
    Item.OWNER_PAPERS: "There is no proof of who the owner is: add its registration to a notice with "
    "`/takedown evidence TD-12`.",
    Item.OFFENDER: "Little more than an id is known of the seller: put on file what else there is, with "
    "`/offenders identify SELLER KIND VALUE`.",
    Item.OFFENDER_PLACE: "Nobody knows where the seller acts: put the address on their parcels on file, with "
    "`/offenders identify SELLER return_address ADDRESS`.",
    Item.LINKED: "Nobody looked at the sellers that may be the same: see `/offenders suggestions`, and say why with "
    "`/offenders link SELLER SELLER REASON`.",
    Item.LISTINGS: "No notice against this seller was upheld: wait for one, or record what a portal decided with "
    "`/takedown outcome TD-12 removed`.",
    Item.DECISIONS: "No marketplace has decided yet: record what a portal decided with "
    "`/takedown outcome TD-12 removed`.",
    Item.GOODS: "Nothing says what the goods are and how they differ from genuine ones: write it in this form.",
    Item.SHIPPING: "Nothing says where the goods come from and how they travel: write it in this form, and add labels "
    "and papers with `/takedown evidence TD-12`.",
    Item.TEST_PURCHASE: "No test purchase was found counterfeit: enter one with `/offenders purchase SELLER`, and what "
    "was found.",
    Item.EXPERT: "Nobody states that the goods are counterfeit: add a signed statement with "
    "`/takedown evidence TD-12`.",
    Item.EVIDENCE: "No evidence is kept: add screenshots, photos or letters with `/takedown evidence TD-12`.",
    Item.ACQUISITION: "Of some evidence nobody can show who handed it in, when, and that it is unchanged since: hand "
    "it in again with `/takedown evidence TD-12`.",
    Item.EXHIBITS: "Somebody who handed in evidence has no name in Slack, so their exhibits can bear no initials: have "
    "them add it to their profile.",
    Item.WITNESS: "There is nobody who can give a statement: name one in this form.",
    Item.LOSS: "No money at stake is recorded: give the loss, or what was sold at what price, in this form.",
    Item.SAFETY: "Nothing says whether the goods endanger people: write it in this form.",
    Item.PROCEEDINGS: "Nothing says what else was started against them: write it in this form, even if it is nothing.",
    Item.SECURITY: "No security is ready for customs: arrange it, then say so in this form.",
    Item.CONSENT: "Nobody consented to this being shared with other agencies: say in this form with whom it may be.",
}
_ASKED: Mapping[Item, str] = {
    Item.RIGHTS: "Which right holds where this agency acts, and what is its number?",
    Item.CERTIFICATES: "Do you send certificates of the rights along, and which?",
    Item.POWER_OF_ATTORNEY: "By which power of attorney do you act for the owner, if you are not the owner?",
    Item.RECORDAL: "Is the right recorded with customs, and under which number?",
    Item.OWNER_CONTACT: "Whom at the owner can they reach: name, e-mail address, phone?",
    Item.OWNER_PAPERS: "What proves who the owner is (an extract of the company register), and do you send it along?",
    Item.OFFENDER: "Who is the offender, as far as you know?",
    Item.OFFENDER_PLACE: "Where does the offender act: shop, warehouse, workshop?",
    Item.LINKED: "Under which other names does the offender sell, and why do you think so?",
    Item.LISTINGS: "Where are the goods sold, and since when?",
    Item.DECISIONS: "What did the marketplaces do about it?",
    Item.GOODS: "What are the goods, and how do they differ from genuine ones?",
    Item.SHIPPING: "Where do the goods come from, and how and by which port do they travel?",
    Item.TEST_PURCHASE: "Was something bought for a test, and was it counterfeit?",
    Item.EXPERT: "Who examined the goods, and do you send a statement that they are counterfeit along?",
    Item.EVIDENCE: "Which evidence is there?",
    Item.ACQUISITION: "How was the evidence acquired, by whom, and how has it been kept?",
    Item.EXHIBITS: "Who produces the exhibits, with which initials?",
    Item.WITNESS: "Who can give a statement, and how are they reached?",
    Item.LOSS: "What is the loss, and how did you come to it?",
    Item.SAFETY: "Do the goods endanger people, and how do you know?",
    Item.PROCEEDINGS: "Which proceedings are there, in court or with other agencies?",
    Item.SECURITY: "Which security can you give customs, and until when?",
    Item.CONSENT: "With which other agencies may this be shared?",
}
