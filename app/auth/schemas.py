"""What accounts take and answer, strictly (contract, section 3). No database in here."""

import re
import unicodedata
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.auth.identifiers import IdentifierInvalidError, parse_identifier
from app.auth.rules import DISPLAY_NAME_MAX, PASSWORD_FREE_LIMIT_MAX, Purpose
from app.core.http.fields import MomentField, StrictInteger, StrictString, TransactionPassword
from app.core.locale import LOCALES

# A whole body: how long a password may be is a rule of its own, answered as `too_long`.
LONGEST_PASSWORD = 64 * 1024
DEVICE_TEXT_MAX = 100
TOKEN_MAX = 200
SIX_DIGITS = re.compile(r"[0-9]{6}")
NEVER_SHOWN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that no name holds; format characters join emoji and letters of many scripts, so they may."""
BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""They would turn around the text that a name is shown in."""
BLANK = frozenset({"Zs", "Cf"})
MISSING = "Missing data for required field."
UNEXPECTED = "Not used together with the others."


class IdentifierField(StrictString):
    """An E.164 phone number or an e-mail address, loaded as an `Identifier`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return parse_identifier(text)
        except IdentifierInvalidError:
            raise ValidationError("Not an E.164 phone number or an e-mail address.") from None

    def _validate(self, value: Any) -> None:
        """Nothing is left to check once it is parsed."""


def identifier_field(**kwargs: Any) -> IdentifierField:
    """An identifier, described in OpenAPI."""
    return IdentifierField(metadata={"description": "E.164 phone number or e-mail"}, **kwargs)


def secret_field(*, minimum: int = 0, **kwargs: Any) -> StrictString:
    """A password that the rules judge, or that is compared: of any length here."""
    return StrictString(
        minimum=minimum, maximum=LONGEST_PASSWORD, metadata={"format": "password"}, **kwargs
    )


def token_field(**kwargs: Any) -> StrictString:
    """An opaque token."""
    return StrictString(maximum=TOKEN_MAX, **kwargs)


def _displayable(text: str) -> None:
    kinds = {unicodedata.category(one) for one in text}
    if kinds & NEVER_SHOWN or BIDI_CONTROLS.search(text) or kinds <= BLANK:
        raise ValidationError("Not a name that can be shown.")


def _six_digits(text: str) -> None:
    if not SIX_DIGITS.fullmatch(text):
        raise ValidationError("Not six digits.")


def display_name_field(**kwargs: Any) -> StrictString:
    """A name that can be shown: no control characters, and not only blanks."""
    return StrictString(maximum=DISPLAY_NAME_MAX, validate=_displayable, **kwargs)


def _device_text() -> StrictString:
    return StrictString(maximum=DEVICE_TEXT_MAX, validate=_displayable, allow_none=True)


class NewVerificationSchema(Schema):
    """Ask for a code."""

    purpose = StrictString(required=True, validate=validate.OneOf([str(one) for one in Purpose]))
    identifier = identifier_field(required=True)


class VerificationSchema(Schema):
    """A code is on its way, if there is anybody to send it to."""

    id = fields.String(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(["sms", "email"]))
    destination = fields.String(required=True, metadata={"description": "masked"})
    code_length = fields.Integer(required=True)
    expires_at = MomentField(required=True)
    resend_at = MomentField(required=True)


class CodeConfirmationSchema(Schema):
    """The six digits that were read."""

    code = StrictString(
        minimum=6,
        maximum=6,
        required=True,
        validate=_six_digits,
        metadata={"pattern": "^[0-9]{6}$"},
    )


class VerificationTokenSchema(Schema):
    """One use, ten minutes."""

    verification_token = fields.String(required=True)
    expires_at = MomentField(required=True)


class RegistrationSchema(Schema):
    """Open an account with a verified identifier."""

    verification_token = token_field(required=True)
    password = secret_field(required=True)
    password_confirmation = secret_field(required=True)
    display_name = display_name_field(required=True)


class UserSchema(Schema):
    """A user as the user sees it; `password_free_limit` in minor units."""

    id = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    email = fields.String(required=True, allow_none=True)
    display_name = fields.String(required=True)
    locale = fields.String(required=True)
    has_transaction_password = fields.Boolean(required=True)
    password_free_limit = fields.Integer(required=True, attribute="password_free_limit_minor")
    created_at = MomentField(required=True)


class DeviceRequestSchema(Schema):
    """What the app says of its device."""

    name = _device_text()
    platform = _device_text()
    app_version = _device_text()


class LoginRequestSchema(Schema):
    """Sign in."""

    identifier = identifier_field(required=True)
    password = secret_field(required=True)
    device = fields.Nested(DeviceRequestSchema, allow_none=True)


class TokenPairSchema(Schema):
    """A new pair; `expires_in` are the seconds that the access token lasts."""

    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    token_type = fields.Constant(
        "Bearer", required=True, metadata={"type": "string", "const": "Bearer"}
    )
    expires_in = fields.Integer(required=True)


class SignedInSchema(TokenPairSchema):
    """The tokens of a new session, and whose it is."""

    user = fields.Nested(UserSchema, required=True)


class RefreshRequestSchema(Schema):
    """Exchange a refresh token."""

    refresh_token = token_field(required=True)


class DeviceSchema(Schema):
    """What the app said of its device."""

    name = fields.String(required=True, allow_none=True)
    platform = fields.String(required=True, allow_none=True)
    app_version = fields.String(required=True, allow_none=True)


class SessionSchema(Schema):
    """A session that goes on; `current` is the one that asks."""

    id = fields.String(required=True)
    device = fields.Nested(DeviceSchema, required=True, allow_none=True)
    created_at = MomentField(required=True)
    last_seen_at = MomentField(required=True)
    current = fields.Boolean(required=True)


class PasswordResetSchema(Schema):
    """A new password with a verification token."""

    verification_token = token_field(required=True)
    new_password = secret_field(required=True)
    new_password_confirmation = secret_field(required=True)


class PasswordChangeSchema(Schema):
    """A new password with the current one."""

    current_password = secret_field(required=True)
    new_password = secret_field(required=True)
    new_password_confirmation = secret_field(required=True)


class PasswordCheckSchema(Schema):
    """A password that is being typed."""

    password = secret_field(required=True)
    identifier = identifier_field()


class PasswordRatingSchema(Schema):
    """Hints: `score` from 0 (guessed at once) to 4 (very hard), `violations` as in `password_rejected`."""

    acceptable = fields.Boolean(required=True)
    score = fields.Integer(required=True, metadata={"minimum": 0, "maximum": 4})
    violations = fields.List(fields.String(), required=True)


class TransactionPasswordChangeSchema(Schema):
    """First: `password`; change: `current_transaction_password`; reset: `password` and `verification_token`."""

    password = secret_field()
    current_transaction_password = TransactionPassword()
    verification_token = token_field()
    transaction_password = secret_field(required=True)
    transaction_password_confirmation = secret_field(required=True)

    @validates_schema
    def one_of_three_shapes(self, data: dict[str, Any], **_: Any) -> None:
        """Exactly one of the three shapes."""
        if "current_transaction_password" in data:
            surplus = [name for name in ("password", "verification_token") if name in data]
            if surplus:
                raise ValidationError({name: [UNEXPECTED] for name in surplus})
        elif "password" not in data:
            raise ValidationError({"password": [MISSING]})


class NewIdentifierSchema(Schema):
    """A verified identifier, confirmed with the login password."""

    verification_token = token_field(required=True)
    password = secret_field(required=True)


class PasswordProofSchema(Schema):
    """The login password once more."""

    password = secret_field(required=True)


class ProfileChangeSchema(Schema):
    """What is to change; raising `password_free_limit` needs `transaction_password`."""

    display_name = display_name_field()
    locale = StrictString(validate=validate.OneOf(list(LOCALES)))
    password_free_limit = StrictInteger(validate=validate.Range(0, PASSWORD_FREE_LIMIT_MAX))
    transaction_password = TransactionPassword()
