"""What stands in the way is said in one line, and the exit status is not zero."""

import socket

import pytest

from supervisor.dotenv import read_dotenv
from supervisor.errors import CannotStartError
from tests.supervisor.house import House


def test_a_second_server_on_the_same_data_folder_is_refused(house: House):
    server = house.start()
    server.ready_url()
    assert "in use by another server" in house.refusal()
    assert server.stop() == 0


def test_a_port_in_use_is_refused(house: House):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port} is in use" in house.refusal(PORT=str(port))


@pytest.mark.parametrize("port", ["eighty", "-1", "65536", "80.0", "٨٠"])
def test_a_port_that_is_none_is_refused(house: House, port: str):
    assert "PORT=" in house.refusal(PORT=port)


def test_a_host_that_is_not_ours_is_refused(house: House):
    assert "WALLET_HOST" in house.refusal(WALLET_HOST="192.0.2.1")


def test_an_unknown_environment_is_refused(house: House):
    assert "WALLET_ENV" in house.refusal(WALLET_ENV="staging")


def test_a_data_folder_that_is_a_file_is_refused(house: House):
    house.root.joinpath("file").touch()
    assert "is a file" in house.refusal(WALLET_DATA_DIR="file")
    assert "cannot be written" in house.refusal(WALLET_DATA_DIR="file/below")


def test_a_data_folder_that_cannot_be_made_is_refused(house: House):
    assert "cannot be written" in house.refusal(WALLET_DATA_DIR="/proc/nowhere")


def test_a_damaged_secret_is_refused_and_kept(house: House):
    house.root.joinpath("var").mkdir()
    secret = house.root / "var" / "secret-key"
    secret.write_text("short")
    assert "is damaged" in house.refusal()
    assert secret.read_text() == "short"


@pytest.mark.parametrize("status", ["1", "78"])
def test_an_upgrade_that_refuses_ends_everything_with_its_own_line(house: House, status: str):
    assert house.refusal(STANDIN_UPGRADE_STATUS=status) == "the upgrade says what to do"


def test_a_program_that_never_comes_up_is_given_up(house: House):
    assert "worker program ends at every start" in house.refusal(STANDIN_WORKER="fails")


def test_dotenv_knows_comments_quotes_and_export(house: House):
    path = house.root / ".env"
    path.write_text(
        "# a comment\n\nexport A=1\nB = two words # and why\nC='as # it is'\n"
        'D="line\\nbreak \\"quoted\\""\nE=\nF=a#b\nG= # none\nH=postgresql://u:p@h/d?x=1\n'
    )
    assert read_dotenv(path) == {
        "A": "1",
        "B": "two words",
        "C": "as # it is",
        "D": 'line\nbreak "quoted"',
        "E": "",
        "F": "a#b",
        "G": "",
        "H": "postgresql://u:p@h/d?x=1",
    }


def test_a_dotenv_line_that_is_no_setting_is_refused_with_its_number(house: House):
    path = house.root / ".env"
    path.write_text("A=1\nnonsense\n")
    with pytest.raises(CannotStartError, match=r"line 2 is not NAME=value"):
        read_dotenv(path)


def test_the_environment_wins_over_dotenv(house: House):
    house.root.joinpath(".env").write_text("PORT=nonsense\nWALLET_CUSTOM=kept\n")
    server = house.start(PORT="0")
    server.ready_url()
    assert server.environment_of("app.worker")["WALLET_CUSTOM"] == "kept"
