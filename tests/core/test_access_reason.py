"""Why an agent looks at a customer: what the header may hold."""

from urllib.parse import quote

import pytest

from app.core.errors import Refusal
from app.core.http.access_reason import read_access_reason


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("cnv_01k0000000000000000000000", "cnv_01k0000000000000000000000"),
        ("the user called about it", "the user called about it"),
        (quote("客户来电询问付款失败原因"), "客户来电询问付款失败原因"),
        ("x" * 500, "x" * 500),
        (quote("因" * 500), "因" * 500),
        ("  padded is as good  ", "padded is as good"),
    ],
)
def test_a_reason_is_read_as_a_person_wrote_it(written: str, reason: str) -> None:
    assert read_access_reason(written) == reason


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "too short",
        " " * 30,
        "%20" * 30,
        "x" * 501,
        "a reason%0Awith two lines",
        "a reason with %00 in it",
        "half a letter %E5%AE is no text",
        quote("原因太短"),
    ],
)
def test_what_is_no_reason_is_refused_as_a_missing_one(written: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        read_access_reason(written)
    assert refused.value.code == "access_reason_required"
    assert refused.value.error.status == 400
