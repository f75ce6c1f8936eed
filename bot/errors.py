"""Everything that can go wrong, as one tree.

TakedownError
├ Refused(field)                 a person can put it right: said in Slack, beside the field
│  ├ Invalid                     what was typed is not usable
│  │  └ Incomplete(beside)       several things are, or are missing
│  ├ NotFound                    there is no such thing
│  ├ NotAllowed                  this person may not
│  ├ WrongStatus                 not possible from where the notice stands
│  └ Duplicate                   it is already there
├ MarketplaceError(marketplace, status, detail)
│  ├ Unavailable(retry_after)    not taken: nothing was filed, try again
│  ├ OutcomeUnknown              the reply was lost: look before sending again
│  ├ Declined                    they said no, in their words
│  ├ Unsupported                 this marketplace cannot do that
│  └ NotAuthorised               they refused our credentials
├ SlackError(code, retry_after)
│  ├ SlackUnavailable            not taken, or try later
│  ├ SlackOutcomeUnknown         the reply was lost: look before posting again
│  └ SlackDeclined               refused for good
├ StoreError
│  ├ Conflict                    somebody else was first
│  └ StoreUnavailable            the disk or the database does not answer
└ Misconfigured                  at start only
   └ InUse                       the store belongs to another process

Raised where known, translated in three places: `handlers.wired` (into words), `bot.outbox` (into retry or park)
and `bot.cli` (into an exit code).
"""

from __future__ import annotations

from collections.abc import Sequence


class TakedownError(Exception):
    """Something went wrong."""

    def __str__(self) -> str:
        return super().__str__() or " ".join((type(self).__doc__ or "").split())


class Refused(TakedownError):
    """That is not possible.

    `field` names the part of the form the sentence belongs beside; None for the whole request.
    """

    def __init__(self, words: str = "", *, field: str | None = None) -> None:
        super().__init__(*([words] if words else []))
        self.field = field


class Invalid(Refused):
    """That is not something the desk understands."""


class Incomplete(Invalid):
    """Something is missing.

    `beside` has what belongs beside each part of the form, under None what is about the whole.
    """

    def __init__(self, lacks: Sequence[tuple[str | None, str]], *, to_be: str = "filed") -> None:
        parts: dict[str | None, list[str]] = {}
        for field, words in lacks:
            parts.setdefault(field, []).append(words)
        self.beside = {field: "\n".join(_first(words)) for field, words in parts.items()}
        every = [line for words in parts.values() for line in _first(words)]
        listed = f"Before this can be {to_be}:\n" + "\n".join(f"• {line}" for line in every)
        super().__init__(listed if len(every) > 1 else every[0], field=lacks[0][0])


_SAID = 5
"""Sentences about one part of a form; more are counted."""


def _first(words: Sequence[str]) -> list[str]:
    return [*words[:_SAID], *([f"… and {len(words) - _SAID} more like that."] if len(words) > _SAID else [])]


class NotFound(Refused):
    """There is no such thing on this desk."""


class NotAllowed(Refused):
    """You may not do that here."""


class WrongStatus(Refused):
    """That is not possible from where the notice stands now."""


class Duplicate(Refused):
    """That is already on the desk.

    `notice_id` is the one that is there.
    """

    def __init__(self, words: str = "", *, field: str | None = None, notice_id: str = "") -> None:
        super().__init__(words, field=field)
        self.notice_id = notice_id


class MarketplaceError(TakedownError):
    """The marketplace did not do what was asked.

    `status` is the HTTP status, None when there was no answer; `detail` is their own words, untouched. `counted`
    is set once it has been held against the marketplace.
    """

    counted = False

    def __init__(self, marketplace: str, detail: str = "", *, status: int | None = None) -> None:
        super().__init__(f"{marketplace}: {detail}" + (f" (HTTP {status})" if status else ""))
        self.marketplace = marketplace
        self.status = status
        self.detail = detail


class Unavailable(MarketplaceError):
    """The marketplace did not take the request; nothing was filed.

    `retry_after` is in seconds, None when they did not say.
    """

    def __init__(
        self, marketplace: str, detail: str = "", *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(marketplace, detail, status=status)
        self.retry_after = retry_after


class OutcomeUnknown(MarketplaceError):
    """The request may or may not have been taken: look before sending again."""


class Declined(MarketplaceError):
    """The marketplace refused the request."""


class Unsupported(MarketplaceError):
    """This marketplace has no way to do that."""


class NotAuthorised(MarketplaceError):
    """The marketplace refused our credentials."""


class SlackError(TakedownError):
    """Slack did not do what was asked. `code` is Slack's error word; `retry_after` is in seconds."""

    def __init__(self, code: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"Slack: {code}")
        self.code = code
        self.retry_after = retry_after


class SlackUnavailable(SlackError):
    """Slack did not take the call; nothing was posted."""


class SlackOutcomeUnknown(SlackError):
    """The call may or may not have been taken: look before posting again."""


class SlackDeclined(SlackError):
    """Slack refused the call for good."""


class StoreError(TakedownError):
    """The store did not do what was asked."""


class Conflict(StoreError):
    """Somebody else was first: read again and decide anew."""


class StoreUnavailable(StoreError):
    """The store cannot be read or written now."""


class Misconfigured(TakedownError):
    """A setting is missing or wrong; the sentence names it."""


class InUse(Misconfigured):
    """The store belongs to another process."""
