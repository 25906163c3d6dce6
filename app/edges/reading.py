"""From the fields of an answer to a result, by the tables of each client."""

from collections.abc import Mapping
from typing import Any

from app.edges.http import NoReply, Reply
from app.edges.results import Answer, Finding, FindingState, Outcome, Problem

# The other side's words for a refusal. One that we don't know is a refusal all the same.
_DECLINE_CODES = {
    problem.value: problem
    for problem in (
        Problem.DECLINED,
        Problem.INSUFFICIENT_FUNDS,
        Problem.CARD_FROZEN,
        Problem.CARD_EXPIRED,
        Problem.RISK,
        Problem.LIMIT_EXCEEDED,
    )
}

Answers = Mapping[str, tuple[Outcome, Problem | None]]
"""What each status of a call that acts means; `declined` is refined by the decline code."""

Findings = Mapping[str, FindingState]
"""What each status of an inquiry or a cancel means."""

Echo = Mapping[str, Any]
"""Fields that an answer must repeat: another reference or amount is no answer to us."""

_NOTHING: Echo = {}


def answer(
    reply: Reply | NoReply, answers: Answers, reference: str, done: Echo = _NOTHING
) -> Answer:
    """Read the answer to a call that acts. What cannot be understood is unknown.

    Every answer must repeat the reference; one of success must have an id, and repeat `done`.
    """
    if isinstance(reply, NoReply):
        return unanswered(reply)
    outcome, problem = answers.get(_status(reply), (Outcome.UNKNOWN, Problem.BAD_RESPONSE))
    external_id = _external_id(reply)
    succeeded = outcome is Outcome.SUCCEEDED
    echo = {"reference": reference} | (dict(done) if succeeded else {})
    if not _repeats(reply, echo) or (succeeded and external_id is None):
        return misunderstood(reply)
    if problem is Problem.DECLINED:
        problem = decline_problem(reply.fields.get("decline_code"))
    return Answer(outcome, problem, external_id, reply.status, reply.latency_ms)


def finding(reply: Reply | NoReply, findings: Findings, reference: str) -> Finding:
    """Read the answer to an inquiry or a cancel. What cannot be understood is unknown."""
    if isinstance(reply, NoReply):
        return _nothing_learnt(reply.problem, reply.http_status, reply.latency_ms)
    if reply.status == 404:
        return _not_found(reply)
    state = findings.get(_status(reply), FindingState.UNKNOWN)
    if state is FindingState.UNKNOWN or not _repeats(reply, {"reference": reference}):
        return _nothing_learnt(Problem.BAD_RESPONSE, reply.status, reply.latency_ms)
    failed = state is FindingState.FAILED
    problem = decline_problem(reply.fields.get("decline_code")) if failed else None
    return Finding(state, problem, _external_id(reply), reply.status, reply.latency_ms)


def unanswered(reply: NoReply) -> Answer:
    """Return what a call that acts comes to without an answer: failed only if it never left."""
    outcome = Outcome.UNKNOWN if reply.left else Outcome.FAILED
    return Answer(outcome, reply.problem, None, reply.http_status, reply.latency_ms)


def misunderstood(reply: Reply) -> Answer:
    """Return what an answer comes to that makes no sense."""
    return Answer(Outcome.UNKNOWN, Problem.BAD_RESPONSE, None, reply.status, reply.latency_ms)


def refused(reply: Reply, code: str) -> Answer:
    """Return what a refusal comes to; only the known decline codes are one."""
    problem = _DECLINE_CODES.get(code)
    if problem is None:
        return misunderstood(reply)
    return Answer(Outcome.FAILED, problem, None, reply.status, reply.latency_ms)


def decline_problem(code: object) -> Problem:
    """Return why the other side refused."""
    known = _DECLINE_CODES.get(code) if isinstance(code, str) else None
    return known or Problem.DECLINED


def _not_found(reply: Reply) -> Finding:
    # Only the other side's own words: a 404 of something in between says nothing about a charge.
    if reply.fields.get("code") == "not_found":
        return Finding(FindingState.NONE, None, None, reply.status, reply.latency_ms)
    return _nothing_learnt(Problem.BAD_RESPONSE, reply.status, reply.latency_ms)


def _nothing_learnt(problem: Problem, http_status: int | None, latency_ms: int) -> Finding:
    return Finding(FindingState.UNKNOWN, problem, None, http_status, latency_ms)


def _status(reply: Reply) -> str:
    status = reply.fields.get("status")
    return status if isinstance(status, str) else ""


def _external_id(reply: Reply) -> str | None:
    external_id = reply.fields.get("id")
    return external_id if isinstance(external_id, str) and external_id else None


def _repeats(reply: Reply, echo: Echo) -> bool:
    missing = object()
    return all(
        type(got := reply.fields.get(name, missing)) is type(value) and got == value
        for name, value in echo.items()
    )
