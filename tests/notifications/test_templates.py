"""The words of the messages."""

import re
import string

import pytest

from app.core.locale import LOCALES, Text
from app.notifications.rules import Template
from app.notifications.templates import WORDINGS, render

SAMPLE = {
    "agent": "Agent",
    "amount": "¥2,000.00",
    "card": "中国工商银行借记卡",
    "code": "204857",
    "device": "Pixel",
    "identifier": "+86138****5678",
    "last4": "6789",
    "limit": "¥1,000.00",
    "merchant": "星辰咖啡",
    "previous": "l***@example.test",
    "sender": "李雷",
    "subject": "Payment",
    "text": "We are looking into it.",
    "time": "23 November, 18:00",
    "token": "c.aaaa.bbbb",
}


def places(text: Text) -> list[set[str]]:
    return [
        {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
        for sentence in (text.zh, text.en)
    ]


def test_every_template_has_words_in_both_languages() -> None:
    assert WORDINGS.keys() == set(Template)
    for wording in WORDINGS.values():
        assert wording.subject.zh
        assert wording.subject.en
        assert re.search("[\u4e00-\u9fff]", wording.text.zh)
        assert not re.search("[\u4e00-\u9fff]", wording.text.en)


@pytest.mark.parametrize("template", list(Template))
def test_both_languages_say_the_same_things(template: Template) -> None:
    chinese, english = places(WORDINGS[template].text)
    assert chinese == english
    assert chinese <= SAMPLE.keys()


@pytest.mark.parametrize("template", list(Template))
def test_the_only_six_digits_are_a_code(template: Template) -> None:
    for locale in LOCALES:
        rendered = render(template, locale, SAMPLE)
        codes = re.findall(r"[0-9]{6,}", rendered.sms + rendered.mail)
        assert codes == (["204857"] * 2 if template.endswith("_code") else [])


def test_a_text_message_is_signed_and_a_mail_has_a_subject() -> None:
    rendered = render(Template.WELCOME, "zh-CN", {})
    assert rendered.sms.startswith("【U-Wallet】")
    assert rendered.subject == "欢迎使用 U-Wallet"
    assert not rendered.mail.startswith("【")


def test_an_open_place_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        render(Template.LOGIN_NEW_DEVICE, "en", {})
