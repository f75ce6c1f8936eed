"""Rights on file: who may change them, what each change leaves behind, and reminding in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.desk import Desk, rights
from bot.errors import Incomplete, NotAllowed, NotFound, WrongStatus
from bot.model import Announcement, Change, Registration, Role
from bot.rights import Fate
from bot.stores.tiny import TinyStore, open_tiny
from tests import make
from tests.bot.desk.test_authority import ADA, ANN, GIL, OTTO, Workspace, desk_with
from tests.bot.test_rights import GOOD


@dataclass
class Clock:
    now: datetime = make.NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[TinyStore]:
    opened = await open_tiny(tmp_path / "notices.json")
    await opened.save(make.role(ANN.user_id, Role.ANALYST, Role.APPROVER))
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(store: TinyStore, clock: Clock) -> Desk:
    return replace(desk_with(store, Workspace(), first_admins=frozenset({ADA.user_id})), clock=clock)


async def changes(desk: Desk, key: str = "ACME-EU") -> list[str]:
    return [one.words for one in await desk.store.entries(Change, f"right:{key}")]


async def told(desk: Desk) -> list[str]:
    return [one.words for one in await desk.store.entries(Announcement)]


async def test_an_admin_enters_changes_retires_and_restores_a_right(desk: Desk) -> None:
    entered = await rights.save(desk, GOOD, by=ADA)
    assert entered.registration.version == 1
    changed = await rights.save(desk, {**GOOD, "title": "ACME X"}, key="acme-eu", version=1, by=ADA)
    assert changed.words == "Changed. Title: ACME → ACME X"
    await rights.end(desk, "ACME-EU", "sold", retired=True, by=ADA)
    assert not await desk.rights()
    await rights.end(desk, "ACME-EU", "not sold after all", retired=False, by=ADA)
    assert list(await desk.rights()) == ["ACME-EU"]
    assert await changes(desk) == [
        "Added: trademark ACME.",
        "Changed. Title: ACME → ACME X",
        "Retired: sold",
        "Restored: not sold after all",
    ]


@pytest.mark.parametrize("who", [ANN, GIL, OTTO])
async def test_nobody_but_an_admin_changes_rights(desk: Desk, who: object) -> None:
    await rights.save(desk, GOOD, by=ADA)
    for act in (
        rights.asked(desk, by=who),  # type: ignore[arg-type]
        rights.save(desk, {**GOOD, "key": "X"}, by=who),  # type: ignore[arg-type]
        rights.end(desk, "ACME-EU", "why", retired=True, by=who),  # type: ignore[arg-type]
        rights.sorted_out(desk, [], by=who),  # type: ignore[arg-type]
        rights.take_in(desk, [], seen="", by=who),  # type: ignore[arg-type]
    ):
        with pytest.raises(NotAllowed):
            await act
    assert len(await changes(desk)) == 1


async def test_a_key_is_unique_in_any_case_retired_rights_included(desk: Desk) -> None:
    await rights.save(desk, GOOD, by=ADA)
    with pytest.raises(Incomplete) as refused:
        await rights.save(desk, {**GOOD, "key": "acme-eu", "owner": ""}, by=ADA)
    assert set(refused.value.beside) == {"key", "owner"}
    await rights.end(desk, "ACME-EU", "sold", retired=True, by=ADA)
    with pytest.raises(Incomplete, match="is retired already"):
        await rights.save(desk, {**GOOD, "key": "acme-eu"}, by=ADA)


async def test_the_same_form_submitted_twice_changes_once(desk: Desk) -> None:
    await rights.save(desk, GOOD, by=ADA)
    again = await rights.save(desk, GOOD, by=ADA)
    assert again.registration.version == 1
    assert len(await changes(desk)) == 1


async def test_a_right_that_somebody_else_changed_is_not_written_over(desk: Desk) -> None:
    await rights.save(desk, GOOD, by=ADA)
    await rights.save(desk, {**GOOD, "title": "ACME X"}, key="ACME-EU", version=1, by=ADA)
    with pytest.raises(WrongStatus, match="open it again"):
        await rights.save(desk, {**GOOD, "title": "ACME Y"}, key="ACME-EU", version=1, by=ADA)
    assert (await desk.rights())["ACME-EU"].title == "ACME X"


async def test_a_right_that_is_not_there_is_named_with_those_that_are(desk: Desk) -> None:
    await rights.save(desk, GOOD, by=ADA)
    with pytest.raises(NotFound, match="There are: ACME-EU"):
        await rights.known(desk, "ACME", by=ANN)


async def test_one_right_is_shown_with_the_open_notices_that_rest_on_it(desk: Desk) -> None:
    await rights.save(desk, GOOD, by=ADA)
    await desk.store.save(make.notice("TD-1"), make.upheld("TD-2"))
    found = await rights.known(desk, "acme-eu", by=ANN)
    assert found.registration.key == make.right().key
    assert found.open_notices == 1
    assert not found.admin


async def test_an_import_saves_all_good_rows_at_once_each_with_its_change(desk: Desk) -> None:
    await rights.save(desk, GOOD, by=ADA)
    rows = [(2, {"key": "ACME-EU", "title": "ACME X"}, ""), (3, {**GOOD, "key": "ACME-2"}, ""), (4, {"key": "?"}, "")]
    lines = await rights.sorted_out(desk, rows, by=ADA)
    assert [line.fate for line in lines] == [Fate.CHANGED, Fate.NEW, Fate.REFUSED]
    await rights.take_in(desk, rows, seen=rights.fingerprint(lines), by=ADA)
    assert sorted(await desk.rights()) == ["ACME-2", "ACME-EU"]
    assert (await changes(desk))[-1] == "Changed from a file. Title: ACME → ACME X"
    assert await changes(desk, "ACME-2") == ["Added from a file: trademark ACME."]
    again = await rights.take_in(desk, rows, seen=rights.fingerprint(lines), by=ADA)
    assert [line.fate for line in again] == [Fate.UNCHANGED, Fate.UNCHANGED, Fate.REFUSED]
    assert len(await changes(desk)) == 2


async def test_an_import_does_nothing_that_was_not_seen(desk: Desk) -> None:
    rows = [(2, GOOD, "")]
    seen = rights.fingerprint(await rights.sorted_out(desk, rows, by=ADA))
    with pytest.raises(WrongStatus, match="Nothing was imported"):
        await rights.take_in(desk, [(2, {**GOOD, "title": "Other"}, "")], seen=seen, by=ADA)
    assert not await desk.rights()


async def test_admins_are_reminded_once_at_each_step_and_when_it_is_over(desk: Desk, clock: Clock) -> None:
    end = make.NOW.date() + timedelta(days=100)
    await rights.save(desk, {**GOOD, "expires_on": end.isoformat()}, by=ADA)
    await desk.store.save(make.notice("TD-1"))
    heard = []
    for _ in range(140):
        await rights.remind(desk)
        await rights.remind(desk)
        heard.append(len(await told(desk)))
        clock.now += timedelta(days=1)
    assert heard[9:11] == [0, 1]
    assert heard[69:71] == [1, 2]
    assert heard[92:94] == [2, 3]
    assert heard[100:102] == [3, 4]
    assert heard[-1] == 4
    words = await told(desk)
    assert "expires in 90 days" in words[0]
    assert "1 open notice relies on it" in words[-1]


async def test_a_power_of_attorney_is_reminded_of_by_itself_and_a_new_date_begins_anew(desk: Desk) -> None:
    soon, later = (make.NOW.date() + timedelta(days=days) for days in (5, 25))
    power = {"agent": "Kanzlei", "power_of_attorney": "PoA 7", "power_of_attorney_expires_on": soon.isoformat()}
    await rights.save(desk, {**GOOD, "expires_on": "", **power}, by=ADA)
    await rights.remind(desk)
    assert len(await told(desk)) == 1
    assert "The power of attorney for ACME-EU expires in 5 days" in (await told(desk))[0]
    renewed = {**GOOD, "expires_on": "", **power, "power_of_attorney_expires_on": later.isoformat()}
    await rights.save(desk, renewed, key="ACME-EU", version=1, by=ADA)
    await rights.remind(desk)
    assert len(await told(desk)) == 2


async def test_a_retired_right_reminds_nobody(desk: Desk) -> None:
    await rights.save(desk, {**GOOD, "expires_on": date(2026, 1, 1).isoformat()}, by=ADA)
    there = await desk.store.entry(Registration, "ACME-EU")
    assert there is not None
    soon = replace(there.right, expires_on=make.NOW.date() + timedelta(days=3))
    await desk.store.save(replace(there, version=2, right=soon, retired=True))
    await rights.remind(desk)
    assert not await told(desk)
