"""The record of what runs, kept in the data folder, so that a new start can end what is left over.

After SIGKILL of the supervisor nothing should be left (see lifeline.py); this is for the rest.
"""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from supervisor import processes

RECORD_NAME = "server.json"
_MARK_NAME = "WALLET_SERVER_RUN"


class Record:
    """One run's entry in the data folder: its id, its URL, and its processes with their starts.

    Only the holder of the folder's lock may make one. `mark` belongs into the environment of
    every process of the run.
    """

    def __init__(self, folder: Path) -> None:
        self.run = secrets.token_hex(8)
        self.mark = {_MARK_NAME: self.run}
        self._path = folder / RECORD_NAME

    def end_leftovers(self) -> None:
        """Kill what an earlier run left behind, and wait for its end.

        That is: what was recorded and still has the recorded start time (the pid of a dead
        process is given to another one some day), and whatever was started with that run's mark.
        """
        earlier = self._read()
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
        unfinished = self._path.with_name(f"{self._path.name}.new")
        unfinished.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        unfinished.replace(self._path)

    def remove(self) -> None:
        """Forget the run: everything that it started has ended."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # none, or cut off by a power failure, which ended the processes as well
        return content if isinstance(content, dict) else {}
