"""The slow part of script/setup: puts uv into .venv-boot and lets it make .venv from uv.lock.

Runs on a bare Python 3.11 with pip, so it is standard library only. Several may run at once: one
works, the others wait and then find little to do. Everything it says goes to stderr.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

BOOT = Path(".venv-boot")
ENVIRONMENT = Path(".venv")
UNFINISHED = ENVIRONMENT / ".unfinished"
UV = "uv>=0.8,<1"
PROGRAMS = ("app", "world", "supervisor", "demo", "migrations")


class SetupError(Exception):
    """Set-up cannot go on; the message is one line that says what to do."""


def main() -> int:
    """Return 0 once .venv is what uv.lock asks for, 1 after saying why it cannot be."""
    # The lock is on this file itself: it is there, and what is being made may be removed.
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            uv = find_uv() or install_uv()
            discard_unusable_environment()
            synchronise(uv)
        except (SetupError, OSError) as error:
            say(str(error))
            return 1
        except KeyboardInterrupt:
            return 130  # as a shell reports Ctrl-C
    return 0


def find_uv() -> Path | None:
    """Return the uv of an earlier set-up, if it works."""
    for uv in (BOOT / "bin" / "uv", BOOT / "target" / "bin" / "uv"):
        if uv.exists() and run(uv, "--version", quiet=True):
            return uv
    return None


def install_uv() -> Path:
    """Install uv with pip into a folder of its own, also where this Python has no `venv`."""
    say("preparing the environment: half a minute, the first time only")
    shutil.rmtree(BOOT, ignore_errors=True)
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    if run(sys.executable, "-m", "venv", BOOT, quiet=True):
        run(BOOT / "bin" / "python", *install, UV)
    elif run(sys.executable, "-m", "pip", "--version", quiet=True):
        run(sys.executable, *install, "--target", BOOT / "target", UV)
    else:
        raise SetupError("this Python has no pip: install it (Debian: apt install python3-venv)")
    uv = find_uv()
    if uv is None:
        raise SetupError("pip could not install uv: see above, check the network, and try again")
    return uv


def discard_unusable_environment() -> None:
    """Remove a .venv whose making was interrupted, or that was made in another place."""
    state = ENVIRONMENT / ".state"
    was_moved = state.exists() and not state.read_text().startswith(f"{Path.cwd().resolve()} ")
    lost_its_python = ENVIRONMENT.exists() and not (ENVIRONMENT / "bin" / "python").exists()
    if was_moved or lost_its_python or UNFINISHED.exists():
        shutil.rmtree(ENVIRONMENT)


def synchronise(uv: Path) -> None:
    """Bring .venv to the state of uv.lock: all groups, so that every script shares it."""
    say("installing what uv.lock names")
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists() and not run(uv, "venv", "--quiet", ENVIRONMENT):
        raise SetupError(".venv cannot be made: see above")
    UNFINISHED.touch()
    # Compiled now, or the first start of the server would have to.
    done = run(uv, "sync", "--frozen", "--all-groups", "--quiet", "--compile-bytecode")
    if not done and not install_with_pip(uv):
        raise SetupError("packages could not be installed: see above, check the network, try again")
    # Ours too: where PYTHONDONTWRITEBYTECODE is set, as in many images, no start would ever keep it.
    if not run(python, "-m", "compileall", "-q", "-j", "0", *PROGRAMS):
        say("our own programs are not compiled, and start more slowly")
    UNFINISHED.unlink()


def install_with_pip(uv: Path) -> bool:
    """Install the same versions with pip, which knows of mirrors that uv has not been told of."""
    say("uv could not; trying pip with its own configuration")
    wanted = BOOT / "requirements.txt"
    own = BOOT / "bin" / "python"
    return run(
        *(uv, "export", "--frozen", "--all-groups", "--quiet", "--output-file", wanted)
    ) and run(
        *(
            own if own.exists() else sys.executable,
            "-m",
            "pip",
            "--python",
            ENVIRONMENT / "bin" / "python",
        ),
        *("install", "--quiet", "--disable-pip-version-check", "--requirement", wanted),
    )


def run(*command: str | Path, quiet: bool = False) -> bool:
    """Run a command with its output on stderr, or nowhere; True if it went well."""
    environment = os.environ | {
        "UV_PYTHON": sys.executable,
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT.absolute()),
    }
    environment.pop("VIRTUAL_ENV", None)
    target = subprocess.DEVNULL if quiet else sys.stderr
    done = subprocess.run(  # noqa: S603 - the commands are those above
        command,
        stdin=subprocess.DEVNULL,
        stdout=target,
        stderr=target,
        env=environment,
        check=False,
    )
    return done.returncode == 0


def say(message: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"script/setup: {message}\n")


if __name__ == "__main__":
    sys.exit(main())
