"""How holds, retention and privacy look; all of it only ever in private."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.blocks import Json, Message, as_written, button, buttons, cut, message, small, when_plain
from bot.blocks.forms import asking_why
from bot.blocks.register import turns
from bot.blocks.tables import ask_first, header, one_line
from bot.model import PAGE, WHY_LIMIT, Hold

_NAMED = re.compile(r"(.*?)(ies|s)((?: of .*| on .*| sent)?)")
_OTHERS = 5
_WORD, _PARAGRAPH, _PARAGRAPHS = 200, 1500, 15
_ELSEWHERE = (
    "What is in Slack already, at marketplaces, with agencies or in backups is out of my reach: docs/privacy.md "
    "says what to do there."
)


def holds(
    found: Sequence[Hold],
    *,
    linked: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    total: int,
    page: int,
) -> Message:
    """A page of holds, oldest first."""
    start = (page - 1) * PAGE
    span = f"{start + 1}–{start + len(found)} of {total}" if found else f"there is no page {page}; {total} in all"
    title = f"On legal hold: {span}" if total else "Nobody is on legal hold."
    lines = [_hold(one, linked.get(one.seller, ()), names) for one in found]
    shown = [header(title), *map(as_written, lines), *buttons(turns("holds", page, total))]
    return message([title, *lines], shown)


def retention(rows: Sequence[tuple[str, str, str]], *, going: int, run: bool) -> Message:
    """`rows`: a kind, how long it is kept, and what would go now. `run` brings the button that lets it go."""
    title = "What would go now" if run else "How long records are kept"
    lines = [f"{kind}: {kept}. {now}" for kind, kept, now in rows]
    note = "Nothing goes now." if not going else "This is a dry run: nothing has gone. It goes every night by itself."
    go = ask_first(
        button(f"Let {_many(going, 'records')} go now", "privacy.run", "run"),
        title="Let them go?",
        words="What goes cannot be brought back, from no backup of this desk's own either.",
        confirm="Let them go",
    )
    look = button("Look at it once more", "privacy.look", "retention run")
    ways = ([go] if run else [look]) if going else []
    return message([title, *lines, note], [header(title), *map(as_written, lines), *buttons(ways), small(note)])


def went(words: str) -> Message:
    """What a run let go."""
    line = f"Gone: {words}." if words else "Nothing was to go."
    return message([line], [as_written(line)])


def dry_run(
    title: str,
    *,
    gone: Mapping[str, int],
    kept: Mapping[tuple[str, str], int],
    words: Sequence[str],
    near: Sequence[str],
    value: str,
    person: bool,
) -> Message:
    """What an erasure would do; the button asks for the reason. `value` is what was asked for.

    `words` are looked for everywhere, `near` only near the person or the seller: a wrong one is seen before it is gone.
    """
    head = one_line(f"Erasing {title}: a dry run", 150)
    would = [_many(count, what) for what, count in gone.items()]
    stays = [f"{_many(count, what)} {why}" for (what, why), count in kept.items()]
    lines = [
        f"Would be erased: {', '.join(would)}." if would else "Nothing of it can be erased.",
        *([f"Has to stay: {'; '.join(stays)}. {_LAW}"] if stays else []),
        *(["A person's name and id become “erased person”; the chains of custody hold."] if person and would else []),
        *_listed("Looked for in every text, in capitals or not", words),
        *_listed(_NEAR_THEM if person else _NEAR_SELLER, near),
    ]
    ways = [button("Erase it…", "privacy.ask", value)] if would else []
    return message(
        [head, *lines, _ELSEWHERE], [header(head), *map(as_written, lines), *buttons(ways), small(_ELSEWHERE)]
    )


_NEAR_THEM = "Looked for as it is written, only where they act, sign or are mentioned by id"
_NEAR_SELLER = "Looked for only where they are the seller"
_LAW = "The law lets it stay where legal claims need it (GDPR, Article 17(3)(e))."


def why_form(value: str, title: str) -> Json:
    """Asks why something is erased. Metadata: what was asked for."""
    hint = "It is kept, so say it without what is erased: “asked for on 3 March”. There is no way back."
    asked = cut(f"Erase {one_line(title)}", 24)
    return asking_why(asked, hint, submit="Erase", close="Leave it", callback_id="privacy.erase", about=value)


def erased(stand_in: str, *, gone: Mapping[str, int], kept: Mapping[tuple[str, str], int], number: int) -> Message:
    """What was done."""
    counts = ", ".join(_many(count, what) for what, count in gone.items())
    lines = [
        f"Erased: {counts}. In its place stands “{stand_in}”.",
        *(
            ["; ".join(f"{_many(count, what)} {why} stayed" for (what, why), count in kept.items()) + "."]
            if kept
            else []
        ),
        f"On record as privacy:{number}, without what was erased.",
    ]
    return message([*lines, _ELSEWHERE], [*map(as_written, lines), small(_ELSEWHERE)])


def under_way() -> Message:
    """That it takes longer than Slack waits."""
    line = "This takes a while: I am at it, and tell you in our direct messages when it is done."
    return message([line], [as_written(line)])


def exported(title: str, counts: Mapping[str, int]) -> Message:
    """That a file comes."""
    found = ", ".join(_many(count, what) for what, count in counts.items() if count) or "nothing"
    line = one_line(f"What is kept of {title} comes to our direct messages: {found}.", 1000)
    note = "It may name other people too: look through it before you hand it on."
    return message([line, note], [as_written(line), small(note)])


def _listed(label: str, words: Sequence[str]) -> list[str]:
    """All of them, in as many paragraphs as that takes."""
    paragraphs: list[str] = []
    for number, word in enumerate(words):
        quoted = f"“{one_line(word, _WORD)}”"
        if not paragraphs or len(paragraphs[-1]) + len(quoted) > _PARAGRAPH:
            if len(paragraphs) == _PARAGRAPHS:
                paragraphs.append(f"… and {len(words) - number} more: `python -m bot privacy erase` lists them all.")
                break
            paragraphs.append(f"{label}: {quoted}")
        else:
            paragraphs[-1] += f", {quoted}"
    return paragraphs


def _hold(one: Hold, linked: Sequence[str], names: Mapping[str, str]) -> str:
    by = one_line(names.get(one.by.user_id, one.by.user_id))
    more = f" and {len(linked) - _OTHERS} more" if len(linked) > _OTHERS else ""
    also = f"\nAlso held, as linked: {', '.join(map(one_line, linked[:_OTHERS]))}{more}" if linked else ""
    return f"{one_line(one.seller)} since {when_plain(one.at)}, by {by}: {one_line(one.why, WHY_LIMIT)}{also}"


def _many(count: int, what: str) -> str:
    """`2 lines of their histories`, and of one: `1 line of their histories`."""
    if count != 1:
        return f"{count:,} {what}"
    named = _NAMED.fullmatch(what)
    return f"1 {named[1]}{'y' if named[2] == 'ies' else ''}{named[3]}" if named else f"1 {what}"
