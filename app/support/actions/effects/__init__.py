"""What each type of action does, one file per kind of thing that it touches, and the table of them."""
