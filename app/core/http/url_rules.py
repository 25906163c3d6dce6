"""URL rules that make a start cheaper."""

from typing import Any

from werkzeug.routing import Rule


class OneWayRule(Rule):
    """A rule whose way back, from values to a path, is compiled each time that somebody asks for it.

    Werkzeug compiles two functions for each rule at once: half of the time that it takes to wire the wallet, for
    `url_for`, which nothing in here calls. Should its name for that change, rules are as slow as they were.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        def build(rule: Rule, /, **values: Any) -> Any:
            return super(OneWayRule, self)._compile_builder(append_unknown)(rule, **values)

        return build
