"""From a question that the FAQ doesn't answer to a ticket at night, its answer in the morning, and a new article."""

from datetime import datetime, timedelta
from urllib.parse import quote

from tests.journeys.desk import an_agent, ask, go_to
from tests.journeys.server import Server

FAQS = "/v1/support/faqs"
TICKETS = "/v1/support/conversations"
QUESTION = "宠物保险"


def titles(house: Server, words: str) -> list[str]:
    found = house.call("GET", f"{FAQS}?q={quote(words)}&locale=zh-CN").json()["data"]
    return [it["title"] for it in found]


def test_what_the_faq_did_not_know_is_answered_in_the_morning_and_written_down(
    house: Server,
) -> None:
    night = go_to(house, 3, weekday=1)
    assert titles(house, "付款 失败")
    article = house.call("GET", f"{FAQS}?q={quote('付款失败')}").json()["data"][0]["id"]
    feedback = house.call("POST", f"{FAQS}/{article}/feedback", {"helpful": False})
    assert feedback.status_code == 204
    assert titles(house, QUESTION) == []

    user = house.user()
    body = {"channel": "chat", "subject": QUESTION, "message": "钱包能买宠物保险吗？"}
    ticket = ask(user, "POST", TICKETS, body, 201, Idempotency_Key="once")
    assert ask(user, "POST", TICKETS, body, 201, Idempotency_Key="once") == ticket
    assert ticket["channel"] == "ticket", "nobody is there at three in the morning"
    promised = datetime.fromisoformat(ticket["promised_reply_at"])
    assert night + timedelta(hours=5) < promised < night + timedelta(hours=24)

    go_to(house, 8)
    editor = an_agent(house, "supervisor")
    [waiting] = editor.call("GET", "/conversations?status=new")["data"]
    assert (waiting["id"], waiting["subject"]) == (ticket["id"], QUESTION)
    desk = f"/conversations/{ticket['id']}"
    editor.call("POST", f"{desk}/claim")
    editor.call("POST", f"{desk}/messages", {"text": "目前还不能。"}, 201)
    answered = editor.call("GET", desk)
    assert datetime.fromisoformat(answered["first_replied_at"]) < promised
    editor.call("POST", f"{desk}/resolve")

    [missed] = [it for it in editor.call("GET", "/faq-queries")["data"] if it["query"] == QUESTION]
    texts = {
        "zh": {"title": "能否购买宠物保险", "body": "目前还不能购买宠物保险。"},
        "en": {"title": "Insurance for pets", "body": "The wallet doesn't sell any yet."},
    }
    new = {"state": "published", "tags": [], "texts": texts}
    editor.call("POST", "/faqs", new, 201)
    editor.call("POST", f"/faq-queries/{missed['id']}/finish")
    assert titles(house, QUESTION)[0] == "能否购买宠物保险"

    login = {"identifier": user.made["user"]["phone"], "password": user.made["password"]}
    tokens = house.call("POST", "/v1/auth/login", login).json()
    user.made["access_token"] = tokens["access_token"]
    messages = ask(user, "GET", f"{TICKETS}/{ticket['id']}/messages")["data"]
    assert [it["text"] for it in messages] == ["钱包能买宠物保险吗？", "目前还不能。"]
    assert ask(user, "POST", f"{TICKETS}/{ticket['id']}/close")["status"] == "closed"
    assert house.wrong_invariants() == []
