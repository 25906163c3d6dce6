"""What a user is known by: a phone number or an e-mail address, parsed, keyed and masked.

Whether an account has it, and sending to it, is not here.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

MAX_LENGTH: Final = 254
"""Longest address that mail can be sent to (RFC 5321, section 4.5.3.1.3, less the brackets)."""

# `.test`, `.invalid` and the like are addresses too; a code sent there is lost. Emptying this list is the library's
# documented way to accept them.
SPECIAL_USE_DOMAIN_NAMES.clear()

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_STARS: Final = "****"
_SHOWN_IN_A_ROW: Final = 5

_NO_PERSON_ANSWERS: Final = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
        PhoneNumberType.PAGER,
    }
)
"""Numbers that bill whoever calls, or reach no single person: no code is sent to them."""


class IdentifierKind(StrEnum):
    """The two kinds; a user has at most one of each."""

    PHONE = "phone"
    EMAIL = "email"


class Channel(StrEnum):
    """The way a verification code reaches an identifier."""

    SMS = "sms"
    EMAIL = "email"


_CHANNELS: Final = {IdentifierKind.PHONE: Channel.SMS, IdentifierKind.EMAIL: Channel.EMAIL}


class IdentifierInvalidError(ValueError):
    """The text is neither an E.164 phone number nor an e-mail address."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A parsed identifier.

    `value` is what is stored, shown to its owner and sent to: E.164, or the address with its domain
    in lower-case ASCII. `key` is what is unique: `value` case-folded, since `Li@x.com` and
    `li@x.com` reach the same mailbox everywhere that matters.
    """

    kind: IdentifierKind
    value: str
    key: str

    @property
    def channel(self) -> Channel:
        """How a code is sent to it."""
        return _CHANNELS[self.kind]

    @property
    def masked(self) -> str:
        """The form for screens and logs: `+86138****5678`, `l***@example.com`."""
        return _MASKS[self.kind](self.value)


def parse_identifier(text: str) -> Identifier:
    """The identifier that `text` spells, strictly: nothing is trimmed, guessed or completed.

    A phone number is in E.164 with its `+`, as long as its country's are, and not known to be of a
    kind that no person answers. An e-mail address is ASCII before the `@`; its domain may be
    international, or reserved such as `.test`, and is not looked up. Raises
    `IdentifierInvalidError` for anything else: over 254 characters, NUL and lone surrogates
    included.
    """
    if len(text) > MAX_LENGTH:
        raise IdentifierInvalidError("longer than an identifier can be")
    return _parse_email(text) if "@" in text else _parse_phone(text)


def parse_email(text: str) -> Identifier:
    """The same where nothing but an e-mail address will do. Raises `IdentifierInvalidError` for a number too."""
    identifier = parse_identifier(text)
    if identifier.kind is not IdentifierKind.EMAIL:
        raise IdentifierInvalidError("not an e-mail address")
    return identifier


def _parse_phone(text: str) -> Identifier:
    if _E164.fullmatch(text) is None:
        raise IdentifierInvalidError("not in E.164 form")
    try:
        number = phonenumbers.parse(text)
    except NumberParseException as error:
        raise IdentifierInvalidError("no such country code") from error
    if phonenumbers.format_number(number, PhoneNumberFormat.E164) != text:
        raise IdentifierInvalidError("not the number's E.164 form")
    # Numbering plans grow faster than tables of them: a length that the country has is enough.
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        raise IdentifierInvalidError("too short or too long for that country")
    if phonenumbers.number_type(number) in _NO_PERSON_ANSWERS:
        raise IdentifierInvalidError("not a person's number")
    return Identifier(IdentifierKind.PHONE, text, text)


def _parse_email(text: str) -> Identifier:
    try:
        parsed = validate_email(
            text,
            check_deliverability=False,
            allow_smtputf8=False,
            strict=True,  # the local part's 64 characters
        )
    except (EmailNotValidError, UnicodeError) as error:
        raise IdentifierInvalidError("not an e-mail address") from error
    value = f"{parsed.local_part}@{parsed.ascii_domain}"
    if len(value) > MAX_LENGTH:
        raise IdentifierInvalidError("longer than an address can be")
    return Identifier(IdentifierKind.EMAIL, value, value.casefold())


def _mask_phone(value: str) -> str:
    """Country code, first digits, four stars, last digits; at least four digits are hidden.

    Never six digits in a row, which phones and the sandbox's inbox would take for a code.
    """
    number = phonenumbers.parse(value)
    country = f"+{number.country_code}"
    national = value.removeprefix(country)
    shown = max(len(national) - len(_STARS), 0)
    tail = min((shown + 1) // 2, 4)
    head = min(shown - tail, 3, _SHOWN_IN_A_ROW - len(country.removeprefix("+")))
    return f"{country}{national[:head]}{_STARS}{national[len(national) - tail :]}"


def _mask_email(value: str) -> str:
    """First character and domain; a local part of one character is hidden whole."""
    local, _, domain = value.rpartition("@")
    return f"{local[0] if len(local) > 1 else ''}***@{domain}"


_MASKS: Final = {IdentifierKind.PHONE: _mask_phone, IdentifierKind.EMAIL: _mask_email}
