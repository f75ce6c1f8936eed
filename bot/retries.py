"""When to try again: decided by the error, never by the caller. Pure.

The waits are kept in the store with the delivery, so that they outlive the process; that is why no in-memory
retry library does this (docs/decisions.md).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from bot.errors import (
    MarketplaceError,
    NotAuthorised,
    OutcomeUnknown,
    SlackDeclined,
    SlackError,
    SlackOutcomeUnknown,
    SlackUnavailable,
    TakedownError,
    Unavailable,
)

FIRST = 2.0
"""Seconds before the second attempt; doubled with each."""
LONGEST = 900.0
LOST_PERMISSION = frozenset({"accesslimited", "ekm_access_denied", "missing_scope", "team_access_not_granted"})
"""Slack's words for a token that is good and may do less than it did."""
OUR_ACCOUNT = LOST_PERMISSION | frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
"""Slack's words for trouble with our token, which an admin puts right: what waits is kept. Source: docs.slack.dev."""
OUR_BLOCKS_ARE_WRONG = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
"""Slack's words for a drawing it does not take: a simpler one may do."""
BUGS_TRIED = 5
"""Attempts before a delivery that only raises programming errors is set aside."""


class Deferred(TakedownError):
    """Carry it again after `seconds`."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.why = why


class Parked(TakedownError):
    """Set aside until a person puts it in again."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, kw_only=True, slots=True)
class Retry:
    """Seconds to wait, or that there is no point in waiting."""

    seconds: float
    give_up: bool = False


def backoff(attempts: int) -> float:
    """Seconds after `attempts` earlier ones: exponential, capped, spread over the upper half of the step."""
    step = min(FIRST * 2.0 ** min(attempts, 16), LONGEST)
    return random.uniform(step / 2, step)  # noqa: S311 - spreads load, guards nothing


def retry_of(error: Exception, attempts: int) -> Retry:
    """What the error asks for. A `Retry-After` is a floor, never a ceiling."""
    step = Retry(seconds=backoff(attempts))
    match error:
        case Unavailable() | SlackError() if error.retry_after is not None:
            return Retry(seconds=max(error.retry_after, step.seconds))
        case NotAuthorised():
            return Retry(seconds=LONGEST)
        case SlackDeclined() if error.code in OUR_ACCOUNT:
            return Retry(seconds=LONGEST)
        case Unavailable() | OutcomeUnknown() | SlackUnavailable() | SlackOutcomeUnknown():
            return step
        case MarketplaceError() | SlackError():
            return Retry(seconds=0, give_up=True)
    return Retry(seconds=step.seconds, give_up=attempts + 1 >= BUGS_TRIED)
