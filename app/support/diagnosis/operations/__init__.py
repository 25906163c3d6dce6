"""What users ask of a diagnosis, one file each."""
