"""What lists of opinions are made of: filters, chips, columns."""
