"""How far back our accuracy is counted."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.desk import Desk, accuracy
from bot.stores.tiny import open_tiny
from tests import make


@pytest.mark.parametrize(("kept", "days"), [(30, 30), (90, 90), (365, 90)])
async def test_no_further_back_than_notices_are_kept(tmp_path: Path, kept: int, days: int) -> None:
    store = await open_tiny(tmp_path / "notices.json")
    desk = Desk(
        store=store,
        people=cast(Any, None),
        marketplaces={},
        sites=(),
        clock=lambda: make.NOW,
        first_admins=frozenset(),
        undo=timedelta(),
        policy=make.policy(),
        retention=timedelta(days=kept),
    )
    (gauge,) = await accuracy.gauges(desk, ["acme"])
    assert gauge.days == days
    await store.close()
