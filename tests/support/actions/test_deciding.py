"""A second person decides, once, and what is decided is done in the same step."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.core.idempotency import IdempotencyClaim
from app.ledger.invariants import check_ledger
from app.support.actions.operations import decide_action
from app.support.actions.rules import GOODWILL_MAX, GOODWILL_MAX_PER_USER
from tests.client import Answer, Client
from tests.conftest import Clock, Outside
from tests.factories.actions import REQUESTS, approve, ask, elsewhere, reject
from tests.factories.auth import Inbox, Visitor
from tests.factories.staff import Colleague
from tests.support.actions.conftest import Desk


def credited(desk: Desk) -> list[int]:
    entries = desk.person.client.get("/v1/wallet/entries")["data"]
    return [it["amount"] for it in entries if it["reference"]["type"] == "goodwill_credit"]


def test_a_credit_is_booked_when_a_second_person_approves(desk: Desk) -> None:
    asked = desk.ask("goodwill_credit", amount=500)
    before = desk.person.money.available
    done = approve(desk.supervisor, asked["id"])
    assert (done.status, done["status"]) == (200, "executed")
    assert (done["requested_by"], done["decided_by"]) == (
        desk.agent.agent_id,
        desk.supervisor.agent_id,
    )
    assert desk.person.money.available == before + 500
    entry = desk.person.client.get("/v1/wallet/entries")["data"][0]
    assert (entry["type"], entry["amount"]) == ("adjustment", 500)
    assert entry["reference"] == {"type": "goodwill_credit", "id": asked["id"]}
    accounts = {line["account"]: line["amount"] for line in done["entries"]}
    assert accounts == {"acc_goodwill_cny": -500, desk.person.money.id: 500}
    with desk.wallet.database.snapshot() as tx:
        assert all(check.ok for check in check_ledger(tx))
        query = sa.select(AuditEntry).where(AuditEntry.action == "approve_action_request")
        act = tx.scalars(query).one()
    assert (act.actor, act.subject) == (desk.supervisor.agent_id, asked["id"])


def test_nobody_approves_their_own_request(desk: Desk) -> None:
    asked = ask(desk.supervisor, desk.person.user_id, "goodwill_credit", amount=5)
    answer = approve(desk.supervisor, asked["id"])
    assert (answer.status, answer.code) == (403, "four_eyes_required")
    assert credited(desk) == []
    assert approve(desk.boss, asked["id"]).status == 200


def test_who_asked_may_take_it_back(desk: Desk) -> None:
    asked = ask(desk.supervisor, desk.person.user_id, "goodwill_credit", amount=5)
    back = reject(desk.supervisor, asked["id"], reason="a mistake")
    assert (back.status, back["status"]) == (200, "rejected")
    assert back["decision_reason"] == "a mistake"
    assert approve(desk.boss, asked["id"]).code == "action_request_closed"


def test_a_rejected_request_does_nothing(desk: Desk) -> None:
    asked = desk.ask("goodwill_credit", amount=500)
    answer = reject(desk.supervisor, asked["id"])
    assert (answer["status"], answer["decided_by"]) == ("rejected", desk.supervisor.agent_id)
    for decide in (approve, reject):
        again = decide(desk.boss, asked["id"])
        assert (again.status, again.code) == (409, "action_request_closed")
    assert credited(desk) == []


def test_a_request_that_is_not_there_is_not_found(desk: Desk) -> None:
    for decide in (approve, reject):
        assert decide(desk.boss, "act_none").code == "not_found"


def test_an_approval_that_is_sent_again_is_answered_again(desk: Desk) -> None:
    asked = desk.ask("goodwill_credit", amount=500)
    first, second = (approve(desk.boss, asked["id"], key="same") for _ in range(2))
    assert first.raw == second.raw
    assert second.headers["Idempotent-Replayed"] == "true"
    third = approve(desk.boss, asked["id"])
    assert (third.status, third.code) == (409, "action_request_closed")
    assert credited(desk) == [500]


def test_of_two_who_approve_at_once_one_gets_through(desk: Desk) -> None:
    asked = desk.ask("goodwill_credit", amount=500)["id"]
    approvers = [elsewhere(desk.wallet, it) for it in (desk.supervisor, desk.boss)] * 2
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda it: approve(it, asked), approvers))
    assert sorted(it.status for it in answers) == [200, 409, 409, 409]
    assert {it.code for it in answers if it.status == 409} == {"action_request_closed"}
    assert credited(desk) == [500]


def test_approving_and_rejecting_at_once_do_one_of_the_two(desk: Desk) -> None:
    for _ in range(3):
        asked, before = desk.ask("goodwill_credit", amount=7)["id"], len(credited(desk))
        one, other = elsewhere(desk.wallet, desk.supervisor), elsewhere(desk.wallet, desk.boss)
        with ThreadPoolExecutor(2) as pool:
            approved = pool.submit(approve, one, asked)
            rejected = pool.submit(reject, other, asked)
        statuses = (approved.result().status, rejected.result().status)
        assert statuses in ((200, 409), (409, 200))
        assert len(credited(desk)) - before == (statuses[0] == 200)


def test_who_dies_before_the_commit_leaves_it_pending_and_nothing_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def die(*_: object) -> None:
        raise Died

    asked = desk.ask("goodwill_credit", amount=500)["id"]
    monkeypatch.setattr(decide_action, "record_act", die)
    with pytest.raises(Died):
        approve(desk.boss, asked, key="same")
    monkeypatch.undo()
    assert credited(desk) == []
    again = approve(desk.boss, asked, key="same")
    assert (again.status, again["status"]) == (200, "executed")
    assert credited(desk) == [500]


def test_who_dies_after_the_commit_is_told_what_was_done(desk: Desk) -> None:
    """The claim points to the request, so that the same key after a crash reports it."""
    asked = desk.ask("goodwill_credit", amount=500)["id"]
    approve(desk.boss, asked, key="same")
    with desk.wallet.database.transaction() as tx:
        tx.execute(sa.update(IdempotencyClaim).values(status=None, body=None))
    again = approve(desk.boss, asked, key="same")
    assert (again.status, again["status"]) == (200, "executed")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert credited(desk) == [500]


def test_credits_have_a_limit_each_and_per_user(desk: Desk, clock: Clock) -> None:
    over = desk.ask("goodwill_credit", amount=GOODWILL_MAX + 1)
    assert (over.status, over.code) == (422, "goodwill_credit_exceeds_limit")
    assert over["max_amount"] == GOODWILL_MAX
    for _ in range(GOODWILL_MAX_PER_USER // GOODWILL_MAX):
        asked = desk.ask("goodwill_credit", amount=GOODWILL_MAX)
        assert approve(desk.boss, asked["id"]).status == 200
    assert desk.ask("goodwill_credit", amount=1)["max_amount"] == 0


def test_a_rejected_credit_counts_towards_no_limit(desk: Desk) -> None:
    for _ in range(GOODWILL_MAX_PER_USER // GOODWILL_MAX + 1):
        asked = desk.ask("goodwill_credit", amount=GOODWILL_MAX)
        assert asked.status == 201
        reject(desk.boss, asked["id"])


def test_credits_asked_for_at_once_stay_within_the_limit(desk: Desk) -> None:
    def ask_one(agent: Colleague) -> Answer:
        return ask(agent, desk.person.user_id, "goodwill_credit", amount=GOODWILL_MAX)

    with ThreadPoolExecutor(4) as pool:
        agents = [elsewhere(desk.wallet, desk.supervisor) for _ in range(4)]
        answers = list(pool.map(ask_one, agents))
    assert sorted(it.status for it in answers) == [201, 201, 422, 422]


def test_a_frozen_account_is_unfrozen_by_two(desk: Desk) -> None:
    assert desk.ask("freeze").status == 201
    assert desk.person.pay().code == "account_frozen"
    asked = ask(desk.supervisor, desk.person.user_id, "unfreeze")
    assert (asked["status"], asked["level_waived"]) == ("pending_approval", True)
    assert desk.person.pay().code == "account_frozen"
    assert approve(desk.boss, asked["id"])["status"] == "executed"
    assert desk.person.pay().status == 201
    answer = ask(desk.supervisor, desk.person.user_id, "unfreeze")
    assert (answer.status, answer.code) == (409, "account_not_frozen")


def test_an_unfreezing_that_came_too_late_stays_pending(desk: Desk) -> None:
    desk.ask("freeze")
    first, second = (ask(desk.supervisor, desk.person.user_id, "unfreeze") for _ in range(2))
    assert approve(desk.boss, first["id"]).status == 200
    assert approve(desk.boss, second["id"]).code == "account_not_frozen"
    left = desk.boss.client.get(f"{REQUESTS}/{second['id']}")
    assert (left["status"], left["decided_by"]) == ("pending_approval", None)


@pytest.fixture
def visitor(client: Client, outside: Outside, clock: Clock) -> Visitor:
    return Visitor(client, Inbox(outside, clock))


def test_a_password_reset_ends_what_waits_and_unverifies_the_call(
    desk: Desk, visitor: Visitor
) -> None:
    waiting = desk.ask("goodwill_credit", amount=500)["id"]
    token = visitor.token("reset_password", desk.person.identifier)
    assert visitor.reset(token).status == 204
    ended = desk.boss.client.get(f"{REQUESTS}/{waiting}")
    assert (ended["status"], ended["decided_by"]) == ("rejected", None)
    assert ended["decision_reason"] == "password.reset"
    assert approve(desk.boss, waiting).code == "action_request_closed"
    assert desk.agent.client.get(f"/internal/v1/calls/{desk.call_id}")["level"] == "L0"
    assert desk.ask("goodwill_credit", amount=500).code == "verification_level_required"
    with desk.wallet.database.snapshot() as tx:
        query = sa.select(AuditEntry).where(AuditEntry.action == "reject_action_request")
        act = tx.scalars(query).one()
    assert (act.actor, act.subject) == ("system", waiting)


def test_a_reset_and_an_approval_at_once_do_not_stand_in_each_others_way(
    desk: Desk, visitor: Visitor
) -> None:
    asked = desk.ask("goodwill_credit", amount=500)["id"]
    token = visitor.token("reset_password", desk.person.identifier)
    other = Visitor(Client(desk.wallet.app.test_client()), visitor.inbox)
    with ThreadPoolExecutor(2) as pool:
        reset = pool.submit(other.reset, token)
        approved = pool.submit(approve, elsewhere(desk.wallet, desk.boss), asked)
    assert reset.result().status == 204
    status = approved.result().status
    assert status in (200, 409)
    final = desk.boss.client.get(f"{REQUESTS}/{asked}")["status"]
    assert final == ("executed" if status == 200 else "rejected")
    with desk.wallet.database.snapshot() as tx:
        movements = tx.scalar(
            sa.text(
                "SELECT count(*) FROM ledger_transactions WHERE reference_type = 'goodwill_credit'"
            )
        )
    assert movements == (status == 200)


def test_the_database_itself_wants_two_people(desk: Desk) -> None:
    asked = desk.ask("goodwill_credit", amount=500)["id"]
    for decider in (f"'{desk.agent.agent_id}'", "NULL"):
        with pytest.raises(sa.exc.IntegrityError), desk.wallet.database.transaction() as tx:
            tx.execute(
                sa.text(
                    f"UPDATE action_requests SET status = 'executed', decided_by = {decider},"
                    " decided_at = created_at WHERE id = :id"
                ),
                {"id": asked},
            )
