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
    ("密码 qwertY!9", "密码 ******"),
    ("登录密码 Pass!word", "登录密码 ******"),
    ("密码Abc12345!", "密码******"),
    ("password hunter2", "password ******"),
    ("Password Hunter-2 does not work", "Password ****** does not work"),
    ("我的密码就是qwertY!9", "我的密码就是******"),
    ("我的密码应该是 sunshine", "我的密码应该是 ******"),
    ("密码改成了 Sunshine", "密码改成了 ******"),
    ("我把密码设置为Orchid，还是登不上", "我把密码设置为******，还是登不上"),
    ("pw: Abc12345!", "pw: ******"),
    ("P/W: Abc12345!", "P/W: ******"),
    ("pass: Abc12345!", "pass: ******"),
    ("user=mei&pwd=Orchid", "user=mei&pwd=******"),
    ("psw：Abc12345", "psw：******"),
    ("mima: Abc12345", "mima: ******"),
    ("my pasword is Abc12345", "my pasword is ******"),
    ("密碼：Abc12345!", "密碼：******"),
    ("驗證碼 1234", "驗證碼 ******"),
    ("动态验证码：\n4829", "动态验证码：\n******"),
    ("my password is sunshine", "my password is ******"),
    ("My password is still sunshine, help", "My password is still ****** help"),
    ("the password was dragonfly", "the password was ******"),
    ("密码 Abc12345!", "密码 ******"),
    ("验证码 A1B2C3", "验证码 ******"),
    ("password:\nhunter", "password:\n******"),
    ("账号\n13800138000\n密码\nAbc-12345\n谢谢", "账号\n13800138000\n密码\n******\n谢谢"),
    ('{"password": "Orchid7", "a": 1}', '{"password": "****** "a": 1}'),
    ("password is “correct horse battery staple”", "password is “******”"),
    ("密码是「my secret words」吗", "密码是「******」吗"),
    (
        "I changed my password from Orchid7 to Orchid-8.",
        "I changed my password from ****** to ******",
    ),
    ("I set the password for the app to Orchid7", "I set the password for the app to ******"),
    ("密码忘了，旧的是 Orchid_7", "密码忘了，旧的是 ******"),
    ("用户名和密码分别是 mei 和 Orchid_7", "用户名和密码分别是 mei 和 ******"),
    ("账号密码：13800138000/Orchid", "账号密码：******"),
    ("Orchid7 is my password", "****** is my password"),
    ("Orchid7 是我的登录密码", "****** 是我的登录密码"),
    ("password sunshine", "password ******"),
    ("登录密码 sunshine", "登录密码 ******"),
    ("6222 0212\n3456 7890 128", "****0128"),
    ("4111111111\r\n111111", "****1111"),
    ("4111,1111,1111,1111", "****1111"),
    ("4111 – 1111 – 1111 – 1111", "****1111"),
    ("4111*1111*1111*1111", "****1111"),
    ("cvv\n123", "cvv\n******"),
    ("security code 123", "security code ******"),
    ("卡背面后三位 123", "卡背面后三位 ******"),
    ("4111111111111111 12/27 123", "****1111 12/27 ******"),
    ("4111 1111 1111 1111 12/2027 123", "****1111 12/2027 ******"),
    ("4111 1111 1111 1111, exp 12/27, 123", "****1111, exp 12/27, ******"),
    ("4111 1111 1111 1111 123", "****1111 ******"),
    ("4111111111111111|12|27|123", "****1111|12|27|******"),
    ("4111111111111111 1227 123", "****1111 1227 ******"),
    ("refund to 4111111111111111, 128.00 please", "refund to ****1111, 128.00 please"),
    ("6222021234567890128 500元", "****0128 500元"),
    ("pass Abc12345!", "pass ******"),
    ("密码从Orchid7改成 Orchid_8 了", "密码从******改成 ****** 了"),
    ("My password: 'orchid river 42'", "My password: '******'"),
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
    "I forgot my password and can't log in",
    "password reset doesn't work",
    "Password reset",
    "密码错误怎么办",
    "忘记密码 13800138000",
    "忘记密码，手机号 138 0013 8000",
    "my password is expired",
    "My password is correct, but the app says it isn't.",
    "the password was changed yesterday by somebody",
    "is the password case-sensitive? my password is case-sensitive?",
    "I can't change the password to continue",
    "password or code: which one?",
    "The password is for the app",
    "password must be 8-128 characters",
    "my new password is being refused with Chrome",
    "密码是iPhone自动填的",
    "密码输错了，用的是iPhone15",
    "密码 2026-11-23 改过",
    "密码在 2026年11月23日 改过",
    "输了密码，12800 元没到账",
    "输入支付密码后扣了 ¥1280",
    "密码输错了 5 次，锁了 30 分钟",
    "password_rejected and password-reset are words of yours",
    "password pay_01h455vb4pex5vsknk084sn02q was asked",
    "password mail to mei@customer.example never came",
    "see https://example.com/password/reset?step=2",
    "How do I pass: the test? I passed.",
    "the pass is valid, the bypass works",
    "compass: north",
    "转账 1280，3500，1200 元",
    "尾号 0128，后四位 1111",
    "密码错误，卡号尾号 0128",
    "wrong pin, card ending in 0128",
    "I paid at 15:04 and 15:09, 128.00 each",
    "a day-long outage, 2026-11-23 15:04 to 2026-11-24 09:30",
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
PARTING = " -.,:;/_|*·，、\t\n\r\u2028\u3000\u00a0\u2011\u200b"
SEPARATORS = st.text(PARTING, min_size=1, max_size=3)
WORDS = st.text(st.sampled_from("abc 你好，。!\n"), max_size=8)


