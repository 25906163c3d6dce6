"""The FAQ as its editors see and write it (contract, section 8). Languages are `zh` and `en`."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.core.http.fields import MomentField, StrictInteger, StrictString
from app.core.locale import LOCALES
from app.support.faq_editing.rules import (
    LONGEST_BODY,
    LONGEST_TAG,
    LONGEST_TITLE,
    LONGEST_WORD,
    MOST_GROUPS,
    MOST_TAGS,
    MOST_WORDS,
    ArticleState,
)

_STATE = validate.OneOf([state.value for state in ArticleState])
_NOT_BLANK = validate.Regexp(r"[\s\S]*\S[\s\S]*")


class FaqTextSchema(Schema):
    """An article in one language."""

    title = StrictString(required=True, maximum=LONGEST_TITLE, validate=_NOT_BLANK)
    body = StrictString(required=True, maximum=LONGEST_BODY, validate=_NOT_BLANK)


class FaqTextsSchema(Schema):
    """The texts by language, one at least; the other one stays as it is."""

    zh = fields.Nested(FaqTextSchema)
    en = fields.Nested(FaqTextSchema)

    @validates_schema
    def has_one(self, data: dict[str, Any], **_: Any) -> None:
        """An article without words is none."""
        if not data:
            raise ValidationError("Give a text in one language at least.")


class NewFaqArticleSchema(Schema):
    """A new article. One that is published needs both languages."""

    state = StrictString(validate=_STATE, load_default=ArticleState.DRAFT.value)
    tags = fields.List(
        StrictString(maximum=LONGEST_TAG, validate=_NOT_BLANK),
        validate=validate.Length(max=MOST_TAGS),
        load_default=list,
    )
    texts = fields.Nested(FaqTextsSchema, required=True)


class FaqArticleChangeSchema(Schema):
    """A new version of an article; `version` is the one that it is made from.

    A text that is sent counts as looked at: send a translation as it is to say that it still fits.
    """

    version = StrictInteger(required=True, validate=validate.Range(1, 2**31 - 1))
    state = StrictString(required=True, validate=_STATE)
    tags = fields.List(
        StrictString(maximum=LONGEST_TAG, validate=_NOT_BLANK),
        required=True,
        validate=validate.Length(max=MOST_TAGS),
    )
    texts = fields.Nested(FaqTextsSchema, required=True)


class EditedTextSchema(Schema):
    """An article in one language, and what its readers said. `stale`: the other language is newer."""

    title = fields.String(required=True)
    body = fields.String(required=True)
    updated_at = MomentField(required=True)
    stale = fields.Boolean(required=True)
    helpful = fields.Integer(required=True)
    unhelpful = fields.Integer(required=True)


class EditedTextsSchema(Schema):
    """The texts by language; null for one that is not written."""

    zh = fields.Nested(EditedTextSchema, required=True, allow_none=True)
    en = fields.Nested(EditedTextSchema, required=True, allow_none=True)


class FaqArticleSchema(Schema):
    """An article as its editors see it; `updated_by` is an agent, or `system` for the seed."""

    id = fields.String(required=True)
    state = fields.String(required=True, validate=_STATE)
    version = fields.Integer(required=True)
    tags = fields.List(fields.String(), required=True)
    texts = fields.Nested(EditedTextsSchema, required=True)
    created_at = MomentField(required=True)
    updated_at = MomentField(required=True)
    updated_by = fields.String(required=True)


class PlainTextSchema(Schema):
    """The words of a version in one language."""

    title = fields.String(required=True)
    body = fields.String(required=True)


class PlainTextsSchema(Schema):
    """The words of a version."""

    zh = fields.Nested(PlainTextSchema, required=True, allow_none=True)
    en = fields.Nested(PlainTextSchema, required=True, allow_none=True)


class FaqRevisionSchema(Schema):
    """An article as it was after an edit."""

    version = fields.Integer(required=True)
    state = fields.String(required=True, validate=_STATE)
    tags = fields.List(fields.String(), required=True)
    texts = fields.Nested(PlainTextsSchema, required=True)
    edited_at = MomentField(required=True)
    edited_by = fields.String(required=True)


class FaqArticleQuerySchema(Schema):
    """Which articles; `translation` tells those whose languages differ in age from the others."""

    state = StrictString(validate=_STATE)
    translation = StrictString(validate=validate.OneOf(["stale", "fresh"]))


class FaqQueriesQuerySchema(Schema):
    """Which queries: those to deal with (without), or those that are done."""

    state = StrictString(validate=validate.OneOf(["open", "done"]), load_default="open")


class MissedFaqQuerySchema(Schema):
    """Words that found no article, masked, and how often they were asked."""

    id = fields.String(required=True)
    query = fields.String(required=True)
    locale = fields.String(required=True, validate=validate.OneOf(list(LOCALES)))
    asked = fields.Integer(required=True)
    first_asked_at = MomentField(required=True)
    last_asked_at = MomentField(required=True)
    done_at = MomentField(required=True, allow_none=True)
    done_by = fields.String(required=True, allow_none=True)


_WORD = StrictString(maximum=LONGEST_WORD)
_GROUP = fields.List(_WORD, validate=validate.Length(min=2, max=MOST_WORDS))


class SynonymsChangeSchema(Schema):
    """All groups of words that say the same; `version` is the one that they are made from."""

    version = StrictInteger(required=True, validate=validate.Range(1, 2**31 - 1))
    synonyms = fields.List(_GROUP, required=True, validate=validate.Length(max=MOST_GROUPS))


class FaqSynonymsSchema(Schema):
    """Groups of words that say the same: a search for one finds them all."""

    version = fields.Integer(required=True)
    synonyms = fields.List(fields.List(fields.String()), required=True)
    updated_at = MomentField(required=True)
    updated_by = fields.String(required=True)
