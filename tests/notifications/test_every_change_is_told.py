"""After every change of a credential, a card or a session its user is told, through the outbox, in the user's language.

`TOLD` is the table of docs/adr/0007; a change that is added there without a test here is noticed, and so is a template.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.auth.rules import Role
from app.core.locale import Locale
from app.edges.protocols import MailMessage, SmsMessage
from app.edges.results import Problem
from app.factory import Wallet
from app.notifications.models import OutboxMessage
from app.notifications.rules import Template
from tests.client import Answer
from tests.conftest import Clock, Outside
from tests.factories.actions import approve, ask
from tests.factories.auth import PASSWORD, PIN, Customer, Inbox, Visitor, an_email, create_customer
from tests.factories.banking import new_card_body, ready_card
from tests.factories.calls import a_code, pick_up, verify
from tests.factories.staff import create_agent

RECORD = Path(__file__).parents[2] / "docs/adr/0007-every-change-is-told.md"
NO_CHANGE_OF_AN_ACCOUNT = re.compile(
    r".*_code|(payments?|transfer|refund|top_up|withdrawal|goodwill|late_charge|support)_.*"
)
"""Codes, the desk's mails, and money: how what was left open ended is in tests/payments/test_telling.py."""
EVERYWHERE, QUIETLY = {"phone", "email"}, {"email"}


@dataclass
class Life:
    """A customer, and what they need to change something."""

    wallet: Wallet
    outside: Outside
    clock: Clock
    visitor: Visitor
    customer: Customer

    def post(self, path: str, body: object = None) -> Answer:
        answer = self.customer.client.post(path, body)
        assert answer.status < 300, answer.body
        return answer

    def bind(self) -> str:
        bound = str(self.post("/v1/bank-cards", new_card_body())["id"])
        self.clock.run_due()
        return bound

    def confirm(self, card_id: str, wrong: int = 0) -> Answer:
        amount = self.outside.bank.deposits[-1].amount_minor + wrong
        return self.customer.client.post(f"/v1/bank-cards/{card_id}/confirm", {"amount": amount})

    def unbind(self, card_id: str) -> None:
        self.post(f"/v1/bank-cards/{card_id}/unbind", {"transaction_password": PIN})

    def wrong_pins(self) -> None:
        for _ in range(5):
            self.customer.set_pin(current_transaction_password="000000")

    def wrong_logins(self) -> None:
        for _ in range(5):
            self.visitor.log_in(self.customer.phone or "", "wrong")


def set_first_pin(life: Life) -> None:
    """As somebody who has none yet."""
    with life.wallet.database.transaction() as tx:
        tx.execute(
            sa.text("UPDATE users SET transaction_password_hash = NULL WHERE id = :id"),
            {"id": life.customer.id},
        )
    assert life.customer.set_pin(password=PASSWORD).status == 204


def reset_pin(life: Life) -> None:
    token = life.visitor.token("reset_transaction_password", life.customer.phone or "")
    assert life.customer.set_pin(verification_token=token, password=PASSWORD).status == 204


def reset_password(life: Life) -> None:
    token = life.visitor.token("reset_password", life.customer.phone or "")
    assert life.visitor.reset(token).status == 204


def sign_in_twice(life: Life) -> None:
    for _ in range(2):
        assert life.visitor.log_in(life.customer.phone or "", name="Pixel").status == 200


def end_one_session(life: Life) -> None:
    life.customer.on_another_device(life.visitor)
    newest = life.customer.client.get("/v1/auth/sessions")["data"][0]["id"]
    assert life.customer.client.delete(f"/v1/auth/sessions/{newest}").status == 204


def end_other_sessions(life: Life) -> None:
    life.customer.on_another_device(life.visitor)
    assert life.customer.client.delete("/v1/auth/sessions").status == 204


def reuse_a_refresh_token(life: Life) -> None:
    for _ in range(2):
        life.visitor.refresh(life.customer.refresh_token)


def replace_the_email(life: Life) -> None:
    token = life.visitor.token("add_identifier", an_email())
    life.post("/v1/me/identifiers", {"verification_token": token, "password": PASSWORD})


def add_the_email_again(life: Life) -> None:
    remove_the_email(life)
    email = life.customer.email or ""
    token = life.visitor.token("add_identifier", email)
    life.post("/v1/me/identifiers", {"verification_token": token, "password": PASSWORD})


def remove_the_email(life: Life) -> None:
    gone = life.customer.client.delete("/v1/me/identifiers/email", {"password": PASSWORD})
    assert gone.status == 200


def raise_the_limit(life: Life) -> None:
    body = {"password_free_limit": 50_000, "transaction_password": PIN}
    assert life.customer.client.patch("/v1/me", body).status == 200


