"""The `rest` adapter: speaks the published contract, `docs/removal-api.yaml`."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson
from pydantic import SecretStr

from bot.errors import Declined, Invalid, NotAllowed, OutcomeUnknown, Unavailable
from bot.marketplaces import Ask, Capabilities, Push, Result, Unable, beyond, one_by_one
from bot.marketplaces.adapters import Adapter, Opening
from bot.marketplaces.http import Bearer, Reply, Wire, clean, plain_text, words_of
from bot.model import MESSAGE_LIMIT, ComeBack, Decision, Notice, Seller, Status
from config.desk_tables import Address, Hosts, ListingPattern, WithToken, Word

WINDOW = 300
"""Seconds a pushed message's time may be away from ours, either way."""
_RAW_LIMIT = 16_000
_REASON_LIMIT = 2000
_KNOWN = ("id", "reference", "status", "reason", "decided_at", "seller", "came_back", "event_id")

STATUSES: Mapping[str, Status] = {
    "received": Status.SUBMITTED,
    "in_review": Status.IN_REVIEW,
    "needs_information": Status.NEEDS_INPUT,
    "seller_response": Status.SELLER_RESPONSE,
    "removed": Status.REMOVED,
    "rejected": Status.REJECTED,
    "reinstated": Status.REINSTATED,
    "withdrawn": Status.WITHDRAWN,
    "duplicate": Status.DUPLICATE,
}


class RestTable(WithToken):
    """`adapter = "rest"`. Hosts and pattern have to be said: no address of it is built in.

    Of evidence they get names and SHA-256, never the files; a message to the seller goes along.
    """

    hosts: Hosts
    listing_pattern: ListingPattern
    base_url: Address
    push_secret_env: Word | None = None
    push_secret: SecretStr | None = None


@dataclass(frozen=True, kw_only=True)
class RestMarketplace(Unable):
    """A marketplace, or a gateway before one, that offers the published contract. `requests` is the address of its
    removal requests."""

    key: str
    name: str
    requests: str
    capabilities: Capabilities
    wire: Wire
    push_secret: str = field(default="", repr=False)

    def lacks(self, ask: Ask) -> str:
        return beyond(self.capabilities, ask)

    async def submit(self, notices: Sequence[Notice]) -> Mapping[str, Result]:
        """File the notice, its id being the idempotency key: sent twice, it is filed once."""
        return await one_by_one(self, notices, self._file)

    async def _file(self, notice: Notice) -> Decision:
        reply = await self.wire.call(
            "POST",
            self.requests,
            safe=False,
            json=to_payload(notice),
            headers={"Idempotency-Key": notice.id},
            accept={409},
        )
        if reply.status == 409:
            return await self._already_filed(notice, reply)
        return self._decision(reply, safe=False)

    async def look_up(self, notice: Notice) -> Decision | None:
        """Read back by our own reference; None when they do not have it."""
        reply = await self.wire.call("GET", self.requests, safe=True, params={"reference": notice.id})
        return self._items(reply, notice.id)

    async def check(self, notice: Notice) -> Decision:
        """Ask how `notice.reference` stands."""
        return self._decision(await self.wire.call("GET", self._one(notice), safe=True), safe=True)

    async def withdraw(self, notice: Notice) -> None:
        """Take `notice.reference` back. Safe to repeat."""
        await self.wire.call("DELETE", self._one(notice), safe=True)

    async def probe(self) -> None:
        """See whether they answer and take our token: reads back a reference that is never given out."""
        reply = await self.wire.call("GET", self.requests, safe=True, params={"reference": "TD-0"})
        self._items(reply, "TD-0")

    def hear(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Push:
        """Check and read a pushed status; `Push.key` holds the marketplace's own event id.

        Raises:
            NotAllowed: the signature is missing, wrong or older than five minutes, or no secret is agreed.
            Invalid: signed well, but not a status we can read.
        """
        check_signature(self.push_secret, headers, body, now)
        try:
            content = orjson.loads(body)
            event_id = plain_text(content, "event_id")
            return Push(key=f"push:{self.key}:{event_id}", decision=parse_item(content))
        except ValueError as wrong:
            raise Invalid(f"This message cannot be read: {wrong}") from None

    def _one(self, notice: Notice) -> str:
        if not notice.reference:
            raise Declined(self.name, f"{notice.id} has no reference there yet.")
        return f"{self.requests}/{quote(notice.reference, safe='')}"

    async def _already_filed(self, notice: Notice, reply: Reply) -> Decision:
        """Whether the notice they already have is this one, sent before, or somebody else's for the listing."""
        try:
            ours = await self.look_up(notice)
        except Unavailable as silent:
            raise OutcomeUnknown(self.name, f"Already filed, they say. {silent.detail}", status=409) from silent
        if ours is not None:
            return ours
        try:
            theirs = plain_text(reply.json, "id")
        except ValueError:
            raise Declined(self.name, clean(words_of(reply.json)) or "Already filed, they say.", status=409) from None
        return Decision(reference=theirs, status=Status.DUPLICATE, vendor_status="duplicate", raw=_raw(reply.json))

    def _items(self, reply: Reply, reference: str) -> Decision | None:
        try:
            return parse_items(reply.json, reference)
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=True, status=reply.status) from None

    def _decision(self, reply: Reply, *, safe: bool) -> Decision:
        try:
            return parse_item(reply.json)
        except ValueError as wrong:
            raise self.wire.unreadable(str(wrong), safe=safe, status=reply.status) from None


