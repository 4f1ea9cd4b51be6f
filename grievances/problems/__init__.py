"""Opinions with one cause."""
