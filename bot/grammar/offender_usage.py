"""What `/offenders help` says."""

from __future__ import annotations

from bot.grammar.cases import CASE_FORMS, CASE_NOTES, CASE_USAGE
from bot.grammar.nearness import nearest, quoted
from bot.model import IdentifierKind

OFFENDER_USAGE: tuple[tuple[str, str], ...] = (
    ("/offenders", "sellers with upheld notices, the highest score first; repeat offenders are marked"),
    (
        "/offenders 30d threshold:3 marketplace:acme right:ACME-EU page:2",
        "another window, fewest notices, marketplace, right, further back",
    ),
    ("/offenders all", "with the ones you muted"),
    ("/offenders show acme:S-5", "all that is known of a seller; the key alone does as well"),
    ("/offenders why acme:S-5", "the parts of the score"),
    ("/offenders link acme:S-5 zeta:S-9 the same return address", "two sellers are one, and why"),
    ("/offenders unlink acme:S-5 zeta:S-9 two companies after all", "they are not, and why"),
    ("/offenders identify acme:S-5 phone +49 30 1234567", "put on file what else a seller is known by"),
    ("/offenders forget acme:S-5 phone +49 30 1234567", "take it off file"),
    ("/offenders suggestions", "sellers that share what is on file, for you to confirm"),
    ("/offenders watch acme:S-5", "tell me of each new removal; unwatch ends it"),
    ("/offenders mute acme:S-5", "leave a seller out of my list; unmute ends it"),
    *CASE_USAGE,
    ("/offenders refer acme:S-5 pipcu", "have a second person approve a dossier for an agency; see /referrals"),
    (
        "/offenders help link",
        "about one word: list, show, why, link, identify, suggestions, watch, mute, score, case, purchase, refer",
    ),
)

_FORMS = {
    "list": "/offenders [90d] [all] [threshold:N] [marketplace:KEY] [right:KEY] [page:N]",
    "show": "/offenders show SELLER",
    "why": "/offenders why SELLER",
    "link": "/offenders link SELLER SELLER REASON",
    "unlink": "/offenders unlink SELLER SELLER REASON",
    "identify": "/offenders identify SELLER KIND VALUE",
    "forget": "/offenders forget SELLER KIND VALUE",
    "watch": "/offenders watch SELLER, /offenders unwatch SELLER",
    "mute": "/offenders mute SELLER, /offenders unmute SELLER",
    "suggestions": "/offenders suggestions",
    "refer": "/offenders refer SELLER [AGENCY]",
    "seller": "SELLER",
    "score": "The score",
    "help": "/offenders help [WORD]",
    **CASE_FORMS,
}
_TOPICS = {"unwatch": "watch", "unmute": "mute", "all": "list", "muted": "mute", "marketplace": "list", "page": "list"}
_TOPICS |= {
    "right": "list",
    "threshold": "list",
    "window": "list",
    "kind": "identify",
    "kinds": "identify",
    "sellers": "seller",
    "purchases": "purchase",
    "owner": "assign",
}
_SELLER = 'A seller is a key (acme:S-5), an id (S-5) or a name; with spaces in quotation marks: "Shop 77".'
_KINDS = "Kinds: " + ", ".join(IdentifierKind) + "."
_NOTES = {
    "list": ("A window is written 90d, 12w, 3m or 1y; a month has 30 days, a year 365.",),
    "show": (_SELLER, "A number alone is the rank in `/offenders`, where no seller has it for an id or in the name."),
    "why": (_SELLER,),
    "link": (_SELLER, "Everything ever said of two sellers stays on record, with who said it and when."),
    "unlink": (_SELLER,),
    "identify": (_SELLER, _KINDS, "What too many sellers share, such as a forwarder's phone, suggests nothing."),
    "forget": (_SELLER, _KINDS),
    "watch": (_SELLER,),
    "mute": (_SELLER, "Only your own list changes; digests and alerts do not."),
    "suggestions": ("Nothing is linked until a person says so.",),
    "refer": (_SELLER, "Without an agency it is asked for. Admins turn agencies on: /takedown-admin agency."),
    "seller": (_SELLER,),
    "score": (
        "Number of upheld notices, old ones weighing less; proportion upheld; gravity of violations; intention, that",
        "is relistings, failed counter-notices and changes of alias. After DSA Article 23(3).",
    ),
    "help": (),
    **CASE_NOTES,
}


def offender_usage(word: str | None) -> str:
    """Plain text: everything, or what there is to say about one word."""
    if word is None:
        return _rows(OFFENDER_USAGE)
    asked = _TOPICS.get(word.casefold(), word.casefold())
    if asked in _FORMS:
        return "\n".join(part for part in (_FORMS[asked], _rows(_about(asked)), *_NOTES[asked]) if part)
    near = nearest(word, [*_FORMS, *_TOPICS])
    hint = f" Did you mean `{near}`?" if near else ""
    return f"There is no help about {quoted(word)}.{hint}\n\n{_rows(OFFENDER_USAGE)}"


def _about(verb: str) -> tuple[tuple[str, str], ...]:
    if verb == "list":
        return OFFENDER_USAGE[:3]
    return tuple(row for row in OFFENDER_USAGE if row[0].removeprefix("/offenders").split()[:1] == [verb])


def _rows(rows: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(f"{example}\n    {words}" for example, words in rows)
