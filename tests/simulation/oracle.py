"""What must be true: of our own books at every step, and against the outside's books and the journal at the end."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from app.core.database import Database
from app.core.days import day_of
from app.edges.protocols import BalanceSource, Charge
from app.factory import Wallet
from app.ledger.invariants import check_ledger
from app.ledger.queries import wallet_of
from app.payments.books import our_book
from app.payments.reconciliation import Booked, compare_books
from app.payments.rules import DAILY_LIMIT, PASSWORD_FREE_DAILY_LIMIT
from tests.simulation.journal import Journal, Violation
from tests.simulation.outside import Book
from tests.simulation.snapshot import Day, Snapshot, read_books

REQUESTED = "requested"


@dataclass
class Oracle:
    """Cries Violation. `start` is what each user had, in minor units."""

    wallet: Wallet
    gateway: Book
    bank: Book
    journal: Journal
    start: dict[str, int]

    def check_step(self) -> None:
        """What holds at every moment between two transactions."""
        with Database.snapshot(self.wallet.database) as tx:
            wrong = [f"{it.name}: {it.detail}" for it in check_ledger(tx) if not it.ok]
            now = read_books(tx)
            ours = our_book(tx)
        wrong += _attempts_agree(now)
        wrong += _holds_agree(now)
        wrong += _cards_agree(now)
        wrong += _totals_agree(now, self._moved(now))
        wrong += [
            f"nobody will ask about {it.id}"
            for it in now.open
            if it.status == "processing" and now.current(it).id not in now.inquiries
        ]
        wrong += _refunds_agree(now)
        for book, booked in ((self.gateway, ours.gateway), (self.bank, ours.bank)):
            wrong += [
                f"{book.name}: {it.reference} is {it.ours_minor} here, {it.theirs_minor} there"
                for it in compare_books(booked, _their_book(book), ours.open_changes)
                if not it.explained
            ]
        _cry(wrong)

    def check_end(self) -> None:
        """What holds when all faults are over, a day has passed, and every customer has an answer."""
        self.check_step()
        with Database.snapshot(self.wallet.database) as tx:
            now = read_books(tx)
            ours = our_book(tx)
            has = {user_id: wallet_of(tx, user_id) for user_id in self.start}
        wrong = [f"{it.id} is still {it.status}" for it in now.open]
        wrong += [f"{it} is still held" for it in now.held]
        wrong += [f"a card is still reserved for {it}" for it in now.reserved]
        wrong += [f"an inquiry about {it} is left" for it in now.inquiries]
        wrong += [f"{it.id} is still {it.status}" for it in now.open_refunds]
        for book, booked in ((self.gateway, ours.gateway), (self.bank, ours.bank)):
            wrong += [f"{book.name}: {it}" for it in compare_books(booked, _their_book(book), {})]
        wrong += self._taken_as_recorded(now)
        wrong += self._journal_agrees(now)
        wrong += self._password_free_agrees(now)
        wrong += [
            f"{user_id} has {has[user_id].total}, not {minor}"
            for user_id, minor in self._balances().items()
            if has[user_id].total != minor
        ]
        _cry(wrong)

    def in_review(self) -> list[str]:
        """The attempts that wait for a person."""
        with Database.snapshot(self.wallet.database) as tx:
            now = read_books(tx)
        return [now.current(it).id for it in now.open if it.status == "manual_review"]

    def refunds_in_review(self) -> list[str]:
        """The refunds that wait for a person."""
        with Database.snapshot(self.wallet.database) as tx:
            now = read_books(tx)
        return [it.id for it in now.open_refunds if it.status == "manual_review"]

    def _moved(self, now: Snapshot) -> Counter[Day]:
        """What counts towards each day's limit."""
        moved: Counter[Day] = Counter()
        for it in now.instructions.values():
            if it.status != "failed":
                direction = "in" if it.kind == "top_up" else "out"
                moved[it.user_id, it.counted_on, direction] += it.amount_minor
        for each in now.transfers.values():
            if each.status == "succeeded":
                day = day_of(each.created_at, self.wallet.payments.timezone)
                moved[each.sender_id, day, "out"] += each.amount_minor
        return moved

    def _taken_as_recorded(self, now: Snapshot) -> list[str]:
        """A success was taken once, a failure not at all, or given back."""
        wrong = []
        for it in now.instructions.values():
            records = (self.bank if it.kind == "withdrawal" else self.gateway).records
            taken = sum(records[at.id].net_minor for at in now.attempts[it.id] if at.id in records)
            due = it.amount_minor if it.status == "succeeded" else 0
            due -= sum(
                each.amount_minor
                for each in now.refunds.values()
                if (each.instruction_id, each.status, each.cause) == (it.id, "succeeded", REQUESTED)
            )
            if taken != due:
                wrong.append(f"{it.id} is {it.status}, {taken} of {it.amount_minor} were taken")
        return wrong

    def _journal_agrees(self, now: Snapshot) -> list[str]:
        """Every acknowledged movement is there once, with its amount and outcome, and no other is."""
        accepted = self.journal.accepted("payment", "top_up", "withdrawal", "transfer", "refund")
        told = Counter(str(it.subject_id) for it in accepted)
        asked_back = {it.id: it for it in now.refunds.values() if it.cause == REQUESTED}
        recorded = {**now.instructions, **now.transfers, **asked_back}
        wrong = [f"{it} was made under {told[it]} keys" for it in told if told[it] > 1]
        wrong += [f"{it} was acknowledged and is lost" for it in told if it not in recorded]
        wrong += [f"{it} is recorded and nobody knows of it" for it in recorded if it not in told]
        for intent in accepted:
            row = recorded.get(str(intent.subject_id))
            if row is None:
                continue
            if row.amount_minor != intent.body["amount"]:
                wrong.append(f"{row.id} has another amount than {intent.key}")
            if intent.last["status"] == "succeeded" != row.status:
                wrong.append(f"{row.id} had succeeded and is {row.status}")
        retries = Counter(str(it.subject_id) for it in self.journal.accepted("retry"))
        wrong += [
            f"{it.id} has {it.attempts_made} attempts after {retries[it.id]} retries"
            for it in now.instructions.values()
            if it.attempts_made != 1 + retries[it.id]
        ]
        return wrong

    def _password_free_agrees(self, now: Snapshot) -> list[str]:
        free: Counter[Day] = Counter()
        for it in now.instructions.values():
            if it.password_free and it.status != "failed":
                free[it.user_id, it.counted_on, "out"] += it.amount_minor
        for intent in self.journal.accepted("transfer"):
            sent = now.transfers.get(str(intent.subject_id))
            if sent and sent.status == "succeeded" and "transaction_password" not in intent.body:
                day = day_of(sent.created_at, self.wallet.payments.timezone)
                free[sent.sender_id, day, "out"] += sent.amount_minor
        return [
            f"{key}: {total.password_free_minor} counted without password, {free[key]} moved"
            for key, total in now.totals.items()
            if total.password_free_minor != free[key]
        ]

    def _balances(self) -> dict[str, int]:
        """What each user must have, by the outside's books and the journal."""
        balances: dict[str, int] = defaultdict(int, self.start)
        for record in (*self.gateway.records.values(), *self.bank.records.values()):
            request = record.request
            if isinstance(request, Charge) and request.merchant_id is None:
                balances[request.user_id] += record.net_minor
            elif not isinstance(request, Charge) or isinstance(request.source, BalanceSource):
                balances[request.user_id] -= record.net_minor
        for intent in self.journal.accepted("transfer"):
            if intent.last["status"] == "succeeded":
                balances[intent.user_id] -= intent.body["amount"]
                balances[intent.body["recipient"]["user_id"]] += intent.body["amount"]
        return balances


