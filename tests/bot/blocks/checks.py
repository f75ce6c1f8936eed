"""What holds for everything that is drawn of offenders and digests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from bot.blocks import Json, Message
from bot.model import Identity, Offender, Strikes, Struck, Violation
from bot.sandbox.block_kit import block_problems
from tests.bot.blocks import made
from tests.bot.blocks import test_drawings as drawings

people = st.one_of(st.sampled_from(drawings.NASTY), st.text(max_size=60))
names = st.one_of(
    st.sampled_from([text[:200] for text in drawings.NASTY]),
    st.sampled_from(["淘" * 200, "🏴‍☠️" * 40, "<" * 200, "&" * 200, "=1+1", "   ", "\u200b"]),
    st.text(max_size=200),
)
ids = names.map(lambda text: text or "x")


def name(key: str) -> str:
    return {"acme": "Acme Market", "bazar": "Bazar"}.get(key, "Acme *Market* <!here>")


@st.composite
def sellers(draw: st.DrawFn) -> Offender:
    """An offender of one seller or of many, under any names."""
    identities = tuple(
        Identity(
            key=f"{market}:{seller_id}{at}",
            marketplace=market,
            seller_id=f"{seller_id}{at}",
            names=tuple(draw(st.lists(names, max_size=3))),
            upheld=at,
        )
        for at, (market, seller_id) in enumerate(draw(st.sampled_from([1, 2, 30])) * [("acme", draw(ids))])
    )
    rule = Strikes(
        marketplace="acme",
        limit=3,
        counts=frozenset(draw(st.sets(st.sampled_from(Violation)))),
        window_days=draw(st.sampled_from([None, 365])),
        consequence=draw(names),
    )
    return made.offender(
        key=identities[0].key,
        identities=identities,
        before=draw(st.integers(0, 9)),
        new=draw(st.booleans()),
        strikes=(Struck(rule=rule, seller=identities[0].key, count=2),) * draw(st.integers(0, 3)),
        last_upheld_at=draw(st.sampled_from([None, made.END])),
    )


def check(message: Message, *, blocks: bool = True) -> None:
    """Slack takes it, a screen reader has all of it, and nobody's words do anything."""
    assert not block_problems(list(message.blocks), "message")
    assert bool(message.blocks) is blocks
    # What a button carries is never shown.
    drawings.check(replace(message, blocks=tuple(_without_values(list(message.blocks)))))


def texts(value: Any) -> list[str]:
    """Every text a block shows."""
    if isinstance(value, list | tuple):
        return [text for one in value for text in texts(one)]
    if not isinstance(value, dict):
        return []
    own = [value["text"]] if isinstance(value.get("text"), str) else []
    return own + [text for one in value.values() for text in texts(one)]


def blocks_of(message: Message, kind: str) -> list[Json]:
    return [block for block in message.blocks if block["type"] == kind]


def elements_of(message: Message) -> dict[str, list[str]]:
    """Every button's values by action id; of a menu, the values of its options."""
    found: dict[str, list[str]] = {}
    for element in _elements(list(message.blocks)):
        values = [option["value"] for option in element.get("options", [])] or [element.get("value", "")]
        found.setdefault(element["action_id"], []).extend(values)
    return found


def _elements(value: Any) -> list[Json]:
    if isinstance(value, list):
        return [found for one in value for found in _elements(one)]
    if not isinstance(value, dict):
        return []
    return ([value] if "action_id" in value else []) + [one for part in value.values() for one in _elements(part)]


def _without_values(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_values({**one, "value": str(at)} if _carries(one) else one) for at, one in enumerate(value)]
    if isinstance(value, dict):
        return {key: _without_values({**one, "value": "x"} if _carries(one) else one) for key, one in value.items()}
    return value


def _carries(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("value"), str)
