"""FAQ search: what people type finds the article that helps, in SQLite and in PostgreSQL."""

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.support.faq import FaqArticle, index_text, postgres_query, sqlite_match
from app.support.faq.articles import LOCALES, TOPICS
from tests.databases import KINDS, Databases
from tests.support.faq.shelves import ARTICLES, WORDS, PostgresShelf, Shelf, SqliteShelf

SCREEN = 6  # results that a phone shows without scrolling


@pytest.fixture(scope="module", params=KINDS)
def shelf(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Shelf]:
    url = databases.create_empty(request.param)
    shelf: SqliteShelf | PostgresShelf = (
        SqliteShelf() if request.param == "sqlite" else PostgresShelf(url)
    )
    shelf.fill()
    yield shelf
    shelf.connection.close()
    databases.drop(url)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("密码", "faq_forgot_login_password"),
        ("支付", "faq_payment_failed"),
        ("换绑", "faq_change_card"),
        ("解绑", "faq_unbind_card"),
        ("提现", "faq_withdraw"),
        ("充值", "faq_top_up"),
        ("转账", "faq_transfer"),
        ("退款", "faq_refund"),
        ("冻结", "faq_money_held"),
        ("限额", "faq_limits"),
        ("客服", "faq_contact_support"),
        ("登录", "faq_login_locked"),
        ("绑卡", "faq_bind_card"),
        ("诈骗", "faq_scam_warning"),
    ],
)
def test_two_chinese_characters_find_their_article(shelf: Shelf, query: str, expected: str) -> None:
    assert expected in shelf.find(query)[:SCREEN]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("pass", "faq_forgot_login_password"),
        ("forg", "faq_forgot_login_password"),
        ("pay", "faq_payment_failed"),
        ("paym", "faq_payment_failed"),
        ("refu", "faq_refund"),
        ("withd", "faq_withdraw"),
        ("tr", "faq_transfer"),
        ("unb", "faq_unbind_card"),
        ("micro", "faq_micro_deposit"),
        ("scam", "faq_scam_warning"),
    ],
)
def test_the_beginning_of_an_english_word_finds_its_article(
    shelf: Shelf, query: str, expected: str
) -> None:
    assert expected in shelf.find(query, "en")[:SCREEN]


@pytest.mark.parametrize(
    ("query", "locale", "expected"),
    [
        ("忘记密码怎么办", "zh-CN", "faq_forgot_login_password"),
        ("我的支付密码忘了怎么办？", "zh-CN", "faq_forgot_transaction_password"),
        ("付款失败", "zh-CN", "faq_payment_failed"),
        ("请问如何取钱", "zh-CN", "faq_withdraw"),
        ("怎么更换银行卡", "zh-CN", "faq_change_card"),
        ("没收到验证码", "zh-CN", "faq_code_not_received"),
        ("钱扣了两次", "zh-CN", "faq_charged_twice"),
        ("支付密码锁住了", "zh-CN", "faq_transaction_password_locked"),
        ("付款一直处理中", "zh-CN", "faq_payment_processing"),
        ("昨天下午付款128元没成功，钱去哪了", "zh-CN", "faq_payment_failed"),
        ("password", "zh-CN", "faq_forgot_login_password"),
        ("ＰＡＳＳＷＯＲＤ", "zh-CN", "faq_forgot_login_password"),
        ("I can't log in", "en", "faq_login_locked"),
        ("how do I reset my password?", "en", "faq_forgot_login_password"),
        ("my payment failed", "en", "faq_payment_failed"),
        ("was I charged twice?", "en", "faq_charged_twice"),
        ("change bank card", "en", "faq_change_card"),
        ("支付失败", "en", "faq_payment_failed"),
    ],
)
def test_a_question_as_people_ask_it_finds_its_article(
    shelf: Shelf, query: str, locale: str, expected: str
) -> None:
    assert expected in shelf.find(query, locale)[:3]


@pytest.mark.parametrize("locale", LOCALES)
def test_every_title_finds_its_own_article_first(shelf: Shelf, locale: str) -> None:
    missed = {
        article.id: found[:3]
        for article in ARTICLES
        if (found := shelf.find(article.texts[locale].title, locale))[:1] != [article.id]
    }

    assert missed == {}


def test_both_databases_find_the_same_articles(databases: Databases) -> None:
    url = databases.create_empty("postgresql")
    one, other = SqliteShelf(), PostgresShelf(url)
    one.fill()
    other.fill()

    for article in ARTICLES:
        for locale in LOCALES:
            for query in (*article.tags, article.texts[locale].title):
                assert sorted(one.find(query, locale)) == sorted(other.find(query, locale)), query
    one.connection.close()
    other.connection.close()
    databases.drop(url)


