"""Agencies: to whom an offender may be referred, as admins keep it. None is on until an admin says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.agencies import EXAMPLES, FORMS, Example
from bot.desk import Desk, authority
from bot.desk.register import changed
from bot.errors import Conflict, Incomplete, Invalid, NotFound, WrongStatus
from bot.grammar.agencies import AGENCY_KEY
from bot.model import PROFILES, Actor, Agency, Change, Handing, May
from bot.territories import is_code, read_places

TO_DO = "look after the agencies"
NAME_LIMIT, CONTACT_LIMIT, NOTE_LIMIT = 200, 500, 1000
_BY_THEMSELVES = "An admin turns one on with `/takedown-admin agency on KEY`; `/takedown-admin agency` lists them."


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """The agencies on file, those that are on first; and the examples that are not on file."""

    agencies: tuple[Agency, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """All about one; `agency` is None where it is an example that nobody has turned on. `names` by user id."""

    key: str
    agency: Agency | None
    example: Example | None
    changes: tuple[Change, ...] = ()
    names: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wished:
    """A form, as typed."""

    key: str = ""
    name: str = ""
    jurisdiction: str = ""
    contact: str = ""
    takes: str = ""
    form: str = ""
    profile: str = ""
    note: str = ""


async def listed(desk: Desk, *, by: Actor) -> Listed:
    """Raises: NotAllowed: not an admin."""
    await authority.allowed(desk, by, May.ADMINISTER, TO_DO)
    there = await desk.store.entries(Agency)
    keys = {one.key for one in there}
    return Listed(
        agencies=tuple(sorted(there, key=lambda one: (not one.on, one.key))),
        examples=tuple(example for key, example in EXAMPLES.items() if key not in keys),
    )


async def known(desk: Desk, key: str, *, by: Actor) -> Known:
    """Raises: NotAllowed; NotFound: neither on file nor an example."""
    await authority.allowed(desk, by, May.ADMINISTER, TO_DO)
    agency, example = await desk.store.entry(Agency, key), EXAMPLES.get(key)
    if agency is None and example is None:
        raise NotFound(f"There is no agency {key} here. {await _there_are(desk)}")
    changes = await desk.store.entries(Change, _of(key))
    names = await desk.names({change.actor.user_id for change in changes if change.actor.team_id})
    return Known(key=key, agency=agency, example=example, changes=changes, names=names)


async def turn(desk: Desk, key: str, *, on: bool, by: Actor) -> Agency:
    """Let offenders be referred to it, or no longer; an example is put on file by it. Safe to repeat.

    Raises:
        NotAllowed, NotFound.
        WrongStatus: it changes at this very moment.
    """
    there = await known(desk, key, by=by)
    if there.agency is not None and there.agency.on is on:
        return there.agency
    had = there.agency or _from(there.example, desk, by)
    if had is None or (there.agency is None and not on):
        raise WrongStatus(f"{key} is not on, and was never on.")
    after = replace(had, version=had.version + 1, on=on, by=replace(by, where=""), at=desk.now())
    first = " Taken over from the examples." if there.agency is None else ""
    words = f"{after.name} is {'on: offenders can be referred there' if on else 'off: nobody can be referred there'}."
    await _save(desk, after, await changed(desk, _of(key), by, f"{words}{first}", kind="on" if on else "off"))
    return after


async def asked(desk: Desk, key: str, *, by: Actor) -> Agency | None:
    """What to fill a form with before it opens; None for one that is in no way known.

    Raises:
        NotAllowed.
    """
    await authority.allowed(desk, by, May.ADMINISTER, TO_DO)
    if not key:
        return None
    return await desk.store.entry(Agency, key) or _from(EXAMPLES.get(key), desk, by)


async def save(desk: Desk, wished: Wished, *, version: int, by: Actor) -> tuple[Agency, str]:
    """Put an agency on file, or change one; `version` is the one the form showed, 0 for a new one. And what was done.

    A new one is on; one that is there stays as it is.

    Raises:
        NotAllowed.
        Incomplete: with a sentence for each field.
        WrongStatus: somebody else changed it since.
    """
    await authority.allowed(desk, by, May.ADMINISTER, TO_DO)
    key = wished.key.strip().casefold()
    had = await desk.store.entry(Agency, key)
    read = _read(desk, wished, key, by)
    if had is None and version == 0:
        made = replace(read, version=1, on=True)
        return await _saved(desk, made, f"{made.name} is on file, and on.", by, "added")
    if had is None or had.version != version:
        there = had is not None and version == 0
        raise WrongStatus(
            f"There is an agency {key} already; change it with `/takedown-admin agency edit {key}`."
            if there
            else f"Somebody changed {key} after you opened this form. Please close it and open it again."
        )
    after = replace(read, version=had.version + 1, on=had.on)
    different = differences(had, after)
    if not different:
        return had, "Nothing is different from what is on file."
    return await _saved(desk, after, f"Changed. {'; '.join(different)}.", by, "changed")


async def usable(desk: Desk) -> tuple[Agency, ...]:
    """Those an offender can be referred to now, by name."""
    return tuple(sorted((one for one in await desk.store.entries(Agency) if one.on), key=lambda one: one.name))


async def find(desk: Desk, key: str) -> Agency:
    """The agency somebody wants to refer to; for who may refer. Raises: Invalid: there is none, or it is off."""
    there = await desk.store.entry(Agency, key)
    if there is not None and there.on:
        return there
    on = ", ".join(one.key for one in await usable(desk))
    what = f"There is no agency {key} here." if there is None and key not in EXAMPLES else f"The agency {key} is off."
    now = f"On are: {on}." if on else "No agency is on yet."
    raise Invalid(f"{what if key else ''} {now} {_BY_THEMSELVES}".strip(), field="agency")


async def _saved(desk: Desk, agency: Agency, words: str, by: Actor, kind: str) -> tuple[Agency, str]:
    await _save(desk, agency, await changed(desk, _of(agency.key), by, words, kind=kind))
    return agency, words


async def _save(desk: Desk, agency: Agency, change: Change) -> None:
    try:
        await desk.store.save(agency, change)
    except Conflict:
        raise WrongStatus(f"Somebody changed {agency.key} at this very moment. Please look again.") from None


def _from(example: Example | None, desk: Desk, by: Actor) -> Agency | None:
    """An example as it would be on file: version 0, off."""
    if example is None:
        return None
    return Agency(
        key=example.key,
        version=0,
        name=example.name,
        jurisdiction=example.jurisdiction,
        contact=example.contact,
        takes=example.takes,
        form=example.form,
        profile=example.profile,
        on=False,
        by=replace(by, where=""),
        at=desk.now(),
        note=example.note,
    )


def _read(desk: Desk, wished: Wished, key: str, by: Actor) -> Agency:
    """What is wished for, checked; version 0."""
    wrong: list[tuple[str | None, str]] = []
    if not AGENCY_KEY.fullmatch(key):
        wrong.append(("key", "A key has small letters, digits, - and _, such as pipcu."))
    name, contact, note = (" ".join(said.split()) for said in (wished.name, wished.contact, wished.note))
    for field, said, limit in (("name", name, NAME_LIMIT), ("contact", contact, CONTACT_LIMIT)):
        if not said or len(said) > limit:
            wrong.append((field, f"From 1 to {limit} characters, please."))
    if len(note) > NOTE_LIMIT:
        wrong.append(("note", f"At most {NOTE_LIMIT} characters, please."))
    place = _place(wished.jurisdiction)
    if not place:
        wrong.append(("jurisdiction", "One country, such as GB or United Kingdom; EU, or WO for the world."))
    for field, value, known_ones in (("takes", wished.takes, set(Handing)), ("form", wished.form, set(FORMS))):
        if value not in known_ones:
            wrong.append((field, "Please choose from the list."))
    if wished.profile not in PROFILES:
        wrong.append(("profile", "Please choose from the list."))
    if wrong:
        raise Incomplete(wrong, to_be="saved")
    return Agency(
        key=key,
        version=0,
        name=name,
        jurisdiction=place,
        contact=contact,
        takes=Handing(wished.takes),
        form=wished.form,
        profile=wished.profile,
        on=False,
        by=replace(by, where=""),
        at=desk.now(),
        note=note,
    )


def _place(said: str) -> str:
    """The one code it stands for; empty where it stands for none, or for several."""
    word = said.strip()
    if is_code(word.upper()):
        return word.upper()
    codes, unknown = read_places(re.sub(r"\s+", " ", word))
    return codes[0] if len(codes) == 1 and not unknown else ""


def differences(had: Agency, after: Agency) -> list[str]:
    """What is on file differently, a few words each."""
    fields = ("name", "jurisdiction", "contact", "takes", "form", "profile", "note")
    return [
        f"{field}: {getattr(after, field) or 'nothing'} (before: {getattr(had, field) or 'nothing'})"
        for field in fields
        if getattr(after, field) != getattr(had, field)
    ]


async def _there_are(desk: Desk) -> str:
    keys = dict.fromkeys([*(one.key for one in await desk.store.entries(Agency)), *EXAMPLES])
    return f"There are: {', '.join(keys)}; `agency add` puts another on file."


def _of(key: str) -> str:
    return f"agency:{key}"
