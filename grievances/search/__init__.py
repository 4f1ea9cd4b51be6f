"""What the search box finds."""
