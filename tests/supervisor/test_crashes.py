"""SIGKILL of any process or of all, and the next start on the same data folder."""

import os
import signal
import subprocess
import sys

from supervisor.processes import start_mark
from supervisor.record import Record
from tests.supervisor.house import House, Server, eventually, is_alive, status_of


def _nothing_left(server: Server, url: str, pids: set[int]) -> None:
    eventually(lambda: not any(is_alive(pid) for pid in pids), "every process has ended")
    assert status_of(url) == 0


def test_sigkill_of_the_supervisor_leaves_nothing_behind(house: House):
    server = house.start()
    url = server.ready_url()
    pids = server.every_pid()
    server.kill(server.process.pid)
    _nothing_left(server, url, pids)


def test_sigkill_of_the_supervisor_and_the_web_server_leaves_nothing_behind(house: House):
    server = house.start()
    url = server.ready_url()
    pids = server.every_pid()
    for name in ("supervisor", "wallet"):
        server.kill(server.recorded()[name])
    _nothing_left(server, url, pids)


def test_without_the_lifeline_every_program_still_dies_with_the_supervisor(house: House):
    server = house.start()
    server.ready_url()
    recorded = server.recorded()
    server.process.send_signal(signal.SIGSTOP)  # or it would start another lifeline
    server.kill(recorded["lifeline"])
    server.kill(recorded["supervisor"])
    eventually(lambda: not any(map(is_alive, recorded.values())), "every program has ended")
    house.start().ready_url()  # which ends the web server's own worker


def test_after_sigkill_of_everything_the_same_command_goes_on(house: House):
    server = house.start()
    url = server.ready_url()
    pids = server.every_pid()
    for pid in server.recorded().values():
        server.kill(pid)
    # Only the web server's own worker is spared: nobody is left who could end it.
    again = house.start(PORT=url.rpartition(":")[2])
    assert again.ready_url() == url
    assert not any(is_alive(pid) for pid in pids)


def test_the_next_start_need_not_wait_for_the_end_of_the_killed_one(house: House):
    url = house.start().ready_url()
    for _ in range(3):
        house.servers[-1].process.kill()
        assert house.start(PORT=url.rpartition(":")[2]).ready_url() == url


def test_a_recorded_pid_that_belongs_to_another_process_by_now_is_spared(house: House):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        record = Record(house.root)
        record.write("http://127.0.0.1:1", {"wallet": stranger.pid})
        path = house.root / "server.json"
        path.write_text(path.read_text().replace(str(start_mark(stranger.pid)), "another/start"))
        Record(house.root).end_leftovers()
        assert is_alive(stranger.pid)
        record.write("http://127.0.0.1:1", {"wallet": stranger.pid})
        Record(house.root).end_leftovers()
        assert stranger.wait(5) == -signal.SIGKILL


def test_what_carries_the_mark_of_the_recorded_run_is_ended(house: House):
    record = Record(house.root)
    record.write("http://127.0.0.1:1", {})
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env=os.environ | record.mark
    ) as orphan:
        Record(house.root).end_leftovers()
        assert orphan.wait(5) == -signal.SIGKILL


def test_a_damaged_record_is_no_hindrance(house: House):
    house.root.joinpath("var").mkdir()
    house.root.joinpath("var", "server.json").write_text('{"run": "cut o')
    assert house.start().ready_url()
