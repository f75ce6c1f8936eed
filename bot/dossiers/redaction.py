"""What of a dossier's material may be shown: everything else is replaced, wherever and however it is written. Pure.

What is known of a seller in public stays: ids, names of shops, addresses of listings. So does what a person wrote
into the agency's form: it was written for this agency.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

import phonenumbers

from bot import custody
from bot.dossiers.exhibits import numbered
from bot.dossiers.patterns import EMAIL, PHONE, TELLING, people
from bot.dossiers.spellings import (
    Sought,
    places,
    plain,
    replaced,
    sought,
    sought_mailbox,
    sought_number,
    sought_words,
    squeezed,
    view,
)
from bot.model import (
    SYSTEM,
    Actor,
    Change,
    Event,
    Exhibit,
    Identifier,
    IdentifierKind,
    Identity,
    Listing,
    Material,
    Notice,
    Purchase,
    Seller,
    Shown,
)

Line = TypeVar("Line", Event, Change)
V = TypeVar("V")

_MENTION = re.compile(
    r"<@(?P<user>[UW][A-Z0-9]{2,})(?:\|[^<>]*)?>|\b[UWD]0[A-Z0-9]{7,}\b"
    r"|\b[UWD](?=[A-Z0-9]{0,9}[0-9])(?=[A-Z0-9]{0,9}[A-Z])[A-Z0-9]{8,10}\b"
)
"""People, and the rooms in which one speaks with them, as Slack writes them; older ones have no nought."""
_ROOM = re.compile(r"\bD[A-Z0-9]{8,10}\b")
"""The same of a room, where nothing else is written in capitals."""
_SHORT_PENCE = re.compile(r"[0-9]+[.,][0-9]")
_WITH_INITIALS = r"[\W_]{1,8}(?:[^\W\d_]\.?[\W_]{1,3}){0,2}"
"""What may stand between somebody's names: initials of others, too."""
_STAFF_WITHHELD = "[staff withheld]"
_PUBLIC = (Listing, Seller, Identity)
"""What is known of sellers in public."""
_NAMELESS = frozenset(
    {
        *("sending", "uncertain", "undone", "by_hand", "looked", "returned", "still_there", "seller", "answered"),
        *("stopped", "retried", "erased", "built"),
    }
)
"""Kinds of lines whose sentences are ours and hold nobody's name. A kind that is not here is taken to hold one."""
_THEIRS = frozenset({"decision", "surprise", "check_refused", "answer_refused", "withdrawal_refused", "delayed"})
"""Kinds of lines that tell what a marketplace says, unless a person tells it."""
_WORDS_WITHHELD = "[words withheld]"
_AS_IT_IS = frozenset(
    {
        *("id", "key", "sha256", "head", "media_type", "batch_id", "lot", "of", "notice_id", "a", "b", "marketplace"),
        *("seller", "sellers", "title", "currency", "jurisdiction", "jurisdictions", "initials", "built"),
    }
)
"""Names of fields that hold our own keys, and what is public."""
_PLAIN = (type(None), bool, int, float, date, Decimal, Enum)
"""What holds no words."""
_NUMBERS = frozenset({"reference", "registration_no", "office", "order_id", "text_version", "contact", "website"})
"""Names of fields with numbers that only look like a telephone's."""
_CURRENCY_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥元", "JPY": "¥円", "KRW": "₩", "INR": "₹"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Redacted:
    """The material with nothing in it that may not be shown, and its exhibits. `scrub` does the same to any text."""

    material: Material
    exhibits: tuple[Exhibit, ...]
    scrub: Scrub


