"""Which programs make up a server of the wallet, and what each is told: the one table of it."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from supervisor import data_folder, ports
from supervisor.callback_secrets import SENDERS, secret_of
from supervisor.programs import Announces, Answers, Finishes, Program, Readiness
from supervisor.settings import Settings, is_of_the_wallet

_LOOPBACK = "127.0.0.1"
# An address that means "every interface" is listened on, but visited by the loopback one.
_VISITED_AS = {"0.0.0.0": _LOOPBACK, "::": "::1", "": _LOOPBACK}  # noqa: S104 - compared, not bound


@dataclass(frozen=True)
class Edge:
    """A part of the outside world: simulated unless the user has set its URL."""

    target: str
    url_setting: str
    port_setting: str
    scheme: str = "http"


EDGES = (
    Edge("gateway", "WALLET_GATEWAY_URL", "WORLD_GATEWAY_PORT"),
    Edge("bank", "WALLET_BANK_URL", "WORLD_BANK_PORT"),
    Edge("sms", "WALLET_SMS_URL", "WORLD_SMS_PORT"),
    Edge("email", "WALLET_SMTP_URL", "WORLD_SMTP_PORT", scheme="smtp"),
)
_ROUTES = "WALLET_GATEWAY_ROUTES"
# Where support mail comes in: a free port in the sandbox; in production nobody listens unless it is set.
_MAIL_PORT = "WALLET_SMTP_LISTEN_PORT"
_REFUSING, _SILENT = "WORLD_REFUSING_PORT", "WORLD_SILENT_PORT"
# Python refuses such a label before anybody is asked (RFC 1035, 2.3.4: 63 octets), so it fails at once
# without a network too, where a look-up of a name that only doesn't exist can take many seconds. And
# a resolver that were asked all the same would find nothing under `invalid` (RFC 6761, 6.4).
NO_HOST = "no-resolver-is-asked-for-a-label-of-over-63-characters-as-this-one-is.invalid"
# Set by the supervisor alone; an inherited value would describe somebody else's world.
_OURS = ("WALLET_WORLD_URL", "WALLET_SIMULATED_EDGES")


def describe_wallet(settings: Settings, mark: Mapping[str, str]) -> tuple[list[Program], str]:
    """Return the programs of one server in starting order, and the URL at which it answers.

    `mark` goes into every program's environment (see record.py). Raises CannotStartError when the
    port is taken or the sandbox's secret is damaged.
    """
    port, mail_port, *free = ports.pick_free(5 + len(EDGES), other_than=settings.port)
    port = settings.port or port
    ports.ensure_free(settings.host, port)
    visited = _VISITED_AS.get(settings.host, settings.host)
    url = _url("http", visited, port)
    wallet = _wallet_environment(settings, port) | dict(mark)
    ready = Answers(visited, port)
    if settings.production:
        return _wallet_programs(wallet, ready), url
    wallet.setdefault(_MAIL_PORT, str(mail_port))
    simulated, world = _simulated_world(settings, wallet, free)
    secrets, callbacks = _callbacks(wallet, simulated["WALLET_SIMULATED_EDGES"].split(","), url)
    return [
        _program("world", "world", world | callbacks | dict(mark), Announces()),
        *_wallet_programs(wallet | simulated | secrets, ready),
    ], url


def _wallet_programs(environment: Mapping[str, str], ready: Answers) -> list[Program]:
    return [
        # All at once: the other two load while the upgrade runs, and begin when the schema is there.
        _program("upgrade", "app.upgrade", environment, Finishes()),
        _program("worker", "app.worker", environment, Announces()),
        _program("wallet", "app.serve", environment, ready),
    ]


def _program(
    name: str,
    module: str,
    environment: Mapping[str, str],
    readiness: Readiness,
) -> Program:
    return Program(name, (sys.executable, "-m", module), environment, readiness)


def _wallet_environment(settings: Settings, port: int) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in settings.environment.items()
        if name not in _OURS and not name.startswith("WORLD_")
    }
    told = {
        "PORT": str(port),
        "WALLET_HOST": settings.host,
        "WALLET_ENV": "production" if settings.production else "sandbox",
        "WALLET_DATA_DIR": str(settings.data_dir),
        "PYTHONUNBUFFERED": "1",
    }
    if not settings.production and "WALLET_SECRET_KEY" not in inherited:
        told["WALLET_SECRET_KEY"] = data_folder.sandbox_secret(settings.data_dir)
    return inherited | told


def _simulated_world(
    settings: Settings, wallet: Mapping[str, str], free: list[int]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the wallet is told of the world, and what the world is told of itself.

    The ports are picked by the supervisor, so that the world gets them again after a restart. The
    outside has no business with the wallet's own settings: the world gets none of them.
    """
    simulated = [edge for edge in EDGES if edge.url_setting not in settings.environment]
    control, refusing, silent, *others = free
    placed = list(zip(simulated, others, strict=False))
    told = {edge.url_setting: _url(edge.scheme, _LOOPBACK, port) for edge, port in placed}
    told["WALLET_WORLD_URL"] = _url("http", _LOOPBACK, control)
    told["WALLET_SIMULATED_EDGES"] = ",".join(edge.target for edge in simulated)
    world = {name: value for name, value in wallet.items() if not is_of_the_wallet(name)}
    world |= {edge.port_setting: str(port) for edge, port in placed}
    world |= {
        "WORLD_HOST": _LOOPBACK,
        "WORLD_DATA_DIR": str(settings.data_dir),
        "WORLD_CONTROL_PORT": str(control),
    }
    if "gateway" in told["WALLET_SIMULATED_EDGES"].split(",") and _ROUTES not in wallet:
        told[_ROUTES] = _routes_to_nobody(refusing, silent)
        world |= {_REFUSING: str(refusing), _SILENT: str(silent)}
    return told, world


def _callbacks(
    wallet: Mapping[str, str], simulated: list[str], url: str
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the wallet and what the world is told, so that the one believes the other's callbacks.

    Only of senders that are simulated: what signs for others is theirs to say.
    """
    shared = {sender: secret_of(sender, wallet) for sender in SENDERS if sender.target in simulated}
    world = {sender.world_setting: secret for sender, secret in shared.items()}
    told = {sender.wallet_setting: secret for sender, secret in shared.items()}
    return told, world | {"WORLD_CALLBACK_URL": f"{url}/callbacks"}


def _routes_to_nobody(refusing: int, silent: int) -> str:
    """Return the routes of the merchants whose gateway is out of reach (the world's triggers)."""
    routes = {
        "mch_test_dns_failure": _url("http", NO_HOST, 80),
        "mch_test_connection_refused": _url("http", _LOOPBACK, refusing),
        "mch_test_connect_timeout": _url("http", _LOOPBACK, silent),
    }
    return ",".join(f"{merchant_id}={url}" for merchant_id, url in routes.items())


def _url(scheme: str, host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}"
