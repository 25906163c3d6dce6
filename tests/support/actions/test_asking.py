"""Who may ask for what, on whose word, and what is written down."""

import itertools

import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.auth.rules import Role
from app.factory import Wallet
from app.support.actions.models import ActionRequest
from app.support.actions.rules import RULES, ActionType
from app.support.levels import Level
from tests.factories.actions import REQUESTS, approve, ask, reject
from tests.factories.calls import pick_up
from tests.factories.people import create_person
from tests.factories.staff import create_agent
from tests.support.actions.conftest import Desk

SHAPE = {
    "id",
    "type",
    "status",
    "user_id",
    "payment_id",
    "amount",
    "reason",
    "requested_by",
    "decided_by",
    "entries",
}
"""Contract, section 8."""
AT_ONCE = ("send_password_reset", "unlock_login", "unlock_transaction_password")
TO_PROTECT = ("freeze", "revoke_sessions")
MONEY = ("refund", "goodwill_credit")


def acts(wallet: Wallet, action: str) -> list[AuditEntry]:
    with wallet.database.snapshot() as tx:
        query = sa.select(AuditEntry).where(AuditEntry.action == action)
        return list(tx.scalars(query.order_by(AuditEntry.seq)))


def count(wallet: Wallet) -> int:
    with wallet.database.snapshot() as tx:
        return tx.scalar(sa.select(sa.func.count()).select_from(ActionRequest)) or 0


def more_for(desk: Desk, type_: str) -> dict[str, object]:
    """What a request of that type needs beside."""
    return {
        "refund": lambda: {"payment_id": desk.pay(), "amount": 400},
        "goodwill_credit": lambda: {"amount": 500},
    }.get(type_, dict)()


def test_the_table_is_the_one_of_support_md() -> None:
    table = {
        (it.level, it.role, it.second_person): {kind.value for kind in RULES if RULES[kind] == it}
        for it in RULES.values()
    }
    sure, at_least = Level.CODE, Role.AGENT
    assert table[sure, at_least, False] == set(AT_ONCE)
    assert table[Level.UNKNOWN, at_least, False] == set(TO_PROTECT)
    assert table[Level.FRESH_CODE, Role.SUPERVISOR, True] == {"unfreeze"}
    both = {kind.value for kind, it in RULES.items() if it.level == sure and it.second_person}
    assert both == {"refund", "release_hold", "goodwill_credit"}
    assert RULES.keys() == set(ActionType)
    assert {kind for kind, it in RULES.items() if it.moves_money} == set(MONEY)


def test_what_needs_nobody_else_runs_at_once(desk: Desk) -> None:
    for type_ in (*AT_ONCE, *TO_PROTECT):
        answer = desk.ask(type_)
        assert answer.status == 201, answer.body
        assert set(answer.body) >= SHAPE
        assert (answer["status"], answer["type"]) == ("executed", type_)
        assert (answer["requested_by"], answer["decided_by"]) == (desk.agent.agent_id, None)
        assert (answer["entries"], answer["level_waived"]) == ([], False)
        assert approve(desk.boss, answer["id"]).code == "action_request_closed"


def test_what_moves_money_waits_for_a_second_person(desk: Desk) -> None:
    for type_ in MONEY:
        answer = desk.ask(type_, **more_for(desk, type_))
        assert (answer.status, answer["status"]) == (201, "pending_approval")
        assert (answer["decided_by"], answer["decided_at"]) == (None, None)
        assert sum(entry["amount"] for entry in answer["entries"]) == 0
        assert {entry["currency"] for entry in answer["entries"]} == {"CNY"}


def test_an_agent_needs_a_verified_caller(desk: Desk) -> None:
    unverified = pick_up(desk.agent, None)["id"]
    words: tuple[dict[str, object], ...] = ({}, {"call_id": unverified})
    for type_, said in itertools.product((*AT_ONCE, *MONEY), words):
        answer = ask(desk.agent, desk.person.user_id, type_, **said, **more_for(desk, type_))
        assert (answer.status, answer.code) == (403, "verification_level_required")
        assert (answer["required_level"], answer["level"]) == ("L3", "L0")
    refused = acts(desk.wallet, "refused")
    assert len(refused) == 2 * len((*AT_ONCE, *MONEY))
    assert refused[0].detail == {
        "operation": "create_action_request",
        "code": "verification_level_required",
    }
    assert count(desk.wallet) == 0