@given(
    WORDS,
    DIGITS,
    st.just([""]) | st.lists(SEPARATORS, min_size=1, max_size=6),
    st.integers(3, 6),
    WORDS,
)
def test_no_card_number_gets_through(
    before: str, digits: str, separators: list[str], size: int, after: str
) -> None:
    number = digits + luhn.calc_check_digit(digits)
    if len(set(number)) == 1:
        return
    spelled = number[:size]
    for place, at in enumerate(range(size, len(number), size)):
        spelled += separators[place % len(separators)] + number[at : at + size]
    stored = mask_message(f"{before} {spelled} {after}")
    kept = "".join(it for it in stored if it.isdigit())
    assert len(kept) <= 4
    assert number.endswith(kept)


NETWORKS = st.sampled_from(["4111", "5105", "6222", "3782", "3530", "2223"])


@given(NETWORKS, st.text("0123456789", min_size=11, max_size=14), SEPARATORS, st.data())
def test_a_known_networks_number_gets_through_in_no_two_pieces(
    network: str, digits: str, separator: str, data: st.DataObject
) -> None:
    number = network + digits
    number += luhn.calc_check_digit(number)
    cut = data.draw(st.integers(3, len(number) - 3))
    stored = mask_message(f"{number[:cut]}{separator}{number[cut:]}")
    kept = "".join(it for it in stored if it.isdigit())
    assert len(kept) <= 4
    assert kept in number


@given(st.text(max_size=200))
def test_masking_twice_is_masking_once_and_words_stay(text: str) -> None:
    stored = mask_message(text)
    assert mask_message(stored) == stored
    if not any(it.isnumeric() or it in "密码口令" or it in "=:：" for it in text):
        assert stored == text


LEADS = st.sampled_from(
    [
        "密码",
        "登录密码：",
        "密碼是",
        "password ",
        "my password is ",
        "pwd=",
        "pass: ",
        "PW：",
        "密码\n",
    ]
)
SECRETS = st.from_regex("[A-Za-z]{2,6}[0-9]{2,6}[!@#$%&*]{1,2}[a-z]{0,3}", fullmatch=True)


@given(LEADS, SECRETS, st.sampled_from(["", "，谢谢", " please help", "\n"]))
def test_no_password_gets_through_whole_or_half(lead: str, secret: str, after: str) -> None:
    assert mask_message(f"{lead}{secret}{after}") == f"{lead}******{after}"


@pytest.mark.parametrize(("said", "stored"), HIDDEN)
def test_what_is_hidden_stays_hidden_the_same_way(said: str, stored: str) -> None:
    assert mask_message(mask_message(said)) == mask_message(said)
