"""Users as agents see them: found, masked, with everything that happened to them; and who looked at whom."""
