"""A pretend mail server with the mailbox of an abuse desk: strict about mail, and moody on request.

Source: RFC 5321 (SMTP), RFC 5322 (mail), RFC 4954 (AUTH), RFC 3207 (STARTTLS), RFC 1870 (SIZE), RFC 3463 (codes).
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from bot.sandbox.moody import Call, Moody
from bot.sandbox.removals import Mood

SIZE = 1_000_000
_LINE = 1000
"""Octets of a line of text with its CRLF. Source: RFC 5321, section 4.5.3.1.6."""
_QUEUING = 0.02
"""Seconds between taking a mail and saying so."""
_MAIL = re.compile(r"FROM:<([^<>\s]*)>((?: \S+)*)", re.IGNORECASE)
_RCPT = re.compile(r"TO:<([^<>\s]+)>", re.IGNORECASE)
_REFERENCES = re.compile(r"\bTD-\d+\b")
_AT_THE_END = {
    Mood.REFUSES: "550 5.7.1 We do not take this.",
    Mood.BREAKS: "451 4.3.0 Something broke on our side.",
}


class _Cut(Exception):
    """The connection is dropped here."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A mail that was really taken."""

    sender: str
    to: str
    at: datetime
    message: EmailMessage
    encrypted: bool

    @property
    def text(self) -> str:
        """The letter itself, whatever is attached to it."""
        body = self.message.get_body(preferencelist=("plain",))
        return str(body.get_content()) if body is not None else ""

    @property
    def references(self) -> tuple[str, ...]:
        """What it is about, by the ids it names."""
        return tuple(dict.fromkeys(_REFERENCES.findall(f"{self.message['Subject']} {self.text}")))


