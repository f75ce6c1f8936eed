"""What agencies ask for in a referral, in one vocabulary, so that a dossier can be held against any of them. Pure.

An ask without a source is what we infer: from the other forms, and from what investigators need. docs/agencies.md says
what of each form was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Topic(StrEnum):
    """What an ask is about; the headings of a form."""

    RIGHTS = "rights"
    OFFENDER = "offender"
    INFRINGEMENT = "infringement"
    EVIDENCE = "evidence"
    HARM = "harm"
    HANDLING = "handling"


class Kind(StrEnum):
    """Whether a referral can go without."""

    NEED = "need"
    WANT = "want"


class Item(StrEnum):
    """Everything any form asks for. The comment says when a dossier has it; `-`: only a person can say."""

    RIGHTS = "rights"  # a right relied on has a number (copyright: a title) and holds where the agency acts
    CERTIFICATES = "certificates"  # -
    POWER_OF_ATTORNEY = "power_of_attorney"  # each right has one that is in force, or its owner files
    RECORDAL = "recordal"  # -
    OWNER_CONTACT = "owner_contact"  # -
    OWNER_PAPERS = "owner_papers"  # -
    OFFENDER = "offender"  # more is on file than the seller's id: a name, a phone, an address
    OFFENDER_PLACE = "offender_place"  # a return address is on file
    LINKED = "linked"  # other sellers are linked, or nobody suggests any
    LISTINGS = "listings"  # an upheld notice, with its address and dates
    DECISIONS = "decisions"  # a marketplace decided one of them
    GOODS = "goods"  # -
    SHIPPING = "shipping"  # -
    TEST_PURCHASE = "test_purchase"  # one was confirmed to be counterfeit
    EXPERT = "expert"  # -
    EVIDENCE = "evidence"  # a file is kept with its SHA-256
    ACQUISITION = "acquisition"  # of each file it is known who handed it in, and when, and its chain holds
    EXHIBITS = "exhibits"  # of whoever handed in a file the name is known, so it can bear initials and a number
    WITNESS = "witness"  # -
    LOSS = "loss"  # money at stake was recorded
    SAFETY = "safety"  # -
    PROCEEDINGS = "proceedings"  # -
    SECURITY = "security"  # -
    CONSENT = "consent"  # -

    @property
    def words(self) -> str:
        """`power of attorney`."""
        return _WORDS.get(self, self.value.replace("_", " "))

    @property
    def topic(self) -> Topic:
        return _TOPICS[self]


_WORDS = {
    Item.RIGHTS: "rights that hold there",
    Item.CERTIFICATES: "certificates of the rights",
    Item.RECORDAL: "recordal with customs",
    Item.OWNER_CONTACT: "the owner's contact",
    Item.OWNER_PAPERS: "the owner's papers",
    Item.OFFENDER: "who the offender is",
    Item.OFFENDER_PLACE: "where the offender acts",
    Item.LINKED: "linked identities",
    Item.LISTINGS: "listings and dates",
    Item.DECISIONS: "marketplaces' decisions",
    Item.GOODS: "the goods",
    Item.SHIPPING: "origin and shipping",
    Item.EXPERT: "expert statement",
    Item.EVIDENCE: "evidence files",
    Item.ACQUISITION: "how evidence was acquired",
    Item.EXHIBITS: "numbered exhibits",
    Item.LOSS: "loss and money at stake",
    Item.SAFETY: "danger to people",
    Item.PROCEEDINGS: "other proceedings",
    Item.SECURITY: "security for customs",
    Item.CONSENT: "consent to share",
}
_TOPICS: Mapping[Item, Topic] = {
    **dict.fromkeys(
        (
            Item.RIGHTS,
            Item.CERTIFICATES,
            Item.POWER_OF_ATTORNEY,
            Item.RECORDAL,
            Item.OWNER_CONTACT,
            Item.OWNER_PAPERS,
        ),
        Topic.RIGHTS,
    ),
    **dict.fromkeys((Item.OFFENDER, Item.OFFENDER_PLACE, Item.LINKED), Topic.OFFENDER),
    **dict.fromkeys((Item.LISTINGS, Item.DECISIONS, Item.GOODS, Item.SHIPPING), Topic.INFRINGEMENT),
    **dict.fromkeys(
        (Item.TEST_PURCHASE, Item.EXPERT, Item.EVIDENCE, Item.ACQUISITION, Item.EXHIBITS, Item.WITNESS), Topic.EVIDENCE
    ),
    **dict.fromkeys((Item.LOSS, Item.SAFETY), Topic.HARM),
    **dict.fromkeys((Item.PROCEEDINGS, Item.SECURITY, Item.CONSENT), Topic.HANDLING),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One thing a form asks for, in our words. `source` is where it is asked, empty where we infer it."""

    key: Item
    words: str
    kind: Kind
    topic: Topic
    source: str = ""

    @property
    def inferred(self) -> bool:
        return not self.source


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What an agency asks for. `source` is where it says so, empty for our own; `known`, how much of it was read."""

    key: str
    title: str
    asks: tuple[Ask, ...]
    source: str
    known: str


def _need(key: Item, words: str, source: str = "") -> Ask:
    return Ask(key=key, words=words, kind=Kind.NEED, topic=key.topic, source=source)


def _want(key: Item, words: str, source: str = "") -> Ask:
    return Ask(key=key, words=words, kind=Kind.WANT, topic=key.topic, source=source)


_PIPCU_GUIDE = "https://businessdocbox.com/Marketing/103460573-Pipcu-referral-guide.html"
_PIPCU_EXHIBITS = (
    "https://vdocuments.site/the-police-intellectual-property-crime-unit-pipcu-a-to-illustrate-this-if.html"
)
_PIPCU_PAGE = (
    "https://www.cityoflondon.police.uk/police-forces/city-of-london-police/areas/city-of-london/about-us/"
    "about-us/pipcu/"
)
_DOJ_GUIDE = "https://docslib.org/doc/4915073/reporting-intellectual-property-crime"
_DOJ_PROSECUTORS = "https://bpp.msu.edu/magazine/prosecutors-perspective-when-intellectual-property-stolen-june2023/"
_HSI = "https://bpp.msu.edu/magazine/case-for-law-enforcement-what-do-i-need-to-know-what-do-they-need-to-know/"
_IPEP_HOME = "https://euipo.europa.eu/ohimportal/pl/web/observatory/ip-enforcement-portal-home-page"
_IPEP_HELP = "https://euipo.europa.eu/ohimportal/en/edb-company-product-helpquestions"
_IPEP_ALERT = (
    "https://euipo.europa.eu/ohimportal/en/web/observatory/ip-enforcement-portal-news-page/-/asset_publisher/"
    "Pr33r7NW36eL/content/"
    "sharing-your-information-with-enforcers-in-the-ip-enforcement-portal-application-for-action-or-alert-"
)
_AFA = (
    "https://taxation-customs.ec.europa.eu/customs-4/prohibitions-and-restrictions/"
    "counterfeit-piracy-and-other-ipr-violations/defend-your-rights_en"
)
_NCAC_GUIDE = "https://www.shoulawyer.com/zhishi/191600.htm"
_TRADEMARK_RULES = "https://wodefinance.com/Trademarkinquiry/xplflnhxbj.html"
_12315 = "https://news.duote.com/202303/380458.html"
_GBT_37919 = "https://www.chinesestandards.org/standards/GB/T%2037919-2019"
_THRESHOLDS = (
    "https://www.managingip.com/article/b1kc23fmj82vv8/work-with-authorities-in-china-to-prosecute-ip-crimes?edit=true"
)
_CUSTOMS_RULES = "https://global.chinadaily.com.cn/regional/2010-08/13/content_11151811_2.htm"
_CUSTOMS_SECURITY = "https://www.jianbiaoku.com/webarbs/book/164514/4714401.shtml"
_CUSTOMS_AGENT = "https://translate.hicom-asia.com/template/ip-customs-recordal-statement"

_FORMS = (
    Form(
        key="pipcu",
        title="PIPCU referral form, with its guide to exhibits",
        source=_PIPCU_GUIDE,
        known="The beginnings of the referral guide and of the guide to exhibits were read; the form was not seen.",
        asks=(
            _need(Item.OWNER_CONTACT, "Who refers, and how to reach them"),
            _need(Item.RIGHTS, "The rights infringed, with their numbers, in force in the United Kingdom"),
            _need(Item.OFFENDER, "Who is suspected, and what is known of them"),
            _want(Item.LINKED, "Other names and accounts of theirs, and why they are thought to be"),
            _need(Item.LISTINGS, "Where the goods are sold online, and since when", _PIPCU_GUIDE),
            _want(Item.GOODS, "What the goods are, and how they differ from genuine ones"),
            _want(Item.DECISIONS, "What the marketplaces did about it"),
            _want(Item.TEST_PURCHASE, "A test purchase, and what came"),
            _want(Item.EXPERT, "Somebody who can state that the goods are counterfeit"),
            _need(Item.EVIDENCE, "The evidence", _PIPCU_EXHIBITS),
            _need(Item.ACQUISITION, "How each piece was acquired and has been kept since", _PIPCU_EXHIBITS),
            _need(Item.EXHIBITS, "Each exhibit with the initials of who produces it and a number", _PIPCU_EXHIBITS),
            _want(Item.WITNESS, "Who can give a statement"),
            _need(Item.LOSS, "The harm to the economy or the public", _PIPCU_GUIDE),
            _want(Item.SAFETY, "Whether the goods endanger people", _PIPCU_PAGE),
            _want(Item.PROCEEDINGS, "What else was started against them, in court or with other agencies"),
            _want(Item.CONSENT, "Whether it may be shared with other agencies"),
        ),
    ),
    Form(
        key="ipr_center",
        title="Report to the IPR Center, with the checklist of the Department of Justice (third edition, October 2018)",
        source=_DOJ_GUIDE,
        known="The contents and the introduction of the guide were read; the list itself (criminal copyright and trade "
        "mark infringement) and the fields of the Center's own form were not.",
        asks=(
            _need(Item.OWNER_CONTACT, "Who reports, and how to reach them"),
            _need(Item.RIGHTS, "The mark or work, with its US registration, and since when"),
            _want(Item.CERTIFICATES, "Copies of the registrations"),
            _want(Item.RECORDAL, "Whether it is recorded with Customs and Border Protection", _HSI),
            _want(Item.GOODS, "What the goods are, and how they differ from genuine ones"),
            _need(Item.OFFENDER, "Who is suspected, and what is known of them"),
            _want(Item.LINKED, "Others who act with them, and how they are connected"),
            _need(Item.LISTINGS, "Where on the internet it happens, and when it was seen"),
            _want(Item.SHIPPING, "Where the goods come from, and how they enter the country"),
            _want(Item.TEST_PURCHASE, "A purchase, and what came"),
            _want(Item.EXPERT, "Who examined the goods and can testify that they are counterfeit"),
            _need(Item.EVIDENCE, "The evidence there is"),
            _need(Item.ACQUISITION, "How it was obtained, who has had it, and that it is unchanged"),
            _want(Item.WITNESS, "Whom investigators can speak with"),
            _want(Item.LOSS, "How much is sold, at what price, and what the genuine goods cost"),
            _want(Item.SAFETY, "Whether the goods endanger health and safety", _HSI),
            _want(Item.DECISIONS, "Whether they were warned, and what the marketplaces did"),
            _want(Item.PROCEEDINGS, "Civil proceedings, under way or meant", _DOJ_PROSECUTORS),
        ),
    ),
    Form(
        key="ipep",
        title="Alert in the IP Enforcement Portal",
        source=_IPEP_ALERT,
        known="That there are alerts, for whom and of what, was read, and what rights holders share beside them; the "
        "fields of an alert were not seen.",
        asks=(
            _need(
                Item.RIGHTS, "A registered trade mark or design, in force in the Union or a member state", _IPEP_HOME
            ),
            _need(Item.OWNER_CONTACT, "Whom enforcers can reach; it is open to all of them", _IPEP_HELP),
            _want(Item.POWER_OF_ATTORNEY, "Whoever is no owner acts as representative in their account", _IPEP_HELP),
            _want(Item.RECORDAL, "The customs application for action, where there is one", _AFA),
            _want(Item.GOODS, "The product and its packaging, and how to tell it from fakes", _IPEP_HOME),
            _want(Item.SHIPPING, "Logistics: where genuine goods pass, and where the fakes are thought to", _IPEP_HOME),
            _want(Item.OFFENDER, "Which companies are suspected"),
            _want(Item.LINKED, "Other names and accounts of theirs"),
            _need(Item.LISTINGS, "The infringement or trend, online too", _IPEP_ALERT),
            _want(Item.TEST_PURCHASE, "A test purchase, and what came"),
            _want(Item.EVIDENCE, "Pictures and files"),
            _need(Item.CONSENT, "With which authorities it is to be shared", _IPEP_HELP),
        ),
    ),
    Form(
        key="china_lead",
        title="Lead for the police, market regulators, intellectual property or copyright offices in China",
        source=_NCAC_GUIDE,
        known="Not one form. What complaints about copyright, and about trade marks, have to bring was read in "
        "digests; of GB/T 37919-2019, which tells market regulators how to collect evidence online, only what it is "
        "about.",
        asks=(
            _need(Item.OWNER_CONTACT, "Name and address of who complains", _NCAC_GUIDE),
            _need(Item.OWNER_PAPERS, "Proof of who that is", _NCAC_GUIDE),
            _need(Item.POWER_OF_ATTORNEY, "A power of attorney, where somebody acts for the owner", _NCAC_GUIDE),
            _need(Item.RIGHTS, "The right, registered and in force in China", _TRADEMARK_RULES),
            _need(Item.CERTIFICATES, "Proof of the right: its certificate, a contract", _NCAC_GUIDE),
            _need(Item.OFFENDER, "Name and address of who is complained of", _NCAC_GUIDE),
            _need(Item.OFFENDER_PLACE, "Where they do business: that decides which office is competent", _12315),
            _want(Item.LINKED, "Other shops of theirs, and why they are thought to be"),
            _need(Item.LISTINGS, "The main facts, and why they infringe", _NCAC_GUIDE),
            _want(Item.DECISIONS, "What the marketplaces did about it"),
            _want(Item.GOODS, "The sign or goods complained of, with pictures", _TRADEMARK_RULES),
            _want(Item.SHIPPING, "Where the goods are made, kept and sent from"),
            _need(Item.EVIDENCE, "Evidence of the infringement", _NCAC_GUIDE),
            _want(Item.ACQUISITION, "How electronic evidence was collected and preserved", _GBT_37919),
            _want(Item.TEST_PURCHASE, "Copies or goods that were bought", _NCAC_GUIDE),
            _want(Item.EXPERT, "The owner's statement that the goods are counterfeit"),
            _want(Item.LOSS, "What was sold, for how much: crimes have thresholds", _THRESHOLDS),
            _want(Item.PROCEEDINGS, "Whether a court or another office has the matter already"),
            _want(Item.WITNESS, "Who can be asked, in China"),
        ),
    ),
    Form(
        key="china_customs",
        title="Application to Chinese customs to detain goods",
        source=_CUSTOMS_RULES,
        known="Articles 12 to 14 of the regulations on customs protection were read, in a text of 2010; no later "
        "amendment and no form was seen.",
        asks=(
            _need(Item.OWNER_CONTACT, "Name of the owner, and where registered or of what nationality", _CUSTOMS_RULES),
            _need(
                Item.POWER_OF_ATTORNEY, "A power of attorney for an agent in China, for owners abroad", _CUSTOMS_AGENT
            ),
            _need(Item.RIGHTS, "Name and content of the right, in force in China", _CUSTOMS_RULES),
            _need(Item.CERTIFICATES, "The documents that prove it", _CUSTOMS_RULES),
            _need(
                Item.RECORDAL,
                "The recordal number; where a right is not recorded, say so: customs then acts on application only",
                _CUSTOMS_RULES,
            ),
            _need(Item.OFFENDER, "Names of consignor and consignee", _CUSTOMS_RULES),
            _need(Item.GOODS, "Name and specification of the goods", _CUSTOMS_RULES),
            _need(Item.SHIPPING, "Port, time and means of transport that are likely", _CUSTOMS_RULES),
            _need(Item.EVIDENCE, "Evidence enough that the infringement is obvious", _CUSTOMS_RULES),
            _want(Item.ACQUISITION, "How it was acquired"),
            _want(Item.LISTINGS, "Where the goods are offered"),
            _want(Item.TEST_PURCHASE, "A test purchase, with the label it was sent under"),
            _need(Item.SECURITY, "Security, of no more than the goods are worth", _CUSTOMS_SECURITY),
        ),
    ),
    Form(
        key="generic",
        title="What any agency needs",
        source="",
        known="Our own list, of what the other forms have in common.",
        asks=(
            _need(Item.OWNER_CONTACT, "Who refers, and how to reach them"),
            _need(Item.RIGHTS, "The rights infringed, with their numbers, in force where the agency acts"),
            _want(Item.POWER_OF_ATTORNEY, "A power of attorney, where somebody acts for the owner"),
            _need(Item.OFFENDER, "Who is suspected, and what is known of them"),
            _want(Item.OFFENDER_PLACE, "Where they act: that decides who is competent"),
            _want(Item.LINKED, "Other names and accounts of theirs, and why they are thought to be"),
            _need(Item.LISTINGS, "The listings, with their dates"),
            _want(Item.DECISIONS, "What the marketplaces did about it"),
            _want(Item.GOODS, "What the goods are, and how they differ from genuine ones"),
            _want(Item.SHIPPING, "Where the goods come from, and how they travel"),
            _want(Item.TEST_PURCHASE, "A test purchase, and what came"),
            _want(Item.EXPERT, "Somebody who can state that the goods are counterfeit"),
            _need(Item.EVIDENCE, "The evidence, each file with its hash"),
            _need(Item.ACQUISITION, "How each piece was acquired and has been kept since"),
            _want(Item.WITNESS, "Who can give a statement"),
            _want(Item.LOSS, "Loss, and money at stake"),
            _want(Item.SAFETY, "Whether the goods endanger people"),
            _want(Item.PROCEEDINGS, "What else was started against them, in court or with other agencies"),
            _want(Item.CONSENT, "Whether it may be shared with other agencies"),
        ),
    ),
)
FORMS: Mapping[str, Form] = {form.key: form for form in _FORMS}
"""By key. Each asks in the order in which it is filled in."""
