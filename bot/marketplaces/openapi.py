"""What an adapter uses of an API, held against the OpenAPI document of that API. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_DEEPEST = 20
"""References followed one after the other; a document may point in circles."""


class Kind(StrEnum):
    """What a field holds, in OpenAPI's words."""

    TEXT = "string"
    LIST = "array"
    FLAG = "boolean"


@dataclass(frozen=True, slots=True)
class Field:
    """One field that is sent or read. `always`: sent with every call. `most` characters or entries are sent.

    `words` are the values that are understood when it is read; `parts` the fields of a list's entries.
    """

    name: str
    kind: Kind
    always: bool = False
    most: int | None = None
    words: frozenset[str] = frozenset()
    parts: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `asks` are its parameters, in the address or in headers."""

    verb: str
    path: str
    asks: tuple[str, ...] = ()
    sends: tuple[Field, ...] = ()
    reads: tuple[Field, ...] = ()

    def __str__(self) -> str:
        return f"{self.verb} {self.path}"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing compared, in a sentence."""

    well: bool
    words: str


def compare(
    document: Any, calls: tuple[Call, ...], *, base_path: str = "", scope: str = "", flow: str = ""
) -> list[Point]:
    """Everything used, line by line: as we have it, or how it differs. `flow` is the OAuth flow `scope` comes by.

    Raises:
        ValueError: not an OpenAPI document, in words.
    """
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict) or "openapi" not in document:
        raise ValueError("this is not an OpenAPI 3 document: `openapi` or `paths` is missing")
    compared = _Compared(document)
    points = [*compared.base(base_path), *compared.scope(scope, flow)]
    for call in calls:
        points += compared.call(call)
    return points


