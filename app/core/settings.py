"""The settings: read once from the environment and `.env`, typed, and refused where they are unsafe.

Names and defaults are section 1 of the contract; numbers of the domain live in each `rules.py`.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from environs import Env, EnvError

CANNOT_START = 78  # EX_CONFIG: the exit status of a program that these settings can't start
MIN_SECRET_LENGTH = 32  # contract, section 1
DEFAULT_SECRETS = frozenset({"change-me", "changeme", "secret", "development"})
SANDBOX_SECRET = "sandbox-only-secret-not-for-production"  # noqa: S105 - refused in production
SIMULATED_TARGETS = ("gateway", "bank", "sms", "email")
_HOST = re.compile(r"\.?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
WEBHOOK_KEY_BYTES = (24, 64)  # least and most, by the specification of Standard Webhooks


class SettingsError(Exception):
    """A setting that the program refuses to start with; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is decided outside the program. Times in seconds, sizes in bytes."""

    data_dir: Path
    database_url: str
    secret_key: str = field(repr=False, default=SANDBOX_SECRET)
    environment: Literal["sandbox", "production"] = "sandbox"
    host: str = "127.0.0.1"
    port: int = 8000
    gateway_url: str | None = None
    gateway_routes: Mapping[str, str] = field(default_factory=dict)
    bank_url: str | None = None
    gateway_callback_secret: str | None = field(repr=False, default=None)
    bank_callback_secret: str | None = field(repr=False, default=None)
    sms_url: str | None = None
    smtp_url: str | None = None
    smtp_listen_port: int | None = None
    world_url: str | None = None
    simulated_edges: tuple[str, ...] = ()
    password_policy: str = "composition"  # noqa: S105 - the name of a policy
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    workers: int = 1
    threads: int = 64
    address_limits: bool = False
    micro_deposit_delay_seconds: int = 0
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    redis_url: str | None = None
    broker_url: str | None = None
    sqlite_synchronous: Literal["FULL", "NORMAL", "OFF"] = "FULL"

    @property
    def sandbox(self) -> bool:
        """True where the sandbox doors and the virtual clock exist."""
        return self.environment == "sandbox"


def load_settings() -> Settings:
    """Read the environment and `.env`. Raises SettingsError naming every bad setting at once."""
    env = Env()
    env.read_env(str(Path.cwd() / ".env"), recurse=False)
    try:
        settings = _read(env)
    except (EnvError, ValueError) as problem:
        raise SettingsError(f"a setting cannot be read: {problem}") from problem
    problems = unsafe_settings(settings, env) if not settings.sandbox else []
    if problems:
        raise SettingsError("refusing to start in production: " + "; ".join(problems))
    return settings


def _read(env: Env) -> Settings:
    environment = env.str("WALLET_ENV", "sandbox")
    if environment not in ("sandbox", "production"):
        raise ValueError("WALLET_ENV is `sandbox` or `production`")
    sandbox = environment == "sandbox"
    data_dir = Path(env.str("WALLET_DATA_DIR", "./var")).resolve()
    return Settings(
        data_dir=data_dir,
        database_url=database_url(env.str("WALLET_DATABASE_URL", ""), data_dir),
        secret_key=env.str("WALLET_SECRET_KEY", "") or (SANDBOX_SECRET if sandbox else ""),
        environment="sandbox" if sandbox else "production",
        host=env.str("WALLET_HOST", "127.0.0.1"),
        port=env.int("PORT", 8000),
        gateway_url=_http_url(env, "WALLET_GATEWAY_URL"),
        gateway_routes=_routes(env.str("WALLET_GATEWAY_ROUTES", "")),
        bank_url=_http_url(env, "WALLET_BANK_URL"),
        gateway_callback_secret=_webhook_secret(env, "WALLET_GATEWAY_CALLBACK_SECRET"),
        bank_callback_secret=_webhook_secret(env, "WALLET_BANK_CALLBACK_SECRET"),
        sms_url=_http_url(env, "WALLET_SMS_URL"),
        smtp_url=env.str("WALLET_SMTP_URL", "") or None,
        smtp_listen_port=_port(env, "WALLET_SMTP_LISTEN_PORT"),
        world_url=(env.str("WALLET_WORLD_URL", "") or None) if sandbox else None,
        simulated_edges=tuple(env.list("WALLET_SIMULATED_EDGES", [])) if sandbox else (),
        password_policy=_one_of(
            "WALLET_PASSWORD_POLICY",
            env.str("WALLET_PASSWORD_POLICY", "composition"),
            ("composition", "hybrid", "nist"),
        ),
        timezone=_timezone(env.str("WALLET_TIMEZONE", "") or "Asia/Shanghai"),
        workers=_at_least_one("WALLET_WORKERS", env.int("WALLET_WORKERS", 1)),
        threads=_at_least_one("WALLET_THREADS", env.int("WALLET_THREADS", 64)),
        address_limits=not sandbox or _is_on(env, "WALLET_ADDRESS_LIMITS"),
        micro_deposit_delay_seconds=env.int("WALLET_MICRO_DEPOSIT_DELAY_SECONDS", 0),
        trusted_hosts=_hosts(env.str("WALLET_TRUSTED_HOSTS", "")),
        trusted_proxies=_networks(env.str("WALLET_TRUSTED_PROXIES", "")),
        redis_url=_redis_url(env.str("WALLET_REDIS_URL", "")),
        broker_url=env.str("WALLET_BROKER_URL", "") or None,
    )


def _http_url(env: Env, name: str) -> str | None:
    url = env.str(name, "")
    if url and not _is_http_address(url):
        raise ValueError(f"{name} is an http(s) address, such as http://127.0.0.1:9000")
    return url or None


def _redis_url(url: str) -> str | None:
    """The address of a Redis. The message doesn't repeat it: it may hold a password."""
    if url and not re.match(r"(rediss?|unix)://.", url):
        raise ValueError("WALLET_REDIS_URL is redis://…, rediss://… or unix://…")
    return url or None


