"""Laws and stores that are wrong in one place."""
