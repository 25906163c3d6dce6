"""What a form of the FAQ's editors means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.console.pages import Visit
from app.console.writing import groups_typed, texts_to_send, texts_typed, words_typed
from app.core.clock import machine_now
from app.core.locale import DEFAULT_LOCALE
from app.support.faq.models import Article, ArticleText
from app.support.faq_editing.queries import ArticleRecord

NOW = machine_now()
ZH, EN = {"title": "支付", "body": "正文"}, {"title": "Pay", "body": "Text"}
NEW = {"title": "Pay", "body": "Another text"}


def record(*, zh_is_newer: bool) -> ArticleRecord:
    ages = {"zh": NOW, "en": NOW.replace(year=2020) if zh_is_newer else NOW}
    texts = {
        language: ArticleText(article_id="faq_1", updated_at=ages[language], **text)
        for language, text in (("zh", ZH), ("en", EN))
    }
    return ArticleRecord(Article(id="faq_1"), texts, {})


@pytest.mark.parametrize(
    ("typed", "checked", "zh_is_newer", "sent"),
    [
        ({"zh": ZH, "en": NEW}, (), False, {"en": NEW}),
        ({"zh": ZH, "en": NEW}, ("zh",), False, {"zh": ZH, "en": NEW}),
        ({"zh": ZH, "en": EN}, (), False, {"zh": ZH, "en": EN}),
        ({"zh": ZH, "en": EN}, (), True, {"zh": ZH}),
        ({"zh": ZH, "en": EN}, ("en",), True, {"en": EN}),
    ],
)
def test_a_text_counts_as_looked_at_where_it_was_changed_or_said_to_fit(
    typed: dict[str, dict[str, str]],
    checked: tuple[str, ...],
    zh_is_newer: bool,
    sent: dict[str, dict[str, str]],
) -> None:
    assert texts_to_send(typed, record(zh_is_newer=zh_is_newer), checked) == sent


def test_a_language_that_is_left_empty_is_left_out() -> None:
    form = {"title_zh": " 支付 ", "body_zh": "正文", "title_en": " ", "body_en": ""}
    assert texts_typed(Visit(DEFAULT_LOCALE, form)) == {"zh": ZH}


def test_words_stand_between_blanks_and_commas_of_both_kinds() -> None:
    assert words_typed(" 付款，支付、pay; pay\n") == ["付款", "支付", "pay"]
    assert groups_typed("付款 支付\n\n  \ncard, 银行卡\n") == [["付款", "支付"], ["card", "银行卡"]]


@given(st.lists(st.text("abc付款", min_size=1, max_size=6), min_size=1, max_size=8, unique=True))
def test_words_that_are_shown_are_read_again(words: list[str]) -> None:
    assert groups_typed(" ".join(words)) == [words]
