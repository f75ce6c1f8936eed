"""misp.json: the case as an event that MISP imports. Pure.

Sources: github.com/MISP/MISP, format/2.5/schema.json; github.com/MISP/misp-objects for the templates of objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.dossiers.naming import uuid_of
from bot.model import Exhibit, Identifier, IdentifierKind, Identity, Material, Notice, Right, size_in_words

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Template:
    """An object's template, with the type of each attribute that is used of it."""

    name: str
    uuid: str
    version: str
    group: str
    types: Mapping[str, str]


CASE = Template(
    "forensic-case",
    "3ea36022-ae93-455e-88b1-d43aca789cac",
    "1",
    "misc",
    {
        "case-number": "text",
        "case-name": "text",
        "name-of-the-analyst": "text",
        "analysis-start-date": "datetime",
        "additional-comments": "text",
    },
)
EVIDENCE = Template(
    "forensic-evidence",
    "fe44c648-63ef-43fc-b3de-af71a2e023e4",
    "2",
    "misc",
    {
        "case-number": "text",
        "evidence-number": "text",
        "type": "text",
        "name": "text",
        "acquisition-method": "text",
        "additional-comments": "text",
    },
)
FILE = Template(
    "file",
    "688c46fb-5edb-40a3-8273-1af7923e2215",
    "25",
    "file",
    {"filename": "filename", "sha256": "sha256", "size-in-bytes": "size-in-bytes", "mimetype": "mime-type"},
)
ACCOUNT = Template(
    "user-account",
    "49606b06-22f0-4ac8-8eee-2f12ad46f3d3",
    "6",
    "misc",
    {"user-id": "text", "account-type": "text", "display-name": "text", "description": "text"},
)
OWNER = Template(
    "legal-entity",
    "14f5688f-d89c-469f-9878-c48bf6c41c65",
    "2",
    "misc",
    {"name": "text", "text": "text"},
)
LISTING = Template(
    "url",
    "60efb77b-40b5-4c46-871b-ed1ed999fce5",
    "10",
    "network",
    {"url": "url", "text": "text", "first-seen": "datetime"},
)

_CATEGORIES = {
    **dict.fromkeys(("url",), "Network activity"),
    **dict.fromkeys(("filename", "sha256", "mime-type"), "Payload delivery"),
}
"""Of a type; all else is Other. Source: MISP, describeTypes."""
_IDENTIFIERS = {IdentifierKind.PHONE: ("phone-number", "Other"), IdentifierKind.EMAIL: ("email", "Network activity")}
_ONLY_WHO_IMPORTS = "0"
_UNDEFINED, _COMPLETED = "4", "2"


def event(material: Material, exhibits: Sequence[Exhibit]) -> Json:
    """The event, to be seen by the organisation that imports it, and by no other."""
    return _Event(material).whole(exhibits)


