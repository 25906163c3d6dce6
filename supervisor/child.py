"""One program and the process that runs it at the moment: start, signs of life, end, next start."""

import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable

from supervisor import processes
from supervisor.errors import ProgramFailedError, complain
from supervisor.output import Output
from supervisor.probe import Probe
from supervisor.programs import REFUSES_SETTINGS, Announces, Answers, Finishes, Program

_FIRST_DELAY_SECONDS = 0.1
_LONGEST_DELAY_SECONDS = 5.0
_MOST_DOUBLINGS = 6  # enough to reach the longest delay
_HEALTHY_AFTER_SECONDS = 10.0
# A program that has never come up and fails this often in a row will not come up by itself.
_FAILED_STARTS = 5


class Child:
    """A program under supervision.

    `is_ready` stays true over restarts once it has been true. `start_due` is the moment of the
    next start (monotonic seconds), None while the process runs and when it need not run again.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.is_ready = False
        self.start_due: float | None = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._output: Output | None = None
        self._probe: Probe | None = None
        self._started_at = 0.0
        self._failures = 0

    @property
    def group(self) -> int | None:
        """The process group that runs now; its number is that of its leader, our child."""
        return None if self._process is None else self._process.pid

    def start(
        self, now: float, selector: selectors.BaseSelector, before_exec: Callable[[], None]
    ) -> None:
        """Start the program in a session of its own, so that a terminal's Ctrl-C spares it."""
        announces = isinstance(self.program.readiness, Announces)
        self._process = subprocess.Popen(  # noqa: S603 - the commands are those of wallet.py
            self.program.command,
            env=dict(self.program.environment),
            stdin=subprocess.DEVNULL,
            # Our own stdout is for the ready line alone.
            stdout=subprocess.PIPE if announces else sys.stderr.fileno(),
            start_new_session=True,
            # Safe between fork and exec: the supervisor has no second thread.
            preexec_fn=before_exec,  # noqa: PLW1509
        )
        self.start_due, self._started_at = None, now
        if self._process.stdout is not None:
            self._output = Output(self._process.stdout, selector)
        if isinstance(self.program.readiness, Answers) and not self.is_ready:
            self._probe = Probe(self.program.readiness, selector)

    def observe(self, now: float) -> None:
        """Take in what the program has said, and whether it answers yet."""
        if self._output is not None:
            self._output.read()
            self.is_ready = self.is_ready or self._output.has_announced
        if self._probe is not None and self._probe.step(now):
            self._probe, self.is_ready = None, True

    def attention_due(self) -> float | None:
        """The moment at which something is to be done even though nothing has happened."""
        return self._probe.due if self._probe is not None else self.start_due

    def terminate(self) -> None:
        """Ask the process to end, where one runs."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End the process at once, where one runs."""
        self._send(signal.SIGKILL)

    def collect_end(self) -> int | None:
        """Return the exit status if the process has ended, None if not (or if there is none).

        What it left of its process group is killed before it could be in a successor's way.
        """
        if self._process is None or self._process.poll() is None:
            return None
        status = self._process.returncode
        # While a member lives, nobody else gets the group's number: this hits no stranger.
        processes.send(os.killpg, self._process.pid, signal.SIGKILL)
        if self._output is not None:
            self._output.read()
            self._output.close()
        if self._probe is not None:
            self._probe.close()
        self._process = self._output = self._probe = None
        return status

    def plan_restart(self, status: int, now: float) -> None:
        """Decide what the end of the process means: all is done, or start again after a while.

        Raises ProgramFailedError where another start is no use.
        """
        name = self.program.name
        runs_once = isinstance(self.program.readiness, Finishes)
        if runs_once and status == 0:
            self.is_ready = True
            return
        if status == REFUSES_SETTINGS or (runs_once and status > 0):
            raise ProgramFailedError  # it has said why, in the words that the user needs
        was_healthy = now - self._started_at >= _HEALTHY_AFTER_SECONDS
        self._failures = 1 if was_healthy else self._failures + 1
        if not self.is_ready and self._failures >= _FAILED_STARTS:
            raise ProgramFailedError(
                f"the {name} program ends at every start (status {status}): see its lines above"
            )
        if self.is_ready:
            complain(f"the {name} program ended (status {status}); it is started again")
        delay = _FIRST_DELAY_SECONDS * 2 ** min(self._failures - 1, _MOST_DOUBLINGS)
        self.start_due = now + min(delay, _LONGEST_DELAY_SECONDS)

    def _send(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            processes.send(os.kill, self._process.pid, number)
