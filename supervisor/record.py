"""The record of what runs, kept in the data folder, so that a new start can end what is left over.

After SIGKILL of the supervisor nothing should be left (see lifeline.py); this is for the rest. Beside it
lie the settings that the wallet runs with, secrets included, for commands that are to find the same
outside (manage.py); only the owner may read them.
"""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from supervisor import processes
from supervisor.settings import is_of_the_wallet

RECORD_NAME = "server.json"
SETTINGS_NAME = "server-settings.json"
_MARK_NAME = "WALLET_SERVER_RUN"
_SUPERVISOR = "supervisor"


class Record:
    """One run's entry in the data folder: its id, its URL, and its processes with their starts.

    Only the holder of the folder's lock may change it. `mark` belongs into the environment of
    every process of the run.
    """

    def __init__(self, folder: Path) -> None:
        self.run = secrets.token_hex(8)
        self.mark = {_MARK_NAME: self.run}
        self._path = folder / RECORD_NAME
        self._settings_path = folder / SETTINGS_NAME

    def end_leftovers(self) -> None:
        """Kill what an earlier run left behind, and wait for its end.

        That is: what was recorded and still has the recorded start time (the pid of a dead
        process is given to another one some day), and whatever was started with that run's mark.
        """
        earlier = _read(self._path)
        recorded = earlier.get("processes", {}).values()
        left = {
            one["pid"]
            for one in recorded
            if one["started"] is not None and processes.start_mark(one["pid"]) == one["started"]
        }
        if "run" in earlier:
            left.update(processes.pids_with_environment(f"{_MARK_NAME}={earlier['run']}"))
        processes.kill_and_wait(left)

    def write(self, url: str, pids: Mapping[str, int]) -> None:
        """Replace the record by the processes that run now, in one step."""
        content = {
            "run": self.run,
            "url": url,
            "processes": {
                name: {"pid": pid, "started": processes.start_mark(pid)}
                for name, pid in pids.items()
            },
        }
        _replace(self._path, content)

    def keep_settings(self, environment: Mapping[str, str]) -> None:
        """Keep the settings of the wallet in this environment, for `running_settings`."""
        kept = {
            name: value
            for name, value in environment.items()
            # Whoever had the mark would be taken for a leftover at the next start.
            if is_of_the_wallet(name) and name != _MARK_NAME
        }
        _replace(self._settings_path, {"run": self.run, "settings": kept})

    def running_settings(self) -> dict[str, str] | None:
        """Return the settings of the server that runs on the folder now, None where none does."""
        record, kept = _read(self._path), _read(self._settings_path)
        process = record.get("processes", {}).get(_SUPERVISOR)
        is_running = process and processes.start_mark(process["pid"]) == process["started"]
        if not is_running or process["started"] is None or kept.get("run") != record["run"]:
            return None
        settings: dict[str, str] = kept["settings"]
        return settings

    def remove(self) -> None:
        """Forget the run: everything that it started has ended."""
        for path in (self._path, self._settings_path):
            path.unlink(missing_ok=True)


def _replace(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file in one step, for its owner alone."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(json.dumps(content, indent=2) + "\n")
    unfinished.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # none, or cut off by a power failure, which ended the processes as well
    return content if isinstance(content, dict) else {}
