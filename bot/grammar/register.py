"""The text after `/takedown-admin`, read into a typed command. Pure.

Nothing for the overview, or a verb: `whoami`, `role`, `roles`, `policy`, `marketplaces`, `pause`, `resume`,
`rights`, `right`, `authorised`, `authorise`, `agency`, `holds`, `hold`, `unhold`, `retention`, `privacy`, `history`,
`audit`, `help`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bot.errors import Invalid
from bot.grammar.agencies import read_agency
from bot.grammar.audit import ShowAudit, read_audit
from bot.grammar.authorised import read_authorise, read_authorised
from bot.grammar.commands import WhoAmI
from bot.grammar.filing import in_words
from bot.grammar.ids import AROUND
from bot.grammar.nearness import meant, quoted
from bot.grammar.options import refuse_longer, unescaped
from bot.grammar.privacy import ListHolds, read_hold, read_privacy, read_retention, read_unhold
from bot.grammar.register_commands import (
    EditRoles,
    GiveRoles,
    ListRoles,
    Overview,
    PauseMarketplace,
    RegisterCommand,
    RegisterHelp,
    ResumeMarketplace,
    ShowHistory,
    ShowMarketplaces,
    ShowPolicy,
    TakeRoles,
)
from bot.grammar.register_usage import REGISTER_USAGE, register_usage
from bot.grammar.rights import read_right, read_rights
from bot.model import Role

__all__ = [
    "REGISTER_USAGE",
    "REGISTER_VERBS",
    "EditRoles",
    "GiveRoles",
    "ListRoles",
    "Overview",
    "PauseMarketplace",
    "RegisterCommand",
    "RegisterHelp",
    "ResumeMarketplace",
    "ShowAudit",
    "ShowHistory",
    "ShowMarketplaces",
    "ShowPolicy",
    "TakeRoles",
    "WhoAmI",
    "parse_register",
    "register_usage",
]

LONGEST = 40_000
"""Characters of a command."""
MOST_PAGES = 100_000
WHAT_LIMIT = 200
"""Characters of what a history is asked of."""

_HOLDER = re.compile(r"\s*<(?:@|!subteam\^)([USW][A-Z0-9]{2,20})(?:\|[^<>]*)?>")
_BETWEEN = frozenset({"and", "&", "+", "as", "is", "=", "to"})
_NONE = frozenset({"none", "nothing", "no", "-"})


def parse_register(text: str) -> RegisterCommand:
    """What a person asks for. Verbs in any case.

    Raises:
        Invalid: one or two sentences say what was not understood, and what was probably meant.
    """
    text = text.strip()
    refuse_longer(text, LONGEST)
    verb, *rest = text.split(maxsplit=1) or [""]
    if not verb:
        return Overview()
    reader = _VERBS.get(verb.casefold())
    if reader is not None:
        return reader(rest[0] if rest else "")
    if _HOLDER.match(verb):
        raise Invalid("Say what to do with them, such as `role @name analyst`.")
    ways = f"Say one of {', '.join(f'`{one}`' for one in _VERBS)}."
    raise Invalid(f"I do not understand {quoted(unescaped(verb))}. {meant(verb, _VERBS, otherwise=ways)}")


def alone(verb: str, command: RegisterCommand) -> Callable[[str], RegisterCommand]:
    """A verb that takes nothing more."""

    def read(said: str) -> RegisterCommand:
        if said.strip():
            raise Invalid(f"`{verb}` stands alone; {quoted(unescaped(said.strip()))} says nothing to me there.")
        return command

    return read


def page_of(said: str) -> int:
    """`page:2`, `2`, or nothing for the first. Raises: Invalid."""
    word = unescaped(said).strip().casefold().removeprefix("page").lstrip(": ")
    if not said.strip():
        return 1
    if not re.fullmatch(r"[0-9]{1,6}", word, re.ASCII) or not 1 <= int(word) <= MOST_PAGES:
        raise Invalid(f"{quoted(unescaped(said.strip()))} is not a page; write it like `page:2`.")
    return int(word)


def _role(said: str) -> RegisterCommand:
    """`<@U1> analyst approver`, `<!subteam^S1> viewer`, `<@U1> none`, or a person alone for the form."""
    if not said.strip():
        return EditRoles()
    found = _HOLDER.match(said)
    if found is None:
        raise Invalid(
            "Say who first, such as `role @name analyst`, or `role @group viewer`; choose the name that Slack offers."
        )
    words = [word for word in re.split(r"[\s,;]+", said[found.end() :]) if word]
    words = [word for word in words if word.casefold() not in _BETWEEN]
    if not words:
        return EditRoles(holder=found[1])
    if any(word.casefold() in _NONE for word in words):
        if len(words) > 1:
            raise Invalid("`none` takes back every role, so it stands alone: `role @name none`.")
        return TakeRoles(holder=found[1])
    return GiveRoles(holder=found[1], roles=tuple(dict.fromkeys(map(_one_role, words))))


def _one_role(word: str) -> Role:
    said = unescaped(word).strip(AROUND).casefold()
    try:
        return Role(said)
    except ValueError:
        there = f"Roles: {', '.join(Role)}; or `none`."
        raise Invalid(
            f"{quoted(unescaped(word))} is no role. {meant(said, [*Role, 'none'], otherwise=there)}"
        ) from None


def _pause(said: str) -> PauseMarketplace:
    word, *why = said.split(maxsplit=1) or [""]
    return PauseMarketplace(marketplace=_marketplace("pause", word), why=in_words(why[0]) if why else "")


def _resume(said: str) -> ResumeMarketplace:
    word, *more = said.split(maxsplit=1) or [""]
    key = _marketplace("resume", word)
    if more:
        raise Invalid(f"`resume` takes the key of one marketplace and nothing more, such as `resume {key}`.")
    return ResumeMarketplace(marketplace=key)


def _marketplace(verb: str, word: str) -> str:
    key = unescaped(word).strip(AROUND).replace("`", "").casefold()
    if not key:
        raise Invalid(f"Say which marketplace by its key, such as `{verb} acme`; `marketplaces` lists them.")
    if len(key) > WHAT_LIMIT:
        raise Invalid(f"{quoted(key)} is not the key of a marketplace; `marketplaces` lists them.")
    return key


def _history(said: str) -> ShowHistory:
    """Nothing, what of, a page, or both."""
    *of, last = said.split() or [""]
    if re.match(r"page:?", last, re.IGNORECASE) or (not of and re.fullmatch(r"[0-9]+", last, re.ASCII)):
        page = page_of(last)
    else:
        of, page = [*of, last], 1
    what = " ".join(of).strip()
    held = _HOLDER.fullmatch(what)
    what = held[1] if held else unescaped(what).strip(AROUND)
    if len(what) > WHAT_LIMIT:
        raise Invalid(f"What to look back on has at most {WHAT_LIMIT} characters; that has {len(what)}.")
    return ShowHistory(what=what, page=page)


def _help(said: str) -> RegisterHelp:
    word = unescaped(said).split(maxsplit=1)[:1]
    return RegisterHelp(word=word[0].strip(AROUND + "/").casefold() or None if word else None)


_VERBS: Mapping[str, Callable[[str], RegisterCommand]] = {
    "whoami": alone("whoami", WhoAmI()),
    "role": _role,
    "roles": lambda said: ListRoles(page=page_of(said)),
    "policy": alone("policy", ShowPolicy()),
    "marketplaces": lambda said: ShowMarketplaces(page=page_of(said)),
    "pause": _pause,
    "resume": _resume,
    "rights": read_rights,
    "right": read_right,
    "authorised": read_authorised,
    "authorise": read_authorise,
    "holds": lambda said: ListHolds(page=page_of(said)),
    "hold": read_hold,
    "unhold": read_unhold,
    "retention": read_retention,
    "privacy": read_privacy,
    "agency": read_agency,
    "history": _history,
    "audit": read_audit,
    "help": _help,
}
REGISTER_VERBS = frozenset(_VERBS)
