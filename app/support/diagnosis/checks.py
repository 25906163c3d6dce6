"""The four things that every diagnosis looks at, whatever it finds: `{ok, text}` each. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.locale import Text
from app.core.money import amount_text
from app.payments.failures import FAILURES, FailureReason
from app.support.diagnosis.facts import Facts
from app.support.diagnosis.wording import compose, moment_text


@dataclass(frozen=True, slots=True)
class Check:
    """Whether one thing was in order at that time."""

    ok: bool
    text: Text


def check_all(facts: Facts) -> Mapping[str, Check]:
    """Balance, network, system status and app version, by the names of the contract, section 7."""
    return {
        "balance": _balance(facts),
        "network": _network(facts),
        "system_status": _system_status(facts),
        "app_version": _app_version(facts),
    }


def _balance(facts: Facts) -> Check:
    payment = facts.payment
    if payment is not None and payment.source == "bank_card":
        short = facts.failure_code == "card_balance"
        said = Text("银行卡余额不足", "The card's funds were too low")
        paid = Text(
            "用银行卡支付，与钱包余额无关", "Paid by card; the wallet's balance was not used"
        )
        return Check(not short, said if short else paid)
    available = amount_text(facts.balance.available_minor, facts.currency)
    if facts.amount_minor is None:
        said = Text("当时可用余额{available}", "Your available balance then was {available}")
        return Check(True, compose(said, available=available))
    enough = facts.balance.available_minor >= facts.amount_minor
    said = (
        Text("当时可用余额{available}，足够", "Your available balance then was {available}: enough")
        if enough
        else Text(
            "当时可用余额{available}，不足", "Your available balance then was {available}: too low"
        )
    )
    return Check(enough, compose(said, available=available))


def _network(facts: Facts) -> Check:
    event, code = facts.event, facts.failure_code
    if event is not None and event.type == "payment_request_failed":
        return Check(False, Text("手机当时的网络有问题", "The phone's network had a problem"))
    if code is not None and FAILURES[code].reason is FailureReason.NETWORK_ERROR:
        said = Text(
            "与支付通道之间的网络有问题", "The network to the payment gateway had a problem"
        )
        return Check(False, said)
    return Check(True, Text("未发现网络问题", "No network problem was found"))


def _system_status(facts: Facts) -> Check:
    if facts.outage is None:
        return Check(True, Text("当时支付通道正常", "The payment gateway worked at that time"))
    said = Text("{time}起支付通道异常", "The payment gateway had problems from {time}")
    return Check(False, compose(said, time=moment_text(facts.outage.since, facts.timezone)))


def _app_version(facts: Facts) -> Check:
    app = facts.app
    if app is None:
        return Check(True, Text("应用未上报版本", "The app gave no version"))
    said = (
        Text(
            "版本{version}低于最低要求{minimum}",
            "Version {version} is below the minimum, {minimum}",
        )
        if app.too_old
        else Text("版本{version}可以使用", "Version {version} is supported")
    )
    return Check(not app.too_old, said.fill(version=app.version, minimum=app.minimum_supported))
