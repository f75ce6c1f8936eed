"""A headless Chromium for the page, and a sandbox with a small bot behind it."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

from bot.model import utc_now
from bot.sandbox.driver import Sandbox
from bot.sandbox.marketplace import PretendMarketplace
from tests.browser.tinybot import COMMANDS, tinybot

ARGS = (
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """The path of Chromium; without one the tests are skipped, or fail where REQUIRE_BROWSER=1 says they must run."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path:
        return path
    words = "No Chromium found: install Debian's `chromium` to test the page in a browser."
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(words)
    pytest.skip(words)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=list(ARGS))
        yield launched
        await launched.close()


@dataclass(kw_only=True)
class Window:
    """One browser tab on the sandbox page, with what its console complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def hear(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(said.text)

    async def go(self, person: str = "U0ANN", place: str = "C0BRAND") -> Page:
        await self.page.goto(f"{self.url}/?as={person}#{place}")
        await self.page.locator("#connection[data-state=live]").wait_for()
        return self.page

    async def say(self, words: str) -> None:
        await self.page.fill("#composer-text", words)
        await self.page.press("#composer-text", "Enter")


@pytest.fixture
def market() -> PretendMarketplace:
    return PretendMarketplace(key="acme", name="Acme Market", token="a-token", clock=utc_now)


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox(market: PretendMarketplace) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=utc_now, commands=COMMANDS, marketplaces=[market]) as running, tinybot(running):
        await running.bot_connected()
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def window(browser: Browser, sandbox: Sandbox) -> AsyncIterator[Window]:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(5000)
    opened = Window(page=await context.new_page(), url=sandbox.api_url.removesuffix("/api/"))
    opened.page.on("console", opened.hear)
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    yield opened
    await context.close()
    assert opened.complaints == []
