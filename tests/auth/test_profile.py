"""What a user may change: name, language, password-free limit, phone number and e-mail address."""

import pytest

from app.factory import Wallet
from tests.client import Answer
from tests.conftest import Clock
from tests.factories.auth import (
    PASSWORD,
    PIN,
    Customer,
    Inbox,
    Visitor,
    a_phone,
    an_email,
    create_customer,
)


def add(customer: Customer, token: str, password: str = PASSWORD) -> Answer:
    return customer.client.post(
        "/v1/me/identifiers", {"verification_token": token, "password": password}
    )


def remove(customer: Customer, kind: str, password: str = PASSWORD) -> Answer:
    return customer.client.delete(f"/v1/me/identifiers/{kind}", {"password": password})


def test_name_and_language_change(customer: Customer, inbox: Inbox) -> None:
    changed = customer.client.patch("/v1/me", {"display_name": "Han Meimei", "locale": "en"})
    assert (changed["display_name"], changed["locale"]) == ("Han Meimei", "en")
    assert customer.client.get("/v1/me").body == changed.body
    assert customer.client.patch("/v1/me", {}).body == changed.body
    customer.change_password()
    assert "Your password was changed" in inbox.texts(customer.phone or "")[-1]


def test_raising_the_password_free_limit_needs_the_transaction_password(
    customer: Customer, inbox: Inbox
) -> None:
    def limit(amount: int, **more: str) -> Answer:
        return customer.client.patch("/v1/me", {"password_free_limit": amount, **more})

    assert limit(10_000)["password_free_limit"] == 10_000
    refused = limit(10_001)
    assert (refused.status, refused.code) == (403, "transaction_password_required")
    assert limit(10_001, transaction_password="000000")["attempts_remaining"] == 4
    assert customer.client.get("/v1/me")["password_free_limit"] == 10_000
    assert limit(100_000, transaction_password=PIN)["password_free_limit"] == 100_000
    assert inbox.templates(customer.phone or "") == ["password_free_limit_raised"]
    assert limit(100_000)["password_free_limit"] == 100_000


@pytest.mark.parametrize(
    "body",
    [
        {"password_free_limit": 100_001},
        {"password_free_limit": -1},
        {"password_free_limit": "5"},
        {"password_free_limit": 5.0},
        {"password_free_limit": True},
        {"locale": "fr"},
        {"display_name": None},
        {"phone": "+8613800000001"},
        {"status": "active"},
    ],
)
def test_a_change_of_another_shape_is_refused(body: object, customer: Customer) -> None:
    refused = customer.client.patch("/v1/me", body)
    assert (refused.status, refused.code) == (422, "validation_failed")


def test_an_address_is_added_and_every_destination_is_told(
    visitor: Visitor, wallet: Wallet, inbox: Inbox
) -> None:
    customer = create_customer(wallet, email=False)
    email = an_email()
    token = visitor.token("add_identifier", email)
    assert add(customer, token, "wrong").code == "password_incorrect"

    added = add(customer, token)
    assert (added.status, added["email"], added["phone"]) == (200, email, customer.phone)
    assert inbox.templates(email)[-1] == "identifier_added"
    assert inbox.templates(customer.phone or "") == ["identifier_added"]
    assert email not in inbox.texts(customer.phone or "")[0]
    assert visitor.log_in(email).status == 200
    assert add(customer, token).code == "verification_token_invalid"


def test_a_number_is_replaced_and_the_old_one_opens_nothing(
    customer: Customer, visitor: Visitor, inbox: Inbox
) -> None:
    phone = a_phone()
    assert add(customer, visitor.token("add_identifier", phone))["phone"] == phone
    assert inbox.templates(customer.phone or "") == ["identifier_replaced"]
    assert inbox.templates(phone)[-1] == "identifier_replaced"
    assert inbox.templates(customer.email or "") == ["identifier_replaced"]
    assert visitor.log_in(customer.phone or "").code == "invalid_credentials"
    assert visitor.log_in(phone).status == 200


def test_a_number_that_somebody_has_gets_no_code_to_add_it(
    customer: Customer, visitor: Visitor, wallet: Wallet, inbox: Inbox
) -> None:
    neighbour = create_customer(wallet)
    assert visitor.ask("add_identifier", neighbour.phone or "").status == 202
    assert inbox.templates(neighbour.phone or "") == ["identifier_in_use"]


def test_a_number_that_was_taken_in_the_meantime_is_not_added(
    customer: Customer, visitor: Visitor, clock: Clock
) -> None:
    phone = a_phone()
    token = visitor.token("add_identifier", phone)
    clock.advance(minutes=1)
    assert visitor.register(phone).status == 201
    refused = add(customer, token)
    assert (refused.status, refused.code) == (422, "verification_token_invalid")


def test_an_identifier_is_removed_but_not_the_last(
    customer: Customer, visitor: Visitor, inbox: Inbox
) -> None:
    removed = remove(customer, "phone")
    assert (removed.status, removed["phone"]) == (200, None)
    assert inbox.templates(customer.phone or "") == ["identifier_removed"]
    assert inbox.templates(customer.email or "") == ["identifier_removed"]
    assert visitor.log_in(customer.phone or "").code == "invalid_credentials"

    assert remove(customer, "phone").code == "not_found"
    last = remove(customer, "email", "wrong")
    assert (last.status, last.code) == (409, "last_identifier")
    assert remove(customer, "fax").code == "not_found"
    assert visitor.log_in(customer.email or "", "wrong")["attempts_remaining"] == 4


def test_removing_needs_the_password(customer: Customer) -> None:
    assert remove(customer, "phone", "wrong").code == "password_incorrect"
    assert customer.client.delete("/v1/me/identifiers/phone", {}).code == "validation_failed"
    assert customer.client.get("/v1/me")["phone"] == customer.phone
