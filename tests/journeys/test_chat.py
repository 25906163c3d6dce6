"""A chat, from the first word to the rating, with a stream that breaks and is taken up again."""

import time

from tests.factories.listening import SocketListener
from tests.journeys.desk import an_agent, ask, go_to
from tests.journeys.server import Server, User, until

CHATS = "/v1/support/conversations"


def begin(user: User, **more: object) -> str:
    body = {"channel": "chat", "message": "Where is my money?"} | more
    made = ask(user, "POST", CHATS, body, status=201)
    assert (made["channel"], made["last_seq"]) == ("chat", 1)
    return str(made["id"])


def listen(user: User, chat: str, after: int | None = None) -> SocketListener:
    token = user.made["access_token"]
    return SocketListener(user.server.url, f"{CHATS}/{chat}/events", token, after)


def test_a_chat_loses_and_doubles_nothing_though_its_stream_breaks(house: Server) -> None:
    go_to(house, 10)
    user, agent = house.user(), an_agent(house)
    paid = user.pay(12_850).json()
    agent.call("PUT", "/me/presence", {"status": "online"})
    chat = begin(user, payment_id=paid["id"])
    desk = f"/conversations/{chat}"
    until(lambda: agent.call("GET", desk)["assigned_to"] == agent.id)

    stream = listen(user, chat)
    agent.call("POST", f"{desk}/messages", {"text": "Let me look."}, status=201)
    stream.wait_for(2)
    stream.cut()

    for number in range(3, 13):
        if number % 2:
            body = {"text": f"agent {number}"}
            agent.call("POST", f"{desk}/messages", body, status=201)
        else:
            ask(user, "POST", f"{CHATS}/{chat}/messages", {"text": f"user {number}"}, status=201)
    house.advance(600)
    stream = listen(user, chat, after=2)
    stream.wait_for(10)
    ask(user, "POST", f"{CHATS}/{chat}/messages", {"text": "It was card 6222021234567890128"}, 201)
    stream.wait_for(11)
    assert stream.seqs == list(range(3, 14))
    assert stream.of("message")[-1].data["text"] == "It was card ****0128"

    agent.because = chat
    evidence = agent.call("GET", f"/payments/{paid['id']}/evidence")
    assert evidence["payment"]["status"] == "succeeded"
    agent.call("POST", f"{desk}/messages", {"text": "It went through."}, status=201)
    agent.call("POST", f"{desk}/resolve")
    ask(user, "POST", f"{CHATS}/{chat}/close")
    stream.wait_for_the_end()
    stream.cut()
    assert stream.seqs[-1] == 14
    over = listen(user, chat, after=14)
    assert over.status == 204, "nothing can come any more"
    over.cut()
    ask(user, "POST", f"{CHATS}/{chat}/rating", {"score": 5}, status=204)
    transcript = user.call("GET", f"{CHATS}/{chat}/transcript").text
    assert transcript.index("Where is my money?") < transcript.index("It went through.")
    assert "6222021234567890128" not in transcript
    assert house.wrong_invariants() == []


def test_a_reset_ends_the_stream_of_a_chat(house: Server) -> None:
    go_to(house, 10)
    user = house.user()
    chat = begin(user)
    stream = listen(user, chat)
    stream.wait_for(1)
    phone = user.made["user"]["phone"]
    wanted = {"purpose": "reset_password", "identifier": phone}
    asked = house.call("POST", "/v1/auth/verifications", wanted).json()
    inbox = house.call("GET", f"/sandbox/v1/messages?to=%2B{phone[1:]}&wait=20").json()["data"]
    confirm = f"/v1/auth/verifications/{asked['id']}/confirm"
    proof = house.call("POST", confirm, {"code": inbox[0]["code"]}).json()
    reset = {
        "verification_token": proof["verification_token"],
        "new_password": "Orchid-river-42",
        "new_password_confirmation": "Orchid-river-42",
    }
    began = time.monotonic()
    assert house.call("POST", "/v1/auth/password-resets", reset).status_code == 204
    stream.wait_for_the_end()
    assert time.monotonic() - began < 5
    stream.cut()
    again = listen(user, chat, after=1)
    assert again.status == 401
    again.cut()
