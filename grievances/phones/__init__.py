"""Phones that work without a network: what they take along, and what arrives from them."""