@dataclass(kw_only=True)
class PretendMailServer(Moody):
    """Open it with `receiving`, set its mood, look at `mails` and `log`.

    Every mailbox but `mailbox` is unknown. With a `username` it takes mail from nobody else; with `tls` it offers
    STARTTLS, and a log-in only afterwards. Moods that concern a mail act at its end.
    """

    mailbox: str
    username: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None
    mails: list[Mail] = field(default_factory=list)

    @property
    def moods(self) -> tuple[Mood, ...]:
        """Those that make a difference here."""
        at_the_door = (Mood.DOWN, Mood.BAD_TOKEN, Mood.RATE_LIMITED)
        return (Mood.CALM, *at_the_door, Mood.SLOW, Mood.HANGS, Mood.CUT_BEFORE, Mood.LOST_REPLY, *_AT_THE_END)

    def reset(self) -> None:
        """Calm, and as if nothing had ever been sent."""
        self.feel(Mood.CALM)
        self.mails.clear()
        self.log.clear()

    def filed(self, reference: str) -> int:
        """How many mails about this were taken."""
        return sum(reference in mail.references for mail in self.mails)

    def sent(self, reference: str) -> int:
        """How many mails about this came to their end, taken or not."""
        return sum(call.method == "DATA" and reference in call.references for call in self.log)

    def spend(self) -> Mood:
        """The mood of a mail, which counts as a write."""
        mood = self.mood
        if self._writes_left is not None:
            self._writes_left -= 1
            if self._writes_left <= 0:
                self.feel(Mood.CALM)
        return mood

    def knows_login(self, username: str, password: str) -> bool:
        return (username, password) == (self.username, self.password)

    @contextlib.asynccontextmanager
    async def receiving(
        self, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> AsyncIterator[int]:
        """Listen for the length of the block, with `tls` encrypted from the first byte; gives the port."""
        sessions: set[asyncio.Task[None]] = set()

        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            sessions.add(task)
            try:
                await _Session(self, reader, writer).serve()
            finally:
                sessions.discard(task)

        server = await asyncio.start_server(meet, host, port, limit=2 * SIZE, ssl=tls)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for task in list(sessions):
                task.cancel()
            await asyncio.gather(*sessions, return_exceptions=True)


@dataclass
class _Session:
    """One connection."""

    theirs: PretendMailServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    mood: Mood = Mood.CALM
    met: bool = False
    known: bool = False
    encrypted: bool = False
    sender: str | None = None
    eight_bit: bool = False
    to: str = ""

    async def serve(self) -> None:
        try:
            if self.theirs.mood == Mood.DOWN:
                self.theirs.spend()
                self._note("CONNECT", 421)
                await self._say("421 4.3.2 We are down for maintenance.")
                return
            await self._say("220 mail.shop.example ESMTP")
            while (line := await self.reader.readline()).endswith(b"\n"):
                reply = await self._answer(line)
                await self._say(reply)
                if reply.startswith("221"):
                    return
                if reply.startswith("220"):
                    await self._encrypt()
        except _Cut:
            self.writer.transport.abort()
        except (ConnectionError, ssl.SSLError, ValueError):
            pass  # they left, or sent a line without end
        except asyncio.CancelledError:
            self.writer.transport.abort()
        finally:
            self.writer.close()

    async def _answer(self, line: bytes) -> str:
        if not line.endswith(b"\r\n") or not line.isascii():
            return "500 5.5.2 A command is a line of ASCII that ends with CR and LF."
        verb, _, rest = line.decode("ascii").rstrip("\r\n").partition(" ")
        reply = "502 5.5.1 Command not implemented."
        match verb.upper():
            case "EHLO" | "HELO" if rest:
                reply = self._hello(verb.upper())
            case "STARTTLS" if self.theirs.tls and not self.encrypted:
                reply = "220 2.0.0 Ready to start TLS."
            case "AUTH" if self.met and self._takes_logins():
                reply = await self._login(rest)
            case "MAIL":
                reply = self._from(rest)
            case "RCPT":
                reply = self._to(rest)
            case "DATA":
                reply = await self._data()
            case "RSET" | "NOOP":
                self.sender, self.to = None, ""
                reply = "250 2.0.0 Ok"
            case "QUIT":
                reply = "221 2.0.0 Bye"
        return reply

    def _takes_logins(self) -> bool:
        return bool(self.theirs.username) and (self.encrypted or self.theirs.tls is None)

    def _hello(self, verb: str) -> str:
        self.met = True
        if verb == "HELO":
            return "250 mail.shop.example"
        offers = ["mail.shop.example", f"SIZE {SIZE}", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if self.theirs.tls and not self.encrypted:
            offers.append("STARTTLS")
        if self._takes_logins():
            offers.append("AUTH PLAIN LOGIN")
        return "\r\n".join([*(f"250-{one}" for one in offers[:-1]), f"250 {offers[-1]}"])

    async def _encrypt(self) -> None:
        assert self.theirs.tls is not None
        await self.writer.start_tls(self.theirs.tls)
        self.encrypted, self.met = True, False

    async def _login(self, rest: str) -> str:
        kind, _, first = rest.partition(" ")
        try:
            if kind.upper() == "PLAIN" and first:
                _, username, password = _decoded(first).split("\0")
            elif kind.upper() == "LOGIN" and first:
                await self._say("334 UGFzc3dvcmQ6")
                username, password = _decoded(first), _decoded((await self.reader.readline()).decode("ascii"))
            else:
                return "504 5.5.4 Unrecognized authentication type."
        except ValueError:
            return "501 5.5.2 Cannot decode response."
        if self.theirs.mood == Mood.BAD_TOKEN or not self.theirs.knows_login(username, password):
            if self.theirs.mood == Mood.BAD_TOKEN:
                self.theirs.spend()
            self._note("AUTH", 535)
            return f"535 5.7.8 Authentication failed for {username} with {password}."
        self.known = True
        return "235 2.7.0 Authentication succeeded."

    def _from(self, rest: str) -> str:
        found = _MAIL.fullmatch(rest)
        if not self.met or self.sender is not None:
            return "503 5.5.1 Bad sequence of commands."
        if self.theirs.username and not self.known:
            return "530 5.7.0 Authentication required."
        if found is None:
            return "501 5.1.7 Bad sender address syntax."
        options = dict(one.partition("=")[::2] for one in found[2].upper().split())
        if set(options) - {"SIZE", "BODY"}:
            return "555 5.5.4 Unsupported option."
        if int(options.get("SIZE", "0")) > SIZE:
            return "552 5.3.4 Message too big."
        self.mood = self.theirs.spend()
        self.sender, self.eight_bit = found[1], options.get("BODY") == "8BITMIME"
        return "250 2.1.0 Ok"

    def _to(self, rest: str) -> str:
        found = _RCPT.fullmatch(rest)
        if self.sender is None:
            return "503 5.5.1 Bad sequence of commands."
        if found is None:
            return "501 5.1.3 Bad recipient address syntax."
        if self.mood == Mood.RATE_LIMITED:
            self._note("RCPT", 450)
            return "450 4.2.1 You send too many mails; try again later."
        if found[1].casefold() != self.theirs.mailbox:
            self._note("RCPT", 550)
            return f"550 5.1.1 <{found[1]}>: no such mailbox here."
        self.to = found[1]
        return "250 2.1.5 Ok"

    async def _data(self) -> str:
        if self.sender is None or not self.to:
            return "503 5.5.1 Bad sequence of commands."
        await self._say("354 End data with <CR><LF>.<CR><LF>")
        content, wrong = await self._content()
        mail = Mail(
            sender=self.sender,
            to=self.to,
            at=self.theirs.clock(),
            message=message_from_bytes(content, policy=default),
            encrypted=self.encrypted,
        )
        self.sender, self.to = None, ""
        wrong = wrong or _wrong(mail.message, content, eight_bit=self.eight_bit)
        place = len(self.theirs.log)
        self._note("DATA", None, mail)
        reply = await self._end(mail, wrong)
        self.theirs.log.pop(place)
        self._note("DATA", int(reply[:3]) if reply[:3].isdigit() else None, mail)
        return reply

    async def _end(self, mail: Mail, wrong: str) -> str:
        """What it says at the end of a mail, after the time it takes. Raises: _Cut."""
        if self.mood == Mood.SLOW:
            await asyncio.sleep(self.theirs.slow_seconds)
        if self.mood == Mood.HANGS:
            await asyncio.sleep(self.theirs.hang_seconds)
        if self.mood in (Mood.HANGS, Mood.CUT_BEFORE):
            raise _Cut
        if self.mood in _AT_THE_END:
            return _AT_THE_END[self.mood]
        if wrong:
            return wrong
        self.theirs.mails.append(mail)
        await asyncio.sleep(_QUEUING)
        if self.mood == Mood.LOST_REPLY:
            raise _Cut
        number = len(self.theirs.mails)
        return f"2x0 Queued as {number}" if self.mood == Mood.BROKEN_JSON else f"250 2.0.0 Ok: queued as {number:06X}"

    async def _content(self) -> tuple[bytes, str]:
        """The text up to the lonely dot, and what is wrong with its lines."""
        lines: list[bytes] = []
        wrong = ""
        while (line := await self.reader.readline()) != b".\r\n":
            if not line.endswith(b"\n"):
                raise _Cut  # they left in the middle
            if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
                wrong = wrong or "550 5.6.0 A line ends with CR and LF, and has neither elsewhere."
            if len(line) > _LINE:
                wrong = wrong or "500 5.6.0 Line too long."
            lines.append(line.removeprefix(b"."))
        content = b"".join(lines)
        return content, "552 5.3.4 Message too big." if len(content) > SIZE else wrong

    def _note(self, verb: str, status: int | None, mail: Mail | None = None) -> None:
        references = mail.references if mail else ()
        self.theirs.log.append(
            Call(at=self.theirs.clock(), method=verb, path=self.to, references=references, status=status)
        )

    async def _say(self, words: str) -> None:
        self.writer.write(f"{words}\r\n".encode())
        await self.writer.drain()


def _decoded(word: str) -> str:
    return base64.b64decode(word.strip(), validate=True).decode()


def _wrong(message: EmailMessage, content: bytes, *, eight_bit: bool) -> str:
    """What of a mail breaks the rules, as a refusal; empty when nothing does."""
    head, _, body = content.partition(b"\r\n\r\n")
    if not head.isascii():
        return "550 5.6.7 Header lines are in ASCII."
    if not body.isascii() and not eight_bit:
        return "554 5.6.1 You did not say BODY=8BITMIME."
    if message.defects:
        return "550 5.6.0 The message cannot be read."
    wrong = _wrong_header(message)
    return f"550 5.7.1 {wrong} See RFC 5322." if wrong else ""


def _wrong_header(message: EmailMessage) -> str:
    for name in ("From", "Date"):
        if len(message.get_all(name, [])) != 1:
            return f"A message has one {name} header."
    for name in ("To", "Subject", "Message-ID", "Reply-To"):
        if len(message.get_all(name, [])) > 1:
            return f"A message has no more than one {name} header."
    if message["Date"].datetime is None:
        return "The Date cannot be read."
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", str(message["Message-ID"] or "")):
        return "The Message-ID is missing or malformed."
    return ""
