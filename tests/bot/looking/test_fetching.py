"""The guards before a page is opened. Nothing here leaves this machine."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.looking import Look, Terms
from bot.looking.fetching import BYTES, Looker
from tests import make

TERMS = Terms(hosts=("acme.example",), gone_words=("no longer available",))
PUBLIC = "93.184.215.14"
ITEM = "https://acme.example/item/1"

Answer = Callable[[httpx.Request], httpx.Response]


def page(body: bytes = b"Item 1", status: int = 200, **headers: str) -> httpx.Response:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    named = {"Content-Type": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return httpx.Response(status, headers=named, content=pieces())


def to(location: str, status: int = 302) -> httpx.Response:
    return page(b"moved", status, Location=location)


def always_to(location: str) -> Answer:
    return lambda request: to(location)


@dataclass(kw_only=True)
class Net:
    """A pretend network: what names resolve to, what answers, and what was asked of both."""

    names: dict[str, Sequence[str]] = field(default_factory=lambda: {"acme.example": [PUBLIC]})
    answers: dict[str, Answer] = field(default_factory=dict)
    resolved: list[str] = field(default_factory=list)
    asked: list[httpx.Request] = field(default_factory=list)

    async def resolve(self, host: str) -> Sequence[str]:
        self.resolved.append(host)
        if host not in self.names:
            raise OSError("unknown")
        return self.names[host]

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        there = f"https://{request.headers['Host']}{request.url.raw_path.decode()}"
        answer = self.answers.get(there)
        return answer(request) if answer else page()

    async def look(self, canonical: str = ITEM, *, seconds: float = 10, terms: Terms = TERMS) -> Look:
        looker = Looker(
            contact="takedown@brand.example",
            resolve=self.resolve,
            transport=httpx.MockTransport(self.answer),
            seconds=seconds,
            per_second=1000,
        )
        return await looker.look(make.listing(canonical=canonical), terms)


@pytest.fixture
def net() -> Net:
    return Net()


async def test_a_page_is_read_and_says_where_it_was(net: Net) -> None:
    look = await net.look()
    assert look == Look(asked=ITEM, address=ITEM, status=200, page="Item 1")


async def test_the_connection_goes_to_the_address_that_was_checked_under_the_name_of_the_host(net: Net) -> None:
    await net.look("https://acme.example/item/1?colour=red#top")
    (request,) = net.asked
    assert str(request.url) == f"https://{PUBLIC}/item/1?colour=red"
    assert request.headers["Host"] == "acme.example"
    assert request.extensions["sni_hostname"] == "acme.example"
    assert net.resolved == ["acme.example"], "it is not looked up a second time"


async def test_an_address_of_the_new_kind_is_pinned_as_well(net: Net) -> None:
    net.names["acme.example"] = ["2606:4700::1"]
    await net.look()
    assert str(net.asked[0].url) == "https://[2606:4700::1]/item/1"


async def test_a_request_says_honestly_who_asks_and_carries_nothing_of_ours(net: Net) -> None:
    await net.look()
    (request,) = net.asked
    assert request.method == "GET"
    assert request.headers["User-Agent"].startswith("takedown-desk/")
    assert "mailto:takedown@brand.example" in request.headers["User-Agent"]
    names = {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert set(request.headers) == names


async def test_cookies_are_not_sent_back(net: Net) -> None:
    net.answers[ITEM] = lambda request: page(b"", 302, Location="/item/1/", Set_Cookie="a=b")
    assert (await net.look()).status == 200
    assert len(net.asked) == 2
    assert not any("cookie" in request.headers for request in net.asked)


@pytest.mark.parametrize(
    "address",
    [
        "http://acme.example/item/1",
        "ftp://acme.example/item/1",
        "file:///etc/passwd",
        "https://acme.example:8443/item/1",
        "https://acme.example:22/item/1",
        "https://ann:secret@acme.example/item/1",
        "https://acme.example@evil.test/item/1",
        "https://evil.test/item/1",
        "https://acme.example.evil.test/item/1",
        "https://127.0.0.1/item/1",
        "https://[::1]/item/1",
        "https://2130706433/",
        "https://acme.example./item/1",
        "https:///item/1",
        "//acme.example/item/1",
        "https://acme.example/" + "a" * 3000,
        "https://acme\u3002example/item/1\x00",
        "",
    ],
)
async def test_an_address_that_is_not_the_marketplaces_own_is_never_opened(net: Net, address: str) -> None:
    look = await net.look(address)
    assert look.trouble
    assert net.asked == []
    assert net.resolved == [], "nor is its name asked for"


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["10.0.0.8"],
        [PUBLIC, "192.168.0.1"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:a00:1::"],
        ["fd00::1"],
        ["fe80::1%eth0"],
        [],
    ],
)
async def test_a_host_with_an_address_that_is_not_public_is_not_asked(net: Net, found: list[str]) -> None:
    net.names["acme.example"] = found
    look = await net.look()
    assert look.trouble
    assert net.asked == []


async def test_a_host_that_nobody_knows_is_trouble_and_no_error(net: Net) -> None:
    net.names.clear()
    assert "nobody knows" in (await net.look()).trouble


async def test_a_name_that_changes_its_address_at_a_redirect_is_checked_again(net: Net) -> None:
    def rebinds(request: httpx.Request) -> httpx.Response:
        net.names["acme.example"] = ["127.0.0.1"]
        return to("/item/1/again")

    net.answers[ITEM] = rebinds
    look = await net.look()
    assert "not public" in look.trouble
    assert len(net.asked) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://acme.example/item/1",
        "https://evil.test/item/1",
        "//evil.test/item/1",
        "https://de.acme.example/item/1",
        "https://acme.example:444/item/1",
        "https://a:b@acme.example/item/1",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://[half/",
        "\\\\evil.test\\x",
    ],
)
async def test_a_redirect_off_the_host_is_not_followed(net: Net, location: str) -> None:
    net.names |= {host: [PUBLIC] for host in ("evil.test", "de.acme.example")}
    net.answers[ITEM] = lambda request: to(location)
    look = await net.look()
    assert all(request.headers["Host"] == "acme.example" for request in net.asked)
    assert look.trouble or look.address.startswith("https://acme.example/")
    assert all(name == "acme.example" for name in net.resolved)


async def test_a_redirect_on_the_host_is_followed_and_www_is_the_same(net: Net) -> None:
    net.names["www.acme.example"] = [PUBLIC]
    net.answers[ITEM] = lambda request: to("https://www.acme.example/a-watch/1", 301)
    look = await net.look()
    assert (look.status, look.address) == (200, "https://www.acme.example/a-watch/1")


async def test_three_redirects_are_followed_and_a_fourth_is_not(net: Net) -> None:
    for number in range(1, 9):
        net.answers[f"https://acme.example/item/{number}"] = always_to(f"/item/{number + 1}")
    assert "on and on" in (await net.look()).trouble
    assert len(net.asked) == 4
    net.asked.clear()
    del net.answers["https://acme.example/item/4"]
    assert (await net.look()).address == "https://acme.example/item/4"


@pytest.mark.parametrize("status", [404, 410, 403, 429, 500])
async def test_of_any_other_answer_only_the_status_is_kept(net: Net, status: int) -> None:
    net.answers[ITEM] = lambda request: page(b"x" * 3_000_000, status)
    look = await net.look()
    assert (look.status, look.page, look.trouble) == (status, "", "")


async def test_a_megabyte_is_read_and_no_more(net: Net) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 65_536
            yield b"a" * 65_536

    net.answers[ITEM] = lambda request: httpx.Response(200, headers={"Content-Type": "text/html"}, content=endless())
    look = await net.look()
    assert (len(look.page), look.whole) == (BYTES, False)
    assert read < BYTES + 200_000


async def test_a_page_of_just_a_megabyte_is_whole(net: Net) -> None:
    net.answers[ITEM] = lambda request: page(b"a" * BYTES)
    assert (await net.look()).whole
    net.answers[ITEM] = lambda request: page(gzip.compress(b"a" * BYTES), Content_Encoding="gzip")
    assert (await net.look()).whole


async def test_a_few_bytes_that_unpack_to_a_gigabyte_are_unpacked_to_a_megabyte(net: Net) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(1000)) + packer.flush()
    assert len(bomb) < 1_100_000
    net.answers[ITEM] = lambda request: page(bomb, Content_Encoding="gzip")
    look = await net.look()
    assert (len(look.page), look.whole) == (BYTES, False)


async def test_a_packed_page_is_unpacked(net: Net) -> None:
    net.answers[ITEM] = lambda request: page(gzip.compress(b"Item 1"), Content_Encoding="gzip")
    assert (await net.look()).page == "Item 1"
    net.answers[ITEM] = lambda request: page(gzip.compress(b"Item 1" * 100)[:-20], Content_Encoding="gzip")
    assert not (await net.look()).whole


@pytest.mark.parametrize("apart", [False, True])
async def test_a_page_packed_in_several_pieces_is_not_whole(net: Net, apart: bool) -> None:
    pieces = [gzip.compress(b"Item 1 "), gzip.compress(b"is no longer available")]

    async def sent() -> AsyncIterator[bytes]:
        for piece in pieces if apart else [b"".join(pieces)]:
            yield piece

    headers = {"Content-Type": "text/html", "Content-Encoding": "gzip"}
    net.answers[ITEM] = lambda request: httpx.Response(200, headers=headers, content=sent())
    assert not (await net.look()).whole


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "zstd"])
async def test_a_page_packed_in_another_way_is_not_read(net: Net, coding: str) -> None:
    net.answers[ITEM] = lambda request: page(Content_Encoding=coding)
    assert "packed" in (await net.look()).trouble


async def test_a_page_that_says_it_is_packed_and_is_not_is_trouble(net: Net) -> None:
    net.answers[ITEM] = lambda request: page(b"Item 1", Content_Encoding="gzip")
    assert "unpacked" in (await net.look()).trouble


@pytest.mark.parametrize("kind", ["application/json", "image/png", "application/octet-stream", ""])
async def test_what_is_no_page_is_not_read(net: Net, kind: str) -> None:
    net.answers[ITEM] = lambda request: page(Content_Type=kind)
    assert (await net.look()).trouble == "what came is no page"


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("gbk", "已下架".encode("gbk"), "已下架"),
        ("ISO-8859-1", "für 1".encode("latin-1"), "für 1"),
        ("punycode", b"Item 1", "Item 1"),
        ("unicode_escape", b"Item 1", "Item 1"),
        ("rot13", b"Item 1", "Item 1"),
        ("no-such-thing", "für".encode(), "für"),
    ],
)
async def test_a_page_is_read_in_its_own_letters(net: Net, charset: str, body: bytes, text: str) -> None:
    net.answers[ITEM] = lambda request: page(body, Content_Type=f"text/html; charset={charset}")
    assert (await net.look()).page == text


@pytest.mark.parametrize(
    "meta",
    [
        '<meta charset="gbk">',
        "<META charset = gb2312 />",
        '<meta http-equiv="Content-Type" content="text/html; charset=GBK">',
    ],
)
async def test_a_page_may_name_its_letters_itself(net: Net, meta: str) -> None:
    net.answers[ITEM] = lambda request: page(f"<html>{meta}商品已下架, 囍".encode("gbk"))
    assert (await net.look()).page == f"<html>{meta}商品已下架, 囍"
    net.answers[ITEM] = lambda request: page(f"<html>{meta}für".encode(), Content_Type="text/html; charset=utf-8")
    assert (await net.look()).page.endswith("für"), "its headers know better"
    late = f"<html>{' ' * 1024}{meta}已下架".encode("gbk")
    net.answers[ITEM] = lambda request: page(late)
    assert "\ufffd" in (await net.look()).page


async def test_ten_seconds_are_for_everything_and_drops_do_not_buy_time(net: Net) -> None:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.02)
            yield b"a"

    net.answers[ITEM] = lambda request: httpx.Response(200, headers={"Content-Type": "text/html"}, content=drops())
    began = asyncio.get_running_loop().time()
    look = await net.look(seconds=0.2)
    assert "no answer within 0.2 seconds" in look.trouble
    assert asyncio.get_running_loop().time() - began < 2


async def test_a_name_server_that_hangs_is_left_in_time(net: Net) -> None:
    async def hangs(host: str) -> Sequence[str]:
        await asyncio.sleep(60)
        return [PUBLIC]

    looker = Looker(contact="a@b.example", resolve=hangs, transport=httpx.MockTransport(net.answer), seconds=0.1)
    assert "no answer" in (await looker.look(make.listing(canonical=ITEM), TERMS)).trouble


@pytest.mark.parametrize("error", [httpx.ReadError("x"), httpx.RemoteProtocolError("x"), httpx.ReadTimeout("x")])
async def test_a_connection_that_breaks_is_trouble_and_no_error(net: Net, error: Exception) -> None:
    def breaks(request: httpx.Request) -> httpx.Response:
        raise error

    net.answers[ITEM] = breaks
    assert (await net.look()).trouble


async def test_the_next_of_a_hosts_addresses_is_tried_when_one_does_not_answer(net: Net) -> None:
    net.names["acme.example"] = ["2606:4700::1", PUBLIC]

    def only_the_old_kind(request: httpx.Request) -> httpx.Response:
        if request.url.host != PUBLIC:
            raise httpx.ConnectError("no route")
        return page()

    net.answers[ITEM] = only_the_old_kind
    assert (await net.look()).status == 200
    net.names["acme.example"] = ["2606:4700::1"] * 9
    net.asked.clear()
    assert "no connection" in (await net.look()).trouble
    assert len(net.asked) == 3


async def test_a_marketplace_is_asked_at_a_polite_pace_and_others_do_not_wait_for_it(net: Net) -> None:
    looker = Looker(
        contact="a@b.example", resolve=net.resolve, transport=httpx.MockTransport(net.answer), per_second=10
    )
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(looker.look(make.listing(str(number), canonical=ITEM), TERMS) for number in range(4)))
    assert loop.time() - began > 0.25
    began = loop.time()
    await looker.look(make.listing(marketplace="bazaar", canonical=ITEM), TERMS)
    assert loop.time() - began < 0.09


# A server of this machine, spoken to over real TLS. The looker is told a public address; the wire ends here.


class Wired(httpx.AsyncBaseTransport):
    """httpx's own transport, with the wire led to a server on this machine."""

    def __init__(self, port: int, trusted: ssl.SSLContext) -> None:
        self._real = httpx.AsyncHTTPTransport(verify=trusted, trust_env=False)
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == PUBLIC
        request.url = request.url.copy_with(host="127.0.0.1", port=self._port)
        return await self._real.handle_async_request(request)


