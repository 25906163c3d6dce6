"""Binding a card over HTTP: what is answered, what is refused in which order, and what is kept."""

from collections import deque
from typing import Any

import pytest
import sqlalchemy as sa

from app.banking.models import BankCard
from app.banking.vault import CardVault
from app.core.events import Event
from app.edges.results import Problem
from app.factory import Wallet
from tests.banking.conftest import Accounts, Cardholder
from tests.conftest import Clock, Outside
from tests.factories.banking import HOLDER, PHONE, Notices, card_number, new_card_body
from tests.fakes import Lost, Unanswered


def test_a_bound_card_waits_for_its_verification(li: Cardholder) -> None:
    number = card_number()

    answer = li.bind(number)

    assert answer.status == 201
    card = answer.body
    assert card.pop("id").startswith("card_")
    assert card.pop("created_at").endswith("Z")
    assert card["verification"].pop("expires_at").endswith("Z")
    assert card == {
        "bank": {"code": "ICBC", "name": "Industrial and Commercial Bank of China"},
        "card_type": "debit",
        "last4": number[-4:],
        "holder_name": "**丰",
        "status": "pending_verification",
        "is_default": False,
        "verification": {
            "method": "micro_deposit",
            "deposit_status": "pending",
            "attempts_remaining": 3,
        },
        "previous_binding_id": None,
        "unbound_at": None,
    }


def test_the_bank_is_named_in_the_callers_language(li: Cardholder) -> None:
    li.client.headers["Accept-Language"] = "zh-CN"

    assert li.bind()["bank"]["name"] == "中国工商银行"


def test_the_number_goes_to_the_bank_once_with_name_and_phone(
    li: Cardholder, outside: Outside
) -> None:
    number = card_number()

    li.bind(number)

    (details,) = outside.bank.calls
    assert (details.card_number, details.holder_name, details.phone) == (  # type: ignore[attr-defined]
        number,
        HOLDER,
        PHONE,
    )


def test_a_mainland_phone_is_spelt_in_e164_for_the_bank(li: Cardholder, outside: Outside) -> None:
    assert li.bind(phone="13800138000").status == 201

    (details,) = outside.bank.calls
    assert details.phone == "+8613800138000"  # type: ignore[attr-defined]


def test_number_name_phone_and_token_lie_nowhere_in_clear(
    li: Cardholder, wallet: Wallet, outside: Outside
) -> None:
    number = card_number()
    li.bind_and_wait(number)

    token = outside.bank.deposits[0].token
    text = dump(wallet)
    assert number[-4:] in text
    for secret in (number, token, HOLDER, PHONE, PHONE[3:]):
        assert secret not in text


def test_the_sealed_token_opens_for_its_own_card_only(li: Cardholder, wallet: Wallet) -> None:
    number = card_number()
    li.bind(number)
    vault = CardVault(wallet.keys)

    with wallet.database.snapshot() as tx:
        card = tx.scalars(sa.select(BankCard)).one()

    assert vault.token_of(card) == f"tok_{number[-4:]}_{number[:6]}"
    card.id = "card_other"
    with pytest.raises(Exception, match=r"^$") as broken:
        vault.token_of(card)
    assert type(broken.value).__name__ == "BrokenSealError"


@pytest.mark.parametrize(
    "number",
    [
        "",
        "622202",
        pytest.param(card_number("411111", 16), id="an unknown issuer"),
        pytest.param(card_number("622202", 16), id="not the issuer's length"),
        pytest.param(" " + card_number(), id="a blank before"),
        pytest.param(card_number() + "\n", id="a newline behind"),
        pytest.param("6" * 900, id="far too long"),
    ],
)
def test_a_bad_number_is_refused(li: Cardholder, number: str, outside: Outside) -> None:
    answer = li.bind(number)

    assert (answer.status, answer.code) == (422, "card_number_invalid")
    assert not outside.bank.calls