def fail_a_card(life: Life) -> None:
    card_id = life.bind()
    for _ in range(3):
        assert life.confirm(card_id, wrong=100).status == 422


def let_a_card_expire(life: Life) -> None:
    life.bind()
    life.clock.advance(days=10)


def choose_the_default(life: Life) -> None:
    ready_card(life.wallet.banking, life.customer.id)
    second = ready_card(life.wallet.banking, life.customer.id)
    life.post(f"/v1/bank-cards/{second}/default")


def unbind_the_default(life: Life) -> None:
    first = ready_card(life.wallet.banking, life.customer.id)
    ready_card(life.wallet.banking, life.customer.id)
    life.unbind(first)


def be_verified(life: Life) -> None:
    agent = create_agent(life.wallet)
    code = a_code(life.customer.client)
    assert verify(agent, pick_up(agent, None)["id"], code).status == 200


def have_done(*types: str) -> "Change":
    """By supervisors, the last type by one who asks and another who approves where that takes two."""

    def do(life: Life) -> None:
        asking, approving = (create_agent(life.wallet, Role.SUPERVISOR) for _ in range(2))
        for type_ in types:
            asked = ask(asking, life.customer.id, type_)
            if asked["status"] == "pending_approval":
                assert approve(approving, asked["id"]).status == 200

    return do


Change = Callable[[Life], object]
TOLD: dict[str, tuple[Change, Template, set[str]]] = {
    "signed in, new device": (
        lambda life: life.customer.on_another_device(life.visitor),
        Template.LOGIN_NEW_DEVICE,
        EVERYWHERE,
    ),
    "signed in, known device": (sign_in_twice, Template.SIGNED_IN, QUIETLY),
    "signed out": (lambda life: life.post("/v1/auth/logout"), Template.SIGNED_OUT, QUIETLY),
    "one session revoked": (end_one_session, Template.SESSIONS_ENDED, EVERYWHERE),
    "other sessions revoked": (end_other_sessions, Template.SESSIONS_ENDED, EVERYWHERE),
    "refresh token reused": (reuse_a_refresh_token, Template.SESSION_COMPROMISED, EVERYWHERE),
    "password changed": (
        lambda life: life.customer.change_password(),
        Template.PASSWORD_CHANGED,
        EVERYWHERE,
    ),
    "password reset": (reset_password, Template.PASSWORD_RESET, EVERYWHERE),
    "sign-in locked": (Life.wrong_logins, Template.LOGIN_LOCKED, EVERYWHERE),
    "transaction password set": (set_first_pin, Template.TRANSACTION_PASSWORD_SET, EVERYWHERE),
    "transaction password changed": (
        lambda life: life.customer.set_pin(current_transaction_password=PIN),
        Template.TRANSACTION_PASSWORD_CHANGED,
        EVERYWHERE,
    ),
    "transaction password reset": (reset_pin, Template.TRANSACTION_PASSWORD_RESET, EVERYWHERE),
    "transaction password locked": (
        Life.wrong_pins,
        Template.TRANSACTION_PASSWORD_LOCKED,
        EVERYWHERE,
    ),
    "password-free limit raised": (
        raise_the_limit,
        Template.PASSWORD_FREE_LIMIT_RAISED,
        EVERYWHERE,
    ),
    "identifier added": (add_the_email_again, Template.IDENTIFIER_ADDED, EVERYWHERE),
    "identifier replaced": (replace_the_email, Template.IDENTIFIER_REPLACED, EVERYWHERE),
    "identifier removed": (remove_the_email, Template.IDENTIFIER_REMOVED, EVERYWHERE),
    "hotline call verified": (be_verified, Template.CALL_VERIFIED, EVERYWHERE),
    "frozen by support": (have_done("freeze"), Template.ACCOUNT_FROZEN, EVERYWHERE),
    "unfrozen by support": (
        have_done("freeze", "unfreeze"),
        Template.ACCOUNT_UNFROZEN,
        EVERYWHERE,
    ),
    "signed out by support": (
        have_done("revoke_sessions"),
        Template.ALL_SESSIONS_ENDED,
        EVERYWHERE,
    ),
    "sign-in unlocked by support": (
        have_done("unlock_login"),
        Template.LOGIN_UNLOCKED,
        EVERYWHERE,
    ),
    "transaction password unlocked by support": (
        have_done("unlock_transaction_password"),
        Template.TRANSACTION_PASSWORD_UNLOCKED,
        EVERYWHERE,
    ),
    "card added": (Life.bind, Template.BANK_CARD_BOUND, EVERYWHERE),
    "card active": (
        lambda life: life.confirm(life.bind()),
        Template.BANK_CARD_ACTIVE,
        EVERYWHERE,
    ),
    "card not verified": (fail_a_card, Template.BANK_CARD_VERIFICATION_FAILED, EVERYWHERE),
    "card expired": (let_a_card_expire, Template.BANK_CARD_VERIFICATION_FAILED, EVERYWHERE),
    "card unbound": (
        lambda life: life.unbind(life.bind()),
        Template.BANK_CARD_UNBOUND,
        EVERYWHERE,
    ),
    "default card chosen": (choose_the_default, Template.BANK_CARD_MADE_DEFAULT, EVERYWHERE),
    "default card passed on": (unbind_the_default, Template.BANK_CARD_MADE_DEFAULT, EVERYWHERE),
}
TESTED_ELSEWHERE = {Template.WELCOME, Template.IDENTIFIER_IN_USE}
"""They tell of no change of an account that was there: tests/auth/test_registration.py."""


