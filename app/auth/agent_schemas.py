"""What agents' accounts take and answer, strictly (contract, section 8). No database in here."""

import re
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.auth.identifiers import MAX_LENGTH, IdentifierKind
from app.auth.rules import RECOVERY_CODES, Role
from app.auth.schemas import IdentifierField, display_name_field, secret_field
from app.auth.second_factor import RECOVERY_PATTERN, TOTP_PATTERN
from app.core.http.fields import MomentField, StrictBoolean, StrictString

_SECOND_FACTOR = f"({TOTP_PATTERN}|{RECOVERY_PATTERN})"
_ROLES = validate.OneOf([str(role) for role in Role])


class AgentEmailField(IdentifierField):
    """An e-mail address, loaded as an `Identifier`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        identifier = super()._deserialize(value, attr, data, **kwargs)
        if identifier.kind is not IdentifierKind.EMAIL:
            raise ValidationError("Not an e-mail address.")
        return identifier


def _second_factor(text: str) -> None:
    if not re.fullmatch(_SECOND_FACTOR, text):
        raise ValidationError("Neither six digits nor a recovery code.")


class AgentLoginRequestSchema(Schema):
    """Sign in as an agent. `totp` are the six digits of now, or a recovery code; either opens once."""

    email = StrictString(required=True, maximum=MAX_LENGTH)
    password = secret_field(required=True)
    totp = StrictString(
        required=True,
        maximum=19,
        validate=_second_factor,
        metadata={
            "pattern": f"^{_SECOND_FACTOR}$",
            "description": "six digits, 30 s each, the step before and after too; or a recovery code",
        },
    )


class AgentSchema(Schema):
    """Who an agent is."""

    id = fields.String(required=True)
    email = fields.String(required=True)
    display_name = fields.String(required=True)
    role = fields.String(required=True, validate=_ROLES)


class SignedInAgentSchema(Schema):
    """A new session. It ends after 15 minutes without a call, and after `expires_in` seconds (8 hours) anyway."""

    access_token = fields.String(required=True)
    token_type = fields.Constant(
        "Bearer", required=True, metadata={"type": "string", "const": "Bearer"}
    )
    expires_in = fields.Integer(required=True)
    agent = fields.Nested(AgentSchema, required=True)


class AgentAccountSchema(AgentSchema):
    """An agent as admins see them; `disabled` ones can't sign in."""

    status = fields.String(required=True, validate=validate.OneOf(["active", "disabled"]))
    created_at = MomentField(required=True)


class NewAgentSchema(Schema):
    """Who is to be an agent; the name is the address's first part unless it is given."""

    email = AgentEmailField(required=True, metadata={"format": "email"})
    display_name = display_name_field()
    role = StrictString(load_default=Role.AGENT.value, validate=_ROLES)


class TotpEnrolmentSchema(Schema):
    """What an authenticator app is told, in three spellings (SHA-1, six digits, 30 s)."""

    secret = fields.String(required=True, metadata={"description": "base32"})
    otpauth_uri = fields.String(required=True)
    qr_svg = fields.String(
        required=True, metadata={"description": "the URI as a QR code: an `<svg>` for a page"}
    )


class ResetTotpSchema(Schema):
    """A new secret and new recovery codes, answered this once; each code stands in for one TOTP."""

    agent = fields.Nested(AgentAccountSchema, required=True)
    totp = fields.Nested(TotpEnrolmentSchema, required=True)
    recovery_codes = fields.List(
        fields.String(),
        required=True,
        metadata={"minItems": RECOVERY_CODES, "maxItems": RECOVERY_CODES},
    )


class CreatedAgentSchema(ResetTotpSchema):
    """A new agent with the first password, to be changed by PUT /internal/v1/auth/password; answered this once."""

    password = fields.String(required=True)


class ResetAgentPasswordSchema(Schema):
    """A new password, to be changed by its agent; answered this once."""

    agent = fields.Nested(AgentAccountSchema, required=True)
    password = fields.String(required=True)


class AgentChangeSchema(Schema):
    """What is to change; one at least."""

    display_name = display_name_field()
    role = StrictString(validate=_ROLES)
    disabled = StrictBoolean()

    @validates_schema
    def at_least_one(self, data: dict[str, Any], **_: Any) -> None:
        """A change that names nothing is a mistake."""
        if not data:
            raise ValidationError("Name what is to change.")


class AgentPasswordChangeSchema(Schema):
    """A new password with the current one."""

    current_password = secret_field(required=True)
    new_password = secret_field(required=True)
    new_password_confirmation = secret_field(required=True)
