"""Support by e-mail: mail that comes in by SMTP finds its case, agents' answers go out by the outbox.

What a conversation is, is in `app.support.conversations`; how mail leaves the house is in `app.notifications`.
"""
