"""Tokens that are renewed with single-use refresh tokens, through everything that can come between."""

from __future__ import annotations

import asyncio
import contextlib
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from structlog.testing import capture_logs

from bot.errors import Conflict, MarketplaceError, NotAuthorised, StoreUnavailable, Unavailable
from bot.marketplaces.http import Bearer, Client, Wire, new_client, one_at_a_time
from bot.marketplaces.oauth import NoAuth, OAuth, Tokens, Vault
from bot.sandbox.removals import Mood
from bot.sandbox.serving import running
from bot.sandbox.vendors.single_use_tokens import SingleUseTokens
from bot.stores.tiny import open_tiny
from bot.vault import StoreVault
from tests.vendors import HandClock, MemoryVault

CLIENT, SECRET = "4934588586838432", "a-client-secret-nobody-knows"
HOUR, MINUTE = 3600.0, 60.0


GRANTED = Tokens(refresh="TG-secret-refresh-token", access="APP_USR-secret-access-token", version=1)


class Killed(BaseException):
    """The process is gone."""


@dataclass
class MortalVault(MemoryVault):
    """Its process dies at the next save of tokens that were granted, or the disk is full at that moment, or somebody
    saves just before. `away`: the store does not answer at all.
    """

    dies: bool = False
    beaten: bool = False
    full: bool = False
    away: bool = False

    async def load(self, name: str) -> Tokens | None:
        if self.away:
            raise StoreUnavailable("the disk is full")
        return await super().load(name)

    async def save(self, name: str, tokens: Tokens) -> None:
        if self.dies and tokens.using is None:
            self.dies = False
            raise Killed
        if self.beaten and tokens.using is None:
            self.beaten = False
            await super().save(name, replace(tokens, access=""))
        if self.away or (self.full and tokens.access):
            raise StoreUnavailable("the disk is full")
        await super().save(name, tokens)


@dataclass(kw_only=True)
class World:
    """Their token address, and as many processes of ours as a test wants, over one vault."""

    theirs: SingleUseTokens
    clock: HandClock
    client: Client
    address: str
    refresh: str
    vault: MortalVault = field(default_factory=MortalVault)

    def process(self, **changes: Any) -> OAuth:
        return auth_of(
            self.client, self.clock, **{"vault": self.vault, "refresh": self.refresh, "url": self.address, **changes}
        )


def auth_of(client: Client, clock: HandClock, *, url: str, vault: Vault, refresh: str, **changes: Any) -> OAuth:
    secret = changes.pop("client_secret", SECRET)
    wire = Wire(
        key="acme",
        name="Acme",
        client=client,
        limiter=one_at_a_time(1000),
        timeout=1,
        auth=NoAuth((secret, refresh) if refresh else (secret,)),
        clock=clock,
    )
    return OAuth(
        key="acme",
        name="Acme",
        wire=wire,
        token_url=f"{url}/oauth/token",
        client_id=CLIENT,
        client_secret=secret,
        refresh=refresh,
        vault=vault,
        clock=clock,
        **changes,
    )


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = HandClock()
    theirs = SingleUseTokens(clock=clock, client_id=CLIENT, client_secret=SECRET, slow_seconds=0.2)
    async with running(Starlette(routes=[theirs.route])) as address, new_client() as client:
        yield World(theirs=theirs, clock=clock, client=client, address=address, refresh=theirs.connect())


def token(headers: Mapping[str, str]) -> str:
    return headers["Authorization"].removeprefix("Bearer ")


async def good(world: World, process: OAuth) -> bool:
    return world.theirs.good(token(await process.headers()))


async def test_a_token_is_asked_for_once_and_used_until_it_is_due(world: World) -> None:
    process = world.process()
    first = await process.headers()
    world.clock.forward(5 * HOUR - 1)
    assert await process.headers() == first
    assert world.theirs.good(token(first))
    assert world.theirs.renewals == 1


async def test_tokens_are_renewed_an_hour_early_each_time_with_the_refresh_token_given_last(world: World) -> None:
    process = world.process()
    told = {token(await process.headers())}
    for _ in range(3):
        world.clock.forward(5 * HOUR)
        told.add(token(await process.headers()))
    assert len(told) == world.theirs.renewals == 4
    assert [call.status for call in world.theirs.log] == [200] * 4


