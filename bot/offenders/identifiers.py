"""What is compared of an identifier, so that the same one in another spelling is the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

import phonenumbers

from bot.errors import Invalid
from bot.model import IdentifierKind

LONGEST = 300
"""Characters of an identifier."""
FEWEST_DIGITS = 6
"""Of a phone number. Source: Zeal Seller Network's rule, more than five digits and not all the same."""

# Google delivers all spellings of a mailbox to one. Source: support.google.com/mail/answer/7436150
_GOOGLE = frozenset({"gmail.com", "googlemail.com"})


def normal(kind: IdentifierKind, value: str) -> str:
    """The spelling that is compared.

    Raises:
        Invalid: nothing is left to compare, it is too long, or no phone number or e-mail address looks like that.
    """
    if len(value) > LONGEST:
        raise Invalid(f"That has {len(value)} characters; {LONGEST} is the most for an identifier.", field="value")
    visible = "".join(c for c in unicodedata.normalize("NFKC", value) if unicodedata.category(c) != "Cf")
    found = _NORMAL[kind](visible.strip())
    if not found:
        raise Invalid(
            f"There is nothing to compare in that {kind.words}. Write it with letters or digits.", field="value"
        )
    return found


def _phone(value: str) -> str:
    international = re.sub(r"^\D*00(?=\s*[1-9])", "+", value) if "+" not in value else value
    try:
        parsed = phonenumbers.parse(international, None)
    except phonenumbers.NumberParseException:
        return _enough(_digits(value))
    if not phonenumbers.is_possible_number(parsed):
        return _enough(_digits(international))
    _enough(str(parsed.national_number))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _digits(value: str) -> str:
    return phonenumbers.normalize_digits_only(value)


def _enough(digits: str) -> str:
    if len(digits) < FEWEST_DIGITS or len(set(digits)) == 1:
        words = f"That is not a phone number: it needs {FEWEST_DIGITS} digits or more, not all the same."
        raise Invalid(f"{words} Write it with the country, such as +49 30 1234567.", field="value")
    return digits


def _email(value: str) -> str:
    mailbox, at, domain = "".join(value.casefold().split()).removeprefix("mailto:").rpartition("@")
    mailbox, domain = mailbox.partition("+")[0], domain.rstrip(".")
    if domain in _GOOGLE:
        mailbox, domain = mailbox.replace(".", ""), "gmail.com"
    if not (mailbox and at) or "@" in mailbox or not re.fullmatch(r"[^.]+(\.[^.]+)+", domain):
        raise Invalid("That is not an e-mail address; one looks like shop@example.com.", field="value")
    return f"{mailbox}@{domain}"


def _account(value: str) -> str:
    """Without spaces and dashes: people group the digits of an account as they please."""
    return "".join(c for c in value.casefold() if not c.isspace() and unicodedata.category(c) != "Pd")


def _shop_name(value: str) -> str:
    # Marks are part of letters in Thai or Hindi.
    return "".join(c for c in value.casefold() if c.isalnum() or unicodedata.category(c).startswith("M"))


def _address(value: str) -> str:
    kept = (c if c.isalnum() or unicodedata.category(c).startswith("M") else " " for c in value.casefold())
    return " ".join("".join(kept).split())


_NORMAL: Mapping[IdentifierKind, Callable[[str], str]] = {
    IdentifierKind.SHOP_NAME: _shop_name,
    IdentifierKind.PHONE: _phone,
    IdentifierKind.EMAIL: _email,
    IdentifierKind.WECHAT: _account,
    IdentifierKind.PAYMENT: _account,
    IdentifierKind.RETURN_ADDRESS: _address,
}
