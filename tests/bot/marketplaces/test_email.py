"""The `email` adapter: the mail, the table, and what the server's answers mean."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable, Unsupported
from bot.marketplaces import Ask
from bot.marketplaces.email import BATCH, EmailMarketplace, EmailTable, message_id
from bot.marketplaces.http import one_at_a_time
from bot.marketplaces.opening import MARKETPLACES
from bot.marketplaces.smtp import Post
from bot.model import Decision, Notice, Status, Violation
from bot.sandbox.removals import Mood
from bot.sandbox.vendors.smtp import SIZE, PretendMailServer
from tests import make
from tests.contracts.scene_email import TABLE, email_scene
from tests.vendors import HandClock, opening

PASSWORD = "correct-horse-battery"


def table(**changes: Any) -> EmailTable:
    return EmailTable.model_validate(TABLE | {"password": PASSWORD} | changes)


async def opened(**changes: Any) -> EmailMarketplace:
    no_http = cast(Any, None)
    marketplace = MARKETPLACES["email"].opened(table(**changes), opening(no_http, HandClock()))
    assert isinstance(marketplace, EmailMarketplace)
    return marketplace


def refusal(**changes: Any) -> str:
    with pytest.raises(ValidationError) as refused:
        table(**changes)
    words = str(refused.value)
    assert PASSWORD not in words
    return words


# The table.


@pytest.mark.parametrize("host", ["smtp.brand.example", "10.0.0.5", "localhost.evil.example"])
def test_mail_is_encrypted_but_on_this_machine(host: str) -> None:
    assert "on this machine only" in refusal(smtp_host=host, security="none")
    assert table(smtp_host=host, security="tls").security == "tls"
    assert table(smtp_host="localhost", security="none").smtp_host == "localhost"


@pytest.mark.parametrize("alone", [{"username": None}, {"password": None}])
def test_a_login_is_whole_or_there_is_none(alone: dict[str, None]) -> None:
    assert "both username and password_env" in refusal(**alone)
    assert table(username=None, password=None).username is None


@pytest.mark.parametrize("missing", ["postal_address", "phone"])
def test_dmca_notices_need_post_and_phone_and_dsa_notices_do_not(missing: str) -> None:
    assert "needs postal_address and phone" in refusal(**{missing: None})
    assert "needs postal_address and phone" in refusal(**{missing: None}, kind="dmca")
    assert table(**{missing: None}, kind="dsa").kind == "dsa"
    assert table(**{missing: None}, violations=["counterfeit"]).kind == "auto"


@pytest.mark.parametrize(
    "address",
    ["", "abuse", "abuse@shop", "Abuse <abuse@shop.example>", "a@b.example, c@d.example", "a@b.example\nBcc: c@d.e", 7],
)
def test_an_address_is_one_plain_mailbox(address: object) -> None:
    assert "must be an e-mail address" in refusal(to=address)
    assert "must be an e-mail address" in refusal(sender=address)
    assert "must be an e-mail address" in refusal(reply_to=address)


@pytest.mark.parametrize("field", ["organisation", "postal_address", "phone", "username"])
@pytest.mark.parametrize("value", ["", "two\nlines", "two\r\nBcc: x@y.example", "x" * 301])
def test_what_stands_in_a_mail_is_one_line(field: str, value: str) -> None:
    assert "one line" in refusal(**{field: value})


def test_a_language_we_do_not_write_is_refused() -> None:
    assert "one of en, de, es, zh" in refusal(language="fr")


async def test_it_is_opened_with_what_the_table_says() -> None:
    plain = await opened(reply_to="recht@brand.example")
    can = plain.capabilities
    assert (can.batch_size, can.polls, can.read_back, can.withdraw, can.any_address) == (
        BATCH,
        False,
        False,
        False,
        True,
    )
    assert plain.contact.email == "recht@brand.example"
    only = await opened(kind="dmca")
    assert only.capabilities.violations == {Violation.COPYRIGHT, Violation.COPYRIGHT_IMAGE}
    assert "take no notices for counterfeit" in only.lacks(Ask.of(make.notice()))
    assert PASSWORD not in repr(plain)


# What goes into one mail.


async def test_what_differs_in_what_is_said_once_goes_in_a_mail_of_its_own() -> None:
    ours, one = await opened(), make.notice("TD-1")
    same = make.notice("TD-2", seller=make.seller())
    assert ours.lot_of(one) == ours.lot_of(same)
    others: list[dict[str, Any]] = [
        {"listing": make.listing("2", canonical="https://other.example/2")},
        {"right": make.right("ACME-US")},
        {"violation": Violation.TRADEMARK},
        {"statement": "Another."},
        {"declaration": make.declaration(signature="Bo Ss")},
        {"declaration": make.declaration(at=make.NOW + timedelta(minutes=1))},
        {"declaration": make.declaration(text_version="2026-11")},
    ]
    assert len({ours.lot_of(one), *(ours.lot_of(make.notice("TD-3", **other)) for other in others)}) == len(others) + 1


async def test_several_addresses_are_one_mail_and_one_reference() -> None:
    async with email_scene() as scene:
        notices = [make.notice(f"TD-{number}") for number in range(1, BATCH + 1)]
        results = await scene.ours.submit(notices)
        assert isinstance(scene.theirs, PretendMailServer)
        (mail,) = scene.theirs.mails
        assert len({result.reference for result in results.values() if isinstance(result, Decision)}) == 1
        for notice in notices:
            assert notice.listing.canonical in mail.text.splitlines()


async def test_the_mail_is_dated_by_the_clock_and_known_by_its_notices() -> None:
    ours, notice = await opened(reply_to="recht@brand.example"), make.notice("TD-12")
    at = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
    mail = ours.mail([notice], at)
    assert mail["Date"].datetime == at
    assert (mail["To"], mail["Reply-To"]) == ("abuse@shop.example", "recht@brand.example")
    assert mail["From"] == '"Acme Brands B.V." <takedown@brand.example>'
    assert mail["Message-ID"] == message_id([notice], "takedown@brand.example")
    assert mail["Message-ID"].startswith("<TD-12.")
    assert mail["Message-ID"].endswith("@brand.example>")
    assert mail["Auto-Submitted"] is None
    assert bytes(mail) == bytes(ours.mail([notice], at)), "the same notices are always the same mail"
    assert "Reply-To" not in (await opened()).mail([notice], at)


def test_two_desks_of_one_sender_never_share_a_reference() -> None:
    one = make.notice("TD-1")
    other = [
        make.notice("TD-1", at=make.NOW + timedelta(seconds=1)),
        make.notice("TD-1", listing=make.listing("9")),
        make.notice("TD-2"),
    ]
    ids = [message_id([notice], "a@b.example") for notice in (one, *other)]
    ids += [message_id([one, other[2]], "a@b.example"), message_id([one], "a@c.example")]
    assert len(set(ids)) == len(ids)
    assert message_id([replace(one, version=7, status=Status.SENDING)], "a@b.example") == ids[0]


@pytest.mark.parametrize("language", ["en", "de", "es", "zh"])
@pytest.mark.parametrize("violation", [Violation.COUNTERFEIT, Violation.COPYRIGHT])
async def test_every_language_arrives_as_it_was_written(language: str, violation: Violation) -> None:
    async with email_scene(language=language, organisation="Größe & Söhne 商标") as scene:
        long = make.listing("1", canonical="https://acme.example/item/1?" + "q" * 1500)
        result = (await scene.ours.submit([make.notice("TD-1", listing=long, violation=violation)]))["TD-1"]
        assert isinstance(result, Decision)
        assert isinstance(scene.theirs, PretendMailServer)
        (mail,) = scene.theirs.mails
        assert (result.status, result.vendor_status) == (Status.SUBMITTED, "sent")
        assert result.reference == mail.message["Message-ID"]
        assert result.raw["server"] == "2.0.0 Ok: queued as 000001"
        assert mail.message["Subject"].startswith("[TD-1] ")
        assert mail.message["From"].addresses[0].display_name == "Größe & Söhne 商标"
        assert long.canonical in mail.text.splitlines()
        assert mail.message.get_content_type() == "text/plain"
        assert mail.message.get_content_charset() == "utf-8"
        assert isinstance(scene.ours, EmailMarketplace)
        again = scene.ours.mail([make.notice("TD-1", listing=long, violation=violation)], scene.clock())
        assert mail.text.splitlines() == again.get_content().splitlines()


@given(words=st.text(min_size=1, max_size=80), host=st.from_regex(r"[a-zé\r\n:]{1,20}\.example", fullmatch=True))
@settings(deadline=None)
def test_nobody_can_add_a_header(words: str, host: str) -> None:
    ours = asyncio.run(opened())
    odd = make.notice(
        "TD-1",
        listing=make.listing("1", canonical=f"https://{host}/1"),
        right=make.right(title=words, owner=words),
        statement=words,
        declaration=make.declaration(signature=words),
        seller=make.seller(words, words),
    )
    mail = bytes(ours.mail([odd], make.NOW))
    head = message_from_bytes(mail, policy=default)
    added = ["Content-Language", "Content-Transfer-Encoding", "Content-Type", "MIME-Version"]
    assert sorted(head) == sorted([*added, "Date", "From", "Message-ID", "Subject", "To"])
    assert max(map(len, mail.split(b"\r\n"))) <= 998


# What the server's answers mean.


@contextlib.asynccontextmanager
async def scripted(script: Sequence[bytes | None]) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that gives these answers, one a line or text it hears; None cuts the connection, an end stays silent."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        in_text = False
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            for answer in script:
                if answer is None:
                    writer.transport.abort()
                    return
                writer.write(answer)
                await writer.drain()
                in_text = bool(heard) and heard[-1] == b"DATA\r\n" and answer.startswith(b"354")
                line = await (reader.readuntil(b"\r\n.\r\n") if in_text else reader.readline())
                if not line:
                    return
                heard.append(line)
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=SIZE)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()


async def outcome(script: Sequence[bytes | None], notice: Notice | None = None) -> tuple[Any, list[bytes]]:
    """What comes of a mail to such a server, and what it heard."""
    async with scripted(script) as (port, heard):
        ours = await opened(smtp_port=port, username=None, password=None, timeout_seconds=0.15)
        notice = notice or make.notice()
        try:
            return (await ours.submit([notice]))[notice.id], heard
        except MarketplaceError as error:
            return error, heard


HELLO = (b"220 hi\r\n", b"250 mail\r\n")
ENVELOPE = (*HELLO, b"250 ok\r\n", b"250 ok\r\n")
TO_THE_END = (*ENVELOPE, b"354 go\r\n")


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        ((b"421 4.3.2 Closed for the night\r\n",), Unavailable, "421 4.3.2 Closed for the night"),
        ((b"554 5.7.1 Not from you\r\n",), Declined, "554 5.7.1 Not from you"),
        ((b"220 hi\r\n", None), Unavailable, "broke the connection"),
        ((*HELLO, b"451 4.3.0 Later\r\n"), Unavailable, "451 4.3.0 Later"),
        ((*HELLO, b"550 5.1.8 Who are you?\r\n"), Declined, "Who are you"),
        ((*HELLO, b"530 5.7.0 Log in first\r\n"), NotAuthorised, "Log in first"),
        ((*HELLO, b"250 ok\r\n", b"450 4.2.1 Slow down\r\n"), Unavailable, "Slow down"),
        ((*HELLO, b"250 ok\r\n", b"550 5.1.1 No such\r\n"), Declined, "No such"),
        ((*HELLO, b"250 ok\r\n", None), Unavailable, "broke the connection"),
        ((*HELLO, b"250 ok\r\n"), Unavailable, "did not answer"),
        ((*HELLO, b"gibberish\r\n"), Unavailable, "what is no answer"),
        ((*ENVELOPE, b"451 4.3.0 Not now\r\n"), Unavailable, "Not now"),
        ((*ENVELOPE, b"554 5.5.1 No\r\n"), Declined, "554 5.5.1 No"),
        ((*ENVELOPE, None), OutcomeUnknown, "broke the connection"),
        (ENVELOPE, OutcomeUnknown, "did not answer"),
        ((*TO_THE_END, b"452 4.3.1 Disk full\r\n"), Unavailable, "Disk full"),
        ((*TO_THE_END, b"421 4.3.2 Going down\r\n"), Unavailable, "Going down"),
        ((*TO_THE_END, b"554-5.7.1 This looks\r\n554 like spam\r\n"), Declined, "5.7.1 This looks like spam"),
        ((*TO_THE_END, b"gibberish\r\n"), OutcomeUnknown, "what is no answer"),
        ((*TO_THE_END, None), OutcomeUnknown, "broke the connection"),
        (TO_THE_END, OutcomeUnknown, "did not answer"),
    ],
)
async def test_an_answer_means_what_it_means_for_the_mail(
    script: Sequence[bytes | None], kind: type[MarketplaceError], words: str
) -> None:
    error, _ = await outcome(script)
    assert type(error) is kind
    assert words in error.detail


async def test_a_server_nobody_is_at_has_taken_nothing() -> None:
    async with scripted(()) as (port, _):
        pass
    with pytest.raises(Unavailable, match="could not be reached"):
        await (await opened(smtp_port=port)).submit([make.notice()])


async def test_what_they_say_to_goodbye_changes_nothing() -> None:
    taken, heard = await outcome((*TO_THE_END, b"250 2.0.0 Queued as 77\r\n", b"500 what?\r\n"))
    assert isinstance(taken, Decision)
    assert taken.raw["server"] == "2.0.0 Queued as 77"
    assert heard[-1] == b"QUIT\r\n"
    silent, _ = await outcome((*TO_THE_END, b"250 Ok\r\n"))
    assert isinstance(silent, Decision)


async def test_a_line_that_is_only_a_dot_does_not_end_the_mail() -> None:
    async with email_scene() as scene:
        await scene.ours.submit([make.notice("TD-1", statement="Look:\n.\nQUIT\n.hidden")])
        assert isinstance(scene.theirs, PretendMailServer)
        (mail,) = scene.theirs.mails
        assert {".", "QUIT", ".hidden"} <= set(mail.text.splitlines())


ANSWERS = st.one_of(
    st.sampled_from(
        [b"220 hi\r\n", b"250 ok\r\n", b"354 go\r\n", b"421 bye\r\n", b"450 wait\r\n", b"550 no\r\n", None]
    ),
    st.binary(min_size=1, max_size=40).map(lambda said: said.replace(b"\n", b" ") + b"\r\n"),
)


@given(good=st.integers(0, 5), then=st.lists(ANSWERS, max_size=4))
@settings(deadline=None, max_examples=40)
def test_whatever_a_server_says_there_is_a_decision_or_a_marketplace_error(good: int, then: list[bytes | None]) -> None:
    found, heard = asyncio.run(outcome((*TO_THE_END[:good], *then)))
    if isinstance(found, Decision):
        assert heard[-2 if heard[-1] == b"QUIT\r\n" else -1].endswith(b"\r\n.\r\n"), "nothing is sent unheard"
    else:
        assert isinstance(found, MarketplaceError)
        assert found.detail
        assert found.detail.isprintable()
        if b"DATA\r\n" not in heard:
            assert not isinstance(found, OutcomeUnknown)


async def test_what_cannot_be_asked_is_told_with_advice() -> None:
    ours, notice = await opened(reply_to="recht@brand.example"), make.notice("TD-12", reference="<a@b>")
    with pytest.raises(Unsupported, match=r"recht@brand\.example"):
        await ours.check(notice)
    with pytest.raises(Unsupported, match=r"write to abuse@shop\.example, with TD-12"):
        await ours.withdraw(notice)


async def test_a_password_they_repeat_is_not_repeated_by_us() -> None:
    async with email_scene(password="a-wrong-password") as scene:
        for asked in (scene.ours.probe(), scene.ours.submit([make.notice()])):
            with pytest.raises(NotAuthorised, match="535") as refused:
                await asked
            assert "a-wrong-password" not in str(refused.value)


async def test_a_server_that_lets_nobody_log_in_is_not_sent_a_password() -> None:
    theirs = PretendMailServer(clock=HandClock(), mailbox="abuse@shop.example")
    async with theirs.receiving() as port:
        with pytest.raises(NotAuthorised, match="no way to log in"):
            await (await opened(smtp_port=port)).probe()
    assert theirs.log == []


async def test_a_mood_lasts_for_as_many_mails_as_it_was_said() -> None:
    async with email_scene() as scene:
        scene.theirs.feel(Mood.REFUSES, writes=1)
        with pytest.raises(Declined):
            await scene.ours.submit([make.notice("TD-1")])
        await scene.ours.submit([make.notice("TD-2")])
        assert (scene.theirs.sent("TD-1"), scene.theirs.filed("TD-1"), scene.theirs.filed("TD-2")) == (1, 0, 1)


# Encryption.


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's own context, and that of somebody who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return theirs, ssl.create_default_context(cadata=pem.decode())


def post(port: int, **changes: Any) -> Post:
    made = Post(
        key="acme",
        name="Corner Shop",
        host="127.0.0.1",
        port=port,
        security="starttls",
        hello="brand.example",
        limiter=one_at_a_time(500),
        timeout=2,
        username="takedown@brand.example",
        password=PASSWORD,
    )
    return replace(made, **changes)


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path)


def mail_server(tls: ssl.SSLContext | None) -> PretendMailServer:
    return PretendMailServer(
        clock=HandClock(), mailbox="abuse@shop.example", username="takedown@brand.example", password=PASSWORD, tls=tls
    )


async def test_a_mail_goes_encrypted_and_so_does_the_password(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    theirs = mail_server(tls[0])
    async with theirs.receiving() as port:
        mail = (await opened()).mail([make.notice("TD-1")], make.NOW)
        await post(port, trust=tls[1]).send(mail, sender="takedown@brand.example", to="abuse@shop.example")
    assert [one.encrypted for one in theirs.mails] == [True]


async def test_a_certificate_nobody_vouches_for_is_not_trusted(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    async with mail_server(tls[0]).receiving() as port:
        with pytest.raises(Unavailable, match="no certificate that we can trust"):
            await post(port, trust=ssl.create_default_context()).greet()


async def test_a_server_that_offers_no_encryption_is_not_spoken_to_in_the_clear() -> None:
    theirs = mail_server(None)
    async with theirs.receiving() as port:
        with pytest.raises(Unavailable, match="does not offer the encryption"):
            await post(port).greet()
    assert theirs.log == []


async def test_tls_from_the_first_byte_is_spoken_too(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    theirs = mail_server(None)
    async with theirs.receiving(tls=tls[0]) as port:
        await post(port, security="tls", trust=tls[1]).greet()
        with pytest.raises(Unavailable, match="no certificate that we can trust"):
            await post(port, security="tls", trust=ssl.create_default_context()).greet()