async def test_a_token_that_lives_shortly_is_renewed_at_half_its_life(world: World) -> None:
    world.theirs.lives /= 36  # ten minutes
    process = world.process()
    first = await process.headers()
    world.clock.forward(5 * MINUTE - 1)
    assert await process.headers() == first
    world.clock.forward(1)
    assert await process.headers() != first


async def test_a_process_that_starts_goes_on_with_the_tokens_of_the_one_before(world: World) -> None:
    before = await world.process().headers()
    assert await world.process().headers() == before
    world.clock.forward(5 * HOUR)
    assert await good(world, world.process())
    assert world.theirs.renewals == 2


async def test_many_calls_at_once_make_one_renewal(world: World) -> None:
    process = world.process()
    assert len({token(headers) for headers in await asyncio.gather(*(process.headers() for _ in range(20)))}) == 1
    assert world.theirs.renewals == 1


async def test_after_a_crash_between_use_and_save_the_token_works_on_and_then_a_sentence_says_what_to_do(
    world: World,
) -> None:
    works = await world.process().headers()
    world.clock.forward(5 * HOUR)
    world.vault.dies = True
    with pytest.raises(Killed):
        await world.process().headers()
    assert world.theirs.renewals == 2  # they gave new ones, which nobody has
    process = world.process()
    assert await process.headers() == works
    assert len(world.theirs.log) == 2  # it may be under way in a process that lives
    world.clock.forward(3 * MINUTE)
    assert await process.headers() == works
    assert [call.status for call in world.theirs.log] == [200, 200, 400]  # tried again, and refused
    world.clock.forward(HOUR)
    with pytest.raises(NotAuthorised, match=r"An earlier renewal was cut off.*Connect the app anew") as refusal:
        await process.headers()
    assert "already used" in refusal.value.detail


async def test_a_person_who_connects_anew_in_time_is_not_waited_for(world: World) -> None:
    await world.process().headers()
    world.clock.forward(5 * HOUR)
    world.vault.dies = True
    with pytest.raises(Killed):
        await world.process().headers()
    anew = world.theirs.connect()
    assert await good(world, world.process(refresh=anew))


async def test_a_lost_reply_is_tried_again_and_said_when_it_had_used_the_refresh_token_up(world: World) -> None:
    process = world.process()
    works = await process.headers()
    world.clock.forward(5 * HOUR)
    world.theirs.feel(Mood.LOST_REPLY, writes=1)
    assert await process.headers() == works
    world.clock.forward(HOUR)
    with pytest.raises(NotAuthorised, match="An earlier renewal was cut off"):
        await process.headers()


async def test_a_lost_reply_with_no_token_left_is_not_taken_for_a_filing(world: World) -> None:
    world.theirs.feel(Mood.LOST_REPLY, writes=1)
    with pytest.raises(Unavailable, match="The token was not renewed"):
        await world.process().headers()


@pytest.mark.parametrize("mood", [Mood.CUT_BEFORE, Mood.BREAKS, Mood.DOWN, Mood.RATE_LIMITED, Mood.REFUSES])
async def test_a_renewal_that_never_arrived_is_done_again_a_minute_later(world: World, mood: Mood) -> None:
    process = world.process()
    works = await process.headers()
    world.clock.forward(5 * HOUR)
    world.theirs.feel(mood, writes=1)
    assert await process.headers() == works
    assert await process.headers() == works  # not at once
    world.clock.forward(MINUTE)
    assert await process.headers() != works
    assert await good(world, process)


@pytest.mark.parametrize("mood", [Mood.DOWN, Mood.RATE_LIMITED, Mood.REFUSES])
async def test_what_was_clearly_not_taken_is_never_told_as_cut_off(world: World, mood: Mood) -> None:
    process = world.process()
    world.theirs.feel(mood, writes=1)
    with pytest.raises((Unavailable, NotAuthorised)):
        await process.headers()
    world.theirs.revoke()
    for _ in range(2):
        with pytest.raises(NotAuthorised) as refusal:
            await process.headers()
        assert "cut off" not in refusal.value.detail
        assert "Connect the app anew" in refusal.value.detail


async def test_another_reason_to_refuse_is_not_laid_on_the_refresh_token(world: World) -> None:
    with pytest.raises(NotAuthorised, match="Check the app's client id and secret") as refusal:
        await world.process(client_secret="another-secret").headers()
    assert "invalid client_id or client_secret" in refusal.value.detail
    assert await good(world, world.process())  # the refresh token was not used up


