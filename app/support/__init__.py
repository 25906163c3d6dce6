"""Help for users: channels, FAQ, the diagnosis of a payment, conversations."""
