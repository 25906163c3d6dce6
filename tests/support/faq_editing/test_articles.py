"""Writing the FAQ: versions, translations, states; found and lost by readers in the same moment, on both engines."""

from typing import Any

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.auth.rules import Role
from app.factory import Wallet
from tests.client import Client
from tests.conftest import Clock
from tests.factories.staff import create_agent

FAQS = "/internal/v1/faqs"
READERS = "/v1/support/faqs"


def article(**changes: Any) -> dict[str, Any]:
    """A new article in both languages, for readers to see."""
    body = {
        "state": "published",
        "tags": ["海外", "abroad"],
        "texts": {
            "zh": {"title": "海外能否使用钱包", "body": "目前仅支持境内商户。"},
            "en": {"title": "Using the wallet abroad", "body": "Only at home for now."},
        },
    }
    return body | changes


@pytest.fixture
def editor(wallet: Wallet) -> Client:
    return create_agent(wallet, Role.SUPERVISOR).client


def found(client: Client, words: str, locale: str = "zh-CN") -> list[str]:
    return [it["id"] for it in client.get(READERS, q=words, locale=locale)["data"]]


def change(editor: Client, written: Any, **changes: Any) -> Any:
    """The next version of what was written."""
    texts = {
        language: {"title": text["title"], "body": text["body"]}
        for language, text in written["texts"].items()
        if text is not None
    }
    body = {
        "version": written["version"],
        "state": written["state"],
        "tags": written["tags"],
        "texts": texts,
    }
    return editor.put(f"{FAQS}/{written['id']}", body | changes)


def test_a_published_article_is_found_at_once_in_both_languages(
    client: Client, editor: Client
) -> None:
    written = editor.post(FAQS, article())
    assert (written.status, written["version"], written["state"]) == (201, 1, "published")

    assert found(client, "海外") == [written["id"]]
    assert found(client, "abro", "en") == [written["id"]]
    shown = client.get(f"{READERS}/{written['id']}", locale="zh-CN")
    assert (shown["title"], shown["tags"]) == ("海外能否使用钱包", ["海外", "abroad"])


def test_an_edit_is_found_by_its_new_words_and_no_more_by_its_old_ones(
    client: Client, editor: Client
) -> None:
    written = editor.post(FAQS, article())
    texts = {"en": {"title": "Paying in Narnia", "body": "Lions are welcome."}}
    edited = change(editor, written, texts=texts, tags=["narnia"])
    assert (edited.status, edited["version"]) == (200, 2)

    assert found(client, "narnia", "en") == [written["id"]]
    assert found(client, "narnia") == [written["id"]], "the tags are those of both languages"
    assert written["id"] not in found(client, "abroad", "en")
    assert found(client, "海外") == [written["id"]], "the other language stays as it is"


def test_a_draft_and_an_archived_article_are_nobodys_to_find(
    client: Client, editor: Client
) -> None:
    written = editor.post(FAQS, article(state="draft"))
    path = f"{READERS}/{written['id']}"
    for state, status in (
        ("draft", 404),
        ("published", 200),
        ("archived", 404),
        ("published", 200),
    ):
        written = change(editor, written, state=state)
        assert written.status == 200
        assert client.get(path).status == status
        assert (written["id"] in found(client, "海外")) is (status == 200)
        listed = {it["id"] for it in client.get(READERS, limit=100)["data"]}
        assert (written["id"] in listed) is (status == 200)
        voted = client.post(f"{path}/feedback", {"helpful": True}).status
        assert voted == (204 if status == 200 else 404)


def test_a_translation_that_is_older_is_stale_until_it_is_sent_again(
    editor: Client, clock: Clock
) -> None:
    written = editor.post(FAQS, article())
    assert not written["texts"]["zh"]["stale"]
    clock.advance(seconds=1)
    chinese = {"zh": {"title": "境外能否使用", "body": "暂不支持。"}}
    edited = change(editor, written, texts=chinese)

    assert (edited["texts"]["en"]["stale"], edited["texts"]["zh"]["stale"]) == (True, False)
    stale = editor.get(FAQS, translation="stale")["data"]
    assert [it["id"] for it in stale] == [written["id"]]
    assert written["id"] not in {
        it["id"] for it in editor.get(FAQS, translation="fresh", limit=100)["data"]
    }
    english = {"en": {name: written["texts"]["en"][name] for name in ("title", "body")}}
    clock.advance(seconds=1)
    again = change(editor, edited, texts={**chinese, **english})
    assert not again["texts"]["en"]["stale"]
    assert editor.get(FAQS, translation="stale")["data"] == []


