"""Any sequence of movements leaves the books as a simple model says (hypothesis, stateful)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.core.database import Transaction
from app.factory import Wallet, create_wallet
from app.ledger.accounts import merchant_account, open_wallet, operator_account
from app.ledger.errors import HoldClosedError, InsufficientBalanceError
from app.ledger.holds import capture, hold, release
from app.ledger.invariants import check_ledger
from app.ledger.postings import Entry, post
from app.ledger.queries import wallet_of
from app.ledger.rules import AccountKind, Line, Movement
from tests.conftest import Outside, test_settings
from tests.databases import Databases, Kind
from tests.fakes import FakeBank, FakeCarrier, FakeGateway, FakeMailer

PEOPLE = ("usr_a", "usr_b")
AMOUNTS = st.integers(1, 500)
MERCHANT = merchant_account("mch_star_coffee")
FUNDING = operator_account(AccountKind.SANDBOX_FUNDING)


class LedgerMachine(RuleBasedStateMachine):
    """Two wallets against a dictionary."""

    wallet: Wallet

    @initialize()
    def begin(self) -> None:
        self.total = dict.fromkeys(PEOPLE, 0)
        self.holds: dict[str, tuple[str, int]] = {}
        self.closed: list[str] = []
        self.number = 0
        self.suffix = self.fresh_suffix()
        with self.wallet.database.transaction() as tx:
            self.ids = {it: open_wallet(tx, it + self.suffix) for it in PEOPLE}

    count = 0

    @classmethod
    def fresh_suffix(cls) -> str:
        cls.count += 1
        return f"_{cls.count}"

    def held(self, who: str) -> int:
        return sum(amount for owner, amount in self.holds.values() if owner == who)

    def available(self, who: str) -> int:
        return self.total[who] - self.held(who)

    def entry(self, source: str, target: str, amount: int) -> Entry:
        lines = [Line(source, -amount), Line(target, amount)]
        return Entry(Movement.ADJUSTMENT, "test", "test", lines, "")

    @contextmanager
    def expecting(self, enough: bool) -> Iterator[Transaction]:
        try:
            with self.wallet.database.transaction() as tx:
                yield tx
        except InsufficientBalanceError:
            assert not enough
        else:
            assert enough

    @rule(who=st.sampled_from(PEOPLE), amount=AMOUNTS)
    def fund(self, who: str, amount: int) -> None:
        with self.wallet.database.transaction() as tx:
            post(tx, self.entry(FUNDING, self.ids[who], amount))
        self.total[who] += amount

    @rule(who=st.sampled_from(PEOPLE), amount=AMOUNTS)
    def spend(self, who: str, amount: int) -> None:
        enough = self.available(who) >= amount
        with self.expecting(enough) as tx:
            post(tx, self.entry(self.ids[who], MERCHANT, amount))
        self.total[who] -= amount if enough else 0

    @rule(amount=AMOUNTS, back=st.booleans())
    def transfer(self, amount: int, back: bool) -> None:
        source, target = PEOPLE[::-1] if back else PEOPLE
        enough = self.available(source) >= amount
        with self.expecting(enough) as tx:
            post(tx, self.entry(self.ids[source], self.ids[target], amount))
        if enough:
            self.total[source] -= amount
            self.total[target] += amount

    @rule(who=st.sampled_from(PEOPLE), amount=AMOUNTS)
    def set_aside(self, who: str, amount: int) -> None:
        self.number += 1
        reference = f"att_{self.number}{self.suffix}"
        enough = self.available(who) >= amount
        with self.expecting(enough) as tx:
            hold(tx, self.ids[who], amount, reference)
        if enough:
            self.holds[reference] = (who, amount)

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), captured=st.booleans())
    def resolve(self, data: st.DataObject, captured: bool) -> None:
        reference = data.draw(st.sampled_from(sorted(self.holds)))
        who, amount = self.holds.pop(reference)
        with self.wallet.database.transaction() as tx:
            if captured:
                capture(tx, reference, self.entry(self.ids[who], MERCHANT, amount))
            else:
                release(tx, reference)
        self.total[who] -= amount if captured else 0
        self.closed.append(reference)

    @precondition(lambda self: self.closed)
    @rule(data=st.data())
    def resolve_again(self, data: st.DataObject) -> None:
        reference = data.draw(st.sampled_from(self.closed))
        try:
            with self.wallet.database.transaction() as tx:
                release(tx, reference)
        except HoldClosedError:
            return
        raise AssertionError("a hold was closed twice")

    @invariant()
    def books_are_as_the_model_says(self) -> None:
        if not hasattr(self, "ids"):
            return
        with self.wallet.database.snapshot() as tx:
            for who in PEOPLE:
                money = wallet_of(tx, who + self.suffix)
                assert (money.total, money.held) == (self.total[who], self.held(who))
            assert all(check.ok for check in check_ledger(tx))


def test_any_sequence_of_movements_agrees_with_the_model(
    databases: Databases, kind: Kind, tmp_path: Path
) -> None:
    fakes = Outside(FakeGateway(), FakeBank(), FakeCarrier(), FakeMailer())
    with databases.fresh(kind) as url:
        wired = create_wallet(test_settings(url, tmp_path), edges=fakes.edges())

        class Machine(LedgerMachine):
            wallet = wired

        case = Machine.TestCase
        case.settings = settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        case("runTest").debug()
        wired.close()
