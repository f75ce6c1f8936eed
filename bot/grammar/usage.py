"""What `/takedown help` says."""

from __future__ import annotations

from bot.grammar.nearness import nearest, quoted
from bot.grammar.violations import VIOLATION_TITLES

_FILE_FORM = (
    '/takedown ADDRESS… [VIOLATION] [right:KEY] [seller:ID] [via:KEY] [override:"WHY"] [message:"…"] [your words]'
)
_FORMS = {
    "file": _FILE_FORM,
    "bulk": "/takedown bulk [as for filing]",
    "status": "/takedown status ID",
    "list": "/takedown list [mine|open|waiting|all] [STATUS…] [marketplace:KEY] [right:KEY] [seller:ID] "
    "[violation:NAME] [@person] [since:DAY] [until:DAY] [sort:newest|oldest|changed|deadline] [page:N]",
    "export": "/takedown export csv|xlsx [as for list]",
    "note": "/takedown note ID WORDS",
    "retract": "/takedown retract ID LINE WHY",
    "evidence": "/takedown evidence ID",
    "amend": "/takedown amend ID",
    "withdraw": "/takedown withdraw ID [why]",
    "retry": "/takedown retry ID",
    "snooze": "/takedown snooze ID [4h|2d|1w|off] [why]",
    "owner": "/takedown owner ID @person",
    "ref": "/takedown ref ID REFERENCE",
    "outcome": "/takedown outcome ID OUTCOME [why]",
    "approvals": "/takedown approvals [page:N]",
    "approve": "/takedown approve ID [ID…]",
    "refuse": "/takedown refuse ID [ID…] WHY",
    "whoami": "/takedown whoami",
    "help": "/takedown help [WORD]",
}
_ABOUT = (*(verb for verb in _FORMS if verb != "help"), "violations", "options")
VERB_NAMES = tuple(verb for verb in _FORMS if verb != "file")
"""What a command may begin with, besides an address."""

USAGE: tuple[tuple[str, str], ...] = (
    ("/takedown", "open the form"),
    ("/takedown https://… counterfeit", "ask to have a listing removed; you see what will be sent before it is filed"),
    ("/takedown https://… https://… trademark", "several listings at once"),
    ("/takedown https://… counterfeit right:ACME-EU", "name the right, when more than one would do"),
    ("/takedown https://… counterfeit seller:4711", "name the seller, when the address does not"),
    ("/takedown https://… counterfeit via:cloudflare", "a shop of its own: say who can act against it"),
    ('/takedown https://… counterfeit message:"Please stop."', "a message that they pass on to the seller"),
    ("/takedown https://… counterfeit The label is wrong.", "say what they will be told"),
    ("/takedown bulk", "up to 300 at once, pasted or as a CSV or XLSX file; you see line by line what would be filed"),
    ("/takedown status TD-12", "how a notice stands, and how it got there"),
    ("/takedown list", "all notices, newest first"),
    ("/takedown list mine", "the ones you filed or look after; also: open, waiting (for us), all"),
    ("/takedown list open marketplace:acme page:2", "of one marketplace, further back"),
    ("/takedown list removed right:ACME-EU since:30d sort:changed", "by status, right, seller, violation, person, day"),
    ("/takedown export xlsx removed since:2026-01-01", "the same as a file, csv or xlsx, in your direct messages"),
    ("/takedown note TD-12 test purchase ordered", "something to be remembered of it"),
    ("/takedown retract TD-12 3 it was another listing", "take back a line of its history; both stay to be seen"),
    ("/takedown evidence TD-12", "the files kept with a notice; have them sent to you, or add more"),
    ("/takedown amend TD-12", "change it before it is sent"),
    ("/takedown withdraw TD-12 wrong listing", "take a notice back, and say why"),
    ("/takedown retry TD-12", "try again what failed, look again at what is uncertain, have a pack posted again"),
    ("/takedown snooze TD-12 2d waiting for legal", "no reminders for so long; off ends it"),
    ("/takedown owner TD-12 @bo", "somebody else looks after it, and is reminded"),
    ("/takedown ref TD-12 TB-4711", "you filed it in their portal: their reference; LOT-12 for a whole lot"),
    ("/takedown outcome TD-12 removed", "what they decided, where only you can see it; LOT-12 for a whole lot"),
    ("/takedown outcome TD-12 reinstated counter_notice", "why it is back: counter_notice, relisted or mistake"),
    ("/takedown approvals", "for approvers: what waits for a second person, oldest first"),
    ("/takedown approve TD-12", "for approvers: let it be sent; TD-12..TD-40, or several ids, for more"),
    ("/takedown refuse TD-12 not our product", "for approvers: it is never sent, and who filed it is told why"),
    ("/takedown whoami", "what you are on this desk, who gave you that, and what you may do"),
    ("/takedown help withdraw", f"about one word: {', '.join(_ABOUT)}"),
)