@contextlib.asynccontextmanager
async def tls_server(folder: Path, name: str, heard: list[str]) -> AsyncIterator[tuple[int, ssl.SSLContext]]:
    """A server with a certificate for `name`, and a context that trusts who signed it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain = folder / "chain.pem"
    chain.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(chain)
    serving.sni_callback = lambda connection, asked, context: heard.append(asked or "")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\nItem 1")
        await writer.drain()
        writer.close()

    trusted = ssl.create_default_context(cadata=certificate.public_bytes(serialization.Encoding.PEM).decode())
    async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=serving) as server:
        yield server.sockets[0].getsockname()[1], trusted


async def test_the_certificate_is_that_of_the_host_though_the_wire_goes_to_an_address(net: Net, tmp_path: Path) -> None:
    heard: list[str] = []
    async with tls_server(tmp_path, "acme.example", heard) as (port, trusted):
        looker = Looker(contact="a@b.example", resolve=net.resolve, transport=Wired(port, trusted))
        look = await looker.look(make.listing(canonical=ITEM), TERMS)
        await looker.aclose()
    assert (look.status, look.page, look.trouble) == (200, "Item 1", "")
    assert heard[0] == "acme.example"
    assert "\r\nHost: acme.example\r\n" in heard[1]


async def test_a_server_with_another_hosts_certificate_is_not_believed(net: Net, tmp_path: Path) -> None:
    heard: list[str] = []
    async with tls_server(tmp_path, "evil.test", heard) as (port, trusted):
        looker = Looker(contact="a@b.example", resolve=net.resolve, transport=Wired(port, trusted))
        look = await looker.look(make.listing(canonical=ITEM), TERMS)
        await looker.aclose()
    assert look.trouble == "no connection could be made"
    assert heard == ["acme.example"], "no request was sent"
