"""What Cloudflare says a good abuse report is.

Source: developers.cloudflare.com/api/resources/abuse_reports/methods/create, and the types of Cloudflare's SDK 5.9.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

KINDS: Mapping[str, str] = {"abuse_trademark": "TM", "abuse_dmca": "DMCA", "abuse_general": "GEN"}
_COMMON = {"act": 40, "email": 255, "email2": 255, "name": 255, "urls": 600_000}
_NOTIFICATIONS = {"owner_notification": 20, "host_notification": 20}
_OPTIONAL = {
    "comments": 2000,
    "company": 100,
    "tele": 20,
    "title": 255,
    "reported_country": 2,
    "reported_user_agent": 255,
}
_REQUIRED: Mapping[str, Mapping[str, int]] = {
    "abuse_trademark": {
        "justification": 5000,
        "trademark_number": 1000,
        "trademark_office": 1000,
        "trademark_symbol": 1000,
    },
    "abuse_dmca": {
        "address1": 100,
        "agent_name": 60,
        "city": 255,
        "state": 255,
        "country": 255,
        "original_work": 255,
        "signature": 255,
    },
    "abuse_general": {"justification": 5000},
}
_GENERAL_ONLY = {"source_ips": 2000, "destination_ips": 2000, "ports_protocols": 2000}
_URLS_LIMIT = 250


def problem(act: str, body: Any) -> tuple[str, str] | None:
    """The first thing wrong with a report, as their code and words; None when it is good."""
    if act not in KINDS:
        return "bad_act", "This kind of report is not taken here."
    if not isinstance(body, dict):
        return "bad_body", "The body must be an object."
    return _shape(act, body) or _sense(act, body) or _urls(body["urls"])


def _shape(act: str, body: dict[str, Any]) -> tuple[str, str] | None:
    required = {**_COMMON, **_NOTIFICATIONS, **_REQUIRED[act]}
    optional = {**_OPTIONAL, **(_GENERAL_ONLY if act == "abuse_general" else {})}
    texts = required | optional
    whole = {"agree"} if act == "abuse_dmca" else set()
    for name in body:
        if name not in texts and name not in whole:
            return "bad_field", f"{name[:60]} is not a field of {act}."
    for name in required:
        if not body.get(name):
            return f"bad_{name}", f"{name} is required."
    for name, limit in texts.items():
        value = body.get(name, "")
        if not isinstance(value, str) or len(value) > limit:
            return f"bad_{name}", f"{name} must be a text not exceeding {limit} characters."
    return None


def _sense(act: str, body: dict[str, Any]) -> tuple[str, str] | None:
    taken = ("send", "send-anon") if act == "abuse_general" else ("send",)
    if body["act"] != act:
        return "bad_act", "act must be the kind of report of the address."
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", body["email"]):
        return "bad_email", "email must be valid."
    if body["email2"] != body["email"]:
        return "diff_email", "email2 should match email."
    for name in _NOTIFICATIONS:
        if body[name] not in taken:
            return f"bad_{name}", f"{name} must be one of {', '.join(taken)}."
    return _signed(body) if act == "abuse_dmca" else None


def _signed(body: dict[str, Any]) -> tuple[str, str] | None:
    if type(body.get("agree")) is not int or body["agree"] != 1:
        return "bad_agree", "agree must be 1 for DMCA reports."
    return None if body["signature"] == body["name"] else ("bad_signature", "signature should be the same as name.")


def _urls(urls: str) -> tuple[str, str] | None:
    lines = urls.split("\n")
    if len(lines) > _URLS_LIMIT:
        return "bad_urls", f"At most {_URLS_LIMIT} URLs are taken."
    if len(set(lines)) != len(lines):
        return "bad_urls", "Each URL should be unique."
    parts = [urlsplit(line) for line in lines]
    if not all(part.scheme in ("http", "https") and part.hostname for part in parts):
        return "bad_urls", "urls must be valid URLs."
    if len({part.hostname for part in parts}) > 1:
        return "bad_urls", "All URLs should have the same hostname."
    return None
