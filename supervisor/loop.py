"""The supervisor's loop: one thread that waits for signals, output and due moments."""

import os
import selectors
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from os import EX_OSERR

from supervisor import processes
from supervisor.child import Child
from supervisor.errors import ProgramFailedError, complain
from supervisor.lifeline import Lifeline
from supervisor.programs import Program
from supervisor.record import Record
from supervisor.signals import Signals


class Supervisor:
    """Runs the programs until it is asked to stop or one of them cannot be kept running."""

    def __init__(
        self,
        programs: Sequence[Program],
        record: Record,
        url: str,
        selector: selectors.BaseSelector,
        signals: Signals,
    ) -> None:
        self._children = [Child(program) for program in programs]
        self._record = record
        self._url = url
        self._selector = selector
        self._signals = signals
        self._before_exec = processes.parent_death_hook()
        self._has_announced = False
        self._lifeline = Lifeline(record.mark)

    def run(self) -> int:
        """Return the exit status: 0 when asked to stop, 1 when a program cannot be kept running."""
        try:
            while not self._signals.stop_asked:
                self._start_due()
                self._announce_if_ready()
                self._wait(self._next_due())
                for child, status in self._collect_ended():
                    child.plan_restart(status, time.monotonic())
        except ProgramFailedError as failure:
            if failure.args:
                complain(str(failure))
            return 1
        finally:
            self._stop()
        return 0

    def _may_start(self, child: Child) -> bool:
        ready = {other.program.name for other in self._children if other.is_ready}
        return child.start_due is not None and ready.issuperset(child.program.after)

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if self._may_start(child) and (child.start_due or 0.0) <= now:
                try:
                    child.start(now, self._selector, self._before_exec)
                except OSError as error:  # no memory, no process left: as if it had ended at once
                    complain(f"the {child.program.name} program cannot be started: {error}")
                    child.plan_restart(EX_OSERR, now)
                else:
                    self._lifeline.add(child.group)
                    self._write_record()

    def _announce_if_ready(self) -> None:
        if self._has_announced or not all(child.is_ready for child in self._children):
            return
        self._has_announced = True
        with suppress(OSError):  # nobody reads our stdout: no reason to stop serving
            sys.stdout.write(f"ready {self._url}\n")
            sys.stdout.flush()

    def _next_due(self) -> float | None:
        dues = [
            child.attention_due()
            for child in self._children
            if child.start_due is None or self._may_start(child)
        ]
        return min((due for due in dues if due is not None), default=None)

    def _wait(self, until: float | None) -> None:
        timeout = None if until is None else max(until - time.monotonic(), 0.0)
        self._selector.select(timeout)
        self._signals.drain()
        now = time.monotonic()
        for child in self._children:
            child.observe(now)

    def _collect_ended(self) -> list[tuple[Child, int]]:
        ended = []
        for child in self._children:
            group = child.group
            status = child.collect_end()
            if status is not None:
                self._lifeline.discard(group)
                ended.append((child, status))
        if self._lifeline.ensure_alive() or ended:
            self._write_record()
        return ended

    def _stop(self) -> None:
        """End the programs one after the other, the last of the list first."""
        for child in reversed(self._children):
            child.terminate()
            deadline = time.monotonic() + child.program.stop_seconds
            while child.group is not None:
                if time.monotonic() >= deadline:
                    child.kill()
                    deadline += child.program.stop_seconds
                self._wait(deadline)
                self._collect_ended()
        self._lifeline.close()
        self._record.remove()

    def _write_record(self) -> None:
        pids = {child.program.name: child.group for child in self._children}
        pids |= {"supervisor": os.getpid(), "lifeline": self._lifeline.pid}
        try:
            self._record.write(self._url, {name: pid for name, pid in pids.items() if pid})
        except OSError as error:  # a full disk: the servers go on without it
            complain(f"the record of running processes cannot be written: {error}")