async def test_two_processes_at_once_renew_once(world: World) -> None:
    one, other = world.process(), world.process()
    told = await asyncio.gather(one.headers(), other.headers(), return_exceptions=True)
    failed = [answer for answer in told if isinstance(answer, BaseException)]
    assert all(isinstance(answer, Unavailable) and answer.retry_after for answer in failed)
    assert await one.headers() == await other.headers()
    assert await good(world, one)
    assert len(world.theirs.log) == 1


async def test_two_processes_whose_token_is_due_renew_once_and_neither_stops(world: World) -> None:
    one, other = world.process(), world.process()
    first = await one.headers()
    assert await other.headers() == first
    world.clock.forward(5 * HOUR)
    world.theirs.feel(Mood.SLOW)
    told = await asyncio.gather(one.headers(), other.headers())
    assert all(world.theirs.good(token(headers)) for headers in told)
    assert len(world.theirs.log) == 2
    world.clock.forward(MINUTE)
    assert await one.headers() == await other.headers() != first
    assert len(world.theirs.log) == 2


async def test_a_grant_that_comes_late_is_saved_although_somebody_else_tried_meanwhile(world: World) -> None:
    one, other = world.process(), world.process()
    world.theirs.feel(Mood.SLOW)
    slow = asyncio.create_task(one.headers())
    while not world.theirs.log:
        await asyncio.sleep(0.01)
    world.clock.forward(2 * MINUTE)  # longer than any call takes: whoever began must be dead
    with pytest.raises(NotAuthorised):
        await other.headers()
    assert world.theirs.good(token(await slow))
    assert await world.process().headers() == await other.headers() == await slow


async def test_a_grant_is_saved_although_somebody_saves_at_the_same_moment(world: World) -> None:
    process = world.process()
    world.vault.beaten = True
    used = await process.headers()
    assert await world.process().headers() == used
    assert world.theirs.renewals == 1


async def test_what_another_process_has_is_not_taken_over_when_it_is_due_itself(world: World) -> None:
    one, other = world.process(), world.process()
    assert await one.headers() == await other.headers()
    world.clock.forward(5 * HOUR)
    await one.headers()
    world.clock.forward(6 * HOUR)
    assert await good(world, other)


async def test_a_refused_token_is_renewed_at_once_but_not_again_and_again(world: World) -> None:
    process = world.process()
    refused = await process.headers()
    assert await process.renew(refused)
    renewed = await process.headers()
    assert renewed != refused
    assert await process.renew(refused)  # somebody has done so since
    assert not await process.renew(renewed)  # it is not the token that they refuse
    assert world.theirs.renewals == 2
    world.clock.forward(MINUTE)
    assert await process.renew(renewed)


async def test_a_refused_token_is_first_looked_for_in_the_vault(world: World) -> None:
    one, other = world.process(), world.process()
    refused = await one.headers()
    assert await other.headers() == refused
    assert await one.renew(refused)
    assert await other.renew(refused)
    assert await one.headers() == await other.headers()
    assert world.theirs.renewals == 2


async def test_a_new_refresh_token_in_the_environment_begins_anew_and_leaves_the_other_alone(world: World) -> None:
    before = world.process()
    await before.headers()
    anew = world.theirs.connect()
    after = world.process(refresh=anew)
    assert await good(world, after)
    world.clock.forward(5 * HOUR)
    with capture_logs():
        await before.headers()  # a process of before the change still runs; theirs is dead
    assert await good(world, world.process(refresh=anew))


async def test_a_client_is_given_tokens_for_itself(world: World) -> None:
    process = world.process(refresh="", scope="read")
    assert await good(world, process)
    world.clock.forward(5 * HOUR)
    assert await good(world, process)
    assert world.theirs.renewals == 2
    with pytest.raises(NotAuthorised) as refusal:
        await world.process(refresh="", client_secret="another-secret", vault=MemoryVault()).headers()
    assert "refresh token" not in refusal.value.detail
    assert "connect" not in refusal.value.detail


async def test_tokens_that_cannot_be_saved_are_used_and_saved_with_the_next_call(world: World) -> None:
    process = world.process()
    world.vault.full = True
    with capture_logs() as logs:
        assert await good(world, process)
    assert [entry["event"] for entry in logs] == ["oauth.not_saved"]
    world.vault.full = False
    used = await process.headers()
    assert await world.process().headers() == used
    assert world.theirs.renewals == 1


