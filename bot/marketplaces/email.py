"""The `email` adapter: a complete notice by mail, to shops and hosts that have neither an API nor a portal.

What comes of it is read by people: answers go to the sender's mailbox, and are recorded by hand.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from typing import Annotated, Any, ClassVar, Literal, Self

import structlog
from pydantic import BeforeValidator, Field, SecretStr, model_validator

from bot.errors import Declined, StoreUnavailable, Unsupported
from bot.marketplaces import Ask, Capabilities, Result, Unable, beyond, sorted_out
from bot.marketplaces.adapters import Adapter, Files, Opening
from bot.marketplaces.http import one_at_a_time
from bot.marketplaces.letters import COPYRIGHT, LANGUAGES, Contact, host_of, law_for, letter
from bot.marketplaces.smtp import Post, Security
from bot.model import Clock, Decision, Evidence, Notice, Status, Violation
from config.addresses import is_loopback
from config.desk_tables import MarketplaceTable, Word

log = structlog.get_logger(__name__)

BATCH = 50
"""Addresses in one mail, for a person to read."""
ATTACHED_BYTES = 15_000_000
"""Of evidence in one mail, a third larger on its way; many servers take 25 MB. The rest is named in the letter."""
_TOO_BIG = "552"
"""Source: RFC 1870, section 6.1; RFC 5321, section 4.2.3."""
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_MAILBOX = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+{_LABEL}")
_ONE_LINE = re.compile(r"[^\x00-\x1f\x7f\u0085\u2028\u2029]{1,300}")
# Long lines and other alphabets are encoded, so that every server on the way takes them. A line break in a header is
# refused by the policy.
_POLICY: EmailPolicy[EmailMessage] = SMTP.clone(cte_type="7bit", raise_on_defect=True)


def _mailbox(value: Any) -> str:
    name, _, host = value.strip().rpartition("@") if isinstance(value, str) else ("", "", "")
    address = f"{name}@{host.casefold()}"
    if not _MAILBOX.fullmatch(address):
        raise ValueError("must be an e-mail address such as abuse@shop.example, without a name beside it")
    return address


def _line(value: Any) -> str:
    if not isinstance(value, str) or not _ONE_LINE.fullmatch(value.strip()):
        raise ValueError("must be a text of one line, up to 300 characters")
    return value.strip()


def _language(value: Any) -> str:
    if not isinstance(value, str) or value not in LANGUAGES:
        raise ValueError(f"must be one of {', '.join(LANGUAGES)}")
    return str(value)


Mailbox = Annotated[str, BeforeValidator(_mailbox)]
Line = Annotated[str, BeforeValidator(_line)]


class EmailTable(MarketplaceTable):
    """`adapter = "email"`. `to` is their abuse desk. Post and phone may be left out where only DSA notices are sent.

    With `hosts`, only pages of these and their subdomains go to that mailbox; without, pages of any host.

    Evidence is attached, up to 15 MB a mail; the rest is named in the letter, to be sent on request.
    """

    any_address: ClassVar[bool] = True

    to: Mailbox
    sender: Mailbox
    reply_to: Mailbox | None = None
    smtp_host: Word
    smtp_port: int = Field(default=587, ge=1, le=65_535, strict=True)
    security: Security = "starttls"
    username: Line | None = None
    password_env: Word | None = None
    password: SecretStr | None = None
    language: Annotated[str, BeforeValidator(_language)] = "en"
    kind: Literal["auto", "dsa", "dmca"] = "auto"
    organisation: Line
    postal_address: Line | None = None
    phone: Line | None = None
    requests_per_second: float = Field(default=1, gt=0, le=1000, strict=True)

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if self.security == "none" and not is_loopback(self.smtp_host):
            raise ValueError('security must be "starttls" or "tls": "none" is for a mail server on this machine only')
        return self

    @model_validator(mode="after")
    def _whole_login(self) -> Self:
        if bool(self.username) != bool(self.password):
            raise ValueError("needs both username and password_env, or neither")
        return self

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.kind != "dsa" and self.takes & COPYRIGHT and not (self.postal_address and self.phone):
            raise ValueError('needs postal_address and phone: DMCA notices must have them (or say kind = "dsa")')
        return self

    @property
    def takes(self) -> frozenset[Violation]:
        """What it can be asked to say."""
        return self.violations & (COPYRIGHT if self.kind == "dmca" else frozenset(Violation))


@dataclass(frozen=True, kw_only=True)
class EmailMarketplace(Unable):
    """An abuse desk that reads mail."""

    key: str
    name: str
    capabilities: Capabilities
    post: Post
    clock: Clock
    to: str
    sender: str
    reply_to: str
    language: str
    kind: str
    contact: Contact
    files: Files

    def lacks(self, ask: Ask) -> str:
        return beyond(self.capabilities, ask)

    def lot_of(self, notice: Notice) -> str:
        """Whatever is said once in a mail: all but the listing and its seller."""
        declaration = notice.declaration
        files = tuple(one.sha256 for one in notice.evidence)
        said = (host_of(notice), notice.right, notice.violation, notice.statement, files)
        return repr((*said, declaration.text_version, declaration.signature, declaration.affirmed_at))

    async def submit(self, notices: Sequence[Notice]) -> Mapping[str, Result]:
        """Write to them once about all. Not safe to repeat; a second mail has the same Message-ID as the first."""
        good, results = sorted_out(self, notices)
        if good:
            decision = await self._written(good, await self._attachable(good[0].evidence))
            results |= dict.fromkeys((notice.id for notice in good), decision)
        return results

    async def _written(self, notices: Sequence[Notice], attached: Mapping[str, bytes]) -> Decision:
        """Write to them; without the evidence, which the letter then names, if the mail is too big with it."""
        mail = await asyncio.to_thread(self.mail, notices, self.clock(), attached)
        try:
            words = await self.post.send(mail, sender=self.sender, to=self.to)
        except Declined as refusal:
            if not attached or not refusal.detail.startswith(_TOO_BIG):
                raise
            return await self._written(notices, {})
        return sent(mail, words, attached=[one.name for one in notices[0].evidence if one.sha256 in attached])

    async def _attachable(self, evidence: Sequence[Evidence]) -> dict[str, bytes]:
        """By SHA-256, as many of the files as a mail takes. One that cannot be read is named like those."""
        found: dict[str, bytes] = {}
        room = ATTACHED_BYTES
        for one in evidence:
            if one.size > room:
                continue
            try:
                found[one.sha256] = await self.files(one.sha256)
            except StoreUnavailable as missing:
                log.error("email.evidence", marketplace=self.key, error=str(missing))
                continue
            room -= one.size
        return found

    async def check(self, notice: Notice) -> Decision:
        raise Unsupported(self.name, f"They answer by mail, to {self.reply_to}; please record the outcome.")

    async def withdraw(self, notice: Notice) -> None:
        words = f"A mail cannot be called back. Please write to {self.to}, with {notice.id} in the subject."
        raise Unsupported(self.name, words)

    async def probe(self) -> None:
        """See whether our mail server answers, encrypts and takes our credentials."""
        await self.post.greet()

    def mail(
        self, notices: Sequence[Notice], at: datetime, attached: Mapping[str, bytes] | None = None
    ) -> EmailMessage:
        """The mail about notices of one lot, with the evidence that is in `attached`, by SHA-256. Pure.

        It does not say `Auto-Submitted`: a person wrote and affirmed it, and ticket systems send those who do no
        confirmation. Source: RFC 3834, section 5.
        """
        law = law_for(self.kind, notices[0].violation)
        evidence, attached = notices[0].evidence, attached or {}
        written = letter(
            notices,
            law=law,
            language=self.language,
            contact=self.contact,
            attached=[one for one in evidence if one.sha256 in attached],
            on_request=[one for one in evidence if one.sha256 not in attached],
        )
        mail = EmailMessage(_POLICY)
        mail["From"] = Address(display_name=self.contact.organisation, addr_spec=self.sender)
        mail["To"] = Address(addr_spec=self.to)
        if self.reply_to != self.sender:
            mail["Reply-To"] = Address(addr_spec=self.reply_to)
        mail["Subject"] = written.subject
        mail["Date"] = at
        mail["Message-ID"] = message_id(notices, self.sender)
        mail.set_content(written.text)
        mail["Content-Language"] = self.language  # after the content, which brings headers of its own
        for one in evidence:
            if one.sha256 in attached:
                kind, _, detail = _sent_as(one.media_type).partition("/")
                mail.add_attachment(attached[one.sha256], maintype=kind, subtype=detail, filename=one.name)
        if mail.is_multipart():
            mail.set_boundary(f"=={_digest(notices)}==")  # not a random one: the same notices are the same mail
        return mail


def _sent_as(media_type: str) -> str:
    """A mail inside a mail may not be encoded, so that it might be changed. Source: RFC 2046, section 5.2.1."""
    return "application/octet-stream" if media_type.startswith("message/") else media_type


def message_id(notices: Sequence[Notice], sender: str) -> str:
    """The same for the same notices, and nobody else's: other desks of the sender count from TD-1 too."""
    return f"<{notices[0].id}.{_digest(notices)}@{sender.rpartition('@')[2]}>"


