"""What agents ask to have done to an account or its money: who may ask, on whose word, and who must agree."""
