"""One run: people are made, they and the backstage take turns, then the weather clears and everything must add up."""

import random
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from app.factory import Wallet
from app.payments.operations.hear_outcome import hear_outcome
from app.payments.operations.inquire_attempt import inquire_attempt
from app.payments.operations.send_refund import send_refund
from tests.factories.people import Person, create_person
from tests.simulation.arena import Arena, Stage
from tests.simulation.backstage import Backstage, move_clock_to
from tests.simulation.boundary import Boundary
from tests.simulation.customers import ERRANDS, HABITS, TASTES, Habit, Phone
from tests.simulation.faults import Weather
from tests.simulation.journal import Journal, Violation
from tests.simulation.machine import Machine
from tests.simulation.oracle import Oracle
from tests.simulation.outside import Line, SimulatedBank, SimulatedGateway
from tests.simulation.scheduler import Odds, Scheduler
from tests.simulation.trace import Trace

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)  # 12:00 in Shanghai; a run begins up to a day later
PEOPLE = 2
PHONES = (0, 0, 1, 1)  # whose they are: both customers have two
HANDS = 2
DAWN = timedelta(hours=26)
CLAIMS_ARE_OVER_SECONDS = 90
MOST_JOBS = 2_000


@dataclass(frozen=True)
class Report:
    """How a run ended: `violation` is None where all was well."""

    seed: int
    violation: str | None
    trace: tuple[str, ...]
    steps: int
    crashes: int
    movements: int
    seconds: float

    def __str__(self) -> str:
        told = "\n".join(self.trace)
        return f"{told}\n\nseed {self.seed}: {self.violation or 'all well'}"


@dataclass(frozen=True)
class Plan:
    """How wild a run is: drawn from the seed, so that some are calm and some are not."""

    errands: int
    jumps: int
    faults: float
    trouble: float
    tastes: dict[str, int]
    odds: Odds

    @staticmethod
    def drawn(randomness: random.Random) -> "Plan":
        """A plan for a seed."""
        return Plan(
            errands=randomness.choice((1, 1, 2, 2, 3)),
            jumps=randomness.randint(0, 4),
            faults=randomness.choice((0.1, 0.3, 0.5, 0.8)),
            trouble=randomness.choice((0, 0, 0.005, 0.02)),
            tastes={name: randomness.choice(TASTES) for name in ERRANDS},
            odds=Odds(
                switch=randomness.choice((0.1, 0.3, 0.6)),
                crash=randomness.choice((0, 0.003, 0.01, 0.03)),
                stall=randomness.choice((0, 0.01, 0.03)),
            ),
        )


@dataclass(frozen=True)
class Focus:
    """What to look at closely: these errands more than others, and only these kinds of trouble if any is named."""

    errands: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def sharpen(self, plan: Plan) -> Plan:
        """A wild plan, mostly of these errands."""
        return replace(
            plan,
            errands=3,
            jumps=5,
            faults=0.6,
            tastes={name: 6 if name in self.errands else 1 for name in ERRANDS},
            odds=Odds(switch=0.6, crash=0.003, stall=0.03),
        )


