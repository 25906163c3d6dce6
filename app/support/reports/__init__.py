"""What happened over time, counted: failures by reason, promises kept, trouble that ended without a contact.

Counts only: nothing in a report tells of one customer.
"""