def _digest(notices: Sequence[Notice]) -> str:
    told = "\n".join(f"{one.id} {one.filed_at.isoformat()} {one.listing.canonical}" for one in notices)
    return hashlib.sha256(told.encode()).hexdigest()[:20]


def sent(mail: EmailMessage, words: str, *, attached: Sequence[str] = ()) -> Decision:
    """What a mail that was taken comes to. `words` is what the server said, often its own number for it."""
    reference = str(mail["Message-ID"])
    raw = {"message_id": reference, "to": str(mail["To"]), "subject": str(mail["Subject"]), "server": words}
    if attached:
        raw["attached"] = ", ".join(attached)
    return Decision(reference=reference, status=Status.SUBMITTED, vendor_status="sent", raw=raw)


def _opened(table: EmailTable, opening: Opening) -> EmailMarketplace:
    reply_to = table.reply_to or table.sender
    return EmailMarketplace(
        key=table.key,
        name=table.name,
        capabilities=table.capable(batch_size=BATCH, polls=False, carries_evidence=True, violations=table.takes),
        post=Post(
            key=table.key,
            name=table.name,
            host=table.smtp_host,
            port=table.smtp_port,
            security=table.security,
            hello=table.sender.rpartition("@")[2],
            limiter=one_at_a_time(table.requests_per_second),
            timeout=table.timeout_seconds,
            username=table.username or "",
            password=table.password.get_secret_value() if table.password else "",
            trust=ssl.create_default_context() if table.security != "none" else None,
        ),
        clock=opening.clock,
        to=table.to,
        sender=table.sender,
        reply_to=reply_to,
        language=table.language,
        kind=table.kind,
        contact=Contact(
            organisation=table.organisation,
            email=reply_to,
            postal_address=table.postal_address or "",
            phone=table.phone or "",
        ),
        files=opening.files,
    )


EMAIL = Adapter(
    table=EmailTable,
    opened=_opened,
    example="""
adapter = "email"
name = "Corner Shop"
to = "abuse@shop.example"
sender = "takedown@brand.example"
smtp_host = "smtp.brand.example"
username = "takedown@brand.example"
password_env = "SMTP_PASSWORD"
organisation = "Acme Brands B.V."
postal_address = "Keizersgracht 1, 1015 CJ Amsterdam, Netherlands"
phone = "+31 20 123 4567"
""",
)
