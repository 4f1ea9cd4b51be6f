"""What lies on somebody's desk, and what is told there."""
