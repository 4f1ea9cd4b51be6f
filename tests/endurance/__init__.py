"""A day in the yard, with everything that can go wrong between a phone and a server; see __main__.py."""
