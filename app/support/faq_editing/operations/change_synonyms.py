"""Change which words say the same; the next search goes by it."""

from collections.abc import Sequence

import sqlalchemy as sa

from app.audit.rules import Act
from app.core.errors import VALIDATION_FAILED, FieldProblem, field_problem
from app.support.dependencies import SupportDependencies
from app.support.faq.models import SearchWords
from app.support.faq.queries import WORDS_ROW
from app.support.faq.segmentation import normalise, runs
from app.support.faq_editing.errors import FAQ_CHANGED, NOT_A_WORD, WORD_TWICE
from app.support.faq_editing.queries import read_search_words

Groups = Sequence[Sequence[str]]


def change_synonyms(
    deps: SupportDependencies, agent_id: str, version: int, synonyms: Groups
) -> SearchWords:
    """Replace the groups of synonyms.

    Raises VALIDATION_FAILED for what no search could find as one word and for a word in two groups, and FAQ_CHANGED
    where `version` is no longer the newest.
    """
    problems = _problems(synonyms)
    if problems:
        raise VALIDATION_FAILED(errors=problems)
    with deps.database.transaction() as tx:
        changed = tx.change(
            sa.update(SearchWords)
            .where(SearchWords.id == WORDS_ROW, SearchWords.version == version)
            .values(
                version=version + 1,
                synonyms=[list(group) for group in synonyms],
                updated_at=tx.now,
                updated_by=agent_id,
            )
        )
        if not changed:
            raise FAQ_CHANGED(version=read_search_words(tx).version)
        act = Act(
            agent_id, "change_faq_synonyms", fields=("synonyms",), detail={"version": version + 1}
        )
        deps.audit.record(tx, act)
        return read_search_words(tx)


def _problems(synonyms: Groups) -> list[FieldProblem]:
    problems: list[FieldProblem] = []
    seen: set[str] = set()
    for place, group in enumerate(synonyms):
        for index, word in enumerate(group):
            pointer, spelt = f"/synonyms/{place}/{index}", normalise(word)
            if runs(word) != [spelt]:
                problems.append(field_problem(pointer, NOT_A_WORD))
            elif spelt in seen:
                problems.append(field_problem(pointer, WORD_TWICE))
            seen.add(spelt)
    return problems