@dataclass(frozen=True, slots=True)
class _Compared:
    document: Mapping[str, Any]

    def base(self, base_path: str) -> Iterator[Point]:
        if not base_path:
            return
        servers = [_address(server) for server in _dicts(self.document.get("servers"))]
        if any(address.rstrip("/").endswith(base_path) for address in servers):
            yield Point(True, f"the base path is {base_path}")
        else:
            yield Point(False, f"the base path: we use {base_path}, they have {_listed(servers)}")

    def scope(self, scope: str, flow: str) -> Iterator[Point]:
        if not scope:
            return
        schemes = _dict(_dict(self.document.get("components")).get("securitySchemes"))
        several = [_dict(self.resolved(scheme).get("flows")) for scheme in schemes.values()]
        flows = [(name, _dict(there)) for one in several for name, there in one.items()]
        taken = sorted({name for name, there in flows if scope in _dict(there.get("scopes"))})
        if flow in taken or (taken and not flow):
            yield Point(True, f"the scope {scope} is granted by {_listed(taken)}")
        elif taken:
            yield Point(False, f"the scope {scope} is granted by {_listed(taken)}, we use {flow}")
        else:
            scopes = sorted({one for _, there in flows for one in _dict(there.get("scopes"))})
            yield Point(False, f"the scope: we ask for {scope}, they have {_listed(scopes)}")

    def call(self, call: Call) -> list[Point]:
        paths = _dict(self.document["paths"])
        path = next((one for one in paths if _shape(one) == _shape(call.path)), None)
        if path is None:
            return [Point(False, f"{call}: there is no such path{_meant(call.path, paths)}")]
        there = self.resolved(paths[path])
        operation = _dict(there.get(call.verb.casefold()))
        if not operation:
            verbs = sorted(verb.upper() for verb in there if verb in _VERBS)
            return [Point(False, f"{call}: the path takes {_listed(verbs)} instead")]
        shared = there.get("parameters")
        differ = [
            *self._parameters(call, [*_dicts(shared), *_dicts(operation.get("parameters"))]),
            *self._sent(call, operation),
            *self._read(call, operation),
        ]
        return [Point(False, f"{call}: {words}") for words in differ] or [Point(True, f"{call}")]

    def _parameters(self, call: Call, declared: list[dict[str, Any]]) -> Iterator[str]:
        parameters = [self.resolved(one) for one in declared]
        names = {str(one.get("name")) for one in parameters}
        for name in call.asks:
            if name.casefold() not in {one.casefold() for one in names}:
                yield f"it has no parameter {name}{_meant(name, names)}"
        asked = {name.casefold() for name in call.asks} | {"content-type", "accept", "authorization"}
        for one in parameters:
            if one.get("required") and one.get("in") != "path" and str(one.get("name")).casefold() not in asked:
                yield f"it requires the parameter {one.get('name')}, which we never send"

    def _sent(self, call: Call, operation: Mapping[str, Any]) -> Iterator[str]:
        body = self._schema(self.resolved(operation.get("requestBody")))
        if not call.sends:
            if _dict(operation.get("requestBody")).get("required"):
                yield "it requires a body, which we never send"
            return
        if not body:
            yield "it takes no JSON body"
            return
        prose = _prose(operation)
        for field in call.sends:
            yield from self._most(field, self.properties(body).get(field.name), field.name, prose)
        yield from self._fields_sent(call.sends, body, "")

    def _fields_sent(self, fields: tuple[Field, ...], schema: Mapping[str, Any], where: str) -> Iterator[str]:
        yield from self._fields(fields, schema, where, sent=True)
        always = {field.name for field in fields if field.always}
        known = {field.name for field in fields}
        for name in self.required(schema):
            if name not in always:
                yield f"{where}{name} is required; we send it {'not always' if name in known else 'never'}"

    def _read(self, call: Call, operation: Mapping[str, Any]) -> Iterator[str]:
        if not call.reads:
            return
        answers = _dict(operation.get("responses"))
        good = [self.resolved(answer) for status, answer in answers.items() if str(status).startswith("2")]
        schema = next(filter(None, map(self._schema, good)), {})
        if not schema:
            yield "it answers with no JSON"
            return
        yield from self._fields(call.reads, schema, "", sent=False)

    def _fields(self, fields: tuple[Field, ...], schema: Mapping[str, Any], where: str, *, sent: bool) -> Iterator[str]:
        properties = self.properties(schema)
        for field in fields:
            name = f"{where}{field.name}"
            if field.name not in properties:
                yield f"{name} is not {'taken' if sent else 'told'}{_meant(field.name, properties)}"
                continue
            there = self.resolved(properties[field.name])
            if self.kinds(there) and field.kind not in self.kinds(there):
                yield f"{name} is {_listed(sorted(self.kinds(there)))}, for us {field.kind}"
                continue
            yield from self._words(field, there, name)
            if where and sent:
                yield from self._most(field, there, name, "")
            entries = self.resolved(there.get("items"))
            if field.parts and sent:
                yield from self._fields_sent(field.parts, entries, f"{name}[].")
            elif field.parts:
                yield from self._fields(field.parts, entries, f"{name}[].", sent=False)

    def _words(self, field: Field, schema: Mapping[str, Any], name: str) -> Iterator[str]:
        values = set(_texts(schema.get("enum")))
        if not field.words or not values:
            return
        for word in sorted(values - field.words):
            yield f"{name} may be {word}, which we do not know: it is shown as in review"
        for word in sorted(field.words - values):
            yield f"{name} is never {word} any more"

    def _most(self, field: Field, schema: Any, name: str, prose: str) -> Iterator[str]:
        there = self.resolved(schema)
        is_list = field.kind is Kind.LIST
        limit = there.get("maxItems" if is_list else "maxLength")
        if not isinstance(limit, int):
            pattern = _MOST_ENTRIES if is_list else _MOST_CHARACTERS
            said = pattern.search(f"{_prose(there)} {prose}")
            limit = int(said[1]) if said else None
        if field.most is not None and limit is not None and limit < field.most:
            yield f"{name} holds {limit} {'entries' if is_list else 'characters'}, we send up to {field.most}"

    def _schema(self, holder: Mapping[str, Any]) -> Mapping[str, Any]:
        content = _dict(holder.get("content"))
        found = next((one for kind, one in content.items() if "json" in str(kind)), content.get("*/*"))
        return self.resolved(_dict(found).get("schema"))

    def resolved(self, value: Any) -> Mapping[str, Any]:
        """The object, with a reference to another place in the document followed."""
        for _ in range(_DEEPEST):
            reference = _dict(value).get("$ref")
            if not isinstance(reference, str):
                return _dict(value)
            value = self._at(reference)
        return {}

    def _at(self, reference: str) -> Any:
        value: Any = self.document
        for part in reference.removeprefix("#/").split("/"):
            value = _dict(value).get(part.replace("~1", "/").replace("~0", "~"))
        return value

    def properties(self, schema: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
        found = dict(_dict(schema.get("properties")))
        if depth < _DEEPEST:
            for one in _dicts(schema.get("allOf")):
                found |= self.properties(self.resolved(one), depth + 1)
        return found

    def required(self, schema: Mapping[str, Any], depth: int = 0) -> list[str]:
        found = _texts(schema.get("required"))
        if depth < _DEEPEST:
            for one in _dicts(schema.get("allOf")):
                found += self.required(self.resolved(one), depth + 1)
        return found

    def kinds(self, schema: Mapping[str, Any]) -> frozenset[str]:
        """Its types; none where it does not say. From OpenAPI 3.1 there may be several, null among them."""
        kinds = schema.get("type")
        several = kinds if isinstance(kinds, list) else [kinds]
        return frozenset(_texts(several)) - {"null"}


_VERBS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# Some documents say their limits in prose only.
_MOST_CHARACTERS = re.compile(r"max(?:imum)?\.?\s*length\W{0,5}(\d{1,6})", re.IGNORECASE)
_MOST_ENTRIES = re.compile(r"max(?:imum)?\s*(?:of|number of \w+\W{0,5})\s*(\d{1,6})", re.IGNORECASE)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _shape(path: Any) -> str:
    """A path without the names of what is put in: `/report/{}`."""
    return re.sub(r"\{[^}]*\}", "{}", str(path)).rstrip("/")


def _address(server: Mapping[str, Any]) -> str:
    address = str(server.get("url", ""))
    for name, variable in _dict(server.get("variables")).items():
        address = address.replace(f"{{{name}}}", str(_dict(variable).get("default", "")))
    return address


def _prose(schema: Mapping[str, Any]) -> str:
    """Its description, without markup."""
    return re.sub(r"<[^>]{0,500}>", "", str(schema.get("description") or ""))


def _listed(words: list[str]) -> str:
    return ", ".join(words) or "nothing"


def _meant(name: str, known: Any) -> str:
    names = [str(one) for one in known]
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"; did it become {close[0]}?"
    return f"; there is {_listed(sorted(names)[:12])}"
