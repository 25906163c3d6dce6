"""Bank cards: bind, confirm, unbind, rebind; and which bank a card number belongs to."""