def _cry(wrong: Iterable[str]) -> None:
    said = "; ".join(wrong)
    if said:
        raise Violation(said)


def _their_book(book: Book) -> list[Booked]:
    return [
        Booked(it.reference, it.net_minor) for it in book.records.values() if it.problem is None
    ]


def _attempts_agree(now: Snapshot) -> list[str]:
    """The last attempt says what its instruction says, and all before it failed."""
    last = {"succeeded": "succeeded", "failed": "failed"}
    wrong = []
    for it in now.instructions.values():
        *before, current = now.attempts[it.id]
        outcomes = [attempt.outcome for attempt in before]
        if len(outcomes) + 1 != it.attempts_made or set(outcomes) - {"failed"}:
            wrong.append(f"{it.id} has attempts {outcomes} before the last")
        if current.outcome != last.get(it.status, "unknown"):
            wrong.append(f"{it.id} is {it.status}, its attempt {current.outcome}")
    return wrong


def _holds_agree(now: Snapshot) -> list[str]:
    """Money is held for what is open and pays from the balance, for nothing else."""
    due = {now.current(it).id: it.amount_minor for it in now.open if it.source == "balance"}
    return [] if now.held == due else [f"held {now.held}, open {due}"]


def _cards_agree(now: Snapshot) -> list[str]:
    """A card is reserved by what is open and goes through it, by nothing else."""
    due = {it.id: str(it.bank_card_id) for it in now.open if it.bank_card_id}
    wrong = [] if now.reserved == due else [f"reserved {now.reserved}, open {due}"]
    counts = Counter(now.reserved.values())
    return wrong + [
        f"{card} has {count} movements open, {counts[card]} reservations"
        for card, count in now.open_on_card.items()
        if count != counts[card]
    ]


def _refunds_agree(now: Snapshot) -> list[str]:
    """What is asked back is counted against its payment, never more than was paid, and somebody sends it."""
    asked: Counter[str] = Counter()
    for it in now.refunds.values():
        if it.cause == REQUESTED and it.status != "failed":
            asked[it.instruction_id] += it.amount_minor
    wrong = [
        f"{it.id}: {it.refunded_minor} counted as refunded, {asked[it.id]} of {it.amount_minor} asked"
        for it in now.instructions.values()
        if it.refunded_minor != asked[it.id] or asked[it.id] > it.amount_minor
    ]
    return wrong + [
        f"nobody will send {it.id}"
        for it in now.open_refunds
        if it.status == "processing" and it.id not in now.sends
    ]


def _totals_agree(now: Snapshot, moved: Counter[Day]) -> list[str]:
    wrong = [
        f"{key}: {total.moved_minor} counted, {moved[key]} moved"
        for key, total in now.totals.items()
        if total.moved_minor != moved[key]
    ]
    wrong += [f"{key}: nothing counted of {moved[key]}" for key in moved if key not in now.totals]
    wrong += [f"{key}: over the daily limit" for key in moved if moved[key] > DAILY_LIMIT]
    return wrong + [
        f"{key}: over the day's sum without password"
        for key, total in now.totals.items()
        if total.password_free_minor > PASSWORD_FREE_DAILY_LIMIT
    ]
