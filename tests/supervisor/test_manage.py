"""script/manage: a command finds what the running server's wallet finds, and says where there is none."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from supervisor.record import Record
from tests.supervisor.house import REPOSITORY, House, eventually, is_alive

# What `flask --app wsgi ARGS…` loads in the stand-ins' folder: it shows its environment.
WSGI = """
import json, os, pathlib, sys
pathlib.Path("command.json").write_text(json.dumps({"said": sys.argv, "found": dict(os.environ)}))
sys.exit(7)
"""


def manage(house: House, *arguments: str, folder: str = "var") -> tuple[int, str, dict[str, str]]:
    """Run a command: its exit status, what is said on stderr, and the environment that it found."""
    (house.root / "wsgi.py").write_text(WSGI)
    shown = house.root / "command.json"
    shown.unlink(missing_ok=True)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name != "PORT" and not name.startswith(("WALLET_", "WORLD_"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "supervisor.manage", *arguments],
        cwd=house.root,
        env=inherited | {"WALLET_DATA_DIR": folder, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    found = json.loads(shown.read_text())
    assert found["said"][1:] == ["--app", "wsgi", *arguments]
    return done.returncode, done.stderr, found["found"]


def of_the_wallet(environment: dict[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if (name == "PORT" or name.startswith("WALLET_")) and name != "WALLET_SERVER_RUN"
    }


def test_a_command_has_the_settings_of_the_server_that_runs_and_not_its_mark(house: House) -> None:
    server = house.start(WALLET_TIMEZONE="Asia/Tokyo")
    server.ready_url()
    status, said, found = manage(house, "reconcile", "--all")
    assert (status, said) == (7, "")
    assert "WALLET_SERVER_RUN" not in found
    wallet = of_the_wallet(server.environment_of("app.serve"))
    assert of_the_wallet(found) == wallet
    assert wallet["WALLET_TIMEZONE"] == "Asia/Tokyo"
    kept = server.folder / "server-settings.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert server.stop() == 0
    assert not kept.exists()


def test_without_a_server_it_says_so_and_keeps_the_folders_secret(house: House) -> None:
    server = house.start()
    server.ready_url()
    secret = server.environment_of("app.serve")["WALLET_SECRET_KEY"]
    server.stop()
    status, said, found = manage(house, "agents", "create")
    assert status == 7
    assert said.startswith("script/manage: no server runs on ")
    assert said.count("\n") == 1
    assert "WALLET_GATEWAY_URL" not in found
    assert found["WALLET_SECRET_KEY"] == secret


def test_a_server_that_was_killed_does_not_run(house: House) -> None:
    server = house.start()
    server.ready_url()
    pids = server.every_pid()
    server.kill(server.process.pid)
    server.process.wait(5)
    eventually(lambda: not any(is_alive(pid) for pid in pids), "everything ended")
    assert (server.folder / "server-settings.json").exists()
    _, said, found = manage(house, "routes")
    assert "no server runs on" in said
    assert "WALLET_GATEWAY_URL" not in found


def test_settings_of_another_run_are_not_taken(tmp_path: Path) -> None:
    earlier, later = Record(tmp_path), Record(tmp_path)
    earlier.keep_settings({"PORT": "1"})
    later.write("http://nowhere", {"supervisor": os.getpid()})
    assert later.running_settings() is None
    later.keep_settings({"PORT": "2", "PATH": "/bin"} | later.mark)
    assert Record(tmp_path).running_settings() == {"PORT": "2"}


def test_a_folder_that_nobody_has_made_is_no_server(house: House) -> None:
    status, said, _ = manage(house, "routes", folder="never")
    assert (status, said.count("\n")) == (7, 1)
    assert not (house.root / "never").exists()


def test_a_signal_to_the_command_ends_the_command(house: House) -> None:
    (house.root / "wsgi.py").write_text("import signal\nprint('up', flush=True)\nsignal.pause()\n")
    environment = os.environ | {"WALLET_DATA_DIR": "var", "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(
        [sys.executable, "-m", "supervisor.manage", "routes"],
        cwd=house.root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "up\n"
        running.send_signal(signal.SIGTERM)
        assert running.wait(5) == -signal.SIGTERM
