"""One payment that succeeds, and six that go wrong in six ways, each with its reason and its trace."""

from dataclasses import dataclass

from demo.client import Answer
from demo.expectations import ANYTHING, answered
from demo.people import User, anybody, new_key
from demo.sandbox import advance_clock, check_fault_was_used, choose_merchant, meet_user, plan_fault
from demo.tour import Tour

START = 100_000
PAID, RETRIED, LOST = 12_800, 3_900, 5_200
TOO_MUCH, DECLINED, BROKEN, LATE = 990_000, 6_600, 4_500, 7_700


@dataclass(frozen=True, slots=True)
class Shopper:
    """Who pays whom, told to which tour."""

    tour: Tour
    user: User
    merchant: str

    @property
    def id(self) -> str:
        """The user's id, for faults that concern this user alone."""
        return self.user.id

    def wallet(self, says: str, available: int, held: int) -> None:
        """Read the wallet, which must hold exactly this."""
        wanted = {"available": available, "held": held, "total": available + held}
        self.tour.step(says, self.user.get("/v1/wallet"), answered(200, wanted))

    def charges(self, says: str, payment: Answer, *statuses: str) -> None:
        """Look into the gateway's own book, which must have exactly these charges of a payment."""
        request = anybody("GET", "/sandbox/v1/gateway/charges", reference=payment["id"])
        self.tour.step(says, request, answered(200, {"data.*.status": list(statuses)}))


def play(tour: Tour) -> None:
    """Pay, fail, and look closely at what was recorded."""
    tour.step(
        "No fault of an earlier visit is to come in between",
        anybody("DELETE", "/sandbox/v1/faults"),
        answered(204),
    )
    user = meet_user(tour, "A user with ¥1000.00", balance=START)
    shopper = Shopper(tour, user, choose_merchant(tour))
    _success(shopper)
    _insufficient_balance(shopper)
    _gateway_declines(shopper)
    _gateway_breaks(shopper)
    _connection_refused(shopper)
    _answer_lost(shopper)
    _taken_late(shopper)
    _read_back(shopper)


def _success(shopper: Shopper) -> None:
    key = new_key()
    request = shopper.user.pay(shopper.merchant, PAID, key)
    paid = shopper.tour.step(
        "¥128.00 from the balance succeed",
        request,
        answered(
            201,
            {"status": "succeeded", "failure": None, "attempts.0.outcome": "succeeded"},
            "attempts.0.gateway_reference",
            "attempts.0.app_version",
            "attempts.0.network_type",
        ),
    )
    shopper.tour.step(
        "The same request with the same key is the same payment, not a second one",
        request,
        answered(201, {"id": paid["id"]}, headers={"Idempotent-Replayed": "true"}),
    )
    shopper.wallet("It was taken once", START - PAID, 0)


def _insufficient_balance(shopper: Shopper) -> None:
    shopper.tour.step(
        "¥9900.00 are more than there is: recorded as failed, and the gateway not even asked",
        shopper.user.pay(
            shopper.merchant, TOO_MUCH, transaction_password=shopper.user.transaction_password
        ),
        answered(
            201,
            {
                "status": "failed",
                "failure.reason": "insufficient_balance",
                "failure.code": "wallet_balance",
                "attempts.0.gateway_reference": None,
            },
            "failure.message",
        ),
    )


def _gateway_declines(shopper: Shopper) -> None:
    fault = plan_fault(
        shopper.tour, "The gateway is to decline this user's next charge", "declined", shopper.id
    )
    shopper.tour.step(
        "It does: the payment fails at once",
        shopper.user.pay(shopper.merchant, DECLINED),
        answered(
            201,
            {
                "status": "failed",
                "failure.reason": "gateway_error",
                "failure.code": "gateway_declined",
            },
            "failure.message",
            "failure.advice.*.message",
        ),
    )
    check_fault_was_used(shopper.tour, fault)


def _gateway_breaks(shopper: Shopper) -> None:
    fault = plan_fault(
        shopper.tour, "The gateway is to answer the next one with 500", "http_500", shopper.id
    )
    payment = shopper.tour.step(
        "A 500 proves nothing, so the outcome is unknown: neither failed nor paid",
        shopper.user.pay(shopper.merchant, BROKEN),
        answered(
            202,
            {"status": "processing", "failure": None, "attempts.0.outcome": "unknown"},
            "attempts.0.http_status",
        ),
    )
    check_fault_was_used(shopper.tour, fault)
    shopper.wallet("The money is on hold", START - PAID - BROKEN, BROKEN)
    advance_clock(
        shopper.tour, "20 s later: asked by our reference, not found, cancelled, confirmed", 20
    )
    shopper.tour.step(
        "Only now it has failed, with its reason",
        shopper.user.get(f"/v1/payments/{payment['id']}"),
        answered(
            200,
            {
                "status": "failed",
                "failure.reason": "gateway_error",
                "failure.code": "gateway_unavailable",
            },
            "failure.message",
        ),
    )
    shopper.wallet("And the hold is released", START - PAID, 0)


