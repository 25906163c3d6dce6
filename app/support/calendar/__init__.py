"""Business time: when somebody is there, and how opening hours add up. Pure; no database, no HTTP."""
