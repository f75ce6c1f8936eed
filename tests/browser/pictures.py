"""`make pictures`: the pictures of docs/, taken from the sandbox in Chromium, at a desk's width and at a phone's."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page, async_playwright

from bot.model import (
    Actor,
    Approval,
    Deadline,
    Registration,
    ScheduleState,
    Status,
    Whose,
    utc_now,
)
from bot.sandbox import history
from bot.sandbox.driver import Message, Sandbox
from bot.sandbox.people import TEAM_ID
from tests import make
from tests.browser.conftest import ARGS, chromium
from tests.stories.world import World, a_world

DESK, PHONE = {"width": 1280, "height": 2600}, {"width": 390, "height": 3400}
ANN, BO, ADA = "U0ANN", "U0BO", "U0ADA"


async def main(folder: Path) -> None:
    """Take every picture. Needs Chromium."""
    with tempfile.TemporaryDirectory(prefix="takedown-pictures-") as place:
        async with a_world(Path(place)) as world, async_playwright() as playwright:
            await history.write(world.app.desk.store, await world.app.desk.rights(), utc_now())
            browser = await playwright.chromium.launch(executable_path=chromium(), args=list(ARGS))
            await _take(world, browser, folder)
            await browser.close()


async def _take(world: World, browser: Browser, folder: Path) -> None:
    await world.ada.types("/digest add #brand-protection weekly mon 09:00 window:90d", channel="brand-protection")
    await world.ada.types("/digest run DG-1", channel="brand-protection")
    await _said(world, "DG-1")
    for name, size in (("digest", DESK), ("digest-phone", PHONE)):
        page = await _page(browser, world.sandbox, size, ANN)
        await _shoot(_message(page, "DG-1"), folder / f"{name}.png")
        await page.close()
    for name, size in (("offender", DESK), ("offender-phone", PHONE)):
        page = await _page(browser, world.sandbox, size, ANN)
        await _type(page, "/offenders show S-11")
        await _shoot(page.locator(".message.ephemeral").last, folder / f"{name}.png")
        await page.close()
    await _homes(world, browser, folder)
    await _alert(world)
    for name, size in (("alert", DESK), ("alert-phone", PHONE)):
        page = await _page(browser, world.sandbox, size, ANN)
        await _shoot(_message(page, "repeat offender now"), folder / f"{name}.png")
        await page.close()
    for name, size in (
        ("schedule", {"width": 900, "height": 1900}),
        ("schedule-phone", PHONE),
    ):
        page = await _page(browser, world.sandbox, size, ADA)
        await _type(page, "/digest add")
        await page.locator("#modal .input").first.wait_for()
        await page.screenshot(path=folder / f"{name}.png")
        await page.keyboard.press("Escape")
        await page.close()


async def _homes(world: World, browser: Browser, folder: Path) -> None:
    """What an analyst, an approver and an admin find in App Home."""
    await _busy(world)
    for name, person, tab in (
        ("home-analyst", ANN, ""),
        ("home-approver", BO, "Approvals"),
        ("home-admin", ADA, "Desk"),
    ):
        for ending, size in (("", DESK), ("-phone", PHONE)):
            page = await _page(browser, world.sandbox, size, person, place="home")
            blocks = page.locator("#home .home-blocks")
            await blocks.get_by_text("As of").first.wait_for()
            if tab:
                await blocks.get_by_role("button", name=re.compile(f"^{tab}")).click()
                await blocks.get_by_role("button", name=re.compile(f"^{tab}.*you are here")).wait_for()
            await _shoot(blocks, folder / f"{name}{ending}.png")
            await page.close()


async def _busy(world: World) -> None:
    """What waits for one, for another, and what troubles the desk."""
    store, now = world.app.desk.store, world.clock()
    last = (await store.next_ids(12))[-12:]
    ann = Actor(user_id=ANN, team_id=TEAM_ID)
    asked = Approval(because=("a second person looks at more than five at once",), asked_at=now - timedelta(hours=5))
    answer = Deadline(
        at=now + timedelta(hours=50), whose=Whose.OURS, words="answer the counter-notice, or it comes back"
    )
    changes: list[dict[str, Any]] = [
        {"status": Status.NEEDS_INPUT, "deadline": answer, "reference": "ACME-9101"},
        {"status": Status.BY_HAND, "lot": "LOT-3"},
        {"status": Status.UNCERTAIN},
        *[{"status": Status.IN_REVIEW, "stands_since": now - timedelta(days=2)}] * 3,
        *[{"status": Status.AWAITING_APPROVAL, "approval": asked, "batch_id": last[6]}] * 6,
    ]
    for number, (notice_id, change) in enumerate(zip(last, changes, strict=True)):
        one = make.notice(
            notice_id,
            **{
                "batch_id": notice_id,
                "submitter": ann,
                "listing": make.listing(str(9100 + number)),
                "declaration": make.declaration(signature="Ann Winter", affirmed_by=ANN),
                "seller": make.seller(f"S-{60 + number % 3}"),
                "at": now - timedelta(hours=number + 1),
                "channel": "C0BRAND",
                **change,
            },
        )
        await store.save(one, make.event(one))
    await store.save(
        Registration(
            right=make.right("NORDLICHT-UK", title="Nordlicht", expires_on=now.date() + timedelta(days=41)),
            version=1,
            by=ann,
            at=now,
        ),
        make.schedule(
            "DG-8", state=ScheduleState.PAUSED, channel_name="legal", paused_because="the channel is archived"
        ),
    )


async def _alert(world: World) -> None:
    """Shop S-61 has one removal behind it; two more make the threshold."""
    for listing in (9001, 9002):
        await world.files(world.ann, f"https://acme.example/item/{listing}", words="seller:S-61")
    await world.passes_many(6, 15)
    await _said(world, "repeat offender now")


async def _said(world: World, words: str) -> Message:
    def found() -> Message | None:
        return next((one for one in reversed(world.channel.messages) if words in one.text), None)

    await world.sandbox.until(lambda: found() is not None)
    message = found()
    assert message is not None
    return message


async def _page(
    browser: Browser, sandbox: Sandbox, size: dict[str, int], person: str, *, place: str = "C0BRAND"
) -> Page:
    page = await browser.new_page(viewport={"width": size["width"], "height": size["height"]}, device_scale_factor=1)
    await page.goto(f"{sandbox.api_url.removesuffix('/api/')}/?as={person}#{place}")
    await page.locator("#connection[data-state=live]").wait_for()
    await page.wait_for_timeout(500)
    return page


async def _type(page: Page, words: str) -> None:
    await page.fill("#composer-text", words)
    await page.press("#composer-text", "Enter")
    await page.wait_for_timeout(800)


def _message(page: Page, words: str) -> Locator:
    return page.locator(".message:not(.ephemeral)", has_text=re.compile(words)).last


async def _shoot(what: Locator, path: Path) -> None:
    await what.wait_for()
    await what.scroll_into_view_if_needed()
    await what.screenshot(path=path)


if __name__ == "__main__":
    pictures = Path(sys.argv[1])
    pictures.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(pictures))
