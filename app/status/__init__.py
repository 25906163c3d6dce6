"""What works right now, what does not, and which versions of the app may still be used."""
