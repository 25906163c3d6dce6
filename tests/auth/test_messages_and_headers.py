"""What is sent links nothing to what the caller claims about our address; what is asked in odd letters is refused."""

import pytest

from app.factory import Wallet
from tests.conftest import Outside
from tests.factories.auth import (
    NEW_PIN,
    PASSWORD,
    Customer,
    Inbox,
    Visitor,
    a_phone,
    create_customer,
)

EVIL = "evil.example"
FORGED = {
    "Host": EVIL,
    "X_Forwarded_Host": EVIL,
    "X_Forwarded_Proto": "https",
    "X_Forwarded_Prefix": f"//{EVIL}",
    "Forwarded": f"host={EVIL}",
    "X_Original_URL": f"https://{EVIL}/",
    "Origin": f"https://{EVIL}",
    "Referer": f"https://{EVIL}/",
}


@pytest.mark.parametrize("name", list(FORGED))
def test_a_forged_host_is_in_no_mail_and_no_text(
    name: str, customer: Customer, visitor: Visitor, inbox: Inbox, outside: Outside
) -> None:
    forger = Visitor(visitor.client.with_headers(**{name: FORGED[name]}), inbox)
    for identifier in (customer.email or "", customer.phone or ""):
        asked = forger.ask("reset_password", identifier)
        assert asked.status in {202, 400, 421}, asked.body
        assert EVIL not in asked.raw.decode()
        assert EVIL not in str(asked.headers)
    forger.ask("register", customer.email or "")
    inbox.clock.run_due()
    sent = [*outside.sms.sent, *outside.mail.sent]
    assert sent
    for message in sent:
        words = f"{message.text} {getattr(message, 'subject', '')}"
        assert EVIL not in words
        assert "http" not in words, "there is no link that could lead elsewhere"


NO_PASSWORD_FIELDS = {
    "code": ("/v1/auth/verifications/ver_x/confirm", {"code": "123456"}),
    "identifier": ("/v1/auth/login", {"identifier": "+8613800000001", "password": "x"}),
    "refresh_token": ("/v1/auth/refresh", {"refresh_token": "rt_x"}),
    "password": ("/v1/auth/login", {"identifier": "+8613800000001", "password": "x"}),
    "verification_token": (
        "/v1/auth/password-resets",
        {
            "verification_token": "vt_x",
            "new_password": PASSWORD,
            "new_password_confirmation": PASSWORD,
        },
    ),
}


@pytest.mark.parametrize("letter", ["\x00", "\ud800"])
@pytest.mark.parametrize("field", list(NO_PASSWORD_FIELDS))
def test_nul_and_lone_surrogates_are_refused_with_their_place(
    field: str, letter: str, visitor: Visitor
) -> None:
    path, body = NO_PASSWORD_FIELDS[field]
    refused = visitor.client.post(path, {**body, field: f"{body[field]}{letter}"})
    assert (refused.status, refused.code) == (422, "validation_failed")
    assert refused["errors"][0]["pointer"] == f"/{field}"


@pytest.mark.parametrize("pin", ["٢٤٦٨١٠", "246810\n", "２４６８１０", " 24681", "24681०"])
def test_a_transaction_password_in_other_digits_is_none(pin: str, customer: Customer) -> None:
    twice = {"transaction_password": pin, "transaction_password_confirmation": pin}
    refused = customer.set_pin(**twice, current_transaction_password="246810")
    assert (refused.status, refused.code) == (422, "transaction_password_rejected")
    assert [one["code"] for one in refused["errors"]] == ["not_six_digits"]
    wrong = customer.set_pin(current_transaction_password=pin)
    assert (wrong.code, wrong["attempts_remaining"]) == ("transaction_password_incorrect", 4)


@pytest.mark.parametrize("end", ["", "%00", "%ED%A0%80", "%0A", "/..", "'--"])
def test_an_odd_session_id_is_not_found_like_a_missing_one(end: str, customer: Customer) -> None:
    refused = customer.client.delete(f"/v1/auth/sessions/ses_01h455vb4pex5vsknk084sn02q{end}")
    assert (refused.status, refused.code) == (404, "not_found")


def test_somebody_elses_session_and_token_are_refused_exactly_like_missing_ones(
    customer: Customer, visitor: Visitor, wallet: Wallet
) -> None:
    neighbour = create_customer(wallet)
    theirs = neighbour.client.get("/v1/auth/sessions")["data"][0]["id"]
    token = visitor.token("reset_transaction_password", neighbour.phone or "")

    pairs = [
        [customer.client.delete(f"/v1/auth/sessions/{one}") for one in (theirs, "ses_missing")],
        [
            customer.set_pin(verification_token=one, password=PASSWORD)
            for one in (token, "vt_missing")
        ],
    ]

    for real, missing in pairs:
        assert real.status == missing.status
        assert real.body | {"request_id": ""} == missing.body | {"request_id": ""}
    assert neighbour.set_pin(verification_token=token, password=PASSWORD).status == 204


def test_a_token_in_another_place_opens_nothing(
    customer: Customer, visitor: Visitor, inbox: Inbox
) -> None:
    """Access, refresh and verification tokens are of three kinds, and a code is none of them."""
    access = customer.client.headers["Authorization"].removeprefix("Bearer ")
    verification = visitor.token("reset_password", customer.phone or "")
    for token in (access, customer.refresh_token, inbox.code(customer.phone or "")):
        assert visitor.reset(token).code == "verification_token_invalid"
    for token in (access, verification):
        assert visitor.refresh(token).code == "refresh_token_invalid"
    for token in (customer.refresh_token, verification):
        assert visitor.client.as_bearer(token).get("/v1/me").code == "access_token_invalid"
    registered = visitor.register(a_phone(), verification_token=verification)
    assert registered.code == "verification_token_invalid"
    added = {"verification_token": verification, "password": PASSWORD}
    refused = customer.client.post("/v1/me/identifiers", added)
    assert refused.code == "verification_token_invalid"
    assert customer.set_pin(verification_token=verification, password=PASSWORD).code == (
        "verification_token_invalid"
    )
    assert NEW_PIN not in str(refused.body)
