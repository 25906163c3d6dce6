"""`/v1/me` (contract, section 3): the profile, the phone number and the e-mail address."""

from app.auth import queries
from app.auth.errors import (
    LAST_IDENTIFIER,
    LOGIN_LOCKED,
    PASSWORD_INCORRECT,
    TRANSACTION_PASSWORD_INCORRECT,
    TRANSACTION_PASSWORD_LOCKED,
    TRANSACTION_PASSWORD_NOT_SET,
    TRANSACTION_PASSWORD_REQUIRED,
    VERIFICATION_TOKEN_INVALID,
)
from app.auth.identifiers import IdentifierKind
from app.auth.models import User
from app.auth.operations import AuthDependencies
from app.auth.operations.change_identifiers import add_identifier, remove_identifier
from app.auth.operations.change_profile import ProfileChange, change_profile
from app.auth.schemas import (
    NewIdentifierSchema,
    PasswordProofSchema,
    ProfileChangeSchema,
    UserSchema,
)
from app.core.errors import BODY_TOO_LARGE, MALFORMED_JSON, NOT_FOUND, UNSUPPORTED_MEDIA_TYPE
from app.core.http.call import Call
from app.core.http.routes import Routes

me_routes = Routes("me", prefix="/v1/me", tag="Accounts")

WITH_PASSWORD = (LOGIN_LOCKED, PASSWORD_INCORRECT)
WITH_TRANSACTION_PASSWORD = (
    TRANSACTION_PASSWORD_NOT_SET,
    TRANSACTION_PASSWORD_INCORRECT,
    TRANSACTION_PASSWORD_LOCKED,
)


@me_routes.get("", answers={200: UserSchema})
def read_me(deps: AuthDependencies, call: Call) -> User:
    """The caller."""
    with deps.database.snapshot() as tx:
        return queries.get_user(tx, call.user_id)


@me_routes.patch(
    "",
    body=ProfileChangeSchema,
    answers={200: UserSchema},
    errors=(TRANSACTION_PASSWORD_REQUIRED, *WITH_TRANSACTION_PASSWORD),
)
def update_me(deps: AuthDependencies, call: Call) -> User:
    """Change name, language or password-free limit; a `transaction_password` counts only where the limit goes up."""
    return change_profile(deps, call.user_id, ProfileChange(**call.body))


@me_routes.post(
    "/identifiers",
    body=NewIdentifierSchema,
    answers={200: UserSchema},
    errors=(*WITH_PASSWORD, VERIFICATION_TOKEN_INVALID),
)
def create_identifier(deps: AuthDependencies, call: Call) -> User:
    """Add a verified phone number or e-mail address, in place of the one of that kind; both are told."""
    return add_identifier(
        deps, call.user_id, call.body["verification_token"], call.body["password"]
    )


@me_routes.delete(
    "/identifiers/<kind>",
    body=PasswordProofSchema,
    answers={200: UserSchema},
    errors=(
        *WITH_PASSWORD,
        LAST_IDENTIFIER,
        MALFORMED_JSON,
        BODY_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
    ),
)
def delete_identifier(deps: AuthDependencies, call: Call, kind: str) -> User:
    """Remove the `phone` or `email`; the last one stays."""
    if kind not in set(IdentifierKind):
        raise NOT_FOUND()
    return remove_identifier(deps, call.user_id, IdentifierKind(kind), call.body["password"])
