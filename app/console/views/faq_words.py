"""How the FAQ is searched: what was asked in vain, and which words say the same."""

from app.auth.agent_queries import names_of_agents
from app.auth.rules import Role
from app.console.dependencies import ConsoleDependencies
from app.console.forms import read_number
from app.console.pages import GoTo, Pages, Shown, Visit
from app.console.writing import groups_typed
from app.core.http.decoding import load
from app.support.faq_editing import queries
from app.support.faq_editing.operations.change_synonyms import change_synonyms
from app.support.faq_editing.operations.finish_query import finish_query
from app.support.faq_editing.schemas import SynonymsChangeSchema

pages = Pages()


@pages.get("/faq/queries")
def show_missed_queries(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """What readers asked in vain, the most frequent first."""
    is_done = visit.query.get("state") == "done"
    with deps.database.snapshot() as tx:
        found = queries.list_missed(tx, visit.page, is_done=is_done)
        names = names_of_agents(tx, {it.done_by for it in found.data if it.done_by})
    return Shown("faq/queries.html", {"found": found, "is_done": is_done, "names": names})


@pages.post("/faq/queries/<query_id>/finish", role=Role.SUPERVISOR)
def finish_missed_query(deps: ConsoleDependencies, visit: Visit, query_id: str) -> GoTo:
    """It is dealt with; asked in vain again, it comes back."""
    finish_query(deps.support, visit.me.id, query_id)
    return GoTo("/faq/queries", says="faq_query_finished")


@pages.get("/faq/synonyms")
def show_synonyms(deps: ConsoleDependencies, visit: Visit) -> Shown:
    """The groups of words that say the same, one a line."""
    with deps.database.snapshot() as tx:
        known = queries.read_search_words(tx)
        names = names_of_agents(tx, {known.updated_by})
    return Shown("faq/synonyms.html", {"known": known, "names": names})


@pages.post("/faq/synonyms", role=Role.SUPERVISOR)
def save_synonyms(deps: ConsoleDependencies, visit: Visit) -> GoTo:
    """All groups as they are now; the next search goes by them."""
    wanted = {
        "version": read_number(visit.word("version"), "/version"),
        "synonyms": groups_typed(visit.word("synonyms", "")),
    }
    body = load(SynonymsChangeSchema(), wanted)
    change_synonyms(deps.support, visit.me.id, body["version"], body["synonyms"])
    return GoTo("/faq/synonyms", says="faq_synonyms_saved")
