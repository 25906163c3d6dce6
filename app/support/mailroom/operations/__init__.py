"""What happens in the mailroom, one file each."""
