"""A desk that forgets one archived notice after the other until it is killed, and says which are gone.

Run as `python -m tests.bot.stores.eraser FILE`; each line on standard output is an id that is off the disk.
"""

import asyncio
import os
import sys
from pathlib import Path

from bot.model import SYSTEM, Forgotten
from bot.stores.tiny import open_tiny
from tests.make import NOW


async def main(path: Path) -> None:
    store = await open_tiny(path)
    left = [one.notice async for one in store.chronicles(archived=True)]
    for notice in left:
        stone = Forgotten(of=notice.id, version=1, lines=3, head=notice.head, rule="r", by=SYSTEM, at=NOW)
        await store.erase(stone)
        os.write(1, f"{notice.id}\n".encode())


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
