"""A process that dies by SIGKILL while it compares a transaction password: `python -m tests.auth.dying FOLDER USER`."""

import os
import signal
import sys
from pathlib import Path

from app.auth.hashing import PasswordHasher, SlowHash, Verdict
from app.auth.operations.check_transaction_password import check_transaction_password
from app.core.security import KeyRing
from app.factory import create_wallet
from tests.conftest import SECRET, Outside, test_settings
from tests.fakes import FakeBank, FakeCarrier, FakeGateway, FakeMailer


class DyingHash(SlowHash):
    """Hashes nothing: the process ends first."""

    def verify(self, password: str, stored: str | None) -> Verdict:
        os.kill(os.getpid(), signal.SIGKILL)
        return super().verify(password, stored)


def main(folder: str, user_id: str) -> None:
    hasher = PasswordHasher(KeyRing(SECRET))
    hasher.slow = DyingHash(b"pepper")
    outside = Outside(FakeGateway(), FakeBank(), FakeCarrier(), FakeMailer())
    settings = test_settings(os.environ["WALLET_DATABASE_URL"], Path(folder))
    wallet = create_wallet(settings, edges=outside.edges(), hasher=hasher)
    with wallet.app.app_context():
        check_transaction_password(wallet.auth, user_id, "000000")


if __name__ == "__main__":
    main(*sys.argv[1:])
