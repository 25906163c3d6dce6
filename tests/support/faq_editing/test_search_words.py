"""What was asked in vain, the synonyms that mend it, and suggestions while somebody types."""

from typing import Any

import pytest

from app.auth.rules import Role
from app.factory import Wallet
from app.support.faq.seeding import seed
from tests.client import Client
from tests.factories.staff import create_agent

QUERIES = "/internal/v1/faq-queries"
SYNONYMS = "/internal/v1/faq-synonyms"
READERS = "/v1/support/faqs"
SUGGESTIONS = "/v1/support/faq-suggestions"


@pytest.fixture
def editor(wallet: Wallet) -> Client:
    return create_agent(wallet, Role.SUPERVISOR).client


def found(client: Client, words: str, locale: str = "zh-CN") -> list[str]:
    return [it["id"] for it in client.get(READERS, q=words, locale=locale)["data"]]


def asked_in_vain(editor: Client, **query: str) -> list[tuple[str, int]]:
    return [(it["query"], it["asked"]) for it in editor.get(QUERIES, **query)["data"]]


def test_what_was_asked_in_vain_is_listed_by_how_often_until_it_is_dealt_with(
    client: Client, editor: Client
) -> None:
    for words in ("zzyzx", "qwrtp", "qwrtp"):
        assert found(client, words) == []
    assert asked_in_vain(editor) == [("qwrtp", 2), ("zzyzx", 1)]

    query_id = editor.get(QUERIES)["data"][0]["id"]
    done = editor.post(f"{QUERIES}/{query_id}/finish")
    assert (done.status, done["done_by"][:4]) == (200, "agt_")
    assert editor.post(f"{QUERIES}/{query_id}/finish")["done_at"] == done["done_at"]
    assert asked_in_vain(editor) == [("zzyzx", 1)]
    assert asked_in_vain(editor, state="done") == [("qwrtp", 2)]

    found(client, "qwrtp")
    assert asked_in_vain(editor) == [("qwrtp", 3), ("zzyzx", 1)]


def change(editor: Client, synonyms: Any, version: int | None = None) -> Any:
    body = {"version": version or editor.get(SYNONYMS)["version"], "synonyms": synonyms}
    return editor.put(SYNONYMS, body)


def test_a_new_synonym_holds_for_the_next_search(client: Client, editor: Client) -> None:
    assert found(client, "花呗") == []
    assert found(client, "lolly", "en") == []
    groups = editor.get(SYNONYMS)["synonyms"]
    answer = change(editor, [*groups, ["花呗", "银联"], ["lolly", "quid", "手续费"]])
    assert answer.status == 200

    changed = [[*it, "花钱"] if "支付" in it else it for it in groups]
    assert change(editor, changed)["version"] == 3
    assert found(client, "花钱失败") == found(client, "支付失败")
    with_both = set(found(client, "花钱"))
    assert "faq_payment_failed" in with_both


def test_a_synonym_that_is_gone_finds_nothing_more(
    wallet: Wallet, client: Client, editor: Client
) -> None:
    assert found(client, "打款") == found(client, "转账")
    assert change(editor, []).status == 200
    assert found(client, "打款") != found(client, "转账")
    with wallet.database.transaction() as tx:
        seed(tx)
    assert editor.get(SYNONYMS)["synonyms"] == [], "the seed leaves what an editor did"


@pytest.mark.parametrize(
    ("synonyms", "pointer", "code"),
    [
        ([["付款", "支付"], ["转账", "付款"]], "/synonyms/1/1", "word_twice"),
        ([["Pay", "ＰＡＹ"]], "/synonyms/0/1", "word_twice"),
        ([["log in", "login"]], "/synonyms/0/0", "not_a_word"),
        ([["付款", "*"]], "/synonyms/0/1", "not_a_word"),
        ([["pay付款", "付款"]], "/synonyms/0/0", "not_a_word"),
        ([["alone"]], "/synonyms/0", "invalid_value"),
        ([["a", 1]], "/synonyms/0/1", "invalid_type"),
    ],
)
def test_what_no_search_could_find_is_refused(
    editor: Client, synonyms: Any, pointer: str, code: str
) -> None:
    answer = change(editor, synonyms)
    assert answer.code == "validation_failed"
    assert (pointer, code) in [(it["pointer"], it["code"]) for it in answer["errors"]]


def test_two_editors_of_the_synonyms_do_not_overwrite_each_other(editor: Client) -> None:
    assert change(editor, [["a", "b"]], version=1).status == 200
    refused = change(editor, [["a", "c"]], version=1)
    assert (refused.status, refused.code, refused["version"]) == (409, "faq_changed", 2)


def test_agents_read_and_only_supervisors_write(wallet: Wallet, client: Client) -> None:
    agent = create_agent(wallet).client
    found(client, "zzyzx")
    (query,) = agent.get(QUERIES)["data"]

    assert agent.get(SYNONYMS).status == 200
    assert change(agent, []).code == "forbidden"
    assert agent.post(f"{QUERIES}/{query['id']}/finish").code == "forbidden"


@pytest.mark.parametrize(
    ("typed", "locale", "expected"),
    [
        ("忘记密", "zh-CN", "faq_forgot_login_password"),
        ("退", "zh-CN", "faq_refund"),
        ("换绑", "zh-CN", "faq_change_card"),
        ("怎么退款", "zh-CN", "faq_refund"),
        ("forg", "en", "faq_forgot_login_password"),
        ("how do I get a refu", "en", "faq_refund"),
    ],
)
def test_a_few_titles_are_suggested_for_what_was_typed_so_far(
    client: Client, editor: Client, typed: str, locale: str, expected: str
) -> None:
    answer = client.get(SUGGESTIONS, q=typed, locale=locale)

    assert answer.status == 200
    assert expected in [it["id"] for it in answer["data"]]
    assert len(answer["data"]) <= 5
    assert all(set(it) == {"id", "title"} for it in answer["data"])


def test_what_suggests_nothing_is_not_kept(client: Client, editor: Client) -> None:
    for typed in ("", " ", "怎么", "zzyz", "(", '"'):
        assert client.get(SUGGESTIONS, q=typed)["data"] == []
    assert asked_in_vain(editor) == []
    assert client.get(SUGGESTIONS).code == "validation_failed"
