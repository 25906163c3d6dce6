"""The tour's table of contents: each chapter's title and the function that plays it, in order."""

from collections.abc import Callable

from demo.chapters import (
    an_agent_helps,
    bank_card_change,
    closing,
    contacting_support,
    demo_data,
    password_recovery,
    payments,
)
from demo.tour import Tour

TOUR: tuple[tuple[str, Callable[[Tour], None]], ...] = (
    ("Demo data", demo_data.play),
    ("1 · Password recovery", password_recovery.play),
    ("2 · Payments and their failure reasons", payments.play),
    ("3 · Bank card change", bank_card_change.play),
    ("4 · Contacting support", contacting_support.play),
    ("5 · An agent helps", an_agent_helps.play),
    ("Do the books agree?", closing.play),
)