class Scrub:
    """Replaces what is withheld in a text. The same text is looked at once."""

    def __init__(
        self, every: Iterable[Sought], *, patterns: bool, mentions: Mapping[str, str] | None, public: Iterable[str]
    ) -> None:
        """`mentions` has what people are called instead, by user id; None when their ids may be shown."""
        self._every = _once(every)
        self._patterns = patterns
        self._mentions = mentions
        self._public = frozenset(filter(None, (squeezed(plain(one)) for one in public)))
        self._numbers: dict[str, str] = {}
        self._count: Counter[str] = Counter()
        self._known: dict[tuple[str, bool], str] = {}

    @property
    def idle(self) -> bool:
        """Whether nothing is withheld."""
        return not (self._every or self._patterns or self._mentions is not None)

    def __call__(self, text: str, *, patterns: bool = True) -> str:
        """The text as it may be shown. `patterns` False leaves what merely looks like somebody's number."""
        if self.idle or len(text) < 2:
            return text
        kept = self._known.get((text, patterns))
        if kept is None:
            kept = self._known[text, patterns] = self._scrubbed(text, patterns=patterns and self._patterns)
        return kept

    def holds(self, text: str) -> bool:
        """Whether something in the text is withheld."""
        if self.idle:
            return False
        if self._mentions is not None and any(self._mentioned(one) != one[0] for one in _MENTION.finditer(text)):
            return True
        seen = view(text)
        if any(places(seen, self._every)):
            return True
        return self._patterns and any(not self._is_public(seen.text[start:end]) for start, end, _ in people(seen.text))

    def where(self, text: str) -> str:
        """From where somebody acted, as it may be shown."""
        shown = self(text)
        return _ROOM.sub(self._mentioned_room, shown) if self._mentions is not None else shown

    def raw(self, value: Any, *, told: bool = False) -> Any:
        """The same for an answer of a marketplace, with all that is in it."""
        if isinstance(value, str):
            return self._answered(value, told=told)
        if isinstance(value, Mapping):
            return {
                self(str(key)): self.raw(one, told=TELLING.search(str(key)) is not None) for key, one in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.raw(one, told=told) for one in value]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            as_text = self._answered(str(value), told=told, patterns=told)
            return value if as_text == str(value) else as_text
        return value

    def _scrubbed(self, text: str, *, patterns: bool) -> str:
        if self._mentions is not None:
            text = _MENTION.sub(self._mentioned, text)
        seen = view(text)
        found = list(places(seen, self._every))
        if patterns:
            found += [
                (start, end, self._number(what, seen.text[start:end]))
                for start, end, what in people(seen.text)
                if not self._is_public(seen.text[start:end])
            ]
        return replaced(text, seen, found)

    def _mentioned(self, found: re.Match[str]) -> str:
        if not found["user"] and self._is_public(plain(found[0])):
            return found[0]
        return (self._mentions or {}).get(found["user"] or found[0], _STAFF_WITHHELD)

    def _answered(self, value: str, *, told: bool, patterns: bool = True) -> str:
        if self._is_amount(value):
            return self(f"{value}0", patterns=False)
        named = told and self._patterns and value and not self._is_public(plain(value))
        if named:
            return self._number(EMAIL if "@" in value else PHONE, plain(value))
        return self(value, patterns=patterns)

    def _is_amount(self, text: str) -> bool:
        """Whether a value that is nothing but a number is one that is withheld, as JSON has it: 49.9."""
        return _SHORT_PENCE.fullmatch(text) is not None and self(f"{text}0", patterns=False) != f"{text}0"

    def _mentioned_room(self, found: re.Match[str]) -> str:
        return found[0] if self._is_public(plain(found[0])) else _STAFF_WITHHELD

    def _is_public(self, text: str) -> bool:
        return squeezed(text) in self._public

    def _number(self, what: str, value: str) -> str:
        """The same for the same value, within one dossier."""
        core = f"{what} {squeezed(value)}"
        if core not in self._numbers:
            self._count[what] += 1
            self._numbers[core] = f"[other {what} {self._count[what]} withheld]"
        return self._numbers[core]


def redacted(material: Material) -> Redacted:
    """What may be shown of the material, by what its referral shows."""
    hidden = frozenset(Shown) - material.referral.shows
    staff = _staff(material) if Shown.STAFF in hidden else {}
    every = [
        *(_of_staff(material, staff) if staff else ()),
        *(_of_sellers(material) if Shown.IDENTIFIERS in hidden else ()),
        *(_of_money(material) if Shown.MONEY in hidden else ()),
    ]
    scrub = Scrub(
        every,
        patterns=Shown.THIRD_PARTIES in hidden,
        mentions=staff if Shown.STAFF in hidden else None,
        public=_public(material),
    )
    if scrub.idle:
        return Redacted(material=material, exhibits=numbered(material), scrub=scrub)
    shown = _Redaction(material, scrub, staff, hidden).all()
    return Redacted(material=shown, exhibits=numbered(shown), scrub=scrub)


