"""The one place that sends a mail, and says what a failure means for what was sent."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

import aiosmtplib
from aiolimiter import AsyncLimiter

from bot.errors import Declined, MarketplaceError, NotAuthorised, OutcomeUnknown, Unavailable
from bot.marketplaces.http import clean
from bot.observe import acts

Security = Literal["starttls", "tls", "none"]
# Source: RFC 4954, sections 4 and 6; 454, a failure that passes, is not among them.
_OUR_CREDENTIALS = frozenset({530, 534, 535, 538})
SLOWEST = 250_000
"""Bytes a second at which a long mail is still waited for."""
LONGEST = 100.0
"""Seconds a long mail may take; a lease outlasts it."""
_GOODBYE = 1.0
"""Seconds for a QUIT that nothing depends on."""


@dataclass(frozen=True, kw_only=True)
class Post:
    """Mails to one address, at its pace. Nothing here logs passwords or texts.

    `timeout` is in seconds and covers a whole mail, after its turn with the limiter has come; a long one is given more.
    `hello` is the name we give ourselves.
    """

    key: str
    name: str
    host: str
    port: int
    security: Security
    hello: str
    limiter: AsyncLimiter
    timeout: float
    username: str = ""
    password: str = field(default="", repr=False)
    trust: ssl.SSLContext | None = field(default=None, repr=False)

    async def send(self, mail: EmailMessage, *, sender: str, to: str) -> str:
        """Hand a mail to the server; gives what it said when it took it. Not safe to repeat.

        Raises:
            Unavailable: certainly not taken: no connection, not encrypted as agreed, or they said to try later.
            OutcomeUnknown: nothing more was heard after the text had begun to go over.
            NotAuthorised: they refuse our credentials.
            Declined: refused for good, in their words.
        """
        begun, text = False, await asyncio.to_thread(bytes, mail)
        try:
            async with self._connected(self._takes(len(text))) as server:
                sized = server.supports_extension("size")
                await server.mail(sender, options=[f"SIZE={len(text)}"] if sized else [])
                await server.rcpt(to)
                begun = True
                taken = await server.data(text)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise self._meaning(error, begun=begun) from None
        return self._words(taken.message) or "taken"

    async def greet(self) -> None:
        """Connect, encrypt, log in and leave. Raises: as `send`."""
        try:
            async with self._connected(self.timeout):
                pass
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise self._meaning(error, begun=False) from None

    @contextlib.asynccontextmanager
    async def _connected(self, timeout: float) -> AsyncIterator[aiosmtplib.SMTP]:
        """A server that knows us. It is told goodbye, unless it stopped answering."""
        server = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            local_hostname=self.hello,
            timeout=timeout,
            use_tls=self.security == "tls",
            start_tls=self.security == "starttls",
            tls_context=self.trust,
        )
        with acts.awaiting_turn(self.key):
            await self.limiter.acquire()
        with acts.asking_marketplace(self.key) as asking:
            try:
                async with asyncio.timeout(timeout):
                    await server.connect()
                    await server.ehlo()
                    if self.username:
                        await self._log_in(server)
                    yield server
            except aiosmtplib.SMTPConnectError:
                asking.outcome = "unreachable"
                raise
            except aiosmtplib.SMTPResponseException as error:
                asking.outcome = "refused" if error.code >= 500 else "failed"
                await _leave(server)
                raise
            else:
                asking.outcome = "ok"
                await _leave(server)
            finally:
                server.close()

    def _takes(self, size: int) -> float:
        """Seconds for a mail of so many bytes: those of the table, and more for a long one."""
        return max(self.timeout, min(self.timeout + size / SLOWEST, LONGEST))

    async def _log_in(self, server: aiosmtplib.SMTP) -> None:
        if not server.supported_auth_methods:
            raise aiosmtplib.SMTPAuthenticationError(534, "They offer no way to log in that we know.")
        await server.login(self.username, self.password)

    def _meaning(self, error: Exception, *, begun: bool) -> MarketplaceError:
        """What a failure means for the mail."""
        if isinstance(error, aiosmtplib.SMTPResponseException) and 400 <= error.code < 600:
            words = f"{error.code} {self._words(error.message) or 'They gave no reason.'}"
            login = isinstance(error, aiosmtplib.SMTPAuthenticationError) and error.code >= 500
            if login or error.code in _OUR_CREDENTIALS:
                return NotAuthorised(self.name, words)
            return (Declined if error.code >= 500 else Unavailable)(self.name, words)
        trouble = f"Our mail server {_trouble(error, self.timeout)}"
        if begun:
            return OutcomeUnknown(self.name, f"{trouble} after it had the text.")
        return Unavailable(self.name, f"{trouble}.")

    def _words(self, said: str) -> str:
        """Their words, without what they repeat of our credentials."""
        for secret in self._secrets():
            said = said.replace(secret, "…")
        return clean(said)

    def _secrets(self) -> tuple[str, ...]:
        if not self.password:
            return ()
        plain = f"\0{self.username}\0{self.password}".encode(), self.password.encode()
        return (self.password, *(base64.b64encode(one).decode() for one in plain))


async def _leave(server: aiosmtplib.SMTP) -> None:
    """Say goodbye; what they make of it changes nothing."""
    with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        await server.quit(timeout=_GOODBYE)


def _trouble(error: Exception, timeout: float) -> str:
    """What went wrong, in words of ours: what the library says may hold addresses and what we sent."""
    if isinstance(error, TimeoutError):
        return f"did not answer within {timeout:g} seconds"
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return "has no certificate that we can trust"
    if isinstance(error, aiosmtplib.SMTPConnectError):
        return "could not be reached"
    if isinstance(error, aiosmtplib.SMTPServerDisconnected | OSError):
        return "broke the connection"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return "answered what is no answer"
    return "does not offer the encryption that was agreed on"
