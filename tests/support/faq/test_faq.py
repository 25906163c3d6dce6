"""The FAQ over HTTP: found on both databases, in the caller's language, and rated."""

import pytest
import sqlalchemy as sa

from app.factory import Wallet
from app.support.faq.models import (
    Article,
    ArticleFeedback,
    ArticleRevision,
    ArticleText,
    MissedQuery,
)
from app.support.faq.seeding import seed
from tests.client import Client

FAQS = "/v1/support/faqs"
SCREEN = 6  # results that a phone shows without scrolling


def ids(client: Client, **query: object) -> list[str]:
    answer = client.get(FAQS, **query)
    assert answer.status == 200, answer.body
    return [article["id"] for article in answer["data"]]


@pytest.mark.parametrize(
    ("locale", "query", "expected"),
    [
        ("zh-CN", "密码", "faq_forgot_login_password"),
        ("zh-CN", "支付", "faq_payment_failed"),
        ("zh-CN", "换绑", "faq_change_card"),
        ("zh-CN", "怎么改密码", "faq_change_login_password"),
        ("zh-CN", "付款失败", "faq_payment_failed"),
        ("en", "pass", "faq_forgot_login_password"),
        ("en", "refu", "faq_refund"),
    ],
)
def test_what_people_type_finds_the_article(
    client: Client, locale: str, query: str, expected: str
) -> None:
    assert expected in ids(client, q=query, locale=locale)[:SCREEN]


def test_an_article_has_the_shape_of_the_contract(client: Client) -> None:
    article = client.get(f"{FAQS}/faq_refund").body

    assert set(article) == {"id", "locale", "title", "body", "tags", "updated_at"}
    assert article["locale"] == "en"
    assert article["updated_at"].endswith("Z")


def test_the_language_is_the_one_asked_for_else_the_one_preferred(client: Client) -> None:
    chinese = client.with_headers(Accept_Language="zh-CN")

    assert chinese.get(f"{FAQS}/faq_refund")["locale"] == "zh-CN"
    assert chinese.get(f"{FAQS}/faq_refund", locale="en")["locale"] == "en"
    assert {it["locale"] for it in client.get(FAQS, locale="zh-CN")["data"]} == {"zh-CN"}


def test_without_words_all_articles_come_page_by_page_newest_first(
    wallet: Wallet, client: Client
) -> None:
    with wallet.database.snapshot() as tx:
        count = tx.scalar(
            sa.select(sa.func.count()).select_from(ArticleText).where(ArticleText.locale == "en")
        )
    seen, cursor = [], None
    while True:
        paging = {"limit": 15} | ({"cursor": cursor} if cursor else {})
        page = client.get(FAQS, **paging)
        seen += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert len({it["id"] for it in seen}) == len(seen) == count
    assert [it["updated_at"] for it in seen] == sorted(
        (it["updated_at"] for it in seen), reverse=True
    )


def test_search_results_are_paged_in_their_order(client: Client) -> None:
    whole = ids(client, q="payment", limit=100)
    first = client.get(FAQS, q="payment", limit=2)
    second = client.get(FAQS, q="payment", limit=2, cursor=first["next_cursor"])

    assert [it["id"] for it in first["data"] + second["data"]] == whole[:4]


def test_a_cursor_belongs_to_its_query(client: Client) -> None:
    cursor = client.get(FAQS, q="payment", limit=2)["next_cursor"]

    assert client.get(FAQS, q="card", limit=2, cursor=cursor).code == "cursor_invalid"


def test_words_in_vain_are_kept_once_with_their_count(wallet: Wallet, client: Client) -> None:
    for _ in range(3):
        assert ids(client, q="量子力学", locale="zh-CN") == []

    with wallet.database.snapshot() as tx:
        (missed,) = tx.scalars(sa.select(MissedQuery)).all()
    assert (missed.query, missed.locale, missed.asked) == ("量子力学", "zh-CN", 3)


def test_no_number_or_address_that_was_typed_is_kept(wallet: Wallet, client: Client) -> None:
    ids(client, q="zzyzx 6222 0212 3456 7890 qwrtp 483920 ＊９２８３７４ qq@zzyzx.xyz")

    with wallet.database.snapshot() as tx:
        (query,) = tx.scalars(sa.select(MissedQuery.query)).all()
    assert query == "zzyzx # qwrtp # *# @"


@pytest.mark.parametrize("query", ['"', "*", "a AND", "'; DROP TABLE faq_index; --", "(", "🙂"])
def test_the_syntax_of_a_database_is_just_words(client: Client, query: str) -> None:
    assert client.get(FAQS, q=query).status == 200


@pytest.mark.parametrize("query", [{"locale": "fr"}, {"q": "x" * 1001}, {"page": "2"}])
def test_a_malformed_search_is_refused(client: Client, query: dict[str, str]) -> None:
    assert client.get(FAQS, **query).code == "validation_failed"


def test_an_article_that_is_not_there_is_not_found(client: Client) -> None:
    assert client.get(f"{FAQS}/faq_nothing").status == 404
    assert client.post(f"{FAQS}/faq_nothing/feedback", {"helpful": True}).status == 404


def test_feedback_is_counted_per_language(wallet: Wallet, client: Client) -> None:
    path = f"{FAQS}/faq_refund/feedback"
    for helpful in (True, True, False):
        assert client.post(path, {"helpful": helpful}).status == 204
    client.with_headers(Accept_Language="zh-CN").post(path, {"helpful": False})

    with wallet.database.snapshot() as tx:
        rows = tx.scalars(sa.select(ArticleFeedback).order_by(ArticleFeedback.locale)).all()
    assert [(it.locale, it.helpful, it.unhelpful) for it in rows] == [("en", 2, 1), ("zh-CN", 0, 1)]


@pytest.mark.parametrize("body", [{}, {"helpful": "yes"}, {"helpful": 1}, {"helpful": None}])
def test_feedback_is_true_or_false(client: Client, body: object) -> None:
    assert client.post(f"{FAQS}/faq_refund/feedback", body).code == "validation_failed"


class TestSeeding:
    def test_it_can_be_done_again(self, wallet: Wallet, client: Client) -> None:
        before = ids(client, q="refund")
        with wallet.database.transaction() as tx:
            seed(tx)

        assert ids(client, q="refund") == before

    def test_it_repairs_a_text_that_nobody_edited_and_its_index(
        self, wallet: Wallet, client: Client
    ) -> None:
        self._write(wallet, "Quux", editor="system")
        with wallet.database.transaction() as tx:
            seed(tx)

        assert client.get(f"{FAQS}/faq_refund")["title"] != "Quux"
        assert ids(client, q="refund")[0] == "faq_refund"

    def test_it_leaves_an_edited_text_alone(self, wallet: Wallet, client: Client) -> None:
        self._write(wallet, "Quux", editor="agt_mei")
        with wallet.database.transaction() as tx:
            seed(tx)

        assert client.get(f"{FAQS}/faq_refund")["title"] == "Quux"

    def _write(self, wallet: Wallet, title: str, *, editor: str) -> None:
        """What an earlier seed, or an editor, had left."""
        texts = {"en": {"title": title, "body": "Old."}, "zh": {"title": "旧", "body": "旧。"}}
        with wallet.database.transaction() as tx:
            mine = ArticleText.article_id == "faq_refund"
            tx.execute(sa.update(ArticleText).where(mine).values(title=title))
            this = sa.update(Article).where(Article.id == "faq_refund")
            tx.execute(this.values(updated_by=editor))
            of_this = sa.update(ArticleRevision).where(ArticleRevision.article_id == "faq_refund")
            tx.execute(of_this.values(texts=texts))
