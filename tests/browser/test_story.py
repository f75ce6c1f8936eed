"""The newcomer's first minutes: the real bot, the real command line, and the page."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.sandbox.serving import free_port

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
COMMAND = "/takedown https://acme.example/item/4711 counterfeit"


async def bot_connected(url: str) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            return bool((await client.get(f"{url}/page/state?as=U0ANN")).json()["bot"]["connected"])
        except httpx.TransportError:
            return False


@contextlib.asynccontextmanager
async def sandbox_process() -> AsyncIterator[str]:
    """`python -m bot sandbox`, as a newcomer starts it; gives the address of the page."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "sandbox", "--port", str(port), cwd=ROOT
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(START_SECONDS):
            while not await bot_connected(url):
                assert process.returncode is None, "the sandbox ended before it was ready"
                await asyncio.sleep(0.2)
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with sandbox_process() as url:
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        opened = await context.new_page()
        await opened.goto(url)
        yield opened
        await context.close()


async def test_a_newcomer_files_a_takedown_and_sees_the_card_become_removed(page: Page) -> None:
    await page.get_by_role("button", name=COMMAND).click()
    await page.keyboard.press("Enter")
    preview = page.locator(".message.ephemeral").last
    await expect(preview).to_contain_text("good faith")
    await preview.get_by_role("button", name="File").click()
    card = page.locator(".message:not(.ephemeral)", has_text="TD-1").first
    await expect(card).to_be_visible()
    await expect(card).to_contain_text("removed", timeout=60_000, ignore_case=True)
    filed = page.get_by_role("region", name="Acme Market")
    await expect(filed).to_contain_text("TD-1")