def _port(env: Env, name: str) -> int | None:
    value = env.str(name, "")
    if not value:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", value) or not 0 < int(value) < 65536:
        raise ValueError(f"{name} is a port: a whole number from 1 to 65535")
    return int(value)


def _webhook_secret(env: Env, name: str) -> str | None:
    """A secret of Standard Webhooks, or None where there is none. The message doesn't repeat it."""
    secret = env.str(name, "")
    if not secret:
        return None
    prefix, _, key = secret.partition("_")
    try:
        size = len(base64.b64decode(key, validate=True))
    except ValueError:
        size = 0
    if prefix != "whsec" or not WEBHOOK_KEY_BYTES[0] <= size <= WEBHOOK_KEY_BYTES[1]:
        raise ValueError(f"{name} is `whsec_` and the base64 of 24 to 64 random bytes")
    return secret


def _timezone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("WALLET_TIMEZONE is no time zone; Asia/Shanghai is one") from None


def _at_least_one(name: str, number: int) -> int:
    if number < 1:
        raise ValueError(f"{name} is 1 or more")
    return number


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"{name} is one of {', '.join(allowed)}")
    return value


def _routes(text: str) -> dict[str, str]:
    """Base URLs by merchant, of `merchant_id=url,merchant_id=url`. No message repeats a URL: it may hold a password."""
    routes: dict[str, str] = {}
    for number, entry in enumerate(text.split(",") if text else (), start=1):
        merchant_id, _, url = (part.strip() for part in entry.partition("="))
        if not merchant_id or merchant_id in routes or not _is_http_address(url):
            raise ValueError(
                "WALLET_GATEWAY_ROUTES is `merchant_id=url,…`, each merchant once, each url of "
                f"http or https: see entry {number}"
            )
        routes[merchant_id] = url
    return routes


def _hosts(text: str) -> tuple[str, ...]:
    """Host names in lower case; one that begins with a dot stands for every name below it."""
    names = tuple(name.strip().lower() for name in text.split(",") if name.strip())
    if not all(_HOST.fullmatch(name) or _is_address(name.strip("[]")) for name in names):
        raise ValueError(
            "WALLET_TRUSTED_HOSTS is `name,…` without ports, such as pay.example.com,.example.net"
        )
    return tuple(name.strip("[]") for name in names)


