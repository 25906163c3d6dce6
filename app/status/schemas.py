"""The status page and app versions as the API shows them (contract, section 6)."""

from marshmallow import Schema, ValidationError, fields, validate

from app.core.http.fields import MomentField, StrictString
from app.status.app_versions import (
    AppVersionInvalidError,
    Platform,
    UpdateAdvice,
    parse_app_version,
)
from app.status.components import Component, IncidentImpact, IncidentStatus
from app.status.rules import SystemStatus

_STATUS = validate.OneOf([status.value for status in SystemStatus])
_COMPONENT = validate.OneOf([component.value for component in Component])
_INCIDENT_STATUS = validate.OneOf([status.value for status in IncidentStatus])


class ComponentStatusSchema(Schema):
    """A component; `success_rate` is 0–1 over the last 5 minutes, null where nothing was measured."""

    code = fields.String(required=True, validate=_COMPONENT)
    name = fields.String(required=True)
    status = fields.String(required=True, validate=_STATUS)
    success_rate = fields.Float(required=True, allow_none=True)
    updated_at = MomentField(required=True)


class IncidentUpdateSchema(Schema):
    """What was said of an incident at a time."""

    status = fields.String(required=True, validate=_INCIDENT_STATUS)
    text = fields.String(required=True)
    created_at = MomentField(required=True)


class IncidentSchema(Schema):
    """An incident; `resolved_at` is null while it goes on, `updates` are newest first."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.String(required=True, validate=_INCIDENT_STATUS)
    impact = fields.String(
        required=True, validate=validate.OneOf([impact.value for impact in IncidentImpact])
    )
    components = fields.List(fields.String(validate=_COMPONENT), required=True)
    started_at = MomentField(required=True)
    resolved_at = MomentField(required=True, allow_none=True)
    updates = fields.List(fields.Nested(IncidentUpdateSchema), required=True)


class SystemStatusSchema(Schema):
    """The whole is as bad as its worst component."""

    status = fields.String(required=True, validate=_STATUS)
    components = fields.List(fields.Nested(ComponentStatusSchema), required=True)
    incidents = fields.List(fields.Nested(IncidentSchema), required=True)


def is_app_version(text: str) -> None:
    """Lets a version pass, such as `2.3.0`."""
    try:
        parse_app_version(text)
    except AppVersionInvalidError:
        raise ValidationError("Not an app version.") from None


class AppVersionQuerySchema(Schema):
    """Which app asks."""

    platform = StrictString(
        required=True, validate=validate.OneOf([platform.value for platform in Platform])
    )
    version = StrictString(required=True, maximum=32, validate=is_app_version)


class AppVersionSchema(Schema):
    """Whether the version that asks should be updated, and to what."""

    platform = fields.String(required=True)
    version = fields.String(required=True)
    latest = fields.String(required=True)
    minimum_supported = fields.String(required=True)
    update = fields.String(
        required=True, validate=validate.OneOf([advice.value for advice in UpdateAdvice])
    )
    download_url = fields.String(required=True)
    release_notes = fields.String(required=True)