@pytest.fixture
def life(wallet: Wallet, outside: Outside, clock: Clock, visitor: Visitor) -> Life:
    return Life(wallet, outside, clock, visitor, create_customer(wallet))


@pytest.fixture
def visitor(client: object, outside: Outside, clock: Clock) -> Visitor:
    return Visitor(client, Inbox(outside, clock))  # type: ignore[arg-type]


def received(life: Life, template: Template, destination: str | None) -> list[str]:
    """The words of what arrived of one template at one destination."""
    life.clock.run_due()
    sent: list[SmsMessage | MailMessage] = [*life.outside.sms.sent, *life.outside.mail.sent]
    return [one.text for one in sent if (one.to, one.template) == (destination, template)]


@pytest.mark.parametrize("change", list(TOLD))
def test_a_change_is_told_once_at_each_place_through_the_outbox(change: str, life: Life) -> None:
    make, template, places = TOLD[change]

    make(life)

    for kind in EVERYWHERE:
        found = received(life, template, getattr(life.customer, kind))
        assert len(found) == (1 if kind in places else 0), kind
    with life.wallet.database.snapshot() as tx:
        written = tx.scalars(
            sa.select(OutboxMessage.status).where(OutboxMessage.template == template)
        ).all()
    assert set(written) == {"sent"}


@pytest.mark.parametrize(
    ("locale", "words"), [("zh-CN", "中国工商银行借记卡"), ("en", "debit card")]
)
def test_a_card_is_named_by_issuer_and_type_in_the_users_language(
    locale: Locale, words: str, life: Life
) -> None:
    assert life.customer.client.patch("/v1/me", {"locale": locale}).status == 200
    life.bind()
    [text] = received(life, Template.BANK_CARD_BOUND, life.customer.email)
    assert words in text


def test_a_customer_without_an_address_is_told_quietly_by_text_message(
    wallet: Wallet, life: Life
) -> None:
    life.customer = create_customer(wallet, email=False)
    life.post("/v1/auth/logout")
    [text] = received(life, Template.SIGNED_OUT, life.customer.phone)
    assert "Sandbox" in text


def test_a_refusal_tells_nothing(life: Life) -> None:
    life.customer.change_password(current="wrong")
    life.customer.set_pin(current_transaction_password="000000")
    life.visitor.log_in(life.customer.phone or "", "wrong")
    life.clock.run_due()
    assert [*life.outside.sms.sent, *life.outside.mail.sent] == []


def test_a_device_whose_name_looks_like_a_code_brings_none(life: Life) -> None:
    life.visitor.log_in(life.customer.phone or "", name="码 482913 x")
    [text] = received(life, Template.LOGIN_NEW_DEVICE, life.customer.phone)
    assert "码 ****** x" in text
    assert not re.search(r"\d{6}", text)


def test_a_message_of_a_carrier_that_is_away_comes_when_it_is_back(life: Life) -> None:
    """The change is committed with its message, so that neither is there without the other."""
    life.outside.sms.script.extend([Problem.CONNECTION_REFUSED] * 2)
    life.customer.change_password()
    assert received(life, Template.PASSWORD_CHANGED, life.customer.phone) == []
    life.clock.advance(hours=1)
    assert len(received(life, Template.PASSWORD_CHANGED, life.customer.phone)) == 1


def test_the_record_lists_every_change_and_every_template_of_an_account() -> None:
    rows = {
        cells[0]: (cells[1].strip("`"), cells[2])
        for line in RECORD.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
        and len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 3
        and cells[1].startswith("`")
    }
    assert rows == {
        change: (template.value, "everywhere" if places == EVERYWHERE else "quietly")
        for change, (_, template, places) in TOLD.items()
    }
    told = {template for _, template, _ in TOLD.values()} | TESTED_ELSEWHERE
    assert {one for one in Template if not NO_CHANGE_OF_AN_ACCOUNT.fullmatch(one)} == told
