"""Logging a visit."""
