"""A dossier, from the command to a ZIP that proves itself to whoever opens it."""

from __future__ import annotations

import asyncio
import io
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

from bot.desk.steps import told
from bot.dossiers import keys, places
from bot.evidence import EvidenceFolder
from bot.model import SYSTEM, Evidence
from tests import make
from tests.stories.world import CHANNEL, World, a_world, restarted

PNG = b"\x89PNG\r\n\x1a\n" + bytes(1016)


async def test_the_dossier_that_comes_to_who_drafted_it_proves_itself(tmp_path: Path) -> None:
    url = f"tinydb:///{tmp_path}/desk/notices.json"
    async with a_world(tmp_path) as world:
        kept = places.signing_key(url, None)
        assert isinstance(kept, Path)
        stored = await EvidenceFolder(tmp_path / "desk" / "evidence").add(PNG, "label.png")
        now = world.clock()
        file = Evidence(
            sha256=stored.sha256,
            name=stored.name,
            size=stored.size,
            media_type=stored.media_type,
            captured_at=now,
            by=make.ANALYST,
        )
        notice = make.upheld("TD-1", at=now - timedelta(days=3), evidence=(file,))
        raw = {"sha256": file.sha256}
        notice, event = told(notice, at=now, actor=SYSTEM, kind="decision", words="Removed.", raw=raw)
        await world.app.desk.store.save(notice, event)
        await world.ada.types("/takedown-admin agency on pipcu", channel=CHANNEL)
        seen = await world.ann.types("/offenders refer acme:S-1 pipcu", channel=CHANNEL)
        assert seen.view is not None
        assert "This desk has no key to sign dossiers with" in seen.view.words
        await asyncio.to_thread(keys.make, kept)
        await world.ann.closes(seen.view)
        seen = await world.ann.types("/offenders refer acme:S-1 pipcu", channel=CHANNEL)
        assert seen.view is not None
        assert "This desk has no key" not in seen.view.words
        await world.ann.submits(seen.view, {"Summary for the agency": "Fakes of our jackets."})
        await world.sandbox.until(lambda: any("A referral waits" in one.words for one in world.direct(world.bo)), 6)
        (card,) = [one for one in world.direct(world.bo) if "A referral waits" in one.words]
        await world.bo.presses("Approve RF-1", on=card)
        await world.sandbox.until(lambda: any(one.files for one in world.direct(world.ann)), 60)
        (file_,) = [file for one in world.direct(world.ann) for file in one.files]
    with zipfile.ZipFile(io.BytesIO(file_.content)) as opened:
        assert {"dossier.pdf", "listings.xlsx", "dossier.json", "custody.jsonl", "verify.py"} <= set(opened.namelist())
        opened.extractall(tmp_path / "opened")
    checking = await asyncio.create_subprocess_exec(
        sys.executable, "verify.py", cwd=tmp_path / "opened", stdout=asyncio.subprocess.PIPE
    )
    said, _ = await checking.communicate()
    assert checking.returncode == 0, said


async def test_what_a_killed_desk_was_making_is_gone_when_it_starts_again(world: World) -> None:
    left = world.folder / "desk" / "dossiers" / "left.building"
    left.mkdir(parents=True)
    (left / "material.json").write_text("Kasimir Knoll-Zweig")
    await world.app.stop()
    async with restarted(world):
        assert not left.exists()