class _Redaction:
    """One pass over the material."""

    def __init__(self, material: Material, scrub: Scrub, staff: Mapping[str, str], hidden: frozenset[Shown]) -> None:
        self._material = material
        self._scrub = scrub
        self._staff = staff
        self._hidden = hidden
        self._identifiers = _numbered_identifiers(material.identifiers)
        self._notices = {one.id: self._notice(one) for one in material.notices}

    def all(self) -> Material:
        one = self._material
        return replace(
            one,
            referral=replace(self._value(one.referral), answers=self._answers(one.referral.answers or {})),
            agency=replace(self._value(one.agency), contact=one.agency.contact),
            offender=one.offender,  # public, and figures
            links=tuple(map(self._value, one.links)),
            identifiers=tuple(map(self._identifier, one.identifiers)),
            rights=tuple(map(self._value, one.rights)),
            notices=tuple(self._notices.values()),
            events={of: tuple(map(self._line, events)) for of, events in one.events.items()},
            purchases=tuple(map(self._purchase, one.purchases)),
            changes=tuple(map(self._line, one.changes)),
            names={name: name for name in self._staff.values()} if self._staff else one.names,
            answers=self._answers(one.answers),
            missing=tuple(map(self._text, one.missing)),
            others=tuple(replace(self._value(other), answers=None, summary="") for other in one.others),
        )

    def _text(self, text: str) -> str:
        return self._scrub(text)

    def _answers(self, answers: Mapping[str, str]) -> dict[str, str]:
        return {self._scrub(asked): self._scrub(words, patterns=False) for asked, words in answers.items()}

    def _actor(self, actor: Actor) -> Actor:
        if actor.user_id in self._staff:
            return Actor(user_id=self._staff[actor.user_id])
        return replace(actor, where=self._scrub.where(actor.where)) if actor.where else actor

    def _value(self, value: V) -> V:
        """The value with every text in it as it may be shown."""
        walked: Any = value
        if isinstance(value, _PLAIN):
            return value
        if isinstance(value, Actor):
            walked = self._actor(value)
        elif isinstance(value, _PUBLIC):
            walked = value
        elif is_dataclass(value) and not isinstance(value, type):
            walked = self._dataclass(value)
        elif isinstance(value, str):
            walked = self._text(value)
        elif isinstance(value, tuple):
            walked = tuple(map(self._value, value))
        elif isinstance(value, Mapping):
            walked = {key: self._value(one) for key, one in value.items()}
        return walked  # type: ignore[no-any-return]

    def _dataclass(self, value: Any) -> Any:
        changes: dict[str, Any] = {}
        for name in _told(value.__class__):
            old = getattr(value, name)
            new = self._scrub(old, patterns=name not in _NUMBERS) if type(old) is str else self._value(old)
            if new is not old:
                changes[name] = new
        return replace(value, **changes) if changes else value

    def _notice(self, notice: Notice) -> Notice:
        shown = self._value(notice)
        listing = replace(notice.listing, url=notice.listing.canonical)  # as typed it may say who looked
        if Shown.STAFF not in self._hidden:
            return replace(shown, listing=listing)
        said = notice.declaration
        declaration = replace(
            shown.declaration,
            signature=self._name(said.affirmed_by),
            affirmed_by=self._name(said.affirmed_by),
        )
        return replace(
            shown, listing=listing, declaration=declaration, owner=self._name(notice.owner), channel="", fetching=()
        )

    def _name(self, user_id: str) -> str:
        return self._staff.get(user_id, user_id if not user_id else _STAFF_WITHHELD)

    def _identifier(self, one: Identifier) -> Identifier:
        shown = replace(one, by=self._actor(one.by), mark="")
        shown = replace(shown, removed_by=self._actor(one.removed_by)) if one.removed_by else shown
        if Shown.IDENTIFIERS in self._hidden and one.kind is not IdentifierKind.SHOP_NAME:
            instead = self._identifiers.get((one.kind, one.normal), "")
            return replace(shown, value=instead, normal=instead)
        return replace(
            shown, value=self._scrub(one.value, patterns=False), normal=self._scrub(one.normal, patterns=False)
        )

    def _purchase(self, one: Purchase) -> Purchase:
        shown = replace(self._value(one), listing=one.listing, fetching=())
        if Shown.STAFF in self._hidden and one.decided_by:
            shown = replace(shown, decided_by=self._scrub(one.decided_by))
        if Shown.MONEY in self._hidden:
            withheld = "[order withheld]" if one.order_id else ""
            shown = replace(shown, order_id=withheld, cost=None, currency="")
        return shown

    def _line(self, line: Line) -> Line:
        """What of it may not be shown is only committed to, so that its chain can be followed all the same.

        The hash of a notice's terms has no salt: with it, a guess at what is withheld of them could be proved.
        """
        raw = {name: value for name, value in line.raw.items() if name != "terms"}
        new: dict[str, Any] = {
            "actor": self._actor(line.actor),
            "where": self._scrub.where(line.where),
            "words": self._words(line),
            "raw": self._answer(line, raw),
        }
        parts = {"who": "actor", "where": "where", "words": "words", "raw": "raw"}
        gone = [part for part, name in parts.items() if new[name] != getattr(line, name)]
        if not gone:
            return line
        erased = custody.without(line, gone) if custody.chained(line) else line
        return replace(erased, **new)

    def _words(self, line: Event | Change) -> str:
        """Names are written into sentences for good, old ones too: where one may be, its kind stands in its place."""
        nameless = line.kind in _NAMELESS or (line.kind in _THEIRS and line.actor.user_id not in self._staff)
        if Shown.STAFF not in self._hidden or nameless or not line.words:
            return self._scrub(line.words)
        kind = line.kind.replace("_", " ").capitalize()
        standing = f"“{line.status.words}”" if isinstance(line, Event) else ""
        return f"{', at '.join(filter(None, [kind, standing]))}{': ' if kind or standing else ''}{_WORDS_WITHHELD}"

    def _answer(self, line: Event | Change, raw: Mapping[str, Any]) -> Any:
        if Shown.STAFF in self._hidden and custody.is_hand_over(line):
            return {"to": self._name(line.raw["to"])}
        return self._scrub.raw(raw)


