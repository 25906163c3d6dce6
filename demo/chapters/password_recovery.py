"""A forgotten password: codes by phone and e-mail, a weak password refused, a good one set."""

from demo.client import Answer, Request
from demo.expectations import ANYTHING, answered, exactly
from demo.people import User, anybody
from demo.sandbox import code_sent_to, meet_user
from demo.tour import Tour

NEW_PASSWORD = "Lantern-river-42"  # noqa: S105 - of a made-up user of the sandbox
WEAK_PASSWORD = "wallet"  # noqa: S105 - refused
MISTYPED = "walet"
# Each rule that the two break together (contract, section 3).
BROKEN_RULES = (
    "too_short",
    "missing_digit",
    "missing_special",
    "too_common",
    "contains_service_name",
    "confirmation_mismatch",
)


def play(tour: Tour) -> None:
    """From "I forgot it" to signed in again."""
    user = meet_user(tour, "A user, signed in on a phone, has forgotten the password")
    asked = _ask_for_codes(tour, user)
    token = _confirm(tour, user, asked)
    _set_new_password(tour, token)
    _sign_in_again(tour, user)


def _ask_for_codes(tour: Tour, user: User) -> Answer:
    by_phone = tour.step(
        "They ask for a code by phone",
        _verification(user.phone),
        answered(202, {"channel": "sms", "code_length": 6}, "destination", "expires_at"),
    )
    tour.step(
        "And for another one by e-mail",
        _verification(user.email),
        answered(202, {"channel": "email", "code_length": 6}, "destination", "expires_at"),
    )
    code_sent_to(tour, "The mailbox has received one", user.email, "email")
    return by_phone


def _confirm(tour: Tour, user: User, asked: Answer) -> str:
    code = code_sent_to(tour, "And so has the phone", user.phone, "sms")
    path = f"/v1/auth/verifications/{asked['id']}/confirm"
    tour.step(
        "A wrong code costs one try of five",
        anybody("POST", path, {"code": _other_than(code)}),
        answered(422, {"code": "code_incorrect", "attempts_remaining": 4}, "title"),
    )
    confirmed = tour.step(
        "The right one is exchanged for a token that may set a password, once",
        anybody("POST", path, {"code": code}),
        answered(200, {"verification_token": ANYTHING}, "expires_at"),
    )
    return str(confirmed["verification_token"])


def _set_new_password(tour: Tour, token: str) -> None:
    tour.step(
        "A weak password, mistyped the second time: every rule that it breaks is named at once",
        _reset(token, WEAK_PASSWORD, MISTYPED),
        answered(422, {"code": "password_rejected", "errors.*.code": exactly(*BROKEN_RULES)}),
    )
    tour.step(
        "The refusal has not used up the token: a good password, entered twice, is set",
        _reset(token, NEW_PASSWORD, NEW_PASSWORD),
        answered(204),
    )
    tour.step(
        "Now it is used up",
        _reset(token, NEW_PASSWORD, NEW_PASSWORD),
        answered(422, {"code": "verification_token_invalid"}),
    )


def _sign_in_again(tour: Tour, user: User) -> None:
    tour.step(
        "The session from before is dead",
        user.get("/v1/me"),
        answered(401, {"code": "access_token_invalid"}),
    )
    tour.step(
        "The old password opens nothing",
        _login(user.phone, user.password),
        answered(401, {"code": "invalid_credentials"}),
    )
    tour.step(
        "The new one does",
        _login(user.phone, NEW_PASSWORD),
        answered(200, {"token_type": "Bearer", "access_token": ANYTHING, "user.phone": user.phone}),
    )


def _verification(identifier: str) -> Request:
    body = {"purpose": "reset_password", "identifier": identifier}
    return anybody("POST", "/v1/auth/verifications", body)


def _reset(token: str, password: str, confirmation: str) -> Request:
    body = {
        "verification_token": token,
        "new_password": password,
        "new_password_confirmation": confirmation,
    }
    return anybody("POST", "/v1/auth/password-resets", body)


def _login(identifier: str, password: str) -> Request:
    return anybody("POST", "/v1/auth/login", {"identifier": identifier, "password": password})


def _other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"
