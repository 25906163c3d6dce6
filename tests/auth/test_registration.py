"""Opening an account."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Clock
from tests.factories.auth import PASSWORD, Customer, Inbox, Visitor, a_phone, an_email


@pytest.mark.parametrize("make", [a_phone, an_email])
def test_a_visitor_registers_and_signs_in(
    make: Callable[[], str], visitor: Visitor, inbox: Inbox
) -> None:
    identifier = make()
    user = visitor.register(identifier)
    assert user.status == 201
    assert user.body.keys() == {
        "id",
        "phone",
        "email",
        "display_name",
        "locale",
        "has_transaction_password",
        "password_free_limit",
        "created_at",
    }
    assert identifier in (user["phone"], user["email"])
    assert (user["display_name"], user["locale"]) == ("李雷", "en")
    assert (user["has_transaction_password"], user["password_free_limit"]) == (False, 20_000)
    assert inbox.templates(identifier)[-1] == "welcome"

    signed_in = visitor.log_in(identifier)
    assert signed_in.status == 200
    me = visitor.client.as_bearer(signed_in["access_token"])
    assert me.get("/v1/me").body == user.body == signed_in["user"]
    assert me.get("/v1/wallet")["total"] == 0


def test_a_refused_password_leaves_the_token_good(visitor: Visitor) -> None:
    phone = a_phone()
    token = visitor.token("register", phone)
    refused = visitor.register(
        phone, f"x{phone[-8:]}", verification_token=token, password_confirmation="y"
    )
    assert (refused.status, refused.code) == (422, "password_rejected")
    assert {(one["pointer"], one["code"]) for one in refused["errors"]} == {
        ("/password", "missing_special"),
        ("/password", "contains_identifier"),
        ("/password_confirmation", "confirmation_mismatch"),
    }
    assert visitor.register(phone, verification_token=token).status == 201
    assert visitor.register(phone, verification_token=token).code == "verification_token_invalid"


def test_a_taken_number_gets_a_notice_and_no_code(
    customer: Customer, visitor: Visitor, inbox: Inbox
) -> None:
    phone = customer.phone or ""
    asked = visitor.ask("register", phone)
    assert asked.status == 202
    assert inbox.templates(phone) == ["identifier_in_use"]
    assert not re.search(r"[0-9]{6}", inbox.texts(phone)[0])
    assert visitor.confirm(asked["id"], "123456").code == "code_incorrect"


def test_of_two_visitors_with_one_number_the_first_gets_the_account(
    visitor: Visitor, clock: Clock
) -> None:
    phone = a_phone()
    first = visitor.token("register", phone)
    clock.advance(minutes=1)
    second = visitor.token("register", phone)
    assert visitor.register(phone, verification_token=second).status == 201
    late = visitor.register(phone, verification_token=first)
    assert (late.status, late.code) == (422, "verification_token_invalid")


@pytest.mark.parametrize("token", ["vt_unknown", "at_x", "é", "x" * 200])
def test_a_made_up_token_registers_nobody(token: str, visitor: Visitor) -> None:
    refused = visitor.register(a_phone(), verification_token=token)
    assert (refused.status, refused.code) == (422, "verification_token_invalid")


@pytest.mark.parametrize(
    "changes",
    [
        {"display_name": ""},
        {"display_name": "   "},
        {"display_name": "x" * 65},
        {"display_name": "a\u202eb"},
        {"display_name": "a\u2066b"},
        {"display_name": "a\u2028b"},
        {"display_name": "a\ue000b"},
        {"display_name": "\u3000\u00a0\u200d"},
        {"display_name": "a\nb"},
        {"password": None},
        {"unknown": "1"},
    ],
)
def test_a_registration_of_another_shape_is_refused(
    changes: dict[str, str], visitor: Visitor
) -> None:
    refused = visitor.register(a_phone(), **({"verification_token": "vt_x"} | changes))
    assert (refused.status, refused.code) == (422, "validation_failed")


def test_an_address_is_one_account_in_any_case(visitor: Visitor) -> None:
    email = an_email()
    assert visitor.register(email).status == 201
    assert visitor.log_in(email.upper().replace("EXAMPLE.TEST", "Example.Test")).status == 200


def test_a_password_is_the_same_however_its_accents_are_typed(visitor: Visitor) -> None:
    phone = a_phone()
    assert visitor.register(phone, "Caf\u00e9-riviera-9").status == 201
    assert visitor.log_in(phone, "Cafe\u0301-riviera-9").status == 200


def test_a_long_password_is_compared_to_its_last_character(visitor: Visitor) -> None:
    phone = a_phone()
    password = "a1-" + "x" * 125
    assert visitor.register(phone, password).status == 201
    assert visitor.log_in(phone, password[:-1] + "y").code == "invalid_credentials"
    assert visitor.log_in(phone, password + "x").code == "invalid_credentials"
    assert visitor.log_in(phone, password).status == 200


def test_hints_tell_what_a_password_lacks_while_it_is_typed(visitor: Visitor) -> None:
    phone = a_phone()

    def hints(password: str) -> Any:
        body = {"password": password, "identifier": phone}
        return visitor.client.post("/v1/auth/password-checks", body).body

    assert hints("") == {
        "acceptable": False,
        "score": 0,
        "violations": ["too_short", "missing_letter", "missing_digit", "missing_special"],
    }
    assert hints(f"a-{phone[-8:]}")["violations"] == ["contains_identifier"]
    assert hints("Vortex-lagoon-71-quartz") == {
        "acceptable": True,
        "score": 4,
        "violations": [],
    }
    too_long = visitor.client.post("/v1/auth/password-checks", {"password": f"{PASSWORD}x" * 50})
    assert "too_long" in too_long["violations"]


@pytest.mark.parametrize(
    "name", ["Anne\u00a0Li", "王\u3000小明", "👩\u200d💻 Li", "❤\ufe0f", "م\u200cی"]
)
def test_names_of_real_people_are_taken(name: str, visitor: Visitor) -> None:
    assert visitor.register(a_phone(), display_name=name)["display_name"] == name
