from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import httpx
import pytest

from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.marketplaces.http import RESPONSE_LIMIT, Bearer, Reply, Wire, clean, one_at_a_time, retry_after, words_of

TOKEN = "a-token-nobody-knows"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Answer = Callable[[httpx.Request], httpx.Response]


def noon() -> datetime:
    return NOON


def wire(answer: Answer, *, timeout: float = 2) -> Wire:
    return Wire(
        key="acme",
        name="Acme Market",
        client=httpx.AsyncClient(transport=httpx.MockTransport(answer)),
        limiter=one_at_a_time(1000),
        timeout=timeout,
        auth=Bearer(TOKEN),
        clock=noon,
    )


async def write(answer: Answer) -> Reply:
    return await wire(answer).call("POST", "https://api.acme.example/x", safe=False, json={"a": 1})


async def read(answer: Answer) -> Reply:
    return await wire(answer).call("GET", "https://api.acme.example/x", safe=True)


def answers(status: int, **kwargs: object) -> Answer:
    return lambda _: httpx.Response(status, **kwargs)  # type: ignore[arg-type]


def breaks(error: type[httpx.HTTPError]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error(f"broke with {TOKEN}")

    return answer


async def test_a_call_carries_the_token_and_says_who_we_are() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"ok": True})

    reply = await wire(answer).call(
        "GET",
        "https://api.acme.example/x",
        safe=True,
        params={"reference": "TD-1 &?"},
        headers={"Idempotency-Key": "k"},
    )
    assert reply == Reply(status=200, json={"ok": True})
    (request,) = seen
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["User-Agent"].startswith("takedown-desk/")
    assert request.headers["Idempotency-Key"] == "k"
    assert request.url.params["reference"] == "TD-1 &?"


async def test_an_answer_without_a_body_is_none() -> None:
    assert await write(answers(204)) == Reply(status=204, json=None)


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError])
async def test_without_a_connection_nothing_was_taken(error: type[httpx.HTTPError]) -> None:
    for call in (read, write):
        with pytest.raises(Unavailable) as refusal:
            await call(breaks(error))
        assert TOKEN not in str(refusal.value)


@pytest.mark.parametrize(
    "error",
    [
        httpx.ReadTimeout,
        httpx.WriteTimeout,
        httpx.ReadError,
        httpx.WriteError,
        httpx.CloseError,
        httpx.RemoteProtocolError,
        httpx.DecodingError,
    ],
)
async def test_a_connection_that_breaks_later_leaves_a_write_unknown(error: type[httpx.HTTPError]) -> None:
    with pytest.raises(OutcomeUnknown):
        await write(breaks(error))
    with pytest.raises(Unavailable):
        await read(breaks(error))


@pytest.mark.parametrize(
    ("status", "on_write", "on_read"),
    [
        (301, Declined, Declined),
        (307, Declined, Declined),
        (400, Declined, Declined),
        (401, NotAuthorised, NotAuthorised),
        (403, NotAuthorised, NotAuthorised),
        (404, Declined, Declined),
        (408, Unavailable, Unavailable),
        (409, Declined, Declined),
        (422, Declined, Declined),
        (425, Unavailable, Unavailable),
        (429, Unavailable, Unavailable),
        (500, OutcomeUnknown, Unavailable),
        (501, OutcomeUnknown, Unavailable),
        (502, OutcomeUnknown, Unavailable),
        (503, Unavailable, Unavailable),
        (504, OutcomeUnknown, Unavailable),
        (599, OutcomeUnknown, Unavailable),
    ],
)
async def test_a_status_means_what_it_says(
    status: int, on_write: type[MarketplaceError], on_read: type[MarketplaceError]
) -> None:
    for call, expected in ((write, on_write), (read, on_read)):
        with pytest.raises(MarketplaceError) as refusal:
            await call(answers(status, json={"message": "No."}, headers={"Location": "https://evil.example/"}))
        assert type(refusal.value) is expected
        assert refusal.value.status == status
        assert refusal.value.marketplace == "Acme Market"


async def test_an_accepted_status_is_handed_back() -> None:
    reply = await wire(answers(409, json={"id": "A-1"})).call("POST", "https://a.example/", safe=False, accept={409})
    assert reply == Reply(status=409, json={"id": "A-1"})


async def test_a_redirect_is_never_followed() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": "https://evil.example/"})

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer), follow_redirects=True)
    eager = Wire(key="acme", name="Acme", client=client, limiter=one_at_a_time(100), timeout=1, auth=Bearer(TOKEN))
    with pytest.raises(Declined, match="base_url"):
        await eager.call("GET", "https://api.acme.example/x", safe=True)
    assert asked == ["https://api.acme.example/x"]


@pytest.mark.parametrize(
    "body", [b'{"id": "A-1"', b"<html>ok</html>", b"\xff\xfe", b"[" * 5000, b'{"id": NaN}', b'{"a":' * 5000]
)
async def test_an_answer_that_is_not_json_leaves_a_write_unknown(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown, match="not JSON"):
        await write(answers(201, content=body))
    with pytest.raises(Unavailable, match="not JSON"):
        await read(answers(200, content=body))


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 100_000
            yield b" " * 100_000

    with pytest.raises(OutcomeUnknown, match="1 MB"):
        await write(lambda _: httpx.Response(201, content=endless()))
    assert given <= RESPONSE_LIMIT + 200_000


async def test_a_compressed_answer_is_not_unpacked() -> None:
    with pytest.raises(Unavailable, match="compressed"):
        await read(answers(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"\x1f\x8b")))