_TOPICS = {"violations": "violations", "violation": "violations", "options": "options", "option": "options"}
_TOPICS |= {
    "right": "options",
    "seller": "options",
    "via": "options",
    "override": "options",
    "message": "options",
    "files": "evidence",
    "reference": "ref",
    "marketplace": "list",
    "page": "list",
    "filing": "file",
}
_NOTES = {
    "file": ("Only pressing File, below the preview, makes the declaration and files it.",),
    "bulk": (
        "The columns of a file may stand in any order; the form has a template.",
        "More than 20 addresses in a command or the ordinary form are checked as a bulk, too.",
        "Only pressing File, below the table in your direct messages, makes the declaration and files them.",
    ),
    "status": ("An ID is written TD-12, td-12 or 12.",),
    "list": (
        "Waiting means that somebody here has to do something.",
        "A DAY is 2026-11-24, or 30d for so many days ago; until: is the first day that no longer counts.",
    ),
    "export": ("Archived notices are not in it.",),
    "note": ("It stays in the timeline, with your name.",),
    "retract": (
        "LINE is the number before it in the timeline that status shows.",
        "How the notice stands does not change by it: outcome corrects a status.",
    ),
    "evidence": ("Each is kept with its SHA-256, and who handed it in when; each sending is on record.",),
    "amend": ("Only before it is sent; you affirm the declaration again.",),
    "withdraw": (
        "Before it is sent it is simply taken back; afterwards the marketplace is asked to.",
        "An ID is written TD-12, td-12 or 12.",
    ),
    "retry": ("An ID is written TD-12, td-12 or 12.",),
    "snooze": (
        "Without a time it is a day; 30 days are the most, and never beyond a deadline.",
        "What of the same filing waits for the same is snoozed with it.",
    ),
    "owner": ("It takes the role analyst. Whoever filed it stays on record.",),
    "ref": ("An ID is that of a notice, TD-12, or of a lot that is filed by hand, LOT-12.",),
    "outcome": (
        "OUTCOME is removed, rejected, gone, reinstated, needs_input, in_review, withdrawn or duplicate.",
        "After reinstated you may say why it is back: counter_notice, relisted or mistake.",
        "An ID is that of a notice, TD-12, or of a lot that is filed by hand, LOT-12.",
    ),
    "approvals": ("Each line has a button that shows all an approver needs to decide.",),
    "approve": (
        "Several are written TD-3 TD-7 TD-12..TD-40; after the first, an ID begins with TD.",
        "It is all of them or none. Nobody approves what they filed or look after.",
    ),
    "refuse": (
        "Several are written TD-3 TD-7 TD-12..TD-40; after the first, an ID begins with TD.",
        "Say why: it is kept, and who filed it is told.",
    ),
    "whoami": ("Whoever is nothing yet is told whom to ask.",),
    "help": (),
}


def usage(word: str | None) -> str:
    """Plain text: everything, or what there is to say about one word."""
    if word is None:
        return _rows(USAGE)
    asked = _TOPICS.get(word.casefold(), word.casefold())
    if asked == "violations":
        return "Violations:\n" + _rows(tuple((str(name), title) for name, title in VIOLATION_TITLES.items()))
    if asked == "options":
        return _options()
    if asked in _FORMS:
        return "\n".join((_FORMS[asked], "", _rows(_about(asked)), *_NOTES[asked]))
    near = nearest(word, [*_FORMS, *_TOPICS])
    hint = f" Did you mean `{near}`?" if near else ""
    return f"There is no help about {quoted(word)}.{hint}\n\n{_rows(USAGE)}"


def _options() -> str:
    rows = (
        ("right:KEY", "the right that is infringed"),
        ("seller:ID", "the seller, as the marketplace names them"),
        ("via:KEY", "who can act, when the address is of no marketplace: a shop of its own"),
        ('override:"WHY"', "for admins: file against a seller who has our leave all the same"),
        ('message:"WORDS"', "what the seller is told, where the marketplace passes it on"),
        ("violation:NAME", "the same as the bare word"),
        ("marketplace:KEY", "for list: one marketplace only"),
        ("page:N", "for list: further back"),
    )
    more = 'Also --right KEY and --right=KEY. With spaces inside: seller:"Shop 77".'
    return f"Options:\n{_rows(rows)}\n{more}"


def _about(verb: str) -> tuple[tuple[str, str], ...]:
    if verb == "file":
        return tuple(row for row in USAGE if "https://" in row[0])
    return tuple(row for row in USAGE if row[0].removeprefix("/takedown ").split()[:1] == [verb])


def _rows(rows: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(f"{example}\n    {words}" for example, words in rows)
