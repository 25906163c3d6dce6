"""What agents do with customers' data, one file each; every look is in the trail before it is answered."""
