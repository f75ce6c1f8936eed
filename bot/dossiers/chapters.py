"""The first half of a dossier, one function a chapter: who it is, and what was done. Material in, blocks out. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bot.dossiers import months
from bot.dossiers.lettering import quoted, written
from bot.dossiers.setting import Json, briefs, day, facts, in_a_row, many, marketplace, person, sub, table, text
from bot.model import ComeBack, Exhibit, Link, LinkState, Material, PurchaseState, Shown, Status
from bot.offenders import parts


def summary(material: Material, exhibits: Sequence[Exhibit]) -> list[Json]:
    referral, offender, notices = material.referral, material.offender, briefs(material)
    organisation, agency = quoted(material.organisation), quoted(material.agency.name)
    upheld = sum(brief.upheld for brief in notices)
    relisted = sum(brief.came_back is ComeBack.RELISTED for brief in notices)
    counterfeit = [one for one in material.purchases if one.state is PurchaseState.COUNTERFEIT]
    who = many(len(offender.identities), "seller account")
    where = in_a_row([quoted(marketplace(material, key)) for key in offender.marketplaces])
    first = min((notice.filed_at for notice in material.notices), default=None)
    last = max((notice.filed_at for notice in material.notices), default=None)
    lines = [f"{organisation} refers {quoted(offender.title)} to {agency}: {who} on {where}."]
    if len(offender.identities) > 1:
        lines[0] += " People linked the accounts, for the reasons in chapter 2."
    if first and last:
        lines.append(
            f"From {day(first)} to {day(last)}, {many(len(notices), 'notice was', 'notices were')} filed about "
            f"listings of theirs; the marketplaces upheld {upheld:,} of them. "
            + (f"After a removal, {many(relisted, 'listing')} came back, listed anew." if relisted else "")
        )
    else:
        lines.append("No notice about a listing of theirs is on file.")
    if material.purchases:
        confirmed = len(counterfeit)
        lines.append(
            f"{many(len(material.purchases), 'test purchase was', 'test purchases were')} made; "
            f"{confirmed:,} of them {'was' if confirmed == 1 else 'were'} confirmed as counterfeit."
        )
    if exhibits:
        lines.append(f"{many(len(exhibits), 'exhibit is', 'exhibits are')} listed in chapter 8.")
    return [
        *map(text, lines),
        sub("What they do, and why it matters"),
        text(referral.summary) if referral.summary.strip() else text("No summary was written."),
        *_answers(material),
        *_missing(material),
        *_others(material),
    ]


def _answers(material: Material) -> list[Json]:
    if not material.answers:
        return []
    form = [text(f"The form: {quoted(material.form_title)}.")] if material.form_title else []
    return [sub("What the agency’s form asks"), *form, facts(material.answers.items())]


def _missing(material: Material) -> list[Json]:
    if not material.missing:
        return []
    return [
        sub("What is not known"),
        text("The agency’s form asks for more than is on file:"),
        {"kind": "list", "items": [written(line) for line in material.missing]},
    ]


def _others(material: Material) -> list[Json]:
    if not material.others:
        return []
    lines = (f"{quoted(one.agency_name)}: {one.id}, {one.state.words}, {day(one.at)}" for one in material.others)
    return [sub("Referred to others too"), {"kind": "list", "items": [written(line) for line in lines]}]


def offender(material: Material) -> list[Json]:
    one = material.offender
    titles = {identity.key: identity.title for identity in one.identities}
    rows = (
        (
            marketplace(material, identity.marketplace),
            identity.seller_id,
            "; ".join(map(quoted, identity.names)) or "no name is on file",
            f"{identity.upheld_in_all:,}",
        )
        for identity in one.identities
    )
    return [
        text("Each seller is known by the id that the marketplace gave; names can be changed and are labels only."),
        table("Marketplace|Seller id|Names, newest first|Upheld in all", "2 3 5 2", rows, right=[3]),
        sub("Why these are one offender"),
        *_links([link for link in material.links if link.linked], titles, material),
        sub("What else they are known by"),
        *_identifiers(material, titles),
    ]


def _links(links: Sequence[Link], titles: Mapping[str, str], material: Material) -> list[Json]:
    if not links:
        alone = "It is one account: no link to another was made."
        return [text(alone if len(titles) == 1 else "No link between these accounts is on file.")]
    rows = (
        (
            [titles.get(link.a, link.a), f"and {quoted(titles.get(link.b, link.b))}"],
            [step.reason, _said(step.state)],
            person(material, step.by),
            day(step.at),
        )
        for link in links
        for step in link.steps
    )
    return [
        text(
            "No program links sellers: a person gave the reason for each link, and it holds until somebody undoes it."
        ),
        table("Sellers|Why|By|On", "4 5 2 2", rows),
    ]


def _said(state: LinkState) -> str:
    return {
        LinkState.LINKED: "Linked",
        LinkState.UNLINKED: "Link undone",
        LinkState.DISMISSED: "Found not to be linked",
    }[state]


def _identifiers(material: Material, titles: Mapping[str, str]) -> list[Json]:
    known = [one for one in material.identifiers if one.on_file]
    if not known:
        left_out = Shown.IDENTIFIERS not in material.referral.shows
        words = "Phones, addresses, payment accounts and the like are left out of this dossier."
        return [text(words if left_out else "Nothing else is on file: no phone, address or payment account.")]
    rows = (
        (titles.get(one.seller, one.seller), one.kind.words, one.value, person(material, one.by), day(one.at))
        for one in known
    )
    return [table("Seller|What|Value|Put on file by|On", "4 2 4 2 2", rows)]


def rights(material: Material) -> list[Json]:
    if not material.rights:
        return [text("No right is on file for these notices.")]
    relied = Counter(notice.right.key for notice in material.notices)
    rows = (
        (
            [right.title, right.kind.value.replace("trademark", "trade mark"), _classes(right.nice_classes)],
            [right.registration_no or "not registered", right.office],
            ", ".join(right.jurisdictions),
            day(right.expires_on) if right.expires_on else "no expiry on file",
            [right.owner, *_agent(right.agent, right.power_of_attorney, right.power_of_attorney_expires_on)],
            f"{relied[right.key]:,}",
        )
        for right in material.rights
    )
    head = "Right|Registration|Territory|Expires|Owner and agent|Notices"
    return [
        text("Each as it stands on file. Territories are ISO 3166 codes; EU is the Union, WO an international right."),
        table(head, "3 3 2 2 4 1.4", rows, right=[5]),
    ]


def _classes(numbers: Sequence[int]) -> str:
    return f"Nice {'class' if len(numbers) == 1 else 'classes'} {', '.join(map(str, numbers))}" if numbers else ""


def _agent(name: str, power: str, until: date | None) -> Iterable[str]:
    if not name:
        yield "files in its own name"
        return
    yield f"Agent: {quoted(name)}"
    yield f"Power of attorney: {quoted(power)}" if power else "No power of attorney is on file."
    if until:
        yield f"valid to {day(until)}"


def figures(material: Material) -> list[Json]:
    score, notices = material.offender.score, briefs(material)
    count = Counter(brief.status for brief in notices)
    rows = [
        ("Notices filed", len(notices)),
        ("Upheld: the marketplace removed the listing", sum(brief.upheld for brief in notices)),
        ("Gone, with no word from the marketplace", count[Status.GONE]),
        ("Rejected", count[Status.REJECTED]),
        ("Overturned: back because the seller was right or the removal wrong", sum(one.overturned for one in notices)),
        ("Relisted after a removal", sum(brief.came_back is ComeBack.RELISTED for brief in notices)),
        ("Counter-notices by the seller", sum(brief.contested for brief in notices)),
        ("Still open", sum(not brief.status.final for brief in notices)),
    ]
    return [
        {**facts((name, f"{number:,}") for name, number in rows), "kind": "counts"},
        sub(f"Score: {score.total:.1f}"),
        text(
            "The parts are the four that Article 23(3) of the Digital Services Act, Regulation (EU) 2022/2065, names. "
            "It ranks offenders among themselves and is no measure of guilt."
        ),
        {"kind": "list", "items": [written(line) for line in parts(score)]},
        sub("Strikes under each marketplace’s own rule"),
        *_strikes(material),
        sub("Month by month"),
        *_timeline(material),
    ]


def _strikes(material: Material) -> list[Json]:
    if not material.offender.strikes:
        return [text("No rule of these marketplaces counts strikes.")]
    titles = {identity.key: identity.title for identity in material.offender.identities}
    rows = (
        (
            marketplace(material, struck.rule.marketplace),
            titles.get(struck.seller, struck.seller),
            f"{struck.count} of {struck.rule.limit}",
            f"in {struck.rule.window_days} days" if struck.rule.window_days else "ever",
            struck.rule.consequence,
        )
        for struck in material.offender.strikes
    )
    return [table("Marketplace|Seller|Strikes|Counted|At the limit", "2 4 2 2 4", rows)]


def _timeline(material: Material) -> list[Json]:
    stretches = months.series(material.notices)
    if not stretches:
        return [text("There is nothing to draw: no notice is on file.")]
    ticks = months.ticks(max(max(one.values) for one in stretches))
    rows = [(one.title, *(f"{value:,}" for value in one.values)) for one in stretches]
    total = ("In all", *(f"{sum(one.values[at] for one in stretches):,}" for at in range(3)))
    return [
        {
            "kind": "chart",
            "alt": "Bars of notices filed, upheld and relisted over time; the table beneath has the same figures.",
            "series": ["filed", "upheld", "relisted"],
            "points": [{"label": one.label, "values": list(one.values)} for one in stretches],
            "top": ticks[-1],
            "ticks": ticks,
        },
        table("When|Filed|Upheld|Relisted", "3 2 2 2", [*rows, total], right=[1, 2, 3]),
    ]
