"""What the status page is about: the components, and what an incident does to them. Pure.

How a component's own status is measured is in `rules.py`.
"""

from enum import StrEnum
from typing import Final

from app.core.locale import Text
from app.status.rules import SystemStatus


class Component(StrEnum):
    """A part of the service that can work or not (contract, section 6), in the order shown."""

    PAYMENT_GATEWAY = "payment_gateway"
    BANK_NETWORK = "bank_network"
    SMS = "sms"
    EMAIL = "email"
    SUPPORT = "support"


COMPONENT_NAMES: Final = {
    Component.PAYMENT_GATEWAY: Text("支付通道", "Payment gateway"),
    Component.BANK_NETWORK: Text("银行网络", "Bank network"),
    Component.SMS: Text("短信", "Text messages"),
    Component.EMAIL: Text("邮件", "E-mail"),
    Component.SUPPORT: Text("客服", "Support"),
}


class IncidentStatus(StrEnum):
    """How far an incident has got."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


INCIDENT_TRANSITIONS: Final[dict[IncidentStatus, frozenset[IncidentStatus]]] = {
    status: frozenset(IncidentStatus) - {status} for status in IncidentStatus
} | {IncidentStatus.RESOLVED: frozenset()}
"""An incident goes back and forth while it is looked into; what comes back after it was resolved is another one."""


class IncidentImpact(StrEnum):
    """How much an incident harms; `maintenance` is planned."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"


STATUS_OF_IMPACT: Final = {
    IncidentImpact.NONE: SystemStatus.OPERATIONAL,
    IncidentImpact.MINOR: SystemStatus.DEGRADED_PERFORMANCE,
    IncidentImpact.MAJOR: SystemStatus.PARTIAL_OUTAGE,
    IncidentImpact.CRITICAL: SystemStatus.MAJOR_OUTAGE,
    IncidentImpact.MAINTENANCE: SystemStatus.UNDER_MAINTENANCE,
}
"""What an open incident makes of a component at least, whatever is measured."""
IMPACT_OF_STATUS: Final = {status: impact for impact, status in STATUS_OF_IMPACT.items()}
"""How much an incident harms whose component is measured so."""
