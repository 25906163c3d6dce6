"""A call to the hotline: who seems to call, what proves it, a refund by two people, what the customer sees."""

from typing import Any

from tests.journeys.desk import DeskAgent, an_agent, ask
from tests.journeys.server import Server, until


def refund(agent: DeskAgent, asked: dict[str, Any], status: int, **more: object) -> Any:
    body = {"type": "refund", "reason": "paid twice for one coffee", **asked, **more}
    key = "dry" if more else "refund"
    return agent.call("POST", "/action-requests", body, status, Idempotency_Key=key)


def test_a_caller_proves_who_they_are_and_two_people_give_the_money_back(house: Server) -> None:
    user = house.user()
    user.pay(2_800)
    second = user.pay(2_800).json()
    agent, boss = an_agent(house), an_agent(house, "supervisor")

    heard = {"phone": user.made["user"]["phone"], "direction": "inbound"}
    call = agent.call("POST", "/calls", heard, status=201)
    customer = call["user_id"]
    assert (customer, call["level"]) == (user.made["user"]["id"], "L1")
    asked = {"user_id": customer, "payment_id": second["id"], "call_id": call["id"]}
    refused = refund(agent, asked, 403)
    assert refused["code"] == "verification_level_required", "a number proves nothing"

    code = ask(user, "POST", "/v1/support/call-codes", status=201)["code"]
    verify = f"/calls/{call['id']}/verify"
    wrong = str((int(code) + 1) % 1_000_000).zfill(6)
    assert agent.call("POST", verify, {"call_code": wrong}, 422)["code"] == "call_code_incorrect"
    assert agent.call("POST", verify, {"call_code": code})["level"] in ("L3", "L4")
    talking = ask(user, "GET", "/v1/support/call")["call"]
    assert talking["agent"]["display_name"] == agent.made["agent"]["display_name"]

    agent.because = call["id"]
    found = agent.call("POST", "/payment-diagnoses", {"user_id": customer, "amount": 2_800}, 201)
    assert second["id"] in {it["payment_id"] for it in found["candidates"]}
    preview = refund(agent, asked, 201, dry_run=True)
    assert (preview["id"], sum(it["amount"] for it in preview["entries"])) == (None, 0)
    waiting = refund(agent, asked, 201)
    assert waiting["status"] == "pending_approval"
    assert user.wallet()["total"] == 100_000 - 5_600
    approve = f"/action-requests/{waiting['id']}/approve"
    assert agent.call("POST", approve, status=403)["code"] == "forbidden"
    for _ in range(2):  # the second is a replay
        done = boss.call("POST", approve, Idempotency_Key="approve")
        assert (done["status"], done["decided_by"]) == ("executed", boss.id)
    until(lambda: user.wallet()["total"] == 100_000 - 2_800)

    notes = {"notes": "Paid twice. Told me the card 6222021234567890128.", "status": "ended"}
    ended = agent.call("PATCH", f"/calls/{call['id']}", notes)
    assert (ended["status"], ended["notes"]) == ("ended", "Paid twice. Told me the card ****0128.")
    assert ask(user, "GET", "/v1/support/call")["call"] is None
    seen = ask(user, "GET", "/v1/support/access-log")["data"]
    actions = {it["action"] for it in seen}
    assert actions >= {"record_call", "verify_call", "diagnose_payment", "approve_action_request"}
    assert boss.call("GET", "/audit/verify")["ok"] is True
    assert house.wrong_invariants() == []
