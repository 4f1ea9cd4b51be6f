"""A real Chromium against a real server on the sample district."""