class Run:
    """Everything of one seed."""

    def __init__(self, seed: int, stage: Stage, focus: Focus | None) -> None:
        self.random = random.Random(f"{seed}/stage")
        self.plan = Plan.drawn(self.random)
        if focus is not None:
            self.plan = focus.sharpen(self.plan)
        self.machine = Machine(NOON + timedelta(seconds=self.random.randrange(86_400)))
        self.trace = Trace(self.machine)
        self.scheduler = Scheduler(
            random.Random(f"{seed}/schedule"), self.machine, self.trace, self.plan.odds
        )
        self.weather = Weather(random.Random(f"{seed}/weather"), self.plan.faults)
        if focus is not None:
            self.weather.favour(focus.kinds)
        self.line = Line(self.scheduler, self.weather)
        self.gateway = SimulatedGateway(self.line, "gateway")
        self.bank = SimulatedBank(self.line, "bank")
        self.journal = Journal()
        self.stage = stage
        self.wallet: Wallet = stage.wallet
        self.seed = seed
        self._customers_left = len(PHONES)

    def play(self) -> None:
        """From the first person to the last check. Raises Violation."""
        self.stage.gateway.edge, self.stage.bank.edge = self.gateway, self.bank
        with self.machine.running(self.scheduler.sleep, self.scheduler.process_here):
            phones = self._phones()
            boundary = Boundary(
                self.scheduler, random.Random(f"{self.seed}/database"), self.plan.trouble
            )
            with boundary.around(self.wallet.database):
                self._add_strands(phones)
                self.scheduler.run()
            self.trace.strand = "dawn"
            self._clear_up(phones)

    def _phones(self) -> list[Phone]:
        habits = [self.random.choice(HABITS) for _ in range(PEOPLE)]
        people = [create_person(self.wallet, balance=it.balance, card=True) for it in habits]
        for person in people:
            self.trace.note(f"{person.user_id} with {person.card_id}")
        start = {it.user_id: habit.balance for it, habit in zip(people, habits, strict=True)}
        self.oracle = Oracle(self.wallet, self.gateway, self.bank, self.journal, start)
        phones = [self._phone(number, people, habits[who]) for number, who in enumerate(PHONES)]
        for one, other in zip(phones[::2], phones[1::2], strict=True):
            one.other, other.other = other, one
        return phones

    def _phone(self, number: int, people: list[Person], habit: Habit) -> Phone:
        person = people[PHONES[number]]
        return Phone(
            person,
            habit,
            [it.user_id for it in people if it is not person],
            random.Random(f"{self.seed}/phone/{number}"),
            self.journal,
            self.scheduler,
            self.plan.tastes,
        )

    def _add_strands(self, phones: list[Phone]) -> None:
        backstage = Backstage(
            self.wallet,
            self.scheduler,
            self.line,
            random.Random(f"{self.seed}/backstage"),
            lambda: self._customers_left > 0,
        )
        for number, phone in enumerate(phones):
            self.scheduler.add(f"phone {number + 1}", lambda it=phone: self._customer(it))
        for number in range(HANDS):
            self.scheduler.add(f"worker {number + 1}", backstage.work)
        self.scheduler.add("network", backstage.deliver)
        self.scheduler.add("callbacks", backstage.call_back)
        self.scheduler.add("clock", lambda: backstage.jump(self.plan.jumps))

    def _customer(self, phone: Phone) -> None:
        phone.run(self.plan.errands, self._check)
        self._customers_left -= 1

    def _check(self) -> None:
        if self.stage.jobs.mistakes:
            raise Violation("; ".join(self.stage.jobs.mistakes))
        self.oracle.check_step()

    def _clear_up(self, phones: list[Phone]) -> None:
        """No faults any more: what is on its way arrives, customers get their answers, a day passes."""
        self.weather.clear_up()
        self.machine.pass_seconds(CLAIMS_ARE_OVER_SECONDS)
        for process in self.machine.processes:
            process.up_at = None
        self.wallet.jobs.void_dead_claims()
        self.line.deliver_late(self.machine.now + timedelta(minutes=self.random.randint(0, 60)))
        self._answer_everybody(phones)
        self._let_a_day_pass()
        self._review()
        self._let_a_day_pass()
        self.line.deliver_late()
        for told in self.line.notices:
            hear_outcome(self.wallet.payments, told.notice, at_bank=told.at_bank)
        self._check()
        self.oracle.check_end()

    def _answer_everybody(self, phones: list[Phone]) -> None:
        by_user = {phone.person.user_id: phone for phone in phones}
        for intent in self.journal.intents:
            if not intent.over and not by_user[intent.user_id].insist(intent):
                raise Violation(f"{intent.kind} {intent.key} gets no answer")

    def _let_a_day_pass(self) -> None:
        """Advance the clock from job to job, as the sandbox does."""
        jobs, database = self.wallet.jobs, self.wallet.database
        with database.snapshot() as tx:
            target = tx.now + DAWN
        for _ in range(MOST_JOBS):
            job = jobs.claim_next(until=target)
            if job is None:
                move_clock_to(database, target)
                return
            move_clock_to(database, job.due_at)
            self.trace.note(f"runs {job.kind} {job.subject_id}")
            jobs.run(job)
        raise Violation("the jobs never come to an end")

    def _review(self) -> None:
        """A person looks after what nobody could tell within a day."""
        for attempt_id in self.oracle.in_review():
            self.trace.note(f"a person inquires about {attempt_id}")
            inquire_attempt(self.wallet.payments, attempt_id)
        for refund_id in self.oracle.refunds_in_review():
            self.trace.note(f"a person sends {refund_id} again")
            send_refund(self.wallet.payments, refund_id)


def play(seed: int, arena: Arena, focus: Focus | None = None) -> Report:
    """Play one seed to its end or its first violation."""
    began = time.perf_counter()
    with arena.fresh() as stage:
        run, violation = Run(seed, stage, focus), None
        try:
            run.play()
        except Exception as problem:
            violation = run.trace.plain(f"{type(problem).__name__}: {problem}")
    return Report(
        seed=seed,
        violation=violation,
        trace=tuple(run.trace.lines),
        steps=run.scheduler.steps,
        crashes=run.scheduler.crashes,
        movements=len(run.journal.intents),
        seconds=time.perf_counter() - began,
    )