def _connection_refused(shopper: Shopper) -> None:
    fault = plan_fault(
        shopper.tour, "The gateway's port is to refuse one connection", "connection_refused"
    )
    refused = shopper.tour.step(
        "A request that never left fails at once, holds nothing, and may be tried again",
        shopper.user.pay(shopper.merchant, RETRIED),
        answered(
            201,
            {
                "status": "failed",
                "failure.reason": "network_error",
                "failure.code": "connection_refused",
                "failure.retryable": True,
            },
            "failure.message",
        ),
    )
    check_fault_was_used(shopper.tour, fault)
    shopper.charges("The gateway knows nothing of it", refused)
    shopper.tour.step(
        "The retry is a second attempt of the same payment, and succeeds",
        shopper.user.move_money(f"/v1/payments/{refused['id']}/retry", {}),
        answered(
            201,
            {
                "id": refused["id"],
                "status": "succeeded",
                "attempts.*.number": [1, 2],
                "attempts.*.outcome": ["failed", "succeeded"],
                "attempts.*.failure_code": ["connection_refused", None],
            },
        ),
    )


def _answer_lost(shopper: Shopper) -> None:
    left = START - PAID - RETRIED - LOST
    fault = plan_fault(
        shopper.tour,
        "The gateway is to take the money, then reset the connection before it answers",
        "reset_after",
        shopper.id,
    )
    lost = shopper.tour.step(
        "The outcome is unknown: the payment is processing",
        shopper.user.pay(shopper.merchant, LOST),
        answered(202, {"status": "processing", "attempts.*.outcome": ["unknown"]}, "id"),
    )
    check_fault_was_used(shopper.tour, fault)
    shopper.wallet("It keeps its hold", left, LOST)
    shopper.charges("The gateway has taken the money; the wallet cannot know yet", lost, "captured")
    advance_clock(shopper.tour, "10 s later: the wallet has asked by its own reference", 10)
    shopper.tour.step(
        "The inquiry has settled it: succeeded, in the same one attempt",
        shopper.user.get(f"/v1/payments/{lost['id']}"),
        answered(
            200,
            {
                "status": "succeeded",
                "failure": None,
                "attempts.*.outcome": ["succeeded"],
                "attempts.0.gateway_reference": ANYTHING,
            },
        ),
    )
    shopper.wallet("The hold has become the payment", left, 0)
    shopper.charges("The gateway took the money once", lost, "captured")


def _taken_late(shopper: Shopper) -> None:
    left = START - PAID - RETRIED - LOST
    fault = plan_fault(
        shopper.tour,
        "The gateway is to confirm a cancel, and then to take the money all the same",
        "late_success",
        shopper.id,
    )
    late = shopper.tour.step(
        "The worst of all: no answer now, nothing to be found at the first inquiry",
        shopper.user.pay(shopper.merchant, LATE),
        answered(202, {"status": "processing", "attempts.*.outcome": ["unknown"]}, "id"),
    )
    check_fault_was_used(shopper.tour, fault)
    advance_clock(shopper.tour, "10 s later: not found, cancelled, confirmed, and looked again", 10)
    shopper.tour.step(
        "It failed, as the cancel had promised; what was taken was noticed and has gone back by itself",
        shopper.user.get(f"/v1/payments/{late['id']}"),
        answered(
            200,
            {
                "status": "failed",
                "refunds.*.status": ["succeeded"],
                "refunds.*.amount": [LATE],
                "refunded_amount": LATE,
            },
            "failure.code",
        ),
    )
    shopper.wallet("The wallet has lost nothing", left, 0)
    shopper.charges("And the gateway's own book says the same", late, "refunded")


def _read_back(shopper: Shopper) -> None:
    shopper.tour.step(
        "What failed and stayed so is read back with its reasons, newest first",
        shopper.user.get("/v1/payments", status="failed"),
        answered(
            200,
            {
                "data.*.amount": [LATE, BROKEN, DECLINED, TOO_MUCH],
                "data.*.failure.reason": [
                    "network_error",
                    "gateway_error",
                    "gateway_error",
                    "insufficient_balance",
                ],
                "data.*.failure.code": [
                    "connection_reset",
                    "gateway_unavailable",
                    "gateway_declined",
                    "wallet_balance",
                ],
                "data.*.attempts.*.outcome": [["failed"]] * 4,
            },
        ),
    )
    shopper.tour.step(
        "And the movements of the wallet are those that succeeded",
        shopper.user.get("/v1/wallet/entries", limit="3"),
        answered(
            200,
            {
                "data.*.type": ["payment", "payment", "payment"],
                "data.*.amount": [-LOST, -RETRIED, -PAID],
            },
            "data.*.balance_after",
        ),
    )
