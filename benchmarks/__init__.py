"""What the pages cost, beside a bare Django view on the same rows; see README.md."""
