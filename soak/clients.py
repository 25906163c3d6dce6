"""The clients: threads that move money, lose answers, and send the same key again."""

import random
import threading
from dataclasses import dataclass
from pathlib import Path

from soak.customers import Customer, send_call
from soak.errands import Chooser
from soak.journal import Answer, Call, Journal
from soak.wire import Wire, brief

MOST_SENDINGS = 6
GIVES_UP = 0.15
"""How often a client that got no answer leaves it at that; the end of the soak asks again."""
REPEATS = 0.05
"""How often a client that has its answer sends the same again."""
_THINKS_SECONDS = 0.12
_WAITS_SECONDS = 1.5


@dataclass(slots=True)
class Client:
    """One customer's thread. `sendings` and `server_errors` (500, which no call may ever get) are counted."""

    url: str
    customer: Customer
    chooser: Chooser
    journal_path: Path
    chance: random.Random
    sendings: int = 0
    server_errors: int = 0

    def run(self, stop: threading.Event) -> None:
        """Move money until told to stop; what is under way then is finished or given up."""
        wire = Wire(self.url)
        with Journal(self.journal_path) as journal:
            while not stop.wait(self.chance.random() * _THINKS_SECONDS):
                call = self.chooser.next()
                self._carry_out(wire, journal, call, stop)
                self.chooser.remember(call)
        wire.close()

    def _carry_out(self, wire: Wire, journal: Journal, call: Call, stop: threading.Event) -> None:
        for _ in range(MOST_SENDINGS):
            if self._send(wire, journal, call).definite:
                break
            if self.chance.random() < GIVES_UP or stop.wait(self.chance.random() * _WAITS_SECONDS):
                return
        if call.acknowledgements and self.chance.random() < REPEATS:
            self._send(wire, journal, call)

    def _send(self, wire: Wire, journal: Journal, call: Call) -> Answer:
        journal.intend(call)
        answer = brief(send_call(wire, self.customer, call))
        journal.answered(call, answer)
        self.sendings += 1
        self.server_errors += answer.status == 500
        return answer


def make_clients(url: str, customers: list[Customer], folder: Path, seed: int) -> list[Client]:
    """A client per customer, each with choices of its own; each sends money to the others."""
    return [
        Client(
            url=url,
            customer=customer,
            chooser=Chooser(
                customer,
                [other for other in customers if other is not customer],
                random.Random(f"{seed} choices {number}"),
            ),
            journal_path=folder / f"client-{number}.jsonl",
            chance=random.Random(f"{seed} manners {number}"),
        )
        for number, customer in enumerate(customers)
    ]
