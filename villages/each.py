"""Conditions that are asked of each row."""

from django.db.models import Exists


class OfEach(Exists):
    """Exists, asked of each row that is read, and never made a join: for rows of one person or one list, of which an
    index finds the few, while the database believes that it pays to read a whole table for them first."""

    template = "EXISTS(%(subquery)s OFFSET 0)"
