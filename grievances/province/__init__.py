"""A province takes in the folded tallies of its districts, by PostgreSQL's logical replication.

``publishing`` is the district's side, ``subscribing`` the province's; ``news`` says how old a district's figures
are and why, ``board`` is the dashboard of them. Only counts and names of places ever travel.
"""


class Refused(Exception):
    """Why something can't be done. One sentence for the person at the keyboard; never holds a password."""
