"""Every route of the wallet, read from its own description: what it is called, who may call it, what it takes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.client import Client

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Place:
    """One property of a body: `names` from the outermost in, and its schema."""

    names: tuple[str, ...]
    schema: dict[str, Any]
    required: bool

    @property
    def path(self) -> str:
        return ".".join(self.names)


@dataclass(frozen=True)
class Operation:
    """One described route."""

    method: str
    path: str
    raw: dict[str, Any]
    schemas: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def access(self) -> str:
        return str(self.raw["x-access"])

    @property
    def least_role(self) -> str | None:
        return self.raw.get("x-least-role")

    def parameters(self, kind: str) -> list[dict[str, Any]]:
        return [it for it in self.raw.get("parameters", []) if it["in"] == kind]

    @property
    def body(self) -> dict[str, Any] | None:
        """The schema of the body, its references followed."""
        if "requestBody" not in self.raw:
            return None
        return self.resolve(self.raw["requestBody"]["content"]["application/json"]["schema"])

    def places(self, schema: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[Place]:
        """Every property of a body, nested ones after their parents."""
        required = schema.get("required", ())
        for name, given in schema.get("properties", {}).items():
            below = self.resolve(given)
            yield Place((*above, name), below, name in required)
            yield from self.places(below, (*above, name))

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema that is meant: behind a reference, or the one that isn't null."""
        if "anyOf" in schema:
            schema = next(it for it in schema["anyOf"] if it.get("type") != "null")
        if "$ref" in schema:
            return self.resolve(self.schemas[schema["$ref"].rpartition("/")[2]])
        return schema


def described_operations(client: Client) -> list[Operation]:
    """Every route of /openapi.json."""
    document = client.get("/openapi.json").body
    schemas = document["components"]["schemas"]
    return [
        Operation(
            method.upper(),
            path,
            item[method] | {"parameters": _parameters(item, item[method])},
            schemas,
        )
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


def _parameters(item: dict[str, Any], operation: dict[str, Any]) -> list[Any]:
    return [*item.get("parameters", []), *operation.get("parameters", [])]
