"""What a good VeRO report is, written from eBay's documentation of the API (version 1) and from nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_ITEMS = 150
_TEXTS = {"brand": 50, "messageToSeller": 1000, "detailedMessage": 1000, "patent": 15}
_LISTS = ("countries", "regions")
_FIELDS = {"itemId", "veroReasonCodeId", "copyEmailToRightsOwner", *_TEXTS, *_LISTS}
_TOO_LONG = {"brand": 235019, "messageToSeller": 235022, "detailedMessage": 235021, "patent": 235018}
WORDS: Mapping[int, str] = {
    1001: "Invalid access token.",
    1100: "Insufficient permissions to fulfill the request.",
    2001: "The request limit has been reached for the resource.",
    2004: "Invalid request.",
    235000: "eBay internal error.",
    235001: "The veroReasonCodeId was not found.",
    235005: "The filter is invalid.",
    235006: "The itemId was not found.",
    235007: "Please check the date range.",
    235009: "The interval may not be over 90 days.",
    235010: "The creator of the report and the requester are not the same.",
    235011: "The veroReportId was not found.",
    235012: "No more than 150 items may be reported at once.",
    235013: "The itemId is missing.",
    235014: "The veroReasonCodeId is missing.",
    235015: "A country is needed for this reason code.",
    235016: "Regions are not allowed for this reason code.",
    235017: "The patent number is missing.",
    235018: "The patent number may have up to 15 characters.",
    235019: "The brand may have up to 50 characters.",
    235020: "The detailedMessage is missing.",
    235021: "The detailedMessage may have up to 1000 characters.",
    235022: "The messageToSeller may have up to 1000 characters.",
    235023: "The same itemId and veroReasonCodeId are twice in the packet.",
    235024: "No item is given.",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing wrong, by its error id. `place` is the entry of the packet, None for the whole of it."""

    id: int
    place: int | None = None
    field: str = ""
    value: str = ""

    def told(self, *, vague: bool = False) -> dict[str, Any]:
        """As an entry of `errors`; `vague` leaves out which item it is about."""
        at = "" if self.place is None else f"$.reportItems[{self.place}].{self.field}"
        return {
            "errorId": self.id,
            "domain": "API_VERO_REPORT" if self.id == 235024 else "API_VERO",
            "category": "REQUEST",
            "message": WORDS[self.id],
            "longMessage": WORDS[self.id],
            **({} if vague or not at else {"inputRefIds": [at]}),
            **({} if vague or not self.value else {"parameters": [{"name": self.field, "value": self.value}]}),
        }


def wrongs(body: Any, codes: Collection[str], gone: Collection[str]) -> list[Wrong]:
    """Everything wrong with the body of a report. `codes` are those known, `gone` the items that are not found."""
    if not isinstance(body, dict) or set(body) - {"reportItems"}:
        return [Wrong(2004)]
    items = body.get("reportItems")
    if not isinstance(items, list) or not items:
        return [Wrong(235024)]
    if len(items) > MOST_ITEMS:
        return [Wrong(235012)]
    found = [wrong for place, item in enumerate(items) for wrong in _item(place, item, codes, gone)]
    return found or list(_twice(items))


def _twice(items: list[dict[str, Any]]) -> Iterator[Wrong]:
    seen: set[tuple[str, str]] = set()
    for place, item in enumerate(items):
        pair = item["itemId"], item["veroReasonCodeId"]
        if pair in seen:
            yield Wrong(235023, place, "itemId", item["itemId"])
        seen.add(pair)


def _item(place: int, item: Any, codes: Collection[str], gone: Collection[str]) -> Iterator[Wrong]:
    if not isinstance(item, dict) or set(item) - _FIELDS:
        yield Wrong(2004, place)
        return
    for field, value in item.items():
        if not _typed(field, value):
            yield Wrong(2004, place, field)
            return
    identity, code = item.get("itemId", ""), item.get("veroReasonCodeId", "")
    if not identity:
        yield Wrong(235013, place, "itemId")
    elif identity in gone or not re.fullmatch(r"[0-9]{9,19}", identity):
        yield Wrong(235006, place, "itemId", identity)
    if not code:
        yield Wrong(235014, place, "veroReasonCodeId")
    elif code not in codes:
        yield Wrong(235001, place, "veroReasonCodeId", code)
    for field, most in _TEXTS.items():
        if len(item.get(field, "")) > most:
            yield Wrong(_TOO_LONG[field], place, field)
    yield from _needed(place, item, code)


def _needed(place: int, item: Mapping[str, Any], code: str) -> Iterator[Wrong]:
    if code == "9037" and not item.get("countries"):
        yield Wrong(235015, place, "countries")
    if code != "9037" and item.get("regions"):
        yield Wrong(235016, place, "regions")
    if code == "9048" and not item.get("patent"):
        yield Wrong(235017, place, "patent")
    if code in ("9052", "7052") and not item.get("detailedMessage", "").strip():
        yield Wrong(235020, place, "detailedMessage")


def _typed(field: str, value: Any) -> bool:
    if field == "copyEmailToRightsOwner":
        return isinstance(value, bool)
    if field == "countries":
        return isinstance(value, list) and all(isinstance(one, str) and re.fullmatch("[A-Z]{2}", one) for one in value)
    if field in _LISTS:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, str)