async def test_tokens_that_are_not_saved_yet_are_not_renewed(world: World) -> None:
    process = world.process()
    world.vault.full = True
    with capture_logs():
        works = await process.headers()
        world.clock.forward(5 * HOUR)
        assert await process.headers() == works
    assert len(world.theirs.log) == 1
    world.vault.full = False
    world.clock.forward(MINUTE)
    assert await process.headers() != works
    assert await good(world, process)


async def test_nothing_is_sent_while_the_vault_is_away(world: World) -> None:
    world.vault.away = True
    with pytest.raises(Unavailable, match="the disk is full"):
        await world.process().headers()
    assert world.theirs.log == []


async def test_no_secret_is_in_an_error_a_log_or_a_repr(world: World) -> None:
    world.theirs.echoes = True
    process = world.process()
    secrets = [SECRET, world.refresh, token(await process.headers()), world.theirs.refresh]
    world.clock.forward(5 * HOUR)
    kept = world.theirs.refresh
    world.theirs.revoke()
    told = []
    with capture_logs() as logs:
        await process.headers()
        world.clock.forward(HOUR)
        with pytest.raises(NotAuthorised) as refusal:
            await process.headers()
    told += [str(refusal.value), repr(refusal.value), repr(logs), repr(process), repr(process._tokens)]
    told += [repr(NoAuth(secrets)), repr(Bearer(secrets[2]))]
    assert len(logs) == 1
    assert "already used" in told[0]
    assert not [text for text in told for secret in (*secrets, kept) if secret in text]


def answering(*answers: httpx.Response) -> tuple[Client, list[httpx.Request]]:
    """A client that is given these answers, the last of them again and again."""
    waiting, asked = list(answers), []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        one = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return httpx.Response(one.status_code, headers=one.headers, content=one.content)

    return httpx.AsyncClient(transport=httpx.MockTransport(answer)), asked


def alone(*answers: httpx.Response, **changes: Any) -> tuple[OAuth, list[httpx.Request]]:
    client, asked = answering(*answers)
    arguments = {"url": "https://acme.example", "vault": MemoryVault(), "refresh": "TG-the-first-one", **changes}
    return auth_of(client, HandClock(), **arguments), asked


async def test_a_secret_that_a_long_refusal_ends_in_is_not_told_in_half() -> None:
    for length in range(470, 500):
        granted = {"access_token": "A-1", "expires_in": 60, "refresh_token": "TG-the-second-one"}
        body = {"error": "invalid_grant", "error_description": "x" * length + " TG-the-second-one and more"}
        process, _ = alone(httpx.Response(200, json=granted), httpx.Response(400, json=body))
        with pytest.raises(NotAuthorised) as refusal:
            await process.renew(await process.headers())
        assert "TG-" not in str(refusal.value)


async def test_who_we_are_is_in_the_form_or_in_a_header_never_in_both() -> None:
    granted = httpx.Response(200, json={"access_token": "A-1", "expires_in": 60})
    process, asked = alone(granted, scope="a b")
    await process.headers()
    assert dict(parse_qsl(asked[0].content.decode())) == {
        "grant_type": "refresh_token",
        "refresh_token": "TG-the-first-one",
        "client_id": CLIENT,
        "client_secret": SECRET,
        "scope": "a b",
    }
    assert "Authorization" not in asked[0].headers
    process, asked = alone(granted, basic=True)
    await process.headers()
    assert dict(parse_qsl(asked[0].content.decode())) == {
        "grant_type": "refresh_token",
        "refresh_token": "TG-the-first-one",
    }
    assert asked[0].headers["Authorization"] == "Basic " + b64encode(f"{CLIENT}:{SECRET}".encode()).decode()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("10800", 10_800), (600, 600), (None, 60), (-1, 60), ("soon", 60), ([], 60), (0, 60), (1e300, 366 * 86_400)],
)
async def test_how_long_a_token_lives_is_read_in_any_shape(said: object, seconds: float) -> None:
    process, _ = alone(httpx.Response(200, json={"access_token": "A-1", "expires_in": said}))
    clock = process.clock
    await process.headers()
    assert process._tokens is not None
    assert process._tokens.expires_at is not None
    assert (process._tokens.expires_at - clock()).total_seconds() == seconds


async def test_a_refresh_token_that_is_not_renewed_stays() -> None:
    process, asked = alone(httpx.Response(200, json={"access_token": "A-1", "expires_in": 60}))
    await process.headers()
    assert await process.renew({"Authorization": "Bearer A-1"})
    assert [dict(parse_qsl(one.content.decode()))["refresh_token"] for one in asked] == ["TG-the-first-one"] * 2


