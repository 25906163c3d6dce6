"""Start, restart and stop."""

import json
import signal

from tests.supervisor.house import House, eventually, is_alive, is_listening, status_of


def test_the_ready_line_is_the_only_line_on_stdout_and_comes_when_the_wallet_answers(house: House):
    server = house.start()
    url = server.ready_url()
    assert status_of(url) == 200
    assert {name for name, _ in server.notes("started")} == {
        "world.__main__",
        "app.upgrade",
        "app.worker",
        "app.serve",
    }
    server.stop()
    assert server.process.stdout.read() == ""


def test_what_the_programs_print_goes_to_stderr(house: House):
    server = house.start(STANDIN_TALKATIVE="yes")
    server.ready_url()
    eventually(lambda: "the world says more\n" in server.errors.read_text(), "output passed on")


def test_it_is_ready_only_when_the_upgrade_is_over(house: House):
    server = house.start()
    server.ready_url()
    assert "finished app.upgrade" in (server.folder / "notes.log").read_text()


def test_every_program_that_is_killed_is_started_again(house: House):
    server = house.start()
    url = server.ready_url()
    before = server.recorded()
    for name in ("world", "worker", "wallet", "lifeline"):
        server.kill(before[name])
        eventually(
            lambda name=name: server.recorded().get(name, before[name]) != before[name],
            f"{name} started again",
        )
    eventually(lambda: status_of(url) == 200, "the wallet answers again")
    assert server.recorded()["supervisor"] == before["supervisor"]


def test_the_world_gets_the_same_ports_after_a_restart(house: House):
    server = house.start()
    server.ready_url()
    before = server.environment_of("world.__main__")
    server.kill(server.recorded()["world"])
    eventually(lambda: len(server.notes("started")) == 5, "the world started again")
    gateway = f"127.0.0.1:{before['WORLD_GATEWAY_PORT']}"
    eventually(lambda: is_listening(gateway), "it listens where it did")


def test_workers_of_a_killed_web_server_do_not_live_on_beside_its_successor(house: House):
    server = house.start()
    server.ready_url()
    ((_, orphan),) = server.notes("serving")
    server.kill(server.recorded()["wallet"])
    eventually(lambda: len(server.notes("serving")) == 2, "a successor serves")
    assert not is_alive(orphan)


def test_sigterm_stops_wallet_then_worker_then_world_and_leaves_nothing(house: House):
    server = house.start()
    url = server.ready_url()
    pids = server.every_pid()
    assert server.stop() == 0
    assert [name for name, _ in server.notes("stopped")] == [
        "app.serve",
        "app.worker",
        "world.__main__",
    ]
    assert not any(is_alive(pid) for pid in pids)
    assert status_of(url) == 0
    assert not (server.folder / "server.json").exists()


def test_sigint_is_a_stop_as_well(house: House):
    server = house.start()
    server.ready_url()
    assert server.stop(signal.SIGINT) == 0


def test_a_stop_before_everything_is_ready_is_a_clean_stop_too(house: House):
    server = house.start()
    eventually(lambda: server.notes("started"), "the first program runs")
    assert server.stop() == 0
    assert not (server.folder / "server.json").exists()


def test_the_programs_are_told_where_the_simulated_world_is(house: House):
    server = house.start()
    url = server.ready_url()
    wallet = server.environment_of("app.serve")
    world = server.environment_of("world.__main__")
    assert wallet["WALLET_SIMULATED_EDGES"] == "gateway,bank,sms,email"
    for setting, port, scheme in (
        ("WALLET_WORLD_URL", "WORLD_CONTROL_PORT", "http"),
        ("WALLET_GATEWAY_URL", "WORLD_GATEWAY_PORT", "http"),
        ("WALLET_BANK_URL", "WORLD_BANK_PORT", "http"),
        ("WALLET_SMS_URL", "WORLD_SMS_PORT", "http"),
        ("WALLET_SMTP_URL", "WORLD_SMTP_PORT", "smtp"),
    ):
        assert wallet[setting] == f"{scheme}://127.0.0.1:{world[port]}"
    assert wallet["WALLET_DATA_DIR"] == world["WORLD_DATA_DIR"] == str(server.folder)
    assert url == f"http://127.0.0.1:{wallet['PORT']}"
    assert "WALLET_SECRET_KEY" not in world


def test_a_part_of_the_world_whose_url_is_set_is_not_simulated(house: House):
    house.root.joinpath(".env").write_text("WALLET_BANK_URL='https://bank.example'\n")
    server = house.start(WALLET_SMTP_URL="smtp://mail.example")
    server.ready_url()
    wallet = server.environment_of("app.serve")
    world = server.environment_of("world.__main__")
    assert wallet["WALLET_SIMULATED_EDGES"] == "gateway,sms"
    assert wallet["WALLET_BANK_URL"] == "https://bank.example"
    assert wallet["WALLET_SMTP_URL"] == "smtp://mail.example"
    assert "WORLD_BANK_PORT" not in world
    assert "WORLD_SMTP_PORT" not in world


def test_production_has_no_world_and_no_secret_of_our_making(house: House):
    server = house.start(WALLET_ENV="production", WALLET_WORLD_URL="http://127.0.0.1:1")
    server.ready_url()
    wallet = server.environment_of("app.serve")
    assert "world" not in server.recorded()
    assert not {"WALLET_WORLD_URL", "WALLET_SECRET_KEY", "WALLET_GATEWAY_URL"} & set(wallet)
    assert not (server.folder / "secret-key").exists()


def test_two_servers_run_side_by_side(house: House):
    servers = [house.start(folder) for folder in ("one", "two")]
    urls = {server.ready_url() for server in servers}
    assert len(urls) == 2
    ports = [
        value
        for server in servers
        for name, value in server.environment_of("world.__main__").items()
        if name.startswith("WORLD_") and name.endswith("_PORT")
    ]
    assert len(set(ports)) == len(ports) == 14


def test_the_sandbox_secret_is_made_once_and_only_its_owner_can_read_it(house: House):
    secrets = []
    for _ in range(2):
        server = house.start()
        server.ready_url()
        secrets.append(server.environment_of("app.worker")["WALLET_SECRET_KEY"])
        server.stop()
    assert secrets[0] == secrets[1]
    assert len(secrets[0]) >= 32
    assert (server.folder / "secret-key").stat().st_mode & 0o777 == 0o600


STUBBORN = '''
import os, sys
from supervisor.__main__ import main
from supervisor.programs import Announces, Program

BODY = """import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
while True:
    signal.pause()
"""

def describe(settings, mark):
    program = Program("stubborn", (sys.executable, "-c", BODY), os.environ | mark, Announces(), stop_seconds=0.2)
    return [program], "http://nowhere"

sys.exit(main(describe))
'''


def test_a_program_that_ignores_sigterm_is_killed_in_the_end(house: House):
    server = house.start(launcher=STUBBORN)
    assert server.ready_url() == "http://nowhere"
    stubborn = server.recorded()["stubborn"]
    assert server.stop() == 0
    assert not is_alive(stubborn)


def test_the_record_names_what_runs(house: House):
    server = house.start()
    url = server.ready_url()
    record = json.loads((server.folder / "server.json").read_text())
    assert record["url"] == url
    assert set(record["processes"]) == {"supervisor", "lifeline", "world", "worker", "wallet"}
    assert all(is_alive(process["pid"]) for process in record["processes"].values())
