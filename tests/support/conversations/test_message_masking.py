"""What of a message is hidden, and what must stay readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from app.support.conversations.message_masking import mask_message

CARD = "6222021234567890128"
HIDDEN = [
    (f"my card is {CARD}.", "my card is ****0128."),
    ("4111 1111 1111 1111", "****1111"),
    ("4111-1111-1111-1111", "****1111"),
    ("4111.1111.1111.1111，谢谢", "****1111，谢谢"),
    ("４１１１ １１１１ １１１１ １１１１", "****1111"),
    ("٤١١١١١١١١١١١١١١١", "****1111"),
    ("4111\u200b1111\u200b1111\u200b1111", "****1111"),
    ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "****1111"),
    ("四一一一一一一一一一一一一一一一", "****1111"),
    ("4111111111111111 and 5500000000000004", "****1111 and ****0004"),
    ("4111 1111 1111 1111 12800", "****1111 12800"),
    (f"{CARD[:-1]}9", "****0129"),  # a slip in the last digit, but a known issuer
    ("验证码 482913", "验证码 ******"),
    ("验证码是４８２９１３", "验证码是******"),
    ("code: 4829", "code: ******"),
    ("my code is 12345678.", "my code is ******."),
    ("482913", "******"),
    ("it says 482-913", "it says ******"),
    ("482913 is the code", "****** is the code"),
    ("246810是我的支付密码", "******是我的支付密码"),
    ("G-482913 is your code", "G-****** is your code"),
    ("CVV 123", "CVV ******"),
    ("安全码：0123", "安全码：******"),
    ("密码是Abc-123x", "密码是******"),
    ("登录密码：Sandbox-pass-1，收不到短信", "登录密码：******，收不到短信"),
    ("password: hunter", "password: ******"),
    ("My password is Orchid-river-42", "My password is ******"),
    ("密码为abcdef", "密码为******"),
]
KEPT = [
    "我付了 12800，扣了两次",
    "128.00 on 2026-11-23 at 15:04:05",
    "2026年11月23日 15:04 128元",
    "¥128000 没有到账",
    "128000元没有到账",
    "CNY 128000 was taken",
    "123456.78",
    "1,234,567",
    "phone 13800138000",
    "+86 138 0013 8000",
    "138 0013 8000",
    "13800138000 128",
    "pay_01h455vb4pex5vsknk084sn02q",
    "cnv_01kas0v5c6f1rv0g2m7j9q3e4t and att_01m8482913f",
    "order 20261123000123456",
    "error code 12345",
    "the code is wrong",
    "password is wrong",
    "my password is not accepted",
    "密码是错的",
    "from 16:00 to 17:00, 3 times, 4000 characters",
    "mail me at 123456@qq.com",
    "",
    "没有数字",
]


@pytest.mark.parametrize(("said", "stored"), HIDDEN)
def test_a_secret_is_hidden(said: str, stored: str) -> None:
    assert mask_message(said) == stored


@pytest.mark.parametrize("said", KEPT)
def test_what_the_conversation_is_about_stays(said: str) -> None:
    assert mask_message(said) == said


DIGITS = st.text("0123456789", min_size=12, max_size=18)
SEPARATORS = st.sampled_from(["", " ", "-", ".", " - ", "\u3000", "\u2011"])
WORDS = st.text(st.sampled_from("abc 你好，。!\n"), max_size=8)


@given(WORDS, DIGITS, SEPARATORS, st.integers(3, 6), WORDS)
def test_no_card_number_gets_through(
    before: str, digits: str, separator: str, size: int, after: str
) -> None:
    number = digits + luhn.calc_check_digit(digits)
    if len(set(number)) == 1:
        return
    groups = [number[at : at + size] for at in range(0, len(number), size)]
    stored = mask_message(f"{before} {separator.join(groups)} {after}")
    kept = "".join(it for it in stored if it.isdigit())
    assert len(kept) <= 4
    assert number.endswith(kept)


@given(st.text(max_size=200))
def test_masking_twice_is_masking_once_and_words_stay(text: str) -> None:
    stored = mask_message(text)
    assert mask_message(stored) == stored
    if not any(it.isnumeric() or it in "密码口令" or it in "=:：" for it in text):
        assert stored == text
