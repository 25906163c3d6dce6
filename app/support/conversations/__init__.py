"""Conversations with users: messages in order, the agents' queue, and what is live between the two.

What the mail of a conversation is lies in app.support.mailroom, its deadlines in app.support.clocks.
"""