def _networks(text: str) -> tuple[str, ...]:
    """Addresses and networks of proxies, as the standard library writes them."""
    try:
        return tuple(str(ip_network(entry.strip())) for entry in text.split(",") if entry.strip())
    except ValueError:
        raise ValueError(
            "WALLET_TRUSTED_PROXIES is `address,…` or networks, such as 10.0.0.7,192.0.2.0/24"
        ) from None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_http_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, or half of an IPv6 address
        return False


def database_url(url: str, data_dir: Path) -> str:
    """The SQLAlchemy URL: a SQLite file in the data folder unless set; PostgreSQL through psycopg 3."""
    if not url:
        return f"sqlite:///{data_dir / 'wallet.db'}"
    if not re.match(r"(sqlite:///|postgres(ql)?(\+psycopg)?://)", url):
        raise ValueError("WALLET_DATABASE_URL is sqlite:///… or postgresql://…")
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


def unsafe_settings(settings: Settings, env: Env) -> list[str]:
    """What production refuses (contract, section 1), each as one sentence. Empty when all is well."""
    secret = settings.secret_key.strip()
    checks = {
        "WALLET_SECRET_KEY is missing": not secret,
        "WALLET_SECRET_KEY is a default": _pattern_of(secret.lower())
        in {*DEFAULT_SECRETS, SANDBOX_SECRET},
        f"WALLET_SECRET_KEY has under {MIN_SECRET_LENGTH} characters": (
            0 < len(secret) < MIN_SECRET_LENGTH
        ),
        "WALLET_DEBUG is on": _is_on(env, "WALLET_DEBUG"),
        "FLASK_DEBUG is on": _is_on(env, "FLASK_DEBUG"),
        "WALLET_SANDBOX_DOORS is on": _is_on(env, "WALLET_SANDBOX_DOORS"),
        "WALLET_TRUSTED_PROXIES believes everybody": _believes_everybody(settings.trusted_proxies),
    } | {f"{name} is plain http to another machine": True for name in _plain_edges(settings)}
    return [sentence for sentence, broken in checks.items() if broken]


def _pattern_of(secret: str) -> str:
    """The shortest text that gives `secret` where it is written again and again, with blanks or dashes between them and
    the last one cut off; else `secret`.
    """
    plain = re.sub(r"[\s_-]+", "", secret)
    sizes = (size for size in range(1, len(plain)) if plain[size:] == plain[:-size])
    size = next(sizes, len(plain))
    return secret if 2 * size > len(plain) else plain[:size]


def _believes_everybody(proxies: tuple[str, ...]) -> bool:
    """Whether the networks leave nobody out, of IPv4 or of IPv6, alone or together."""
    networks = [ip_network(text) for text in proxies]
    four = collapse_addresses(it for it in networks if isinstance(it, IPv4Network))
    six = collapse_addresses(it for it in networks if isinstance(it, IPv6Network))
    return any(it.prefixlen == 0 for it in four) or any(it.prefixlen == 0 for it in six)


def _plain_edges(settings: Settings) -> list[str]:
    """Settings by which card numbers, codes or orders of money would cross a network unencrypted.

    Loopback may be plain: a proxy or a sidecar that does TLS listens there. SMTP isn't among them, since our mailer
    speaks to a relay of the operator's network (docs/asvs.md says what that leaves open).
    """
    urls = [
        ("WALLET_GATEWAY_URL", settings.gateway_url),
        *(("WALLET_GATEWAY_ROUTES", url) for url in settings.gateway_routes.values()),
        ("WALLET_BANK_URL", settings.bank_url),
        ("WALLET_SMS_URL", settings.sms_url),
    ]
    return [name for name, url in urls if url and _is_plain_and_far(url)]


def _is_plain_and_far(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    near = host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)
    return parts.scheme == "http" and not near


def _is_on(env: Env, name: str) -> bool:
    """Anything but an empty value and a plain no counts as on: what is meant to be off must say so."""
    return env.str(name, "").strip().lower() not in {"", "0", "false", "no", "off"}
