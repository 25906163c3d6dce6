"""Card numbers, issuers and what of a card may be shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from app.banking.cards import CardNumberInvalidError, mask_holder_name, read_card_number
from app.banking.issuers import CardType, banks, find_card_product, longest_match


def number_of(prefix: str, length: int, filling: str = "0") -> str:
    """A number with that prefix and length and the right check digit."""
    body = prefix.ljust(length - 1, filling)
    return body + luhn.calc_check_digit(body)


PRODUCTS = [
    ("622202", "ICBC", "debit", 19),
    ("622848", "ABC", "debit", 19),
    ("621661", "BOC", "debit", 19),
    ("621700", "CCB", "debit", 19),
    ("622260", "COMM", "debit", 19),
    ("622188", "PSBC", "debit", 19),
    ("622588", "CMB", "debit", 16),
    ("439225", "CMB", "credit", 16),
    ("622210", "ICBC", "credit", 16),
    ("622908", "CIB", "debit", 18),
]


@pytest.mark.parametrize(("prefix", "code", "card_type", "length"), PRODUCTS)
def test_a_prefix_names_its_issuer(prefix: str, code: str, card_type: str, length: int) -> None:
    product = find_card_product(prefix)

    assert product is not None
    assert (product.bank.code, product.card_type, product.card_number_lengths) == (
        code,
        card_type,
        (length,),
    )


@pytest.mark.parametrize(("prefix", "code", "card_type", "length"), PRODUCTS)
def test_a_good_number_of_a_known_issuer_is_read(
    prefix: str, code: str, card_type: str, length: int
) -> None:
    card = read_card_number(number_of(prefix, length, "7"))

    assert (card.product.bank.code, card.product.card_type) == (code, card_type)
    assert card.last4 == card.digits[-4:]


def test_the_longest_prefix_wins() -> None:
    table = {"9558": "four", "955880": "six", "95": "two"}

    assert longest_match(table, "9558801234") == "six"
    assert longest_match(table, "9558811234") == "four"
    assert longest_match(table, "9500") == "two"
    assert longest_match(table, "6222") is None


def test_a_prefix_of_four_or_five_digits_is_found_by_six() -> None:
    four_digits, five_digits = find_card_product("955812"), find_card_product("955951")

    assert four_digits is not None
    assert four_digits.bank.code == "ICBC"
    assert five_digits is not None
    assert five_digits.bank.code == "ABC"


def test_more_digits_of_a_number_name_the_same_issuer() -> None:
    assert find_card_product("6222021234567890123") == find_card_product("622202")


@pytest.mark.parametrize(
    "prefix",
    ["", "62220", "411111", "000000", "62220a", "622 202", "６２２２０２", "622202\n", "6" * 20],
)
def test_what_names_no_issuer_has_no_product(prefix: str) -> None:
    assert find_card_product(prefix) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        number_of("622202", 16),
        number_of("622202", 18),
        number_of("622588", 19),
        number_of("411111", 16),
        "6222020000000000000"[:-1] + "9",
        " ".join([number_of("622588", 16)[:8], number_of("622588", 16)[8:]]),
        number_of("622588", 16) + "\n",
        "６" + number_of("622588", 16)[1:],
        "0" * 16,
        "6" * 100_000,
    ],
)
def test_a_bad_number_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(CardNumberInvalidError) as refused:
        read_card_number(text)

    assert not any(character.isdigit() for character in str(refused.value))


def test_a_card_number_stays_out_of_its_repr() -> None:
    card = read_card_number(number_of("622202", 19, "7"))

    assert card.digits[:-4] not in repr(card)
    assert "77777" not in repr(card)


def test_the_biggest_chinese_issuers_are_known_in_both_languages() -> None:
    known = banks()

    assert len({bank.code for bank in known}) == len(known) >= 20
    assert all(bank.name_zh and bank.name_en.isascii() for bank in known)
    assert known[0].code == "ICBC"


def test_every_issuer_has_a_debit_card() -> None:
    found = {
        product.bank.code
        for prefix in map(str, [*range(400_000, 700_000), *range(900_000, 1_000_000)])
        if (product := find_card_product(prefix)) and product.card_type is CardType.DEBIT
    }

    assert found == {bank.code for bank in banks()}


@given(st.sampled_from(PRODUCTS), st.integers(0, 10**10), st.data())
def test_any_one_wrong_digit_is_noticed(
    product: tuple[str, str, str, int], filling: int, data: st.DataObject
) -> None:
    prefix, _, _, length = product
    number = number_of((prefix + str(filling))[: length - 1], length)
    place = data.draw(st.integers(len(prefix), length - 1))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))

    read_card_number(number)
    with pytest.raises(CardNumberInvalidError):
        read_card_number(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "*三"),
        ("张三丰", "**丰"),
        ("买买提·艾力", "***·*力"),
        ("John Doe", "J*** D**"),
        ("  John  Doe ", "J***  D**"),
        ("Anne-Marie O'Neill", "A***-M**** O'N****"),
        ("李", "*"),
        ("J", "*"),
        ("", ""),
    ],
)
def test_a_holder_name_is_masked(name: str, masked: str) -> None:
    assert mask_holder_name(name) == masked


@given(st.text(max_size=40))
def test_a_masked_name_shows_at_most_one_character_in_a_row(name: str) -> None:
    name = name.strip()
    masked = mask_holder_name(name)

    assert all(shown in (real, "*") for shown, real in zip(masked, name, strict=True))
    letters = [character.isalnum() for character in masked]
    assert not any(letters[place] and letters[place + 1] for place in range(len(letters) - 1))