def test_two_editors_do_not_overwrite_each_other(wallet: Wallet, editor: Client) -> None:
    written = editor.post(FAQS, article())
    other = create_agent(wallet, Role.SUPERVISOR).client
    assert change(other, written, tags=["theirs"]).status == 200

    refused = change(editor, written, tags=["mine"])
    assert (refused.status, refused.code, refused["version"]) == (409, "faq_changed", 2)
    assert editor.get(f"{FAQS}/{written['id']}")["tags"] == ["theirs"]


def test_every_version_is_kept_with_its_editor(wallet: Wallet, editor: Client) -> None:
    written = editor.post(FAQS, article(state="draft", texts={"en": {"title": "A", "body": "B"}}))
    texts = {"zh": {"title": "甲", "body": "乙"}}
    edited = change(editor, written, texts=texts, state="published")

    path = f"{FAQS}/{written['id']}/revisions"
    newest, first = editor.get(path)["data"]
    assert (newest["version"], newest["state"]) == (2, "published")
    assert newest["texts"] == {**texts, "en": {"title": "A", "body": "B"}}
    assert (first["version"], first["texts"]["zh"]) == (1, None)
    assert newest["edited_by"] == edited["updated_by"]
    assert [it["version"] for it in editor.get(path, limit=1)["data"]] == [2]
    seeded = editor.get(f"{FAQS}/faq_refund/revisions")["data"]
    assert [(it["version"], it["edited_by"]) for it in seeded] == [(1, "system")]
    assert [it[0] for it in acts(wallet, written["id"])] == ["create_faq", "change_faq"]


def acts(wallet: Wallet, subject: str) -> list[tuple[str, list[str]]]:
    with wallet.database.snapshot() as tx:
        query = sa.select(AuditEntry).where(AuditEntry.subject == subject)
        return [(row.action, row.fields) for row in tx.scalars(query.order_by(AuditEntry.seq))]


def test_an_article_of_the_seed_can_be_edited_too(client: Client, editor: Client) -> None:
    seeded = editor.get(f"{FAQS}/faq_refund").body
    edited = change(editor, seeded, tags=[*seeded["tags"], "quux"])

    assert edited.status == 200
    assert found(client, "quux", "en") == ["faq_refund"]
    assert found(client, "退款")[0] == "faq_refund"


def test_what_readers_said_is_shown_beside_each_language(client: Client, editor: Client) -> None:
    for helpful in (True, False, False):
        client.post(f"{READERS}/faq_refund/feedback", {"helpful": helpful})

    texts = editor.get(f"{FAQS}/faq_refund")["texts"]
    assert (texts["en"]["helpful"], texts["en"]["unhelpful"]) == (1, 2)
    assert (texts["zh"]["helpful"], texts["zh"]["unhelpful"]) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"texts": {"zh": {"title": "只有", "body": "中文"}}}, "/texts/en"),
        ({"texts": {}}, "/texts"),
        ({"texts": {"en": {"title": " ", "body": "x"}}}, "/texts/en/title"),
        ({"texts": {"fr": {"title": "a", "body": "b"}}}, "/texts/fr"),
        ({"state": "deleted"}, "/state"),
        ({"tags": ["x"] * 21}, "/tags"),
        ({"updated_by": "me"}, "/updated_by"),
    ],
)
def test_a_malformed_article_is_refused_and_nothing_is_written(
    client: Client, editor: Client, changes: dict[str, Any], pointer: str
) -> None:
    count = len(editor.get(FAQS, limit=100)["data"])
    answer = editor.post(FAQS, article(**changes))

    assert (answer.status, answer.code) == (422, "validation_failed")
    assert pointer in [it["pointer"] for it in answer["errors"]]
    assert len(editor.get(FAQS, limit=100)["data"]) == count


def test_agents_read_drafts_and_only_supervisors_write(wallet: Wallet, editor: Client) -> None:
    draft = editor.post(FAQS, article(state="draft"))
    agent = create_agent(wallet).client

    assert agent.get(f"{FAQS}/{draft['id']}")["state"] == "draft"
    assert [it["id"] for it in agent.get(FAQS, state="draft")["data"]] == [draft["id"]]
    assert agent.post(FAQS, article()).code == "forbidden"
    assert change(agent, draft.body).code == "forbidden"


def test_an_unknown_article_is_not_found_and_the_attempt_is_on_record(
    wallet: Wallet, editor: Client
) -> None:
    missing = {"id": "faq_none", **article(), "version": 1}
    assert change(editor, missing).status == 404
    assert editor.get(f"{FAQS}/faq_none").status == 404
    assert editor.get(f"{FAQS}/faq_none/revisions").status == 404
    assert [it[0] for it in acts(wallet, "faq_none")] == ["refused"] * 3