async def test_an_answer_that_drips_is_given_up_on() -> None:
    async def drips() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.02)
            yield b" "

    slow = wire(lambda _: httpx.Response(201, content=drips()), timeout=0.2)
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown, match=r"0\.2 seconds"):
        await slow.call("POST", "https://api.acme.example/x", safe=False)
    assert time.monotonic() - began < 20


async def test_their_words_are_kept_without_our_token_or_control_characters() -> None:
    words = f"No\x00 \x1b[31mred\u202e for Bearer {TOKEN}\r\nplease"
    with pytest.raises(Declined) as refusal:
        await read(answers(400, json={"message": words}))
    assert refusal.value.detail == "No [31mred for Bearer … please"


async def test_an_error_page_is_not_repeated_to_people() -> None:
    with pytest.raises(Unavailable) as refusal:
        await read(answers(502, html="<html><h1>nginx</h1></html>"))
    assert refusal.value.detail == "Bad Gateway"


async def test_plain_words_are_repeated_and_cut_to_size() -> None:
    with pytest.raises(Declined) as refusal:
        await read(answers(400, text="no " * 10_000))
    assert len(refusal.value.detail) <= 500
    assert refusal.value.detail.startswith("no no")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"errors": [{"field": "url", "message": "is gone"}, {"message": "And late"}]}, "url: is gone; And late"),
        ({"errors": ["first", "second"]}, "first; second"),
        ({"errors": [], "message": "No."}, "No."),
        ({"message": "No.", "detail": "Because."}, "No."),
        ({"detail": "Because."}, "Because."),
        ({"error": "invalid"}, "invalid"),
        ({"errors": [None, 3, {"field": 4}]}, ""),
        ({"message": {"no": "text"}}, ""),
        ("No.", "No."),
        ([1], ""),
        (None, ""),
    ],
)
def test_the_words_of_an_error_are_found(body: object, words: str) -> None:
    assert words_of(body) == words


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("2", 2),
        ("0", 0),
        ("-5", 0),
        ("1.5", 1.5),
        ("999999", 3600),
        ("inf", 3600),
        ("nan", None),
        ("soon", None),
        ("", None),
        ("Tue, 24 Nov 2026 12:00:30 GMT", 30),
        ("Tue, 24 Nov 2026 11:59:30 GMT", 0),
        ("Wed, 25 Nov 2026 12:00:00 GMT", 3600),
        ("Tue, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, noon) == seconds


async def test_retry_after_reaches_the_error() -> None:
    with pytest.raises(Unavailable) as refusal:
        await write(answers(429, headers={"Retry-After": "Tue, 24 Nov 2026 12:00:10 GMT"}))
    assert refusal.value.retry_after == 10


def test_words_are_put_on_one_line_and_cut_to_size() -> None:
    assert clean("  a\n\tb \u2028c ") == "a b c"
    assert clean("x" * 600) == "x" * 499 + "…"


async def test_an_answer_that_repeats_our_token_is_kept_without_it() -> None:
    reply = await read(lambda request: httpx.Response(200, json={"you": request.headers["Authorization"], "id": "A-1"}))
    assert TOKEN not in str(reply)
    assert reply.json == {"you": "Bearer …", "id": "A-1"}


ODD = "a/token/nobody-knows"
ESCAPED = (ODD.replace("/", "\\/"), "".join(f"\\u{ord(char):04x}" for char in ODD))


def odd(answer: Answer) -> Wire:
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return Wire(
        key="acme", name="Acme", client=client, limiter=one_at_a_time(1000), timeout=2, auth=Bearer(ODD), clock=noon
    )


@pytest.mark.parametrize("written", ESCAPED)
async def test_a_token_that_they_write_in_another_way_is_taken_out_too(written: str) -> None:
    body = '{"a": [{"' + written + '": ["x ' + written + '", 1, null]}]}'
    reply = await odd(answers(200, text=body)).call("GET", "https://api.acme.example/x", safe=True)
    assert reply.json == {"a": [{"…": ["x …", 1, None]}]}


async def test_a_token_is_taken_out_however_deep_it_stands_and_out_of_texts_and_addresses() -> None:
    deep = "[" * 900 + f'"{ODD}"' + "]" * 900
    found = (await odd(answers(200, text=deep)).call("GET", "https://api.acme.example/x", safe=True)).json
    for _ in range(900):
        (found,) = found
    assert found == "…"
    there = {"Location": f"https://api.acme.example/{ODD}"}
    told = await odd(answers(200, text=f"for {ODD}", headers=there)).call(
        "GET", "https://api.acme.example/x", safe=True, reads="text"
    )
    assert (told.text, told.location) == ("for …", "https://api.acme.example/…")


async def test_whoever_judges_a_refusal_is_not_shown_our_token() -> None:
    shown: list[object] = []

    def judge(status: int, body: object) -> Declined:
        shown.append(body)
        return Declined("Acme", str(body), status=status)

    for written in (ODD, *ESCAPED):
        answer = answers(422, text='{"notices": {"base": ["' + written + '"]}}')
        with pytest.raises(Declined):
            await odd(answer).call("POST", "https://api.acme.example/x", safe=False, judge=judge)
    assert shown == [{"notices": {"base": ["…"]}}] * 3


async def test_new_credentials_are_handed_over_whole() -> None:
    call = odd(answers(200, json={"access_token": ODD})).call("POST", "https://a.example/", safe=False, grants=True)
    assert (await call).json == {"access_token": ODD}


async def test_a_token_at_the_end_of_long_plain_words_is_not_cut_in_half() -> None:
    for spaces in range(1975, 2000):
        with pytest.raises(Declined) as refusal:
            await odd(answers(400, text="no" + " " * spaces + ODD)).call("GET", "https://a.example/", safe=True)
        assert "token" not in refusal.value.detail
