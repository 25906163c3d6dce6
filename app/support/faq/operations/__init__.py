"""What readers do with the FAQ, one file each."""
