"""`flask --app wsgi agents …`: the first admin is made by it, in production too."""

import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path

import pyotp
import pytest

from app.auth.operations.log_in_agent import log_in_agent
from app.core.clock import machine_now
from app.core.errors import Refusal
from app.factory import Wallet
from tests.conftest import SECRET, Clock

ROOT = Path(__file__).parents[2]
ON_SQLITE = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
RECOVERY = re.compile(r"^  ([a-z2-7-]{19})$", re.MULTILINE)


def run(wallet: Wallet, *arguments: str) -> tuple[int, str]:
    done = wallet.app.test_cli_runner().invoke(args=["agents", *arguments])
    return done.exit_code, done.output


def told(output: str, what: str) -> str:
    found = re.search(rf"^{what}: (\S+)$", output, re.MULTILINE)
    assert found, what
    return found[1]


def create(wallet: Wallet, email: str = "root@desk.example.test", role: str = "admin") -> str:
    status, output = run(wallet, "create", "--role", role, "--email", email)
    assert status == 0, output
    return output


def test_what_it_prints_opens_a_session(wallet: Wallet, clock: Clock) -> None:
    output = create(wallet)
    code = pyotp.parse_uri(told(output, "TOTP address")).at(clock.now())  # type: ignore[union-attr]
    assert pyotp.TOTP(told(output, "TOTP secret")).at(clock.now()) == code
    password = told(output, "password")
    done = log_in_agent(wallet.auth, "root@desk.example.test", password, code)
    assert (done.agent.role, done.agent.display_name) == ("admin", "root")
    codes = RECOVERY.findall(output)
    assert len(codes) == 10
    assert log_in_agent(wallet.auth, "root@desk.example.test", password, codes[0])
    assert output.count("█") > 200


@ON_SQLITE
def test_it_says_why_nobody_was_made(wallet: Wallet) -> None:
    create(wallet)
    for arguments, said in (
        (("--role", "admin", "--email", "ROOT@desk.example.test"), "Another agent has that e-mail"),
        (("--role", "boss", "--email", "a@desk.example.test"), "'boss' is not one of"),
        (("--role", "admin", "--email", "root"), "no e-mail address"),
        (("--role", "admin", "--email", "+8613700000001"), "no e-mail address"),
        (("--role", "admin"), "Missing option '--email'"),
        (("--email", "a@desk.example.test"), "Missing option '--role'"),
    ):
        status, output = run(wallet, "create", *arguments)
        assert status != 0
        assert said in output
        assert "Traceback" not in output
    assert run(wallet, "list")[1].count("\n") == 1


@ON_SQLITE
def test_agents_are_listed_and_reset_by_address(wallet: Wallet, clock: Clock) -> None:
    email = "root@desk.example.test"
    first = create(wallet, email)
    create(wallet, "mei@desk.example.test", "agent")
    assert [line.split()[1] for line in run(wallet, "list")[1].splitlines()] == ["admin", "agent"]
    status, totp = run(wallet, "reset-totp", "--email", email)
    assert (status, len(RECOVERY.findall(totp))) == (0, 10)
    assert told(totp, "TOTP secret") != told(first, "TOTP secret")
    password = told(run(wallet, "reset-password", "--email", email)[1], "password")
    code = pyotp.TOTP(told(totp, "TOTP secret")).at(clock.now())
    with pytest.raises(Refusal):
        log_in_agent(wallet.auth, email, told(first, "password"), code)
    assert log_in_agent(wallet.auth, email, password, code)
    assert run(wallet, "reset-totp", "--email", "nobody@desk.example.test")[0] == 1


def production(folder: Path) -> dict[str, str]:
    inherited = {name: it for name, it in os.environ.items() if not name.startswith("WALLET_")}
    return inherited | {
        "WALLET_ENV": "production",
        "WALLET_SECRET_KEY": SECRET,
        "WALLET_DATA_DIR": str(folder),
        "PYTHONPATH": str(ROOT),
    }


def flask(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]


def test_the_first_admin_is_made_in_production_before_any_server_has_run(tmp_path: Path) -> None:
    made = subprocess.run(
        flask("agents", "create", "--role", "admin", "--email", "root@example.com"),
        cwd=ROOT,
        env=production(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (made.returncode, made.stderr) == (0, "")
    code = pyotp.TOTP(told(made.stdout, "TOTP secret")).at(machine_now())
    assert len(code) == 6
    assert told(made.stdout, "password") not in made.stderr


def test_at_a_terminal_the_password_is_typed_twice_unseen_and_judged(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = flask("agents", "create", "--role", "admin", "--email", "root@example.com")
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=production(tmp_path),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as running:
        os.close(theirs)
        shown = until_asked(ours, "Password: ")
        os.write(ours, b"short-1\n")
        shown += until_asked(ours, "Repeat for confirmation: ")
        os.write(ours, b"short-1\n")
        shown += until_asked(ours, "It is too short.")
        assert running.wait(30) == 1
    os.close(ours)
    assert "short-1" not in shown


def until_asked(terminal: int, words: str) -> str:
    """What the terminal shows until it shows the words."""
    shown = ""
    while words not in shown:
        ready, _, _ = select.select([terminal], [], [], 30)
        assert ready, shown
        shown += os.read(terminal, 1024).decode()
    return shown