def to_payload(notice: Notice) -> dict[str, Any]:
    """The body of `POST /removal-requests`. Pure: the same notice is always the same body."""
    right, declaration = notice.right, notice.declaration
    payload: dict[str, Any] = {
        "reference": notice.id,
        "listing": {"id": notice.listing.listing_id, "url": notice.listing.canonical},
        "violation": str(notice.violation),
        "statement": notice.statement,
        "right": {
            "kind": str(right.kind),
            "registration_no": right.registration_no,
            "office": right.office,
            "title": right.title,
            "owner": right.owner,
        },
        "declaration": {
            "text_version": declaration.text_version,
            "signature": declaration.signature,
            "affirmed_at": declaration.affirmed_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        },
    }
    if notice.seller is not None:
        payload["seller"] = {"id": notice.seller.seller_id, "name": notice.seller.name}
    if notice.evidence:
        payload["evidence"] = [
            {"name": one.name, "sha256": one.sha256, "media_type": one.media_type, "size": one.size}
            for one in notice.evidence
        ]
    if notice.message_to_seller:
        payload["message_to_seller"] = notice.message_to_seller
    return payload


def parse_item(body: Any) -> Decision:
    """A removal request as they tell it. A word we do not know is `in_review`, never final, and kept as it is.

    Raises:
        ValueError: no id or no status, in words.
    """
    reference, word = plain_text(body, "id"), plain_text(body, "status")
    reason = body.get("reason")
    return Decision(
        reference=reference,
        status=STATUSES.get(word, Status.IN_REVIEW),
        vendor_status=word,
        reason=clean(reason, _REASON_LIMIT) if isinstance(reason, str) else "",
        decided_at=_moment(body.get("decided_at")),
        seller=_seller(body.get("seller")),
        came_back=_came_back(body.get("came_back")),
        contested=body.get("counter_notice") is True,
        raw=_raw(body),
    )


def parse_items(body: Any, reference: str) -> Decision | None:
    """Our own among the items of a read-back; None when it is not there.

    Raises:
        ValueError: not a list of removal requests, in words.
    """
    items = body.get("items") if isinstance(body, dict) else None
    if not isinstance(items, list):
        raise ValueError("`items` is missing")
    ours = [item for item in items if isinstance(item, dict) and item.get("reference") == reference]
    return parse_item(ours[0]) if ours else None


def check_signature(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """HMAC-SHA256 over `{timestamp}.` and the body, within five minutes.

    Raises:
        NotAllowed: missing, wrong or too old; or `secret` is empty.
    """
    given = {name.casefold(): value for name, value in headers.items()}
    timestamp = given.get("x-removal-timestamp", "")
    signature = given.get("x-removal-signature", "")
    if not secret:
        raise NotAllowed("This marketplace may not push: no push_secret_env is set for it.")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp) or not signature:
        raise NotAllowed("This message is not signed.")
    if abs(now.timestamp() - int(timestamp)) > WINDOW:
        raise NotAllowed("This message is too old, or one of the clocks is wrong.")
    if not hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.encode()):
        raise NotAllowed("This message is not signed with the agreed secret.")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of `X-Removal-Signature`."""
    return "v1=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _moment(value: Any) -> datetime | None:
    """When they decided; a time we cannot read, or without a zone, is not guessed at."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo is not None else None


def _seller(value: Any) -> Seller | None:
    try:
        seller_id = plain_text(value, "id")
    except ValueError:
        return None
    name = value.get("name")
    return Seller(seller_id=seller_id, name=clean(name, 200) if isinstance(name, str) else "")


def _came_back(value: Any) -> ComeBack | None:
    return ComeBack(value) if isinstance(value, str) and value in set(ComeBack) else None


def _raw(body: dict[str, Any]) -> dict[str, Any]:
    """What they said, as they said it; only the words we know when it is uncommonly long or deep."""
    try:
        whole = len(orjson.dumps(body)) <= _RAW_LIMIT
    except orjson.JSONEncodeError:  # nested deeper than can be written down again
        whole = False
    return body if whole else {key: body[key][:_REASON_LIMIT] for key in _KNOWN if isinstance(body.get(key), str)}


def _opened(table: RestTable, opening: Opening) -> RestMarketplace:
    return RestMarketplace(
        key=table.key,
        name=table.name,
        requests=f"{table.base_url}/removal-requests",
        capabilities=table.capable(read_back=True, withdraw=True, carries_evidence=True, message_limit=MESSAGE_LIMIT),
        wire=opening.wire(table, Bearer(table.token.get_secret_value())),
        push_secret=table.push_secret.get_secret_value() if table.push_secret else "",
    )


REST = Adapter(
    table=RestTable,
    opened=_opened,
    example="""
[marketplaces.acme]
adapter = "rest"
name = "Acme Market"
base_url = "https://api.acme.example/removals/v1"
token_env = "ACME_TOKEN"
hosts = ["acme.example"]
listing_pattern = '/item/(?P<listing>[0-9]+)'
""",
)
