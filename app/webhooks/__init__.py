"""Webhooks: what happened is told to the endpoints that asked for it; callbacks of the gateway and bank are heard."""
