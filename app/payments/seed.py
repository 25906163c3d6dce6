"""The merchants that are always there: plain ones, and those that bring a failure in the sandbox.

What a trigger merchant does is decided outside (world/triggers.py, or where its charges are sent);
here it is a merchant like any other.
"""

from app.core.database import Transaction
from app.ledger.accounts import open_merchant_account
from app.payments.models import Merchant

MERCHANTS = (
    ("mch_star_coffee", "星辰咖啡", "Star Coffee"),
    ("mch_book_house", "书香阁", "Book House"),
    ("mch_fresh_market", "鲜生市集", "Fresh Market"),
    ("mch_city_metro", "城市地铁", "City Metro"),
    ("mch_test_gateway_declined", "测试：通道拒绝", "Test: gateway declines"),
    ("mch_test_gateway_unavailable", "测试：通道不可用", "Test: gateway unavailable"),
    ("mch_test_maintenance", "测试：通道维护", "Test: gateway maintenance"),
    ("mch_test_bad_response", "测试：通道应答异常", "Test: gateway answers garbage"),
    ("mch_test_connection_reset", "测试：连接中断", "Test: connection reset"),
    ("mch_test_read_timeout", "测试：应答超时", "Test: no answer in time"),
    ("mch_test_dns_failure", "测试：域名解析失败", "Test: no such host"),
    ("mch_test_connection_refused", "测试：连接被拒绝", "Test: connection refused"),
    ("mch_test_connect_timeout", "测试：连接超时", "Test: no connection in time"),
    ("mch_test_reset_after", "测试：扣款后应答丢失", "Test: answer lost after the charge"),
    ("mch_test_risk", "测试：风险拦截", "Test: stopped by risk control"),
    ("mch_test_limit", "测试：超出限额", "Test: over the limit"),
)


def seed(tx: Transaction) -> None:
    """Insert the merchants that are missing and open their accounts."""
    for merchant_id, name_zh, name_en in MERCHANTS:
        tx.insert_missing(
            Merchant, id=merchant_id, name_zh=name_zh, name_en=name_en, created_at=tx.now
        )
        open_merchant_account(tx, merchant_id)
