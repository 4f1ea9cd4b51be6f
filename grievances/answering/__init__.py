"""What helps to write an answer."""