def test_protecting_needs_nobodys_word(desk: Desk) -> None:
    for type_ in TO_PROTECT:
        answer = ask(desk.agent, desk.person.user_id, type_)
        assert (answer.status, answer["level"], answer["level_waived"]) == (201, "L0", False)


def test_a_call_speaks_for_its_own_user_only(desk: Desk) -> None:
    other = create_person(desk.wallet)
    answer = ask(desk.agent, other.user_id, "unlock_login", call_id=desk.call_id)
    assert answer.code == "verification_level_required"


def test_a_colleagues_call_is_no_word_for_me(desk: Desk) -> None:
    other = create_agent(desk.wallet)
    answer = ask(other, desk.person.user_id, "unlock_login", call_id=desk.call_id)
    assert answer.code == "verification_level_required"


def test_a_supervisor_passes_without_and_the_audit_says_so(desk: Desk) -> None:
    answer = ask(desk.supervisor, desk.person.user_id, "unlock_login")
    assert (answer.status, answer["level"], answer["level_waived"]) == (201, "L0", True)
    [act] = acts(desk.wallet, "request_action")
    assert act.actor == desk.supervisor.agent_id
    assert (act.detail["level_waived"], act.detail["level"]) == (True, "L0")


def test_what_was_asked_is_in_the_audit_with_its_reason(desk: Desk) -> None:
    reason = "客户说密码 482913 输错了，卡 6222 0212 3456 7890 128"
    answer = desk.ask("unlock_login", reason=reason)
    [act] = acts(desk.wallet, "request_action")
    assert (act.subject, act.customer_id) == (answer["id"], desk.person.user_id)
    assert act.detail["call_id"] == desk.call_id
    for said in (act.reason or "", answer["reason"]):
        assert said.startswith("客户说密码")
        assert "482913" not in said
        assert "6222" not in said


def test_an_agent_cannot_ask_to_unfreeze(desk: Desk) -> None:
    assert desk.ask("freeze").status == 201
    answer = desk.ask("unfreeze")
    assert (answer.status, answer.code) == (403, "forbidden")


def test_what_moves_money_needs_a_key(desk: Desk) -> None:
    for type_ in MONEY:
        answer = desk.ask(type_, key=None, **more_for(desk, type_))
        assert (answer.status, answer.code) == (400, "idempotency_key_required")
    assert count(desk.wallet) == 0


def test_the_rest_honours_a_key_and_needs_none(desk: Desk) -> None:
    assert desk.ask("unlock_login", key=None).status == 201
    first, second = (desk.ask("unlock_login", key="same") for _ in range(2))
    assert first.raw == second.raw
    assert second.headers["Idempotent-Replayed"] == "true"
    assert count(desk.wallet) == 2


def test_a_key_makes_one_request(desk: Desk) -> None:
    more = more_for(desk, "goodwill_credit")
    first, second = (desk.ask("goodwill_credit", key="same", **more) for _ in range(2))
    assert first.raw == second.raw
    assert count(desk.wallet) == 1
    other = desk.ask("goodwill_credit", key="same", amount=501)
    assert other.code == "idempotency_key_reused"


def test_a_dry_run_shows_what_would_be_booked_and_does_nothing(desk: Desk) -> None:
    payment_id = desk.pay(1000)
    answer = desk.ask("refund", payment_id=payment_id, amount=300, dry_run=True, key=None)
    assert (answer.status, answer["id"], answer["dry_run"]) == (201, None, True)
    assert answer["status"] == "pending_approval"
    assert [entry["amount"] for entry in answer["entries"]] == [-300, 300]
    assert [entry["account"] for entry in answer["entries"]] == [
        "acc_mch_star_coffee_cny",
        desk.person.money.id,
    ]
    assert count(desk.wallet) == 0
    assert desk.payment(payment_id)["refunds"] == []
    [act] = acts(desk.wallet, "preview_action")
    assert (act.subject, act.customer_id) == (None, desk.person.user_id)


