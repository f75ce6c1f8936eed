"""`make pictures`: the pictures of docs/, taken from the sandbox in Chromium, at a desk's width and at a phone's."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page, async_playwright

from bot.dossiers import keys
from bot.model import (
    Actor,
    Approval,
    Deadline,
    Registration,
    ScheduleState,
    Status,
    Violation,
    Whose,
    utc_now,
)
from bot.sandbox import history
from bot.sandbox.desk_file import more_marketplaces
from bot.sandbox.driver import Message, Sandbox
from bot.sandbox.marketplace import Mood
from bot.sandbox.people import TEAM_ID
from tests import make
from tests.browser.conftest import ARGS, chromium
from tests.stories.world import World, a_world

DESK, PHONE = {"width": 1280, "height": 2600}, {"width": 390, "height": 3400}
BOTH = (("", DESK), ("-phone", PHONE))
ANN, BO, ADA = "U0ANN", "U0BO", "U0ADA"


async def main(folder: Path) -> None:
    """Take every picture. Needs Chromium."""
    with tempfile.TemporaryDirectory(prefix="takedown-pictures-") as place:
        secrets = {"MELI_SECRET": "s", "MELI_REFRESH": "r"}
        key = Path(place) / "signing-key.pem"
        keys.make(key)
        tables = more_marketplaces("http://127.0.0.1:9")
        async with (
            a_world(Path(place), tables=tables, secrets=secrets, settings={"SIGNING_KEY_FILE": str(key)}) as world,
            async_playwright() as playwright,
        ):
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
    await _filing(world, browser, folder)
    await _approvals(world, browser, folder)
    await _register(world, browser, folder)
    await _task_force(world, browser, folder)
    await _referrals(world, browser, folder)
    await _records(world, browser, folder)


async def _filing(world: World, browser: Browser, folder: Path) -> None:
    """What an analyst sees of filing and following up."""
    for ending, size in BOTH:
        async with _at(browser, world.sandbox, size, ANN) as page:
            await _ask(
                page, f"/takedown https://acme.example/item/930{len(ending)} counterfeit seller:S-11 right:NORDLICHT-EU"
            )
            await _shoot(_told(page), folder / f"preview{ending}.png")
    opened = await world.ann.types("/takedown bulk", channel="brand-protection")
    addresses = [f"https://acme.example/item/{number}" for number in (9401, 9402, 9403, 9401, 9404)]
    pasted = "\n".join([*addresses, "https://shop-of-its-own.example/bag"])
    given = {"addresses1": pasted, "violation": "counterfeit", "right": "NORDLICHT-EU"}
    await world.ann.closes((await world.ann.submits(opened.view, given)).view)
    direct = world.ann.direct
    await world.sandbox.until(lambda: any("Nothing has been filed yet" in one.text for one in direct.messages))
    for ending, size in BOTH:
        async with _at(browser, world.sandbox, size, ANN, place=direct.id) as page:
            await _shoot(_message(page, "Nothing has been filed yet"), folder / f"bulk{ending}.png")
    world.market.mood = Mood.ASKS_FOR_INFORMATION
    await world.files(world.ann, "https://acme.example/item/9201", words="seller:S-11 right:NORDLICHT-EU")
    waits_for_us = (await world.passes_until("· needs input")).text.split()[0]
    world.market.mood = Mood.CALM
    await world.ann.types(f"/takedown note {waits_for_us} test purchase ordered", channel="brand-protection")
    for name, words in (("status", f"/takedown status {waits_for_us}"), ("list", "/takedown list")):
        async with _at(browser, world.sandbox, DESK, ANN) as page:
            await _ask(page, words)
            await _shoot(_told(page), folder / f"{name}.png")


async def _approvals(world: World, browser: Browser, folder: Path) -> None:
    """Bo is asked about four listings at once, and chooses."""
    await world.app.desk.store.save(
        make.filing_policy(violations=(Violation.COUNTERFEIT,), batch_over=25, daily_quota=400, undo_seconds=60)
    )
    many = " ".join(f"https://acme.example/item/{number}" for number in (9501, 9502, 9503, 9504))
    await world.files(world.ann, many, words="seller:S-11 right:NORDLICHT-EU")
    asked = "who cannot approve it"
    await _said(world, asked)
    for ending, size in BOTH:
        async with _at(browser, world.sandbox, size, BO) as page:
            card = _message(page, asked)
            await _shoot(card, folder / f"approval{ending}.png")
    async with _at(browser, world.sandbox, DESK, BO) as page:
        await _message(page, asked).get_by_role("button", name="Choose…").click()
        await _shoot_form(page, folder / "choose.png")


async def _register(world: World, browser: Browser, folder: Path) -> None:
    """What an admin looks after."""
    await world.ada.types("/takedown-admin pause taobao we are changing our account there", channel="brand-protection")
    for name, words in (
        ("register", "/takedown-admin"),
        ("rights", "/takedown-admin rights"),
        ("marketplaces", "/takedown-admin marketplaces"),
    ):
        async with _at(browser, world.sandbox, DESK, ADA) as page:
            await _ask(page, words)
            await _shoot(_told(page), folder / f"{name}.png")
    async with _at(browser, world.sandbox, DESK, ADA) as page:
        await _ask(page, "/takedown-admin policy")
        await _told(page).get_by_role("button", name="Change the rules…").click()
        await _shoot_form(page, folder / "policy.png")


async def _task_force(world: World, browser: Browser, folder: Path) -> None:
    """The case of an offender, and a test purchase."""
    for name, words in (("case", "/offenders case S-11"), ("purchase", "/offenders purchase TP-1")):
        async with _at(browser, world.sandbox, DESK, ANN) as page:
            await _ask(page, words)
            await _shoot(_told(page), folder / f"{name}.png")


async def _referrals(world: World, browser: Browser, folder: Path) -> None:
    """Ann refers an offender, Bo approves, and the dossier comes; then it is handed over."""
    for agency in ("pipcu", "samr"):
        await world.ada.types(f"/takedown-admin agency on {agency}", channel="brand-protection")
    async with _at(browser, world.sandbox, DESK, ADA) as page:
        await _ask(page, "/takedown-admin agency")
        await _shoot(_told(page), folder / "agencies.png")
    for ending, size in (("", {"width": 900, "height": 2600}), ("-phone", PHONE)):
        async with _at(browser, world.sandbox, size, ANN) as page:
            await _type(page, "/offenders refer S-11 pipcu")
            await _shoot_form(page, folder / f"refer{ending}.png")
    opened = await world.ann.types("/offenders refer S-11 pipcu", channel="brand-protection")
    summary = "Two shops of one seller. Each jacket that is removed is offered again within two days."
    drafted = await world.ann.submits(opened.view, {"summary": summary})
    await world.ann.closes(drafted.view)
    bo, ann = world.bo.direct, world.ann.direct
    await world.sandbox.until(lambda: any("A referral waits" in one.text for one in bo.messages))
    for ending, size in BOTH:
        async with _at(browser, world.sandbox, size, BO, place=bo.id) as page:
            await _shoot(_message(page, "A referral waits"), folder / f"referral-asked{ending}.png")
    card = next(one for one in bo.messages if "A referral waits" in one.text)
    await world.bo.presses("Approve RF-1", on=card)
    await world.sandbox.until(lambda: any(one.files for one in ann.messages), seconds=60)
    async with _at(browser, world.sandbox, DESK, ANN, place=ann.id) as page:
        await _shoot(_message(page, "The dossier of RF-1"), folder / "dossier.png")
    for words in ("handed RF-1 to Inspector Lee, by registered mail", "case RF-1 CR/2027/118"):
        await world.ann.types(f"/referrals {words}", channel="brand-protection")
    for ending, size in BOTH:
        async with _at(browser, world.sandbox, size, ANN) as page:
            await _ask(page, "/referrals RF-1")
            await _shoot(_told(page), folder / f"referral{ending}.png")


async def _records(world: World, browser: Browser, folder: Path) -> None:
    """What an admin sees of custody and of how long records are kept."""
    for words in ("hold acme:S-11 letter of the court of 3 March", "retention notices 1095"):
        await world.ada.types(f"/takedown-admin {words}", channel="brand-protection")
    for name, words in (("audit", "audit RF-1"), ("retention", "retention")):
        async with _at(browser, world.sandbox, DESK, ADA) as page:
            await _ask(page, f"/takedown-admin {words}")
            await _shoot(_told(page), folder / f"{name}.png")


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
            right=make.right(
                "NORDLICHT-UK",
                title="NORDLICHT",
                registration_no="UK00003456789",
                office="UKIPO",
                jurisdictions=("GB",),
                owner="Nordlicht Outdoor GmbH",
                expires_on=now.date() + timedelta(days=41),
            ),
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
        await world.files(world.ann, f"https://acme.example/item/{listing}", words="seller:S-61 right:NORDLICHT-EU")
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


@asynccontextmanager
async def _at(
    browser: Browser, sandbox: Sandbox, size: dict[str, int], person: str, *, place: str = "C0BRAND"
) -> AsyncIterator[Page]:
    page = await _page(browser, sandbox, size, person, place=place)
    yield page
    await page.close()


async def _type(page: Page, words: str) -> None:
    await page.fill("#composer-text", words)
    await page.press("#composer-text", "Enter")
    await page.wait_for_timeout(800)


async def _ask(page: Page, words: str) -> None:
    """Type a command that is answered to the person alone, and wait for the answer."""
    answers = page.locator(".message.ephemeral")
    before = await answers.count()
    await page.fill("#composer-text", words)
    await page.press("#composer-text", "Enter")
    await answers.nth(before).wait_for()
    await page.wait_for_timeout(200)


def _told(page: Page) -> Locator:
    """What only the person in front of the page was told last."""
    return page.locator(".message.ephemeral").last


def _message(page: Page, words: str) -> Locator:
    return page.locator(".message:not(.ephemeral)", has_text=re.compile(words)).last


async def _shoot_form(page: Page, path: Path) -> None:
    await page.locator("#modal .input").first.wait_for()
    await page.wait_for_timeout(200)
    await page.locator("#modal").screenshot(path=path)
    await page.keyboard.press("Escape")
    await page.locator("#modal .input").first.wait_for(state="detached")


async def _shoot(what: Locator, path: Path) -> None:
    await what.wait_for()
    await what.scroll_into_view_if_needed()
    await what.screenshot(path=path)


if __name__ == "__main__":
    pictures = Path(sys.argv[1])
    pictures.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(pictures))
