"""The desk's side: a chat, a caller who proves who they are, where the money is, and a refund that two people make."""

from demo.client import Answer
from demo.expectations import ANYTHING, SOMETHING_IN_IT, answered, including
from demo.people import Agent, User, new_key
from demo.sandbox import advance_clock, choose_merchant, meet_agent, meet_user, plan_fault
from demo.tour import Tour

START, PAID = 50_000, 12_800


def play(tour: Tour) -> None:
    """Help somebody whose payment nobody can tell the outcome of, over chat and telephone."""
    user = meet_user(tour, "A user with ¥500.00", balance=START)
    payment = _lose_the_answer(tour, user)
    agent = meet_agent(tour, "Somebody of the support desk", "agent")
    conversation = _chat(tour, user, agent, payment)
    _find_the_money(tour, user, agent, payment, conversation)
    call = _call(tour, user, agent)
    supervisor = _refund(tour, user, agent, payment, call)
    _look_back(tour, user)
    tour.narration.remark(
        f"The console is at /console: sign in as {supervisor.email} with {supervisor.password} and the one-time code "
        f"of an authenticator app with the secret {supervisor.totp_secret}."
    )


def _lose_the_answer(tour: Tour, user: User) -> Answer:
    plan_fault(tour, "The gateway is to take the money and lose the answer", "reset_after", user.id)
    return tour.step(
        "¥128.00: nobody knows what became of them",
        user.pay(choose_merchant(tour), PAID),
        answered(202, {"status": "processing"}, "id"),
    )


def _chat(tour: Tour, user: User, agent: Agent, payment: Answer) -> str:
    opened = tour.step(
        "They write to support, and should not have written down their card number",
        user.post(
            "/v1/support/conversations",
            {
                "channel": "chat",
                "message": "Is my money gone? My card is 6222 0212 3456 7890 128.",
                "payment_id": payment["id"],
            },
        ),
        answered(201, {"last_seq": 1, "payment_id": payment["id"]}, "channel", "promised_reply_at"),
    )
    path = f"/v1/support/conversations/{opened['id']}"
    tour.step(
        "It was masked before it was stored",
        user.get(f"{path}/messages"),
        answered(200, {"data.0.seq": 1, "data.0.author": "user"}, "data.0.text"),
    )
    inside = f"/internal{path.replace('/support', '')}"
    tour.step("The agent takes the case", agent.post(f"{inside}/claim"), answered(200))
    tour.step(
        "... and answers",
        agent.post(f"{inside}/messages", {"text": "I am looking where your money is."}),
        answered(201, {"seq": 2, "author": "agent"}, "text"),
    )
    return str(opened["id"])


def _find_the_money(
    tour: Tour, user: User, agent: Agent, payment: Answer, conversation: str
) -> None:
    tour.step(
        "Nobody looks at a customer without saying why",
        agent.get(f"/internal/v1/customers/{user.id}"),
        answered(400, {"code": "access_reason_required"}),
    )
    tour.step(
        "With the conversation as the reason they see the customer, masked",
        agent.get(f"/internal/v1/customers/{user.id}", conversation),
        answered(200, {"id": user.id}, "phone", "wallet.available", "wallet.held"),
    )
    diagnosed = agent.post(
        "/internal/v1/payment-diagnoses",
        {"user_id": user.id, "payment_id": payment["id"]},
        conversation,
    )
    tour.step(
        "Where is the money? Not known: so nobody is told to pay again",
        diagnosed,
        answered(201, {"verdict": "unknown", "retry_safe": False}, "message"),
    )
    advance_clock(tour, "The wallet asks the gateway by its own reference, again and again", 10)
    tour.step(
        "Now it is known, and the answer is another",
        diagnosed,
        answered(201, {"verdict": "succeeded", "retry_safe": False}, "message"),
    )


def _call(tour: Tour, user: User, agent: Agent) -> Answer:
    call = tour.step(
        "The user calls the hotline: a number that matches is only a claim",
        agent.post("/internal/v1/calls", {"phone": user.phone, "direction": "inbound"}),
        answered(201, {"user_id": user.id, "level": "L1"}, "id"),
    )
    given = tour.step(
        "So the app shows a code to read out",
        user.post("/v1/support/call-codes"),
        answered(201, {"code": ANYTHING}, "expires_at"),
    )
    tour.step(
        "... which proves that it is them",
        agent.post(f"/internal/v1/calls/{call['id']}/verify", {"call_code": given["code"]}),
        answered(200, {"verified": True}, "level"),
    )
    return call


def _refund(tour: Tour, user: User, agent: Agent, payment: Answer, call: Answer) -> Agent:
    wanted = {
        "type": "refund",
        "user_id": user.id,
        "payment_id": payment["id"],
        "amount": PAID,
        "reason": "the goods were never delivered",
        "call_id": call["id"],
    }
    asked = tour.step(
        "The agent asks for a refund, and sees the entries that it would make",
        agent.post("/internal/v1/action-requests", wanted, key=new_key()),
        answered(201, {"status": "pending_approval", "entries": SOMETHING_IN_IT}, "id"),
    )
    supervisor = meet_agent(tour, "Money needs a second person", "supervisor")
    tour.step(
        "... who approves it",
        supervisor.post(f"/internal/v1/action-requests/{asked['id']}/approve"),
        answered(200, {"status": "executed", "decided_by": supervisor.id}),
    )
    tour.step_soon(
        "The money is back",
        user.get(f"/v1/payments/{payment['id']}"),
        answered(200, {"refunded_amount": PAID, "refunds.0.status": "succeeded"}),
    )
    tour.step(
        "The whole trail still holds",
        supervisor.get("/internal/v1/audit/verify"),
        answered(200, {"ok": True}, "checked"),
    )
    return supervisor


def _look_back(tour: Tour, user: User) -> None:
    tour.step(
        "The user sees who looked at what of theirs, and why",
        user.get("/v1/support/access-log"),
        answered(200, {"data.*.action": including("read_customer")}, "data.*.reason"),
    )
