"""What Cloudflare answers, and what it means for a notice. Pure.

Source: developers.cloudflare.com/api/resources/abuse_reports and the types of Cloudflare's own SDK 5.9.0. That a report
is refused with `{result: "error", error_code, msg}`, also with status 200, is seen in public clients only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.errors import Declined
from bot.marketplaces import Ask
from bot.marketplaces.cloudflare_reports import ACTS, COPYRIGHT, MORE, OURS, TYPES, explained
from bot.marketplaces.http import clean, is_plain, plain_text, words_of
from bot.model import Decision, Notice, Status

SKEW = timedelta(seconds=60)
"""How far their clock may be behind ours when a report is looked for."""
_KEPT = ("id", "cdate", "domain", "type", "status", "denial_reason", "error_code", "msg", "result", "abuse_rand")
_KEPT_LIMIT = 500

_ANEW = "Record it here as rejected, then file it anew."
ACCEPTED = (
    "They upheld the report, or handed it on to whoever hosts the page; whether it is gone they do not say. "
    "Please look, and record the outcome."
)
DENIALS: Mapping[str, tuple[Status, str]] = {
    "content_removed": (Status.GONE, "The page was gone already when they looked."),
    "content_unavailable": (Status.GONE, "The page could not be reached when they looked."),
    "duplicate_report": (Status.DUPLICATE, "They have an earlier report of it."),
    "incomplete_report": (Status.NEEDS_INPUT, f"The report lacks something they need. {_ANEW}"),
    "missing_original_work": (Status.NEEDS_INPUT, f"They want to know where the original work is to be seen. {_ANEW}"),
    "direct_url_required": (
        Status.NEEDS_INPUT,
        f"They want the address of the very page or picture, not of the shop. {_ANEW}",
    ),
    "wrong_report_category": (Status.NEEDS_INPUT, f"They want it reported as another kind of violation. {_ANEW}"),
    "report_details_mismatch": (Status.NEEDS_INPUT, f"What the report says does not fit the page. {_ANEW}"),
    "unable_to_confirm": (Status.REJECTED, "They could not confirm what the report says."),
    "not_on_cloudflare": (Status.REJECTED, "The page is not served through Cloudflare: ask whoever hosts it."),
    "no_abuse_found": (Status.REJECTED, "They found nothing wrong with the page."),
    "law_enforcement_referral_required": (Status.REJECTED, "They leave this to law enforcement."),
    "domain_dispute_process_required": (
        Status.REJECTED,
        "They leave this to a dispute about the domain name (UDRP or URS).",
    ),
}
"""Why a report was denied, as the reader is told it."""
UNKNOWN_DENIAL = (
    Status.IN_REVIEW,
    "They denied it, for a reason this desk does not know. Please look, and record the outcome.",
)
_WORDS: Mapping[str, tuple[Status, str]] = {
    "submitted": (Status.SUBMITTED, ""),
    "accepted": (Status.IN_REVIEW, ACCEPTED),
    "denied": (Status.REJECTED, "They denied it, and do not say why."),
}


class Refusal(Declined):
    """They would not have a report; `code` is their word for why."""

    code = ""


def refusal(marketplace: str, body: Any, status: int | None = None) -> Refusal | None:
    """Their refusal, in the two shapes they have for it; None when they refuse nothing."""
    if not isinstance(body, dict):
        return None
    if body.get("result") == "error":
        words, code = body.get("msg"), body.get("error_code") or body.get("err_code")
    elif body.get("success") is False:
        words, code = words_of(body), next((one["code"] for one in _errors(body) if "code" in one), "")
    else:
        return None
    said = clean(words) if isinstance(words, str) else ""
    refused = Refusal(marketplace, said or "They gave no reason.", status=status)
    refused.code = clean(str(code or ""), 60).casefold()
    return refused


def _errors(body: dict[str, Any]) -> list[dict[str, Any]]:
    errors = body.get("errors")
    return [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []


def report_number(body: Any) -> str:
    """The id of a report just made; empty when they took it and gave none.

    Source: `abuse_rand` is documented with the call, and as another name of a report's public id; an envelope around
    it, or a bare "success", is what the SDK's types say.

    Raises:
        ValueError: it is not clear that they took it.
    """
    result = body.get("result") if isinstance(body, dict) else None
    places = [place for place in (body, result) if isinstance(place, dict)]
    numbers = [place.get(name) for place in places for name in ("abuse_rand", "id", "report_id")]
    number = next((one for one in numbers if is_plain(one)), "")
    taken = any(place.get("success") is True or place.get("result") == "success" for place in places)
    if not taken and not number:
        raise ValueError("it does not say that the report was taken")
    return str(number)


def result_of(body: Any, key: str = "") -> Any:
    """The result of an envelope; of its part `key`.

    Raises:
        ValueError: it is not there.
    """
    result = body.get("result") if isinstance(body, dict) else None
    result = result.get(key) if key and isinstance(result, dict) else result
    if not isinstance(result, list if key else dict):
        raise ValueError(f"`{key or 'result'}` is missing")
    return result


def total_of(body: Any) -> int | None:
    """How many reports there are on all pages; None when they do not say."""
    info = body.get("result_info") if isinstance(body, dict) else None
    total = info.get("total_count") if isinstance(info, dict) else None
    return total if type(total) is int else None


def parse_report(report: Any) -> Decision:
    """How a report stands. A word we do not know is in review, never final.

    Raises:
        ValueError: no id or no status, in words.
    """
    number, word = plain_text(report, "id"), plain_text(report, "status")
    said = report.get("denial_reason")
    denial = clean(said, 100) if word == "denied" and isinstance(said, str) else ""
    status, reason = DENIALS.get(denial, UNKNOWN_DENIAL) if denial else _WORDS.get(word, (Status.IN_REVIEW, ""))
    told = f"{word}: {denial}" if denial else word
    return Decision(reference=number, status=status, vendor_status=told, reason=reason, raw=kept(report))


def is_of(report: Any, notice: Notice) -> bool:
    """Whether a report is the one this notice went in: its kind, time, address and reference, or else its words.

    Never an older one, and never somebody else's.
    """
    if not isinstance(report, dict) or not names(report, notice):
        return False
    if report.get("type") != TYPES[ACTS[notice.violation]] or not _since(report.get("cdate"), notice):
        return False
    referred = _refers(report, notice)
    if referred is not None:
        return referred
    said = report.get("comments" if ACTS[notice.violation] == COPYRIGHT else "justification")
    words = explained(Ask.of(notice)).split()
    return isinstance(said, str) and said.split()[: len(words)] == words


def _refers(report: Mapping[str, Any], notice: Notice) -> bool | None:
    """Whether the references in a report name a notice; None when they do not say."""
    comments = report.get("comments")
    _, ours, told = comments.rpartition(OURS) if isinstance(comments, str) else ("", "", "")
    if not ours:
        return None
    runs = re.findall(r"TD-([0-9]{1,15})(?: to TD-([0-9]{1,15}))?", told)
    named = any(int(first) <= notice.number <= int(last or first) for first, last in runs)
    return named or (None if MORE in told else False)


def names(report: Mapping[str, Any], notice: Notice) -> bool:
    """Whether a report is about this notice's address."""
    urls = report.get("urls")
    ours = notice.listing.canonical.rstrip("/")
    return isinstance(urls, list) and any(isinstance(url, str) and url.rstrip("/") == ours for url in urls)


def since(notice: Notice) -> datetime:
    """Before this the notice cannot have arrived: to the second, and with room for a clock that is behind ours.

    By when it was filed here, not by when it was sent: that is later once a person pressed Retry.
    """
    return notice.filed_at.replace(microsecond=0) - SKEW


def moment(value: Any) -> datetime | None:
    """A time of theirs; None when it cannot be read."""
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return read if read.tzinfo is not None else None


def kept(body: Any) -> dict[str, Any]:
    """What is kept of an answer: no addresses, and nothing about who reported."""
    said = body if isinstance(body, dict) else {}
    return {name: said[name][:_KEPT_LIMIT] for name in _KEPT if isinstance(said.get(name), str)}


def _since(value: Any, notice: Notice) -> bool:
    made = moment(value)
    return made is not None and made >= since(notice)