@functools.cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind)) if is_dataclass(kind) else ()


@functools.cache
def _told(kind: type) -> tuple[str, ...]:
    """The fields of it that may have to be replaced."""
    return tuple(name for name in _fields(kind) if name not in _AS_IT_IS)


def _staff(material: Material) -> dict[str, str]:
    """`staff 1` and on for each of our people, in the order in which they come up."""
    people = dict.fromkeys(who.user_id for who in _actors(material))
    people.update(dict.fromkeys(line.raw["to"] for line in _hand_overs(material)))
    people.update(dict.fromkeys(material.names))
    ours = [one for one in people if one and one != SYSTEM.user_id and one not in material.marketplaces]
    return {user: f"staff {number}" for number, user in enumerate(ours, 1)}


def _actors(material: Material) -> Iterator[Actor]:
    """Everybody who acts anywhere in it."""
    yield from _in_it(material.referral)
    for link in material.links:
        yield from (step.by for step in link.steps)
    for one in (*material.identifiers, *material.purchases, *material.others, material.agency):
        yield from _in_it(one)
    for notice in material.notices:
        yield from _in_it(notice)
        yield from (Actor(user_id=notice.declaration.affirmed_by), Actor(user_id=notice.owner))
        for evidence in notice.evidence:
            yield evidence.by
        for part in (notice.approval, notice.override, notice.answer):
            yield from _in_it(part)
    for purchase in material.purchases:
        yield from (photo.by for photo in purchase.photos)
    for events in material.events.values():
        yield from (event.actor for event in events)
    yield from (change.actor for change in material.changes)


def _hand_overs(material: Material) -> Iterator[Event]:
    return (line for events in material.events.values() for line in events if custody.is_hand_over(line))


def _in_it(value: Any) -> Iterator[Actor]:
    """Who is named in a field of it."""
    for name in _fields(value.__class__):
        actor = getattr(value, name)
        if isinstance(actor, Actor):
            yield actor


def _of_staff(material: Material, staff: Mapping[str, str]) -> Iterator[Sought]:
    firms = {plain(one) for one in _firms(material)}
    for user, instead in staff.items():
        yield from sought(user, instead)
    known = [(material.names.get(user, ""), instead) for user, instead in staff.items()]
    known += [
        (said.signature, staff.get(said.affirmed_by, _STAFF_WITHHELD))
        for said in (notice.declaration for notice in material.notices)
    ]
    known += [(one.decided_by, _STAFF_WITHHELD) for one in material.purchases]
    for line in _hand_overs(material):
        # What they were called then: they may be called otherwise now.
        known.append((str(line.raw.get("to_name", "")), staff.get(line.raw["to"], _STAFF_WITHHELD)))
        known.append((str(line.raw.get("by_name", "")), staff.get(line.actor.user_id, _STAFF_WITHHELD)))
    for name, instead in dict.fromkeys(known):
        if plain(name) not in firms:
            yield from _of_person(name, instead)


def _firms(material: Material) -> Iterator[str]:
    """Whose name is no person's of ours, even where one signed with it."""
    yield from (material.organisation, material.agency.name, *material.marketplaces.values())
    for right in (*material.rights, *(notice.right for notice in material.notices)):
        yield from (right.owner, right.agent)


def _of_person(name: str, instead: str) -> Iterator[Sought]:
    """A name, and with the last part first."""
    if not name.strip():
        return
    yield from sought_words(name, instead, between=_WITH_INITIALS)
    parts = name.split()
    if len(parts) > 1:
        yield from sought_words(" ".join([parts[-1], *parts[:-1]]), instead, between=r"[\s,_.-]{1,2}")


