"""Opens the clients of the outside from their URLs; an edge without one reaches nobody."""

from app.core.settings import Settings, SettingsError
from app.edges.bank import HttpBank
from app.edges.bundle import Edges
from app.edges.gateway import HttpGateway
from app.edges.mail import SmtpMailer
from app.edges.refusals import RefusalReporter
from app.edges.sms import HttpSmsCarrier
from app.edges.unconfigured import (
    UnconfiguredBank,
    UnconfiguredGateway,
    UnconfiguredMailer,
    UnconfiguredSmsCarrier,
)


def open_edges(settings: Settings) -> Edges:
    """The clients for these settings. Raises SettingsError for a URL that is none."""
    try:
        return _clients(settings)
    except ValueError as problem:
        raise SettingsError(f"an edge's URL can't be used: {problem}") from problem


def missing_edges(settings: Settings) -> list[str]:
    """The names of those that have no URL."""
    urls = {
        "gateway": settings.gateway_url,
        "bank": settings.bank_url,
        "sms": settings.sms_url,
        "email": settings.smtp_url,
    }
    return [name for name, url in urls.items() if url is None]


def _clients(settings: Settings) -> Edges:
    gateway, bank = settings.gateway_url, settings.bank_url
    sms, smtp = settings.sms_url, settings.smtp_url
    return Edges(
        gateway=HttpGateway(
            gateway,
            routes=settings.gateway_routes,
            on_refused=_refusals(settings, "gateway"),
        )
        if gateway
        else UnconfiguredGateway(),
        bank=HttpBank(bank, on_refused=_refusals(settings, "bank")) if bank else UnconfiguredBank(),
        sms=HttpSmsCarrier(sms, on_refused=_refusals(settings, "sms"))
        if sms
        else UnconfiguredSmsCarrier(),
        mail=SmtpMailer(smtp, on_refused=_refusals(settings, "email"))
        if smtp
        else UnconfiguredMailer(),
    )


def _refusals(settings: Settings, target: str) -> RefusalReporter | None:
    """Only the simulated world counts the connections that its faults refuse."""
    if settings.world_url is None or target not in settings.simulated_edges:
        return None
    return RefusalReporter(settings.world_url, target)
