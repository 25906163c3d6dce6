"""HTTP, once for all domains: declaring routes, the order of refusals, problems, OpenAPI."""