def test_a_wrong_check_digit_is_refused(li: Cardholder) -> None:
    number = card_number()
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)

    assert li.bind(wrong).code == "card_number_invalid"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"cvv": "123"}, "/cvv"),
        ({"card_number": 6222020000000000000}, "/card_number"),
        ({"holder_name": ""}, "/holder_name"),
        ({"holder_name": "   "}, "/holder_name"),
        ({"holder_name": "Li\x00"}, "/holder_name"),
        ({"holder_name": "x" * 101}, "/holder_name"),
        ({"phone": "8613800138000"}, "/phone"),
        ({"phone": "+86 138 0013 8000"}, "/phone"),
        ({"phone": "+٨٦١٣٨٠٠١٣٨٠٠٠"}, "/phone"),
        ({"phone": "+8613800138000\n"}, "/phone"),
        ({"transaction_password": 246810}, "/transaction_password"),
        ({"transaction_password": None}, "/transaction_password"),
    ],
)
def test_a_wrong_shape_is_refused_with_its_place(
    li: Cardholder, changes: dict[str, object], pointer: str
) -> None:
    answer = li.bind(**changes)

    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [problem["pointer"] for problem in answer["errors"]] == [pointer]


@pytest.mark.parametrize("name", ["cvv", "cvc", "cvv2", "cvn2", "security_code", "card_cvv"])
def test_a_cvv_is_refused_and_kept_nowhere_and_never_quoted(
    li: Cardholder, accounts: Accounts, name: str
) -> None:
    answer = li.bind(**{name: "739"})

    assert (answer.status, answer.code) == (422, "validation_failed")
    assert [(it["pointer"], it["code"]) for it in answer["errors"]] == [
        (f"/{name}", "unknown_field")
    ]
    assert b"739" not in answer.raw.replace(answer["request_id"].encode(), b"")
    assert li.client.get("/v1/bank-cards", status="all")["data"] == []


@pytest.mark.parametrize("name", list(new_card_body()))
def test_every_field_is_required(li: Cardholder, name: str) -> None:
    body = new_card_body()
    del body[name]

    answer = li.client.post("/v1/bank-cards", body)

    assert answer["errors"][0] | {"message": ""} == {
        "pointer": f"/{name}",
        "code": "required",
        "message": "",
    }


def test_a_frozen_account_binds_confirms_and_unbinds_nothing(
    li: Cardholder, accounts: Accounts
) -> None:
    card_id = li.bind_and_wait()
    accounts.frozen.add(li.id)

    refused = [li.bind(), li.confirm(card_id, li.statement_amount()), li.unbind(card_id)]

    assert [(answer.status, answer.code) for answer in refused] == [(403, "account_frozen")] * 3


def test_a_wrong_transaction_password_costs_one_try_and_reaches_no_bank(
    li: Cardholder, outside: Outside
) -> None:
    answer = li.bind(transaction_password="135790")

    assert (answer.status, answer.code) == (403, "transaction_password_incorrect")
    assert answer["attempts_remaining"] == 4
    assert not outside.bank.calls


def test_a_card_refusal_comes_before_the_transaction_password_and_costs_no_try(
    li: Cardholder, wang: Cardholder, accounts: Accounts
) -> None:
    number = card_number()
    li.active_card(number)

    again = li.bind(number, transaction_password="135790")
    other = wang.bind(number, transaction_password="135790")

    assert (again.status, again.code) == (409, "bank_card_already_bound")
    assert (other.status, other.code) == (409, "card_not_eligible")
    assert accounts.wrong_tries == 0


def test_limits_come_after_the_transaction_password(li: Cardholder, accounts: Accounts) -> None:
    for _ in range(5):
        assert li.bind().status == 201

    assert li.bind(transaction_password="135790").code == "transaction_password_incorrect"
    sixth = li.bind()
    assert (sixth.status, sixth.code) == (409, "too_many_bank_cards")


