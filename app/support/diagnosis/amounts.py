"""How a remembered amount may differ from the real one: by nothing, by a rounding, by a slip of the pen. Pure."""

from enum import StrEnum
from typing import Final


class AmountFit(StrEnum):
    """In what way an amount fits, the best first."""

    EXACT = "amount_exact"
    CLOSE = "amount_close"
    HUNDREDFOLD = "amount_hundredfold"
    TENFOLD = "amount_tenfold"
    TRANSPOSED = "digits_transposed"
    ONE_DIGIT = "one_digit_wrong"


POINTS: Final = {
    AmountFit.EXACT: 50,
    AmountFit.CLOSE: 30,
    AmountFit.HUNDREDFOLD: 25,
    AmountFit.TENFOLD: 25,
    AmountFit.TRANSPOSED: 25,
    AmountFit.ONE_DIGIT: 25,
}
"""support.md, "Diagnosis of a failed payment"; a wrong digit, or one nought too many or too few, counts as the
other slips do."""

LIKELY: Final = frozenset(AmountFit) - {AmountFit.ONE_DIGIT, AmountFit.TENFOLD}
"""What is believed without asking back. One wrong digit makes 50 of 10 and 15 of 10: whoever asks must say so."""

_FEWEST_DIGITS: Final = 3
"""Before the noughts that both end in. Of shorter amounts, such as ¥10 and ¥50, half of all others are a digit away."""


def fit_of(actual: int, remembered: int) -> AmountFit | None:
    """How a remembered amount fits an actual one, both in minor units; None where it doesn't."""
    if actual == remembered:
        return AmountFit.EXACT
    if abs(actual - remembered) * 100 <= actual:
        return AmountFit.CLOSE
    if actual == remembered * 100 or remembered == actual * 100:
        return AmountFit.HUNDREDFOLD
    if actual == remembered * 10 or remembered == actual * 10:
        return AmountFit.TENFOLD
    return _slip(str(actual), str(remembered))


def _slip(one: str, other: str) -> AmountFit | None:
    if len(one) != len(other):
        return None
    wrong = [place for place in range(len(one)) if one[place] != other[place]]
    if len(wrong) == 1 and _digits_that_count(one, other) >= _FEWEST_DIGITS:
        return AmountFit.ONE_DIGIT
    if len(wrong) != 2 or wrong[1] != wrong[0] + 1:
        return None
    first, second = wrong
    swapped = (one[first], one[second]) == (other[second], other[first])
    return AmountFit.TRANSPOSED if swapped else None


def _digits_that_count(one: str, other: str) -> int:
    return max(len(one.rstrip("0")), len(other.rstrip("0")))
