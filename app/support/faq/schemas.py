"""The FAQ as its readers see it (contract, section 7)."""

from marshmallow import Schema, fields, validate

from app.core.http.fields import MomentField, StrictBoolean, StrictString
from app.core.locale import LOCALES

_LOCALE = validate.OneOf(list(LOCALES))


class FaqQuerySchema(Schema):
    """What to look for, and in which language; without `locale` that of `Accept-Language`."""

    q = StrictString(minimum=0, maximum=1000)
    locale = StrictString(validate=_LOCALE)


class FaqLocaleQuerySchema(Schema):
    """In which language; without it that of `Accept-Language`."""

    locale = StrictString(validate=_LOCALE)


class FaqSchema(Schema):
    """An article in one language."""

    id = fields.String(required=True)
    locale = fields.String(required=True, validate=_LOCALE)
    title = fields.String(required=True)
    body = fields.String(required=True)
    tags = fields.List(fields.String(), required=True)
    updated_at = MomentField(required=True)


class FaqSuggestionQuerySchema(FaqLocaleQuerySchema):
    """What has been typed so far."""

    q = StrictString(required=True, minimum=0, maximum=200)


class FaqSuggestionSchema(Schema):
    """An article that may be meant."""

    id = fields.String(required=True)
    title = fields.String(required=True)


class FaqSuggestionsSchema(Schema):
    """The best first, five at most."""

    data = fields.List(fields.Nested(FaqSuggestionSchema), required=True)


class NewFaqFeedbackSchema(Schema):
    """Whether an article helped."""

    helpful = StrictBoolean(required=True)
