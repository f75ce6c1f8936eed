"""What the README promises of `make demo ONCE=1`: the story comes true."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest


@pytest.mark.kills
async def test_the_story_of_the_sandbox_comes_true() -> None:
    played = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "sandbox", "--once", env=dict(os.environ), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asyncio.wait_for(played.communicate(), 300)
    assert played.returncode == 0, said.decode()[-4000:]
    for step in (
        "Nothing has been filed yet",
        "Approved by Bo",
        "in her direct messages, as a file",
        "DG-1",
        "A referral waits for a second person: RF-1",
        "The dossier of RF-1",
    ):
        assert step.casefold() in said.decode().casefold(), step
