"""Evidence of a soak that went well, made up by hand, so that a test can spoil one thing in it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from soak.books import TRANSFER_IN, Account, Books, Movement
from soak.errands import PAYMENT, RETRY, TOP_UP, TRANSFER, WITHDRAWAL
from soak.journal import Answer, Call
from soak.oracle import Evidence, judge

START = 1000
ANNA, BEN = "usr_anna", "usr_ben"


def told(movement_id: str, status: str = "succeeded", http: int = 201) -> Answer:
    return Answer(http, {"id": movement_id, "status": status})


def refusal(code: str = "validation_failed", http: int = 422) -> Answer:
    return Answer(http, {"code": code})


SILENCE = Answer(None, problem="ReadError")


def call(key: str, kind: str, amount: int, *answers: Answer, **more: object) -> Call:
    values = {"user": ANNA, "mark": key} | more
    made = Call(key=key, kind=kind, path="/v1/…", body={}, amount=amount, **values)  # type: ignore[arg-type]
    made.answers.extend(answers)
    return made


@dataclass
class Story:
    """A payment, one that failed and was retried, a transfer, a top-up, a withdrawal and a refusal; all is well.

    `movements` are Anna's, by id. `replace`, `drop` and `add` change her list; nothing else follows by itself.
    """

    calls: dict[str, Call] = field(default_factory=dict)
    movements: dict[str, Movement] = field(default_factory=dict)
    bens: dict[str, Movement] = field(default_factory=dict)
    captured: Counter[str] = field(default_factory=Counter)
    total: int = START - 100 - 30 - 50 + 20 - 10
    bens_total: int = START + 50
    held: int = 0
    broken: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._tell(
            call("k1", PAYMENT, 100, SILENCE, told("pay_1")),
            call("k2", PAYMENT, 30, told("pay_2", "failed")),
            call("k3", RETRY, 0, told("pay_2"), subject="pay_2", mark="pay_2"),
            call("k4", TRANSFER, 50, told("trf_1"), other=BEN),
            call("k5", TOP_UP, 20, told("top_1", "processing", 202), mark="20"),
            call("k6", WITHDRAWAL, 10, told("wdr_1"), mark="10"),
            call("k7", PAYMENT, 5, refusal()),
        )
        for it in (
            Movement("pay_1", PAYMENT, 100, "succeeded", "k1", attempts=("att_1",)),
            Movement("pay_2", PAYMENT, 30, "succeeded", "k2", attempts=("att_2", "att_3")),
            Movement("trf_1", TRANSFER, 50, "succeeded", "k4"),
            Movement("top_1", TOP_UP, 20, "succeeded", "20", card=True, attempts=("att_4",)),
            Movement("wdr_1", WITHDRAWAL, 10, "succeeded", "10", card=True, attempts=("att_5",)),
        ):
            self.movements[it.id] = it
        self.bens["trf_1"] = Movement("trf_1", TRANSFER_IN, 50, "succeeded", "k4")
        self.captured.update({"att_1": 100, "att_3": 30, "att_4": 20})

    def _tell(self, *calls: Call) -> None:
        self.calls.update({it.key: it for it in calls})

    def change(self, movement_id: str, **changes: object) -> None:
        self.movements[movement_id] = replace(self.movements[movement_id], **changes)  # type: ignore[arg-type]

    def twin(self, movement_id: str, twin_id: str, **changes: object) -> None:
        self.movements[twin_id] = replace(self.movements[movement_id], id=twin_id, **changes)  # type: ignore[arg-type]

    def evidence(self) -> Evidence:
        accounts = (
            Account(ANNA, self.total, self.held, tuple(self.movements.values())),
            Account(BEN, self.bens_total, 0, tuple(self.bens.values())),
        )
        books = Books(accounts, self.captured, self.broken)
        return Evidence(list(self.calls.values()), books, START)

    def verdict(self) -> list[tuple[str, str]]:
        """What the judge finds: (what is wrong, about what)."""
        return pairs((it.wrong.value, it.subject) for it in judge(self.evidence()))


def pairs(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(set(found))
