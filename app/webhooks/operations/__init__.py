"""What admins do with webhooks, what is due for them, and hearing callbacks; and what these are handed."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.core.database import Database
from app.core.sealing import Seal
from app.webhooks.rules import HANDS, HANDS_FOR_SILENT, CallbackSource
from app.webhooks.sending import Sender


@dataclass(frozen=True, slots=True)
class Hands:
    """How many of this process deliver at once: to endpoints that answer, and to those that were silent last time."""

    ordinary: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(HANDS)
    )
    for_silent: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(HANDS_FOR_SILENT)
    )


@dataclass(frozen=True, slots=True)
class WebhookDependencies:
    """Handed over by the factory. `seal` opens endpoints' secrets."""

    database: Database
    seal: Seal
    sender: Sender
    sandbox: bool
    hands: Hands = field(default_factory=Hands)


Hear = Callable[[Mapping[str, object]], bool]
"""Takes in the `data` of a callback. False where it can't be understood; hearing it twice is as good as once."""


@dataclass(frozen=True, slots=True)
class CallbackDependencies:
    """Handed over by the factory: the shared secret of each sender (None: nothing of it is heard), and who hears it."""

    database: Database
    secrets: Mapping[CallbackSource, str | None] = field(repr=False)
    hear: Mapping[CallbackSource, Hear]