class _Event:
    def __init__(self, material: Material) -> None:
        self._material = material
        self._case = material.referral.id
        self._stamp = str(int(material.made_at.timestamp()))
        self._uuid = uuid_of("misp", self._case)
        self._known = {one.key for one in material.offender.identities}
        self._notices = {one.id for one in material.notices}

    def whole(self, exhibits: Sequence[Exhibit]) -> Json:
        one = self._material
        return {
            "Event": {
                "uuid": self._uuid,
                "info": f"{self._case}: {one.offender.title}",
                "date": one.made_at.astimezone(UTC).date().isoformat(),
                "timestamp": self._stamp,
                "threat_level_id": _UNDEFINED,
                "analysis": _COMPLETED,
                "distribution": _ONLY_WHO_IMPORTS,
                "published": False,
                "Orgc": {"name": one.organisation, "uuid": uuid_of("organisation", one.organisation)},
                "Tag": [{"name": "tlp:amber"}],
                "Attribute": [self._known_by(known) for known in one.identifiers if known.on_file],
                "Object": list(self._objects(exhibits)),
            }
        }

    def _objects(self, exhibits: Sequence[Exhibit]) -> Iterator[Json]:
        one = self._material
        yield self._of_case()
        for owner in dict.fromkeys(right.owner for right in one.rights):
            yield self._of_owner(owner, [right for right in one.rights if right.owner == owner])
        for identity in one.offender.identities:
            yield self._of_identity(identity)
        for notice in one.notices:
            yield self._of_notice(notice)
        for exhibit in exhibits:
            yield from self._of_exhibit(exhibit)

    def _of_case(self) -> Json:
        one = self._material
        by = one.names.get(one.referral.by.user_id, one.referral.by.user_id)
        values = [
            ("case-number", self._case),
            ("case-name", one.offender.title),
            ("name-of-the-analyst", by),
            ("analysis-start-date", _moment(one.referral.at)),
            ("additional-comments", one.referral.summary),
        ]
        about = [("identifies", self._id(ACCOUNT, identity.key)) for identity in one.offender.identities]
        return self._object(CASE, self._case, values, about)

    def _of_owner(self, owner: str, rights: Sequence[Right]) -> Json:
        listed = "; ".join(f"{one.title}, {one.office} {one.registration_no}".strip(", ") for one in rights)
        return self._object(OWNER, owner, [("name", owner), ("text", f"Owner of the rights relied on: {listed}")], ())

    def _of_identity(self, one: Identity) -> Json:
        where = self._material.marketplaces.get(one.marketplace, one.marketplace)
        values = [
            ("user-id", one.seller_id),
            ("account-type", where),
            ("display-name", one.names[0] if one.names else ""),
            ("description", f"Seller on {where}; {one.upheld_in_all} notices upheld"),
        ]
        others = [link.b for link in self._material.links if link.linked and link.a == one.key]
        return self._object(
            ACCOUNT,
            one.key,
            values,
            [("linked-to", self._id(ACCOUNT, other)) for other in others if other in self._known],
        )

    def _of_notice(self, notice: Notice) -> Json:
        where = self._material.marketplaces.get(notice.listing.marketplace, notice.listing.marketplace)
        words = f"{notice.id}: {notice.violation.value.replace('_', ' ')}, {notice.status.words} on {where}"
        values = [("url", notice.listing.canonical), ("text", words), ("first-seen", _moment(notice.filed_at))]
        known = notice.seller_key in self._known
        by = [("published-by", self._id(ACCOUNT, notice.seller_key))] if known else []
        return self._object(LISTING, notice.id, values, by)

    def _of_exhibit(self, one: Exhibit) -> Iterator[Json]:
        withheld = f"Withheld: {one.withheld}" if one.withheld else f"In the dossier as {one.path}"
        values = [
            ("case-number", self._case),
            ("evidence-number", one.number),
            ("type", "Multimedia" if one.media_type.startswith(("image/", "video/")) else "Other"),
            ("name", one.name),
            ("acquisition-method", "Logical collection"),
            ("additional-comments", f"{withheld}; handed in {_moment(one.captured_at)} by {one.by}"),
        ]
        yield self._object(
            EVIDENCE,
            one.number,
            values,
            [
                ("contains", self._id(FILE, one.number)),
                *(("documents", self._id(LISTING, of)) for of in one.of if of in self._notices),
            ],
        )
        about = [
            ("filename", one.name),
            ("sha256", one.sha256),
            ("size-in-bytes", str(one.size)),
            ("mimetype", one.media_type),
        ]
        yield self._object(FILE, one.number, about, (), comment=size_in_words(one.size))

    def _known_by(self, one: Identifier) -> Json:
        kind, category = _IDENTIFIERS.get(one.kind, ("text", "Other"))
        plain = one.value.startswith("[")  # withheld, which is no telephone number
        return {
            "uuid": self._id(ACCOUNT, f"{one.seller}\n{one.kind}\n{one.value}"),
            "type": "text" if plain else kind,
            "category": "Other" if plain else category,
            "value": one.value,
            "comment": f"{one.kind.words} of {one.seller}",
            "to_ids": False,
            "timestamp": self._stamp,
            "distribution": _ONLY_WHO_IMPORTS,
        }

    def _object(
        self,
        template: Template,
        what: str,
        values: Iterable[tuple[str, str]],
        about: Iterable[tuple[str, str]],
        comment: str = "",
    ) -> Json:
        uuid = self._id(template, what)
        return {
            "uuid": uuid,
            "name": template.name,
            "meta-category": template.group,
            "template_uuid": template.uuid,
            "template_version": template.version,
            "timestamp": self._stamp,
            "distribution": _ONLY_WHO_IMPORTS,
            "comment": comment,
            "Attribute": [
                self._attribute(template, uuid, relation, value) for relation, value in values if value.strip()
            ],
            "ObjectReference": [
                {
                    "uuid": uuid_of("reference", uuid, word, other),
                    "object_uuid": uuid,
                    "referenced_uuid": other,
                    "relationship_type": word,
                    "timestamp": self._stamp,
                }
                for word, other in about
            ],
        }

    def _attribute(self, template: Template, uuid: str, relation: str, value: str) -> Json:
        kind = template.types[relation]
        return {
            "uuid": uuid_of("attribute", uuid, relation),
            "object_relation": relation,
            "type": kind,
            "category": _CATEGORIES.get(kind, "Other"),
            "value": value,
            "to_ids": False,
            "timestamp": self._stamp,
            "distribution": _ONLY_WHO_IMPORTS,
        }

    def _id(self, template: Template, what: str) -> str:
        return uuid_of("misp", self._case, template.name, what)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
