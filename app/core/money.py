"""Money as integers in minor units (fen for CNY), and how a sum is said to a person."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision

from app.core.locale import Locale, Text

DEFAULT_CURRENCY = "CNY"


def say_amount(amount_minor: int, currency: str, locale: Locale) -> str:
    """`12800` fen as `¥128.00` (zh-CN) or `CN¥128.00` (en), by the rules of CLDR."""
    digits = get_currency_precision(currency)
    value = Decimal(amount_minor).scaleb(-digits)
    return format_currency(value, currency, locale=locale.replace("-", "_"))


def amount_text(amount_minor: int, currency: str) -> Text:
    """A sum in both languages, for a message in the user's."""
    return Text(
        say_amount(amount_minor, currency, "zh-CN"), say_amount(amount_minor, currency, "en")
    )