@pytest.mark.parametrize("query", ["量子力学", "zzyzx", "天气预报", "qwrtp 量子"])
def test_what_the_faq_does_not_cover_finds_nothing(shelf: Shelf, query: str) -> None:
    assert shelf.find(query) == []


@pytest.mark.parametrize(
    "query", ["", "   ", "怎么办", "如何？", "how do I", "a AND", "*", '"', "\x00", "\ud800", "🙂"]
)
def test_a_query_that_says_nothing_has_no_expression(query: str) -> None:
    assert sqlite_match(query, WORDS) is None
    assert postgres_query(query, WORDS) is None


@pytest.mark.parametrize(
    "query",
    [
        'pay" OR "x',
        "title:pay",
        "pay NEAR/2 fail",
        "NOT pay",
        "pay*",
        "^pay",
        "(pay",
        "pay'); --",
        "pay AND",
        "{title}: pay",
        '支付"*-',
    ],
)
def test_the_syntax_of_the_database_is_just_words(shelf: Shelf, query: str) -> None:
    assert shelf.find(query, "en") != []


def test_every_concept_must_occur_and_synonyms_are_alternatives() -> None:
    assert sqlite_match("余额 zzz", WORDS) == '((("余额") OR ("balance"*)) AND (("zzz"*)))'
    assert (
        sqlite_match("余额 zzz", WORDS, any_concept=True)
        == '((("余额") OR ("balance"*)) OR (("zzz"*)))'
    )
    assert postgres_query("余额 zzz", WORDS) == "((('余额') | ('balance':*)) & (('zzz':*)))"


def test_a_chinese_word_is_found_by_its_pairs_of_characters() -> None:
    assert sqlite_match("手续费", WORDS) == '((("手续" AND "续费")))'
    assert index_text("手续费", "", []).title == "手 续 费 手续 续费"


def test_a_single_character_is_found_too(shelf: Shelf) -> None:
    assert "faq_contact_support" in shelf.find("聊")


def test_a_word_repeated_is_looked_for_once() -> None:
    assert sqlite_match("pay pay 付款 支付 payment", WORDS) == sqlite_match("pay", WORDS)


def test_what_comes_after_200_characters_is_ignored() -> None:
    assert sqlite_match(" " * 193 + "balance支付", WORDS) == sqlite_match("balance", WORDS)
    assert sqlite_match("x" * 60_000, WORDS) == f'((("{"x" * 200}"*)))'


def test_a_very_long_query_stays_small(shelf: Shelf) -> None:
    expression = sqlite_match(" ".join(f"w{number}" for number in range(20_000)), WORDS)

    assert expression is not None
    assert expression.count(" AND ") < 16
    assert shelf.find("支付失败银行卡密码" * 5_000) != []


@given(st.text(alphabet=st.characters(), max_size=60))
def test_whatever_is_typed_is_a_well_formed_expression(shelf: Shelf, query: str) -> None:
    shelf.find(query)


@given(st.text(alphabet="支付密码银行卡提现 pay", min_size=1, max_size=12))
def test_a_text_finds_itself(text: str) -> None:
    expression = sqlite_match(text, WORDS)
    indexed = index_text(text, "", [])
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE one USING fts5(title, prefix='2 3')")
    connection.execute("INSERT INTO one VALUES (?)", (indexed.title,))

    if expression is not None:
        assert connection.execute(
            "SELECT count(*) FROM one WHERE one MATCH ?", (expression,)
        ).fetchone() == (1,)
    connection.close()


class TestArticles:
    def test_there_are_enough_in_every_topic(self) -> None:
        assert len(ARTICLES) >= 24
        assert {article.topic for article in ARTICLES} == set(TOPICS)

    def test_ids_are_stable_unique_and_speaking(self) -> None:
        ids = [article.id for article in ARTICLES]

        assert len(set(ids)) == len(ids)
        assert all(article_id.startswith("faq_") and article_id.isascii() for article_id in ids)

    @pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
    def test_an_article_says_enough_in_both_languages(self, article: FaqArticle) -> None:
        chinese, english = article.texts["zh-CN"], article.texts["en"]

        assert 2 <= chinese.body.count("。") + chinese.body.count("？") <= 6
        assert 2 <= english.body.count(". ") + 1 <= 6
        assert chinese.title != english.title
        assert not any(
            "\u4e00" <= character <= "\u9fff" for character in english.title + english.body
        )
        assert article.tags
        assert article.updated_at.utcoffset() is not None
