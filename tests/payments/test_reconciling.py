"""The reconciliation report: our book against the gateway's and the bank's, as a command."""

from click.testing import Result

from app.edges.protocols import BalanceSource, Charge
from app.edges.results import Problem, Settlements
from app.factory import Wallet
from app.payments.operations.refund_payment import refund_payment
from tests.conftest import Clock, Outside
from tests.factories.people import PIN, create_person
from tests.fakes import Lost


def reconciled(wallet: Wallet) -> Result:
    return wallet.app.test_cli_runner().invoke(args=["reconcile"])


def charge(reference: str) -> Charge:
    return Charge(reference, 500, "CNY", "usr_x", "mch_star_coffee", BalanceSource(), "")


def test_books_that_agree_have_nothing_to_report(wallet: Wallet) -> None:
    person = create_person(wallet, card=True)
    body = {
        "bank_card_id": person.card_id,
        "amount": 500,
        "currency": "CNY",
        "transaction_password": PIN,
    }
    refund_payment(wallet.payments, person.pay(1000)["id"], 300)
    for path in ("/v1/top-ups", "/v1/withdrawals"):
        assert person.client.post(path, body)["status"] == "succeeded"
    result = reconciled(wallet)
    assert result.output.splitlines() == [
        "gateway: 2 settled, no different",
        "bank: 1 settled, no different",
    ]
    assert result.exit_code == 0


def test_each_difference_is_named_and_only_an_open_outcome_explains_one(
    wallet: Wallet, outside: Outside, clock: Clock
) -> None:
    person = create_person(wallet)
    outside.gateway.script.append(Lost())
    [lost] = person.pay(500)["attempts"]
    open_one = f"  {lost['id']}  missing_in_our_book: ours 0, theirs 500, "
    result = reconciled(wallet)
    assert f"{open_one}explained by an open outcome" in result.output.splitlines()
    assert result.exit_code == 0
    clock.advance(minutes=1)
    [kept] = person.pay(700)["attempts"]
    del outside.gateway.done[kept["id"]]
    outside.gateway.charge(charge("att_nobodys"))
    result = reconciled(wallet)
    assert sorted(result.output.splitlines()[:3]) == sorted(
        [
            "gateway: 2 settled, 2 different",
            f"  {kept['id']}  missing_in_their_book: ours 700, theirs 0, UNEXPLAINED",
            "  att_nobodys  missing_in_our_book: ours 0, theirs 500, UNEXPLAINED",
        ]
    )
    assert result.exit_code == 1


def test_a_book_that_cannot_be_read_is_no_agreement(wallet: Wallet, outside: Outside) -> None:
    outside.bank.settlements = lambda: Settlements((), Problem.READ_TIMEOUT)  # type: ignore[method-assign]
    result = reconciled(wallet)
    assert "bank: its book can't be read (read_timeout)" in result.output.splitlines()
    assert result.exit_code == 2
