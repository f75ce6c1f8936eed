"""What `/takedown-admin help` says."""

from __future__ import annotations

from bot.grammar.agencies import AGENCY_FORMS, AGENCY_USAGE
from bot.grammar.audit import AUDIT_FORM, AUDIT_USAGE
from bot.grammar.authorised import AUTHORISED_FORMS, AUTHORISED_USAGE
from bot.grammar.nearness import nearest, quoted
from bot.grammar.privacy import PRIVACY_FORMS, PRIVACY_NOTES, PRIVACY_TOPICS, PRIVACY_USAGE
from bot.grammar.rights import RIGHT_FORMS, RIGHT_USAGE
from bot.model import Role

REGISTER_USAGE: tuple[tuple[str, str], ...] = (
    ("/takedown-admin", "what there is to look after, with a button for each"),
    ("/takedown-admin whoami", "what you are here, who gave you that, and what you may do; for anybody"),
    ("/takedown-admin roles", "who has which role, who gave it and when"),
    ("/takedown-admin role @ann analyst approver", "give a person these roles besides those they have"),
    ("/takedown-admin role @brand-team viewer", "give a role to whoever is in a Slack user group"),
    ("/takedown-admin role @ann none", "take back every role that person was given"),
    ("/takedown-admin policy", "the rules of filing: a second person, daily quota, undo window"),
    ("/takedown-admin marketplaces", "how each marketplace does, what waits for it, and today's filings"),
    ("/takedown-admin pause acme their portal is being moved", "send nothing there for now, and why"),
    ("/takedown-admin resume acme", "send again; what waited goes first"),
    *RIGHT_USAGE,
    *AUTHORISED_USAGE,
    *PRIVACY_USAGE,
    *AGENCY_USAGE,
    ("/takedown-admin history", "every change of the register, newest first"),
    ("/takedown-admin history roles page:2", "of roles, policy, marketplaces, a @person or a key; further back"),
    *AUDIT_USAGE,
    (
        "/takedown-admin help role",
        "about one word: whoami, role, roles, policy, marketplaces, pause, resume, rights, right, authorised, "
        "authorise, agency, holds, hold, unhold, retention, privacy, history, audit",
    ),
)

_FORMS = {
    "whoami": "/takedown-admin whoami, /takedown whoami",
    "roles": "/takedown-admin roles [page:N]",
    "role": "/takedown-admin role @PERSON|@GROUP ROLE… | none",
    "policy": "/takedown-admin policy",
    "marketplaces": "/takedown-admin marketplaces [page:N]",
    "pause": "/takedown-admin pause KEY WHY",
    "resume": "/takedown-admin resume KEY",
    **RIGHT_FORMS,
    **AUTHORISED_FORMS,
    **PRIVACY_FORMS,
    **AGENCY_FORMS,
    "history": "/takedown-admin history [roles|policy|marketplaces|rights|authorised|agency|@PERSON|KEY] [page:N]",
    "audit": AUDIT_FORM,
    "help": "/takedown-admin help [WORD]",
}
_TOPICS = {
    "marketplace": "marketplaces",
    "group": "role",
    "none": "role",
    "quota": "policy",
    "undo": "policy",
    "approval": "policy",
    "changes": "history",
    "custody": "audit",
    "chain": "audit",
    "agencies": "agency",
    "page": "history",
    **PRIVACY_TOPICS,
    **{str(role): "role" for role in Role},
}
_ROLES = (
    "viewer looks at this desk; analyst files notices and follows them up; approver approves them;",
    "admin does all of it, and changes how this desk works.",
)
_KEY = "KEY is what `marketplaces` shows beside each name."
_NOTES = {
    "whoami": _ROLES,
    "roles": ("Admins by the setting ADMIN_USERS are marked: only whoever runs this desk can change them.",),
    "role": (
        *_ROLES,
        "The form behind *Change roles…* takes single roles back.",
        "Whoever has no role may do nothing. Guests, bots and people of other teams can have none.",
    ),
    "policy": ("The button below it opens a form. What is left empty asks for nothing.",),
    "marketplaces": ("Today is a day of UTC.",),
    "pause": (_KEY, "Notices can still be filed; they wait. What was sent before is still asked after."),
    "resume": (_KEY,),
    "rights": (),
    "right": ("A change is kept with who made it and when. An import is shown line by line before it is done.",),
    "authorised": (),
    "authorise": ("Without right: it is for every right; without until: for good. A day is written 2027-01-31.",),
    **PRIVACY_NOTES,
    "agency": ("None is on until an admin turns it on; what comes with this desk are examples.",),
    "history": (),
    "audit": (
        "Each line carries the hash of the one before it; docs/custody.md says what that proves.",
        "All chains at once: `python -m bot audit verify`, where this desk runs.",
    ),
    "help": (),
}


def register_usage(word: str | None) -> str:
    """Plain text: everything, or what there is to say about one word."""
    if word is None:
        return _rows(REGISTER_USAGE)
    asked = _TOPICS.get(word.casefold(), word.casefold())
    if asked in _FORMS:
        return "\n".join(part for part in (_FORMS[asked], _rows(_about(asked)), *_NOTES[asked]) if part)
    near = nearest(word, [*_FORMS, *_TOPICS])
    hint = f" Did you mean `{near}`?" if near else ""
    return f"There is no help about {quoted(word)}.{hint}\n\n{_rows(REGISTER_USAGE)}"


def _about(verb: str) -> tuple[tuple[str, str], ...]:
    return tuple(row for row in REGISTER_USAGE if row[0].removeprefix("/takedown-admin").split()[:1] == [verb])


def _rows(rows: tuple[tuple[str, str], ...]) -> str:
    return "\n".join(f"{example}\n    {words}" for example, words in rows)
