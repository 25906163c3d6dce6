"""What a user finds without an agent: how to reach support, answers, the status, and the diagnosis of a payment."""

from datetime import datetime, timedelta

from demo.client import Answer
from demo.expectations import ANYTHING, SOMETHING_IN_IT, answered, including
from demo.people import User, anybody
from demo.sandbox import advance_clock, choose_merchant, meet_user, plan_fault
from demo.tour import Tour

TOO_MUCH, DECLINED = 8_800, 1_500
START = 3_000
# How far off the user's memory is.
SLIP = timedelta(minutes=4)


def play(tour: Tour) -> None:
    """Ask for help with a payment that failed."""
    _look_around(tour)
    user = meet_user(tour, "A user with ¥30.00 is shopping", balance=START)
    merchant = choose_merchant(tour)
    failed, declined = _fail_twice(tour, user, merchant)
    advance_clock(tour, "Some minutes later they wonder what went wrong", 300)
    _diagnose(tour, user, failed, declined)


def _look_around(tour: Tour) -> None:
    tour.step(
        "How can one reach support?",
        anybody("GET", "/v1/support/channels"),
        answered(
            200,
            {"data": SOMETHING_IN_IT},
            "data.*.name",
            "data.*.contact",
            "data.*.open_now",
            "data.*.promised_reply",
        ),
    )
    found = tour.step(
        "The FAQ is searched in Chinese: payment failed, what now?",
        anybody("GET", "/v1/support/faqs", q="支付失败怎么办", locale="zh-CN"),
        answered(200, {"data": SOMETHING_IN_IT}, "data.0.title"),
    )
    tour.narration.quote(found["data.0.body"])
    tour.step(
        "Two characters are enough: rebinding",
        anybody("GET", "/v1/support/faqs", q="换绑", locale="zh-CN"),
        answered(200, {"data": SOMETHING_IN_IT}, "data.*.title"),
    )
    tour.step(
        "Does the wallet work for everybody else?",
        anybody("GET", "/v1/system-status"),
        answered(
            200,
            {
                "status": ANYTHING,
                "components.*.code": including(
                    "payment_gateway", "bank_network", "sms", "email", "support"
                ),
            },
            "components.*.status",
        ),
    )


def _fail_twice(tour: Tour, user: User, merchant: str) -> tuple[Answer, Answer]:
    failed = tour.step(
        "¥88.00 are more than they have",
        user.pay(merchant, TOO_MUCH),
        answered(201, {"status": "failed", "failure.code": "wallet_balance"}, "id", "created_at"),
    )
    plan_fault(tour, "And the gateway is to decline the next one", "declined", user.id)
    declined = tour.step(
        "¥15.00 are declined",
        user.pay(merchant, DECLINED),
        answered(201, {"status": "failed", "failure.code": "gateway_declined"}, "id"),
    )
    return failed, declined


def _diagnose(tour: Tour, user: User, failed: Answer, declined: Answer) -> None:
    tour.step(
        "They recall the amount, and the time by four minutes: the payment is found and explained",
        user.post(
            "/v1/support/payment-diagnoses",
            {"amount": TOO_MUCH, "occurred_at": _earlier(failed["created_at"], SLIP)},
        ),
        answered(
            201,
            {
                "payment_id": failed["id"],
                "verdict": "failed_clean",
                "primary_cause.code": "wallet_balance",
                "retry_safe": True,
                "checked.balance.ok": False,
                "checked.network.ok": True,
                "checked.app_version.ok": True,
                "evidence": SOMETHING_IN_IT,
            },
            "message",
            "advice.*.message",
            "checked.balance.text",
            "checked.system_status.text",
        ),
    )
    tour.step(
        "Of the other they have the id; and they read Chinese",
        user.post(
            "/v1/support/payment-diagnoses",
            {"payment_id": declined["id"]},
            Accept_Language="zh-CN",
        ),
        answered(
            201,
            {
                "payment_id": declined["id"],
                "verdict": "failed_clean",
                "primary_cause.code": "gateway_declined",
                "checked.balance.ok": True,
            },
            "message",
            "advice.*.message",
        ),
    )


def _earlier(moment: str, by: timedelta) -> str:
    earlier = datetime.fromisoformat(moment) - by
    return earlier.isoformat(timespec="milliseconds").replace("+00:00", "Z")