def _of_sellers(material: Material) -> Iterator[Sought]:
    numbered_ = _numbered_identifiers(material.identifiers)
    for one in material.identifiers:
        instead = numbered_.get((one.kind, one.normal))
        if instead is None:
            continue
        spelled = sought_words if one.kind is IdentifierKind.RETURN_ADDRESS else sought
        yield from spelled(one.value, instead)
        yield from spelled(one.normal, instead)
        if one.kind is IdentifierKind.PHONE:
            yield from _of_phone(one.normal, instead)
        if one.kind is IdentifierKind.EMAIL and one.normal.endswith("@gmail.com"):
            yield from sought_mailbox(one.normal.partition("@")[0], ("gmail.com", "googlemail.com"), instead)


def _of_phone(normal: str, instead: str) -> Iterator[Sought]:
    try:
        number = phonenumbers.parse(normal, None)
    except phonenumbers.NumberParseException:
        yield from sought_number("", normal.lstrip("+0"), instead)
        return
    yield from sought_number(str(number.country_code), str(number.national_number), instead)


def _numbered_identifiers(identifiers: Iterable[Identifier]) -> dict[tuple[IdentifierKind, str], str]:
    """`[phone 1 withheld]` and on; the same value is the same number, whoever has it."""
    count: Counter[IdentifierKind] = Counter()
    found: dict[tuple[IdentifierKind, str], str] = {}
    for one in identifiers:
        if one.kind is not IdentifierKind.SHOP_NAME and one.normal and (one.kind, one.normal) not in found:
            count[one.kind] += 1
            found[one.kind, one.normal] = f"[{one.kind.words} {count[one.kind]} withheld]"
    return found


def _of_money(material: Material) -> Iterator[Sought]:
    for one in material.purchases:
        yield from sought(one.order_id, "[order withheld]")
        if one.cost is not None:
            yield from _of_cost(one.cost, one.currency)


def _of_cost(cost: Decimal, currency: str) -> Iterator[Sought]:
    """An amount with its currency, or with its pence: a bare small number may be anything."""
    whole, pence = divmod(abs(cost), 1)
    grouped = r"[.,' \u00a0\u2009\u202f]?".join(_thousands(str(int(whole))))
    cents = f"{pence:.2f}"[2:]
    exact = rf"{grouped}[.,]{cents}"
    amount = exact if pence else rf"{grouped}(?:[.,](?:0{{1,2}}|-))?"
    if pence and cents.endswith("0"):
        amount = rf"{exact[:-1]}0?"
    signs = "|".join(re.escape(one) for one in [plain(currency), *_CURRENCY_SIGNS.get(currency, "")] if one)
    before, after = r"(?<![0-9.,])", r"(?![0-9]|[.,][0-9])"
    bare = rf"|{before}{exact if pence else amount}{after}" if pence or int(whole) >= 1000 else ""
    core = squeezed(str(int(whole)))
    pattern = (
        rf"(?:{signs})\s?{amount}{after}|{before}{amount}\s?(?:{signs}){bare}" if signs else bare.removeprefix("|")
    )
    if pattern:
        # Squeezed, grouping is gone, so that the whole part stands together.
        yield Sought(core, re.compile(pattern), "[amount withheld]")


def _thousands(digits: str) -> list[str]:
    first = len(digits) % 3
    return [part for part in (digits[:first], *(digits[at : at + 3] for at in range(first, len(digits), 3))) if part]


def _public(material: Material) -> Iterator[str]:
    """What may look like somebody's number, and is known to be something else, or is there for this agency."""
    yield from (material.agency.contact, material.organisation)
    for identity in material.offender.identities:
        yield from (identity.seller_id, *identity.names)
    for right in material.rights:
        yield right.registration_no
    for notice in material.notices:
        listing = notice.listing
        yield from (listing.listing_id, listing.canonical, notice.reference, notice.right.registration_no)
        if notice.seller:
            yield from (notice.seller.seller_id, notice.seller.name)
    for one in material.purchases:
        yield from (one.order_id, one.listing)
    for words in [*material.answers.values(), *(material.referral.answers or {}).values()]:
        seen = view(words).text
        yield from (seen[start:end] for start, end, _ in people(seen))
    for known in material.identifiers:
        yield from (known.value, known.normal)


def _once(every: Iterable[Sought]) -> tuple[Sought, ...]:
    """Without those that are there already; what is longer is looked for first."""
    kept = {(one.core, one.pattern.pattern): one for one in reversed(list(every))}
    return tuple(sorted(kept.values(), key=lambda one: -len(one.core)))
