"""`/v1/auth` (contract, section 3); `/v1/me` is in `me_routes.py` and handed on from here."""

from app.auth import queries
from app.auth.errors import (
    CODE_INCORRECT,
    INVALID_CREDENTIALS,
    LOGIN_LOCKED,
    PASSWORD_REJECTED,
    REFRESH_TOKEN_EXPIRED,
    REFRESH_TOKEN_INVALID,
    REFRESH_TOKEN_REUSED,
    RESEND_TOO_SOON,
    TOO_MANY_ATTEMPTS,
    TRANSACTION_PASSWORD_ALREADY_SET,
    TRANSACTION_PASSWORD_REJECTED,
    VERIFICATION_EXPIRED,
    VERIFICATION_TOKEN_INVALID,
)
from app.auth.me_routes import WITH_PASSWORD, WITH_TRANSACTION_PASSWORD, me_routes
from app.auth.models import User
from app.auth.operations import AuthDependencies
from app.auth.operations.ask_for_code import Verification, ask_for_code, resend_code
from app.auth.operations.change_password import change_password
from app.auth.operations.confirm_code import Confirmed, confirm_code
from app.auth.operations.end_sessions import log_out, revoke_other_sessions, revoke_session
from app.auth.operations.log_in import log_in
from app.auth.operations.rate_password import PasswordRating, rate_password
from app.auth.operations.refresh_session import refresh_session
from app.auth.operations.register import Registration, register
from app.auth.operations.reset_password import reset_password
from app.auth.operations.set_transaction_password import (
    NewTransactionPassword,
    change_transaction_password,
    reset_transaction_password,
    set_first_transaction_password,
)
from app.auth.rules import Purpose
from app.auth.schemas import (
    CodeConfirmationSchema,
    LoginRequestSchema,
    NewVerificationSchema,
    PasswordChangeSchema,
    PasswordCheckSchema,
    PasswordRatingSchema,
    PasswordResetSchema,
    RefreshRequestSchema,
    RegistrationSchema,
    SessionSchema,
    SignedInSchema,
    TokenPairSchema,
    TransactionPasswordChangeSchema,
    UserSchema,
    VerificationSchema,
    VerificationTokenSchema,
)
from app.auth.sessions import Device
from app.core.errors import (
    RATE_LIMITED,
)
from app.core.http.call import Call
from app.core.http.routes import Access, Routes
from app.core.pagination import Page

__all__ = ["me_routes", "routes"]

routes = Routes("auth", prefix="/v1/auth", tag="Accounts")


@routes.post(
    "/verifications",
    access=Access.ANYONE,
    body=NewVerificationSchema,
    answers={202: VerificationSchema},
    errors=(RESEND_TOO_SOON, RATE_LIMITED),
    address_limit="verification_calls",
)
def create_verification(deps: AuthDependencies, call: Call) -> Verification:
    """Send a code to a phone number or e-mail address. The answer is the same for unknown accounts.

    A newer code for the same purpose and destination replaces an older one.
    """
    purpose, identifier = Purpose(call.body["purpose"]), call.body["identifier"]
    return ask_for_code(deps, purpose, identifier, call.locale, call.client.counted_as)


@routes.post(
    "/verifications/<verification_id>/resend",
    access=Access.ANYONE,
    answers={202: VerificationSchema},
    errors=(RESEND_TOO_SOON, RATE_LIMITED, VERIFICATION_EXPIRED),
    address_limit="verification_calls",
)
def resend_verification(deps: AuthDependencies, call: Call, verification_id: str) -> Verification:
    """Send a new code, at the earliest after 60 s and up to an hour after the first; the older one dies."""
    return resend_code(deps, verification_id, call.client.counted_as)


@routes.post(
    "/verifications/<verification_id>/confirm",
    access=Access.ANYONE,
    body=CodeConfirmationSchema,
    answers={200: VerificationTokenSchema},
    errors=(CODE_INCORRECT, TOO_MANY_ATTEMPTS, RATE_LIMITED, VERIFICATION_EXPIRED),
    address_limit="confirmations",
)
def confirm_verification(deps: AuthDependencies, call: Call, verification_id: str) -> Confirmed:
    """Exchange the code for a token: five tries a code, 25 wrong guesses a day per account (`rate_limited`)."""
    return confirm_code(deps, verification_id, call.body["code"])


@routes.post(
    "/register",
    access=Access.ANYONE,
    body=RegistrationSchema,
    answers={201: UserSchema},
    errors=(VERIFICATION_TOKEN_INVALID, PASSWORD_REJECTED),
    address_limit="register",
)
def create_user(deps: AuthDependencies, call: Call) -> User:
    """Open an account with a wallet. It signs nobody in."""
    return register(deps, Registration(**call.body, locale=call.locale))


