"""Whom an opinion could go to, and why."""
