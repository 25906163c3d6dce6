"""Rules that are compiled one way still find their way back."""

from flask import Flask, url_for

from app.core.http.url_rules import OneWayRule


def test_an_address_is_found_and_can_be_built_all_the_same() -> None:
    app = Flask("two_ways")
    app.url_rule_class = OneWayRule
    app.add_url_rule("/cards/<card_id>", "card", lambda card_id: f"card {card_id}")
    with app.test_request_context():
        assert url_for("card", card_id="a b", page=2) == "/cards/a%20b?page=2"
    assert app.test_client().get("/cards/7").text == "card 7"