@pytest.mark.parametrize("body", [None, [], "A-1", {}, {"access_token": ""}, {"access_token": 5}])
async def test_an_answer_without_a_token_is_unavailable(body: object) -> None:
    process, _ = alone(httpx.Response(200, json=body))
    with pytest.raises(Unavailable, match="no access_token"):
        await process.headers()


@pytest.mark.parametrize("smuggled", ["A\nX-Evil: 1", "ä", "A\x00"])
async def test_a_token_that_does_not_fit_in_a_header_is_none(smuggled: str) -> None:
    process, _ = alone(httpx.Response(200, json={"access_token": smuggled}))
    with pytest.raises(Unavailable):
        await process.headers()


@given(
    st.integers(200, 599),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["access_token", "refresh_token", "expires_in", "error", "message"]), inner
            )
        ),
    ),
)
def test_no_answer_makes_anything_but_headers_or_a_marketplace_error(status: int, body: object) -> None:
    process, _ = alone(httpx.Response(status, json=body))
    with contextlib.suppress(MarketplaceError):
        assert token(asyncio.run(process.headers()))


def written(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


async def test_tokens_on_disk_are_sealed_and_come_back_after_a_restart(tmp_path: Path) -> None:
    clock = HandClock()
    store = await open_tiny(tmp_path / "notices.json", clock)
    await StoreVault(store, clock, SECRET).save("acme", GRANTED)
    await store.close()
    assert b"grants" in written(tmp_path)
    for secret in (GRANTED.refresh, GRANTED.access, SECRET):
        assert secret.encode() not in written(tmp_path)
    assert SECRET not in repr(StoreVault(store, clock, SECRET))
    store = await open_tiny(tmp_path / "notices.json", clock)
    assert await StoreVault(store, clock, SECRET).load("acme") == GRANTED
    assert await StoreVault(store, clock, SECRET).load("bazaar") is None
    await store.close()


async def test_with_another_secret_the_vault_is_empty_and_begins_anew(tmp_path: Path) -> None:
    clock = HandClock()
    store = await open_tiny(tmp_path / "notices.json", clock)
    await StoreVault(store, clock, SECRET).save("acme", GRANTED)
    other = StoreVault(store, clock, "another-secret")
    assert await other.load("acme") == Tokens(version=1)
    await other.save("acme", Tokens(refresh="TG-2", version=2))
    assert await other.load("acme") == Tokens(refresh="TG-2", version=2)
    await store.close()


async def test_of_two_who_save_at_once_one_is_told(tmp_path: Path) -> None:
    clock = HandClock()
    store = await open_tiny(tmp_path / "notices.json", clock)
    saves = (StoreVault(store, clock, SECRET).save("acme", GRANTED) for _ in range(2))
    told = await asyncio.gather(*saves, return_exceptions=True)
    assert [type(answer) for answer in told].count(Conflict) == 1
    await store.close()


async def test_two_processes_over_a_real_store_renew_once(world: World, tmp_path: Path) -> None:
    store = await open_tiny(tmp_path / "notices.json", world.clock)
    vault: Callable[[], StoreVault] = lambda: StoreVault(store, world.clock, SECRET)  # noqa: E731
    one, other = world.process(vault=vault()), world.process(vault=vault())
    await asyncio.gather(one.headers(), other.headers(), return_exceptions=True)
    assert await one.headers() == await other.headers()
    assert await good(world, one)
    assert len(world.theirs.log) == 1
    for secret in (token(await one.headers()), world.theirs.refresh, SECRET):
        assert secret.encode() not in written(tmp_path)
    await store.close()


async def test_that_access_will_not_be_renewed_is_on_disk_while_the_old_one_still_works(world: World) -> None:
    process = world.process()
    works = await process.headers()
    world.theirs.refresh = ""  # somebody connected the app elsewhere
    world.clock.forward(5 * HOUR)
    assert await process.headers() == works
    (kept,) = world.vault.kept.values()
    assert "Connect the app anew" in kept.trouble
    assert not any(one in kept.trouble for one in (kept.refresh, kept.access, SECRET))
    again = world.process(refresh=world.theirs.connect())
    assert await good(world, again)
    assert [one.trouble for one in world.vault.kept.values()][-1] == ""