def test_an_unbound_card_makes_room_for_another(li: Cardholder) -> None:
    first, *_ = [li.bind()["id"] for _ in range(5)]

    assert li.unbind(first).status == 200

    assert li.bind().status == 201


def test_a_number_is_bound_three_times_in_30_days(li: Cardholder, clock: Clock) -> None:
    number = card_number()
    ids = []
    for _ in range(3):
        ids.append(li.bind(number)["id"])
        assert li.unbind(ids[-1]).status == 200

    fourth = li.bind(number)

    assert (fourth.status, fourth.code) == (409, "too_many_bindings")
    assert li.bind().status == 201, "another number is no matter"
    clock.advance(days=30, seconds=1)
    assert li.bind(number)["previous_binding_id"] == ids[-1]


def test_a_pending_number_may_be_bound_again_and_by_another_user(
    li: Cardholder, wang: Cardholder
) -> None:
    number = card_number()
    first = li.bind(number)

    second, other = li.bind(number), wang.bind(number)

    assert (second.status, other.status) == (201, 201)
    assert second["previous_binding_id"] == first["id"]
    assert other["previous_binding_id"] is None


def test_a_rebinding_is_a_new_binding_with_a_fresh_deposit(
    li: Cardholder, outside: Outside
) -> None:
    number = card_number()
    old = li.active_card(number)
    li.unbind(old)

    new = li.active_card(number)

    assert li.card(new)["previous_binding_id"] == old
    assert li.card(old)["status"] == "unbound"
    assert len(outside.bank.deposits) == 2


@pytest.mark.parametrize(
    "problem", [Problem.DECLINED, Problem.CARD_FROZEN, Problem.CARD_EXPIRED, Problem.RISK]
)
def test_a_card_that_its_bank_refuses_is_not_eligible(
    li: Cardholder, outside: Outside, problem: Problem
) -> None:
    outside.bank.script = deque([problem])

    answer = li.bind()

    assert (answer.status, answer.code) == (409, "card_not_eligible")


@pytest.mark.parametrize(
    "step",
    [
        Problem.CONNECTION_REFUSED,
        Problem.NOT_CONFIGURED,
        Problem.MAINTENANCE,
        Unanswered(Problem.READ_TIMEOUT),
        Lost(Problem.BAD_RESPONSE),
    ],
)
def test_without_a_sure_answer_of_the_bank_nothing_is_recorded(
    li: Cardholder, wallet: Wallet, outside: Outside, step: Any
) -> None:
    outside.bank.script = deque([step])

    answer = li.bind()

    assert (answer.status, answer.code) == (503, "bank_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert li.client.get("/v1/bank-cards", status="all")["data"] == []
    assert li.bind().status == 201


def test_the_same_key_binds_once(li: Cardholder, outside: Outside) -> None:
    body = new_card_body()

    first = li.client.post("/v1/bank-cards", body, key="bind-1")
    again = li.client.post("/v1/bank-cards", body, key="bind-1")

    assert first.raw == again.raw
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(outside.bank.calls) == 1


def test_a_binding_is_told_when_added_and_announced_as_bound_when_active(
    li: Cardholder, notices: Notices, announced: list[Event]
) -> None:
    card_id = li.active_card()
    li.unbind(card_id)

    assert [event.type for event in announced] == [
        "bank_card.added",
        "bank_card.bound",
        "bank_card.unbound",
    ]
    assert {(event.subject_id, event.user_id) for event in announced} == {(card_id, li.id)}
    assert notices.templates_of(li.id) == [
        "bank_card_bound",
        "bank_card_active",
        "bank_card_unbound",
    ]


def dump(wallet: Wallet) -> str:
    """Every value of every table, as one text."""
    with wallet.app.app_context():
        tables = sa.inspect(wallet.database.engine).get_table_names()
    with wallet.database.snapshot() as tx:
        return "\n".join(
            str(tuple(row))
            for table in tables
            for row in tx.execute(sa.select("*").select_from(sa.table(table)))
        )
