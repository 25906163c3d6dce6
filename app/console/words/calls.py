"""The words of the hotline."""

from typing import Final

from app.core.locale import Text

CALLS: Final = {
    "call": Text("通话", "Call"),
    "call_with": Text("通话", "Call with"),
    "call_on_the_phone": Text("通话中", "on the phone"),
    "call_case": Text("所属会话", "Case"),
    "call_about_this": Text("通话属于此会话", "The call is about this"),
    "call_end_resolve": Text("结束并解决", "End and resolve"),
    "call_has_ended_resolved": Text(
        "通话已结束，会话已解决。", "The call has ended; its case is resolved."
    ),
    "call_fact": Text("来电者说对了", "The caller knew"),
    "call_fact_confirm": Text("记录", "Note"),
    "call_fact_hint": Text("仅记为 L2，不会解锁任何操作", "Counts as L2, which unlocks nothing"),
    "fact_recent_payment": Text("最近一笔付款", "a recent payment"),
    "fact_recent_top_up": Text("最近一次充值", "a recent top-up"),
    "fact_recent_card_change": Text("最近换绑的银行卡", "a recent change of card"),
    "fact_open_case": Text("未结的会话", "an open case"),
    "call_new": Text("新通话", "New call"),
    "call_phone": Text("号码", "Number"),
    "call_phone_hint": Text(
        "如 +8613800138000；隐藏号码可留空", "+8613800138000; empty if withheld"
    ),
    "call_withheld": Text("隐藏号码", "withheld"),
    "call_begin": Text("开始通话", "Begin"),
    "call_direction": Text("方向", "Direction"),
    "direction_inbound": Text("来电", "inbound"),
    "direction_outbound": Text("去电", "outbound"),
    "call_recent": Text("最近的通话", "Recent calls"),
    "call_mine": Text("只看我的", "mine only"),
    "call_active": Text("进行中", "going on"),
    "call_ended": Text("已结束", "ended"),
    "call_any_status": Text("全部状态", "any status"),
    "call_started": Text("开始", "Began"),
    "call_length": Text("时长", "Length"),
    "call_level": Text("验证级别", "Verification"),
    "call_agent": Text("坐席", "Agent"),
    "call_customer": Text("客户", "Customer"),
    "call_unknown": Text("未识别", "nobody we know"),
    "call_unverified": Text("未验证", "unverified"),
    "call_unverified_hint": Text(
        "号码可以伪造：在核对通话验证码之前，只说公开信息。",
        "Numbers can be forged: until the call code is checked, say nothing about the account.",
    ),
    "call_verified": Text("已验证", "verified"),
    "call_verified_told": Text("已验证来电者身份。", "The caller is verified."),
    "call_code": Text("通话验证码", "Call code"),
    "call_code_hint": Text(
        "来电者在已登录的应用中看到的六位数字", "Six digits in the app they are signed in to"
    ),
    "call_check": Text("核对", "Check"),
    "call_notes": Text("通话记录", "Notes"),
    "call_notes_saved": Text("记录已保存。", "The notes were saved."),
    "call_end": Text("结束通话", "End the call"),
    "call_has_ended": Text("通话已结束。", "The call has ended."),
    "call_open_cases": Text("该客户未结的会话", "Open cases of this customer"),
    "call_put_through": Text("转给同事", "Hand over"),
    "call_put_through_to": Text("转给", "Colleague"),
    "call_whose": Text("更换客户", "Another customer"),
    "call_changed": Text("通话已更新。", "The call was changed."),
    "level_L0": Text("L0 未知", "L0 unknown"),
    "level_L1": Text("L1 号码相符", "L1 number matches"),
    "level_L2": Text("L2 账户信息", "L2 account fact"),
    "level_L3": Text("L3 通话验证码", "L3 call code"),
    "level_L4": Text("L4 验证码与新登录", "L4 code, fresh login"),
}
