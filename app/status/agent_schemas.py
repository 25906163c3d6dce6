"""Incidents, success rates and app versions as agents see and write them (contract, section 8)."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from app.core.http.fields import MomentField, StrictBoolean, StrictString
from app.core.series import Width
from app.status.components import Component, IncidentImpact, IncidentStatus
from app.status.schemas import is_app_version

LONGEST_TITLE = 120
LONGEST_TEXT = 2000
LONGEST_NOTES = 2000

_COMPONENT = validate.OneOf(list(Component))
_STATUS = validate.OneOf(list(IncidentStatus))
_IMPACT = validate.OneOf(list(IncidentImpact))
_NOT_BLANK = validate.Regexp(r"[\s\S]*\S[\s\S]*")


class BothLanguages(fields.Nested):
    """A text in both languages, `{zh, en}`; a plain string stands for both."""

    def __init__(self, nested: type[Schema], **kwargs: Any) -> None:
        described = {"description": "A plain string is taken too, and stands for both languages."}
        super().__init__(nested, metadata=described, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        both = {"zh": value, "en": value} if isinstance(value, str) else value
        return super()._deserialize(both, *args, **kwargs)


class IncidentTitleSchema(Schema):
    """A title in both languages."""

    zh = StrictString(required=True, maximum=LONGEST_TITLE, validate=_NOT_BLANK)
    en = StrictString(required=True, maximum=LONGEST_TITLE, validate=_NOT_BLANK)


class IncidentTextSchema(Schema):
    """What is said of an incident, in both languages."""

    zh = StrictString(required=True, maximum=LONGEST_TEXT, validate=_NOT_BLANK)
    en = StrictString(required=True, maximum=LONGEST_TEXT, validate=_NOT_BLANK)


class NewIncidentUpdateSchema(Schema):
    """Something new to say."""

    text = BothLanguages(IncidentTextSchema, required=True)


def _components(**kwargs: Any) -> "fields.List[str]":
    checks = [validate.Length(min=1, max=len(Component))]
    return fields.List(StrictString(validate=_COMPONENT), validate=checks, **kwargs)


class NewIncidentSchema(Schema):
    """An incident, or planned work (`maintenance`), which alone may begin later and have an end, `ends_at`.

    Without `publish` it is a draft that only agents see; without `started_at` it began now; without `update` there is
    nothing to say yet but the title.
    """

    title = BothLanguages(IncidentTitleSchema, required=True)
    update = fields.Nested(NewIncidentUpdateSchema, load_default=None)
    impact = StrictString(required=True, validate=_IMPACT)
    components = _components(required=True)
    status = StrictString(validate=_STATUS, load_default=IncidentStatus.INVESTIGATING.value)
    started_at = MomentField(load_default=None, allow_none=True)
    ends_at = MomentField(load_default=None, allow_none=True)
    publish = StrictBoolean(load_default=False)


class IncidentChangeSchema(Schema):
    """What is to be different, at least one thing. `publish` is for good."""

    title = BothLanguages(IncidentTitleSchema)
    update = fields.Nested(NewIncidentUpdateSchema)
    impact = StrictString(validate=_IMPACT)
    components = _components()
    status = StrictString(validate=_STATUS)
    ends_at = MomentField()
    publish = StrictBoolean(validate=validate.Equal(True))

    @validates_schema
    def says_something(self, data: dict[str, Any], **_: Any) -> None:
        """An empty change is a mistake of the caller's."""
        if not data:
            raise ValidationError("Nothing to change.")


class IncidentQuerySchema(Schema):
    """Which incidents; without any, all."""

    state = StrictString(validate=validate.OneOf(["open", "resolved"]))
    visibility = StrictString(validate=validate.OneOf(["draft", "published"]))


class AgentIncidentUpdateSchema(Schema):
    """What was said, in which status, and by whom; `system` is the machine."""

    id = fields.String(required=True)
    status = fields.String(required=True, validate=_STATUS)
    text = fields.Nested(IncidentTextSchema, required=True)
    created_at = MomentField(required=True)
    created_by = fields.String(required=True)


class AgentIncidentSchema(Schema):
    """An incident with all that agents know. `published_at` is null for a draft.

    `origin`: who opened it. `recovered_at`: since when what is measured is well again, a suggestion to resolve it.
    `affected_users`: users whose payments or messages failed meanwhile through one of its components.
    """

    id = fields.String(required=True)
    title = fields.Nested(IncidentTitleSchema, required=True)
    status = fields.String(required=True, validate=_STATUS)
    impact = fields.String(required=True, validate=_IMPACT)
    components = fields.List(fields.String(validate=_COMPONENT), required=True)
    origin = fields.String(required=True, validate=validate.OneOf(["machine", "person"]))
    started_at = MomentField(required=True)
    ends_at = MomentField(required=True, allow_none=True)
    recovered_at = MomentField(required=True, allow_none=True)
    resolved_at = MomentField(required=True, allow_none=True)
    published_at = MomentField(required=True, allow_none=True)
    affected_users = fields.Integer(required=True)
    created_by = fields.String(required=True)
    updates = fields.List(fields.Nested(AgentIncidentUpdateSchema), required=True)


class RatePointSchema(Schema):
    """What happened in the span that begins `at`; `rate` is the successful share (0–1), null without attempts."""

    at = MomentField(required=True)
    attempts = fields.Integer(required=True)
    failures = fields.Integer(required=True)
    rate = fields.Float(required=True, allow_none=True)


class SuccessRatesSchema(Schema):
    """One point per span; none for a component that isn't measured."""

    component = fields.String(required=True, validate=_COMPONENT)
    step = fields.String(required=True, validate=validate.OneOf(list(Width)))
    points = fields.List(fields.Nested(RatePointSchema), required=True)


class ReleaseNotesSchema(Schema):
    """What is new, in both languages."""

    zh = StrictString(required=True, maximum=LONGEST_NOTES, validate=_NOT_BLANK)
    en = StrictString(required=True, maximum=LONGEST_NOTES, validate=_NOT_BLANK)


class NewAppVersionSchema(Schema):
    """What to publish for a platform; the minimum must not be above the latest.

    The address and the notes that are left out stay as they are published.
    """

    latest = StrictString(required=True, maximum=32, validate=is_app_version)
    minimum_supported = StrictString(required=True, maximum=32, validate=is_app_version)
    download_url = StrictString(
        maximum=2048, validate=validate.URL(schemes={"https"}, require_tld=False)
    )
    release_notes = BothLanguages(ReleaseNotesSchema)


class PublishedVersionSchema(Schema):
    """What is published for a platform."""

    platform = fields.String(required=True)
    latest = fields.String(required=True)
    minimum_supported = fields.String(required=True)
    download_url = fields.String(required=True)
    release_notes = fields.Nested(ReleaseNotesSchema, required=True)
    updated_at = MomentField(required=True)
    updated_by = fields.String(required=True)


class PublishedVersionsSchema(Schema):
    """Every platform's."""

    data = fields.List(fields.Nested(PublishedVersionSchema), required=True)
