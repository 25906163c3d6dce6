"""What editors do, one file each."""
