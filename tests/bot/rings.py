"""Sellers whose owners are known: rings behind several accounts, traps that look like rings, and bystanders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from random import Random

from bot.model import Identifier, IdentifierKind
from bot.offenders import normal
from tests.make import identifier

MARKETPLACES = ("acme", "zeta", "bazaar")
AGENT_PHONE, AGENT_ADDRESS = "+86 755 2345 6789", "Unit 7, Harbour Forwarding, 12 Dock Road, Shenzhen"
Pair = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Town:
    """What people put on file, and which pairs of sellers truly are one."""

    identifiers: tuple[Identifier, ...]
    same: frozenset[Pair]
    sellers: int


def town(seed: int, *, rings: int = 60, strangers: int = 300, clients: int = 30) -> Town:
    """Rings of two to seven, clients of one forwarding agent, sellers of one common name, and strangers."""
    random = Random(seed)
    on_file: list[Identifier] = []
    same: set[Pair] = set()
    count = 0

    def sellers(how_many: int) -> list[str]:
        nonlocal count
        count += how_many
        return [f"{random.choice(MARKETPLACES)}:S-{number}" for number in range(count - how_many, count)]

    for ring in range(rings):
        members = sellers(random.randint(2, 7))
        same |= together([tuple(members)])
        on_file += _ring(ring, members, random)
    for client in sellers(clients):
        on_file += [_filed(client, IdentifierKind.PHONE, _respelt(AGENT_PHONE, random))]
        on_file += [_filed(client, IdentifierKind.RETURN_ADDRESS, AGENT_ADDRESS.upper())]
        on_file += _own(client, random)
    for seller in sellers(8):
        on_file += [_filed(seller, IdentifierKind.SHOP_NAME, random.choice(("Shop", "SHOP!", "shop")))]
        on_file += _own(seller, random)
    for seller in sellers(strangers):
        on_file += _own(seller, random)
    # Two who never met: one wrote down the other's phone by mistake, which is what costs precision.
    wrong = sellers(2)
    on_file += [_filed(seller, IdentifierKind.PHONE, "+44 20 7946 0018") for seller in wrong]
    random.shuffle(on_file)
    return Town(identifiers=tuple(on_file), same=frozenset(same), sellers=count)


def together(groups: Iterable[tuple[str, ...]]) -> frozenset[Pair]:
    """Every two sellers of a group, for every group."""
    return frozenset(pair for group in groups for pair in combinations(sorted(group), 2))


def _ring(number: int, members: list[str], random: Random) -> list[Identifier]:
    """Each member shares something with an earlier one; big rings also share one thing among all, as a hub would."""
    on_file = []
    for place, member in enumerate(members[1:], start=1):
        friend = members[random.randrange(max(0, place - 2), place)]
        kind = random.choice(list(IdentifierKind))
        value = _value(kind, f"{number}x{place}", random)
        on_file += [_filed(one, kind, _noisy(kind, value, random)) for one in (friend, member)]
    everyones = f"ringleader{number}@mail.example"
    on_file += [_filed(one, IdentifierKind.EMAIL, _noisy(IdentifierKind.EMAIL, everyones, random)) for one in members]
    if random.random() < 0.03:
        # Nobody ever found anything of this one, which is what costs recall.
        on_file = [one for one in on_file if one.seller != members[-1]]
    return on_file


def _own(seller: str, random: Random) -> list[Identifier]:
    """What only this seller has."""
    kinds = random.sample(list(IdentifierKind), k=random.randint(1, 3))
    return [_filed(seller, kind, _value(kind, seller.replace(":", "x"), random)) for kind in kinds]


def _value(kind: IdentifierKind, mark: str, random: Random) -> str:
    digits = f"{random.randrange(10**7):07d}"
    return {
        IdentifierKind.SHOP_NAME: f"Bright Sun Trading {mark}",
        IdentifierKind.PHONE: f"+49 30 {digits[:3]} {digits[3:]}",
        IdentifierKind.EMAIL: f"sales.{mark}@gmail.com",
        IdentifierKind.WECHAT: f"wx-{mark}-{digits}",
        IdentifierKind.PAYMENT: f"DE89 3704 0044 0{digits[:3]} {digits[3:]} 00",
        IdentifierKind.RETURN_ADDRESS: f"{digits[:2]} Mill Lane, Unit {mark}, 10{digits[2:5]} Berlin",
    }[kind]


def _noisy(kind: IdentifierKind, value: str, random: Random) -> str:
    """The same thing as another person would write it down."""
    if kind is IdentifierKind.PHONE:
        return _respelt(value, random)
    if kind is IdentifierKind.EMAIL:
        mailbox, _, domain = value.partition("@")
        return f" {mailbox}+{random.choice(('shop', 'eu', 'x'))}@{random.choice((domain, domain.upper()))}"
    if kind in (IdentifierKind.WECHAT, IdentifierKind.PAYMENT):
        return random.choice((value, value.upper(), value.replace("-", " "), value.replace(" ", "")))
    return random.choice((value, value.upper(), value.replace(",", " -"), f"{value}."))


def _respelt(phone: str, random: Random) -> str:
    bare = phone.replace(" ", "")
    return random.choice((phone, bare, f"00{bare[1:]}", phone.replace(" ", "-"), f"tel. {phone}", f"{phone} ext. 12"))


def _filed(seller: str, kind: IdentifierKind, value: str) -> Identifier:
    return identifier(seller, value, kind=kind, normal=normal(kind, value))