def test_a_dry_run_freezes_nobody(desk: Desk) -> None:
    answer = desk.ask("freeze", dry_run=True)
    assert (answer["status"], answer["id"]) == ("executed", None)
    assert desk.person.pay().status == 201


def test_a_dry_run_is_refused_like_the_real_thing(desk: Desk) -> None:
    assert ask(desk.agent, desk.person.user_id, "unlock_login", dry_run=True).code == (
        "verification_level_required"
    )
    assert desk.ask("unfreeze", dry_run=True).code == "forbidden"
    answer = desk.ask("refund", payment_id=desk.pay(100), amount=101, dry_run=True)
    assert answer.code == "refund_exceeds_payment"


WRONG_SHAPES: list[tuple[dict[str, object], str]] = [
    ({"type": "sell"}, "validation_failed"),
    ({"type": "refund"}, "validation_failed"),
    ({"type": "release_hold"}, "validation_failed"),
    ({"type": "goodwill_credit"}, "validation_failed"),
    ({"type": "freeze", "amount": 1}, "validation_failed"),
    ({"type": "freeze", "reason": " \n"}, "validation_failed"),
    ({"type": "freeze", "reason": "x" * 501}, "validation_failed"),
    ({"type": "freeze", "dry_run": "yes"}, "validation_failed"),
    ({"type": "freeze", "level": "L4"}, "validation_failed"),
    ({"type": "goodwill_credit", "amount": 1.0}, "validation_failed"),
    ({"type": "goodwill_credit", "amount": 0}, "amount_out_of_range"),
    ({"type": "goodwill_credit", "amount": -5}, "amount_out_of_range"),
    ({"type": "goodwill_credit", "amount": 5_000_001}, "amount_out_of_range"),
    ({"type": "freeze", "user_id": "usr_none"}, "not_found"),
    ({"type": "unlock_login", "call_id": "call_none"}, "not_found"),
    ({"type": "unlock_login", "conversation_id": "cnv_none"}, "not_found"),
    ({"type": "refund", "payment_id": "pay_none"}, "not_found"),
]


def test_a_request_of_the_wrong_shape_is_refused(desk: Desk) -> None:
    least = {"user_id": desk.person.user_id, "reason": "why not", "call_id": desk.call_id}
    for body, code in WRONG_SHAPES:
        assert desk.agent.client.post(REQUESTS, least | body).code == code, body
    assert count(desk.wallet) == 0


def test_somebody_elses_payment_is_not_found(desk: Desk) -> None:
    other = create_person(desk.wallet)
    theirs = other.pay()["id"]
    for type_ in ("refund", "release_hold"):
        answer = desk.ask(type_, payment_id=theirs)
        assert (answer.status, answer.code) == (404, "not_found")


def test_requests_are_listed_newest_first_and_the_look_is_recorded(desk: Desk) -> None:
    credit, freeze = desk.ask("goodwill_credit", amount=5), desk.ask("freeze")
    everything = desk.agent.client.get(REQUESTS)["data"]
    assert [it["id"] for it in everything] == [freeze["id"], credit["id"]]
    pending = desk.agent.client.get(REQUESTS, status="pending_approval")["data"]
    assert [it["id"] for it in pending] == [credit["id"]]
    of_user = desk.agent.client.get(REQUESTS, user_id=desk.person.user_id, type="freeze", limit=1)
    assert [it["id"] for it in of_user["data"]] == [freeze["id"]]
    assert desk.agent.client.get(REQUESTS, user_id="usr_none")["data"] == []
    assert desk.agent.client.get(REQUESTS, status="lost").code == "validation_failed"
    looked_at = [act.customer_id for act in acts(desk.wallet, "list_action_requests")]
    assert looked_at == [*[desk.person.user_id] * 3, "usr_none"]
    one = desk.agent.client.get(f"{REQUESTS}/{credit['id']}")
    assert one.body == credit.body
    assert desk.agent.client.get(f"{REQUESTS}/act_none").code == "not_found"


def test_agents_neither_approve_nor_reject(desk: Desk) -> None:
    credit = desk.ask("goodwill_credit", amount=5)["id"]
    for answer in (approve(desk.agent, credit), reject(create_agent(desk.wallet), credit)):
        assert (answer.status, answer.code) == (403, "forbidden")
