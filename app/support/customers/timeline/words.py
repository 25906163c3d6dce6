"""The words that a timeline shares: what a status means. Pure."""

from typing import Final

from app.core.locale import Text
from app.payments.failures import FAILURES
from app.support.diagnosis.wording import compose

_STATUSES: Final = {
    "processing": Text("处理中", "processing"),
    "succeeded": Text("成功", "succeeded"),
    "failed": Text("失败", "failed"),
    "manual_review": Text("人工核查中", "under review"),
    "unknown": Text("结果未知", "outcome unknown"),
}


def said_status(status: str, failure_code: str | None) -> Text:
    """A status, with the failure code where there is one, which agents know by heart."""
    if failure_code not in FAILURES:
        return _STATUSES[status]
    return compose(
        Text("{status}（{code}）", "{status} ({code})"), status=_STATUSES[status], code=failure_code
    )