@routes.post(
    "/login",
    access=Access.ANYONE,
    body=LoginRequestSchema,
    answers={200: SignedInSchema},
    errors=(INVALID_CREDENTIALS, LOGIN_LOCKED),
    address_limit="login",
)
def login(deps: AuthDependencies, call: Call) -> dict[str, object]:
    """Begin a session. Five wrong passwords in a row lock the account for 30 minutes, known or not."""
    device = Device(**(call.body.get("device") or {}))
    done = log_in(deps, call.body["identifier"], call.body["password"], device)
    return {
        "access_token": done.tokens.access_token,
        "refresh_token": done.tokens.refresh_token,
        "expires_in": done.tokens.expires_in,
        "user": done.user,
    }


@routes.post(
    "/refresh",
    access=Access.ANYONE,
    body=RefreshRequestSchema,
    answers={200: TokenPairSchema},
    errors=(REFRESH_TOKEN_INVALID, REFRESH_TOKEN_EXPIRED, REFRESH_TOKEN_REUSED),
    address_limit="refresh",
)
def refresh(deps: AuthDependencies, call: Call) -> object:
    """Exchange a refresh token for a new pair. An old one used again ends the session.

    A refresh token lasts 30 days; 90 days after the sign-in the session ends, however often it was refreshed, and no
    token outlives it.
    """
    return refresh_session(deps, call.body["refresh_token"])


@routes.post("/logout", answers={204: None})
def logout(deps: AuthDependencies, call: Call) -> None:
    """End the session that calls."""
    log_out(deps, call.who)


@routes.get("/sessions", answers={200: SessionSchema}, paged=True)
def list_sessions(deps: AuthDependencies, call: Call) -> Page[queries.SessionView]:
    """The caller's sessions that go on, newest first."""
    with deps.database.snapshot() as tx:
        return queries.list_sessions(tx, call.user_id, call.who.session_id, call.page)


@routes.delete("/sessions/<session_id>", answers={204: None})
def delete_session(deps: AuthDependencies, call: Call, session_id: str) -> None:
    """End one session of the caller's at once."""
    revoke_session(deps, call.who, session_id)


@routes.delete("/sessions", answers={204: None})
def delete_other_sessions(deps: AuthDependencies, call: Call) -> None:
    """End all of the caller's sessions but this one."""
    revoke_other_sessions(deps, call.who)


@routes.post(
    "/password-resets",
    access=Access.ANYONE,
    body=PasswordResetSchema,
    answers={204: None},
    errors=(VERIFICATION_TOKEN_INVALID, PASSWORD_REJECTED),
    address_limit="password_resets",
)
def create_password_reset(deps: AuthDependencies, call: Call) -> None:
    """Set a new password with a token; ends every session, lifts a login lock and tells the user."""
    body = call.body
    reset_password(
        deps, body["verification_token"], body["new_password"], body["new_password_confirmation"]
    )


@routes.put(
    "/password",
    body=PasswordChangeSchema,
    answers={204: None},
    errors=(*WITH_PASSWORD, PASSWORD_REJECTED),
)
def replace_password(deps: AuthDependencies, call: Call) -> None:
    """Change the password; ends the other sessions and tells the user."""
    body = call.body
    change_password(
        deps,
        call.who,
        body["current_password"],
        body["new_password"],
        body["new_password_confirmation"],
    )


@routes.post(
    "/password-checks",
    access=Access.ANYONE,
    body=PasswordCheckSchema,
    answers={200: PasswordRatingSchema},
    address_limit="password_checks",
)
def check_new_password(deps: AuthDependencies, call: Call) -> PasswordRating:
    """Hints while a new password is typed; nothing is stored."""
    return rate_password(deps, call.body["password"], call.body.get("identifier"))


@routes.put(
    "/transaction-password",
    body=TransactionPasswordChangeSchema,
    answers={204: None},
    errors=(
        *WITH_PASSWORD,
        *WITH_TRANSACTION_PASSWORD,
        TRANSACTION_PASSWORD_ALREADY_SET,
        TRANSACTION_PASSWORD_REJECTED,
        VERIFICATION_TOKEN_INVALID,
    ),
)
def replace_transaction_password(deps: AuthDependencies, call: Call) -> None:
    """Set it first with `password`, change it with the current one, or reset it with token and `password`."""
    body, user_id = call.body, call.user_id
    new = NewTransactionPassword(
        body["transaction_password"], body["transaction_password_confirmation"]
    )
    if "current_transaction_password" in body:
        change_transaction_password(deps, user_id, body["current_transaction_password"], new)
    elif "verification_token" in body:
        token = body["verification_token"]
        reset_transaction_password(deps, user_id, token, body["password"], new)
    else:
        set_first_transaction_password(deps, user_id, body["password"], new)
