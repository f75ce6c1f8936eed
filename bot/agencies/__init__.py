"""Agencies to refer an offender to, for an admin to begin with. Pure.

They are examples: none is on until an admin turns it on. `bot.agencies.forms` has what they ask for,
`bot.agencies.missing` what of it a dossier has not. docs/agencies.md says how sure we are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.agencies.forms import FORMS
from bot.model.agencies import Handing

__all__ = ["EXAMPLES", "FORMS", "INVESTIGATION", "STANDARD", "Example"]

STANDARD, INVESTIGATION = "standard", "investigation"
"""Names in `PROFILES`; the second, which shows what else sellers are known by, is for those who enforce the law."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """An agency as it is shipped. `jurisdiction` is an ISO 3166 code, EU or WO; `form` a key of `FORMS`.

    `contact` is the address of their page, or what to ask for where we found none. `note` says what nobody verified.
    """

    key: str
    name: str
    local_name: str
    jurisdiction: str
    takes: Handing
    contact: str
    form: str
    profile: str
    note: str
    sources: tuple[str, ...]


_EXAMPLES = (
    Example(
        key="mps",
        name="Ministry of Public Security",
        local_name="公安部",
        jurisdiction="CN",
        takes=Handing.HAND_OVER,
        contact="Ask the public security bureau where the offender acts for the unit for intellectual property crime.",
        form="china_lead",
        profile=INVESTIGATION,
        note="The police. Since 2019 one force for crime against the environment, food, drugs and intellectual "
        "property leads these cases; its bureau also carries the name of a bureau for intellectual property crime. A "
        "national page where companies report was not verified.",
        sources=(
            "https://ipr.mofcom.gov.cn/article/gnxw/zfbm/zy/bw/202407/1987090.html",
            "https://wangjing.lusongsong.com/56301.html",
            "https://m.shzx.org/a/47-57707-0.html",
        ),
    ),
    Example(
        key="samr",
        name="State Administration for Market Regulation",
        local_name="国家市场监督管理总局",
        jurisdiction="CN",
        takes=Handing.PORTAL,
        contact="https://www.12315.cn",
        form="china_lead",
        profile=INVESTIGATION,
        note="Since 2018 with the work of SAIC, and with that of AQSIQ except inspection at the border. A report is "
        "handled by the county-level office where the seller does business; one that reaches the office of the "
        "marketplace first may be handled there. The page itself, and whether owners abroad can use it without an "
        "agent, were not verified.",
        sources=(
            "https://www.lexology.com/Commentary/intellectual-property/china/wanhuida-peksung-ip-group/"
            "regulations-clarify-new-agencies-roles-following-institutional-ip-reform",
            "https://www.ansi.org/standards-news/all-news/2018/03/"
            "china-announces-government-overhaul-including-restructuring-of-agencies-overseeing-quality-and-regul-22",
            "https://news.duote.com/202303/380458.html",
        ),
    ),
    Example(
        key="cnipa",
        name="China National Intellectual Property Administration",
        local_name="国家知识产权局",
        jurisdiction="CN",
        takes=Handing.HAND_OVER,
        contact="Ask the intellectual property office where the offender acts.",
        form="china_lead",
        profile=STANDARD,
        note="SIPO until 28 August 2018, now under SAMR. It registers, adjudicates, and guides the enforcement of "
        "trade marks and patents, which others carry out; its hotline 12330 has become a part of 12315. That it takes "
        "leads on counterfeits itself was not verified.",
        sources=(
            "https://english.cnipa.gov.cn/art/2020/8/14/art_2126_150841.html",
            "https://www.mondaq.com/china/intellectual-property/742228/not-simply-renamed-sipo-becomes-cnipa",
            "https://news.duote.com/202303/380458.html",
        ),
    ),
    Example(
        key="gacc",
        name="General Administration of Customs",
        local_name="海关总署",
        jurisdiction="CN",
        takes=Handing.HAND_OVER,
        contact="Ask customs where the goods enter or leave, naming the recordal number.",
        form="china_customs",
        profile=INVESTIGATION,
        note="Since 2018 with the entry-exit inspection of AQSIQ. Looks at exports, too, and acts by itself on rights "
        "recorded with it, for ten years at a time; an application to detain a consignment goes to the port. The "
        "address of its recordal system was not verified.",
        sources=(
            "https://global.chinadaily.com.cn/regional/2010-08/13/content_11151811_2.htm",
            "https://blog.tradewin.net/big-changes-are-coming-to-china-imports-and-exports",
            "https://vdocument.in/how-to-record-ipr-with-customs-in-china.html",
        ),
    ),
    Example(
        key="ncac",
        name="National Copyright Administration",
        local_name="国家版权局",
        jurisdiction="CN",
        takes=Handing.HAND_OVER,
        contact="Ask the copyright administration where the infringement happens; nationally, the hotline 12390.",
        form="china_lead",
        profile=INVESTIGATION,
        note="For copyright only, where the public interest is harmed too, and within two years. In 2013 with GAPP; "
        "since 2018 a name that the Publicity Department of the party carries. That the hotline, announced in 2007, "
        "still answers was not verified.",
        sources=(
            "https://image.chinawriter.com.cn/n1/2018/0321/c418185-29881412.html",
            "https://www.shoulawyer.com/zhishi/191600.htm",
            "https://www.fswenwen.com/zhengcefalv/falvfagui/20070930134115.htm",
            "https://chinacopyrightandmedia.wordpress.com/2009/04/21/copyright-administrative-punishment-implementation-rules/",
        ),
    ),
    Example(
        key="ipr_center",
        name="National Intellectual Property Rights Coordination Center",
        local_name="",
        jurisdiction="US",
        takes=Handing.PORTAL,
        contact="https://www.iprcenter.gov",
        form="ipr_center",
        profile=INVESTIGATION,
        note="Led by Homeland Security Investigations; passes a complaint to the partner that can act on it. It has a "
        "form to fill in (OMB 1653-0053); its fields, and where on the page it stands today, were not verified.",
        sources=(
            "https://omb.report/icr/202202-1653-002/doc/118331300",
            "https://omb.report/icr/201503-1653-002/doc/56969602",
            "https://bpp.msu.edu/magazine/prosecutors-perspective-when-intellectual-property-stolen-june2023/",
        ),
    ),
    Example(
        key="pipcu",
        name="Police Intellectual Property Crime Unit, City of London Police",
        local_name="",
        jurisdiction="GB",
        takes=Handing.HAND_OVER,
        contact="https://www.cityoflondon.police.uk/police-forces/city-of-london-police/areas/city-of-london/about-us/"
        "about-us/pipcu/",
        form="pipcu",
        profile=INVESTIGATION,
        note="Takes serious and organised crime, goods sold online among it, by a referral form that its page offers. "
        "A website that only uses a company's name is for the national fraud reporting service instead. Where the "
        "form is sent was not verified.",
        sources=(
            "https://www.cityoflondon.police.uk/police-forces/city-of-london-police/areas/city-of-london/about-us/"
            "about-us/pipcu/",
            "https://businessdocbox.com/Marketing/103460573-Pipcu-referral-guide.html",
        ),
    ),
    Example(
        key="ipep",
        name="IP Enforcement Portal of the EUIPO",
        local_name="",
        jurisdiction="EU",
        takes=Handing.PORTAL,
        contact="https://euipo.europa.eu/ohimportal/pl/web/observatory/ip-enforcement-portal-home-page",
        form="ipep",
        profile=STANDARD,
        note="A way to customs and police of the member states: an alert, or, since October 2024, a customs "
        "application for action. The owner of a registered trade mark or design needs an account; a representative "
        "acts in it. The fields of an alert were not verified.",
        sources=(
            "https://euipo.europa.eu/ohimportal/pl/web/observatory/ip-enforcement-portal-home-page",
            "https://euipo.europa.eu/ohimportal/en/edb-company-product-helpquestions",
            "https://taxation-customs.ec.europa.eu/customs-4/prohibitions-and-restrictions/"
            "counterfeit-piracy-and-other-ipr-violations/defend-your-rights_en",
        ),
    ),
    Example(
        key="europol",
        name="Europol",
        local_name="",
        jurisdiction="EU",
        takes=Handing.HAND_OVER,
        contact="Go to the police of a member state; ask them to involve Europol through their national unit.",
        form="generic",
        profile=STANDARD,
        note="Not for complaints: it has no executive powers, acts when member states ask, and takes personal data "
        "from companies and persons through a national unit. An amendment of 2022 changed how companies may work with "
        "it; what it says of sending data directly was not verified.",
        sources=(
            "https://www.europol.europa.eu/DPF/4.3.PRIVATE_PARTIES_AND_PRIVATE_PERSONS.html",
            "https://www.europol.europa.eu/faq?c=144",
            "https://eur-lex.europa.eu/eli/reg/2022/991/oj",
        ),
    ),
    Example(
        key="interpol",
        name="INTERPOL",
        local_name="",
        jurisdiction="WO",
        takes=Handing.HAND_OVER,
        contact="Go to the national police; ask them to involve INTERPOL through their National Central Bureau.",
        form="generic",
        profile=STANDARD,
        note="Not for complaints: national police investigate, and reach it through the National Central Bureau of "
        "their country, which in general does not answer the public either.",
        sources=(
            "https://www.interpol.int/en/FAQs",
            "https://www.interpol.int/Resources/Information-for-journalists",
        ),
    ),
)
EXAMPLES: Mapping[str, Example] = {example.key: example for example in _EXAMPLES}
"""By key. The first five stand for those of 2013, under their names of today. Source: scmp.com, 24 April 2013."""
