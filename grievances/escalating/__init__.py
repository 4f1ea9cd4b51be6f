"""Escalation: a case whose deadline comes near or has passed reaches more people, by the administrator's rules.

``bounds`` says which deadlines a rule means on a day, ``levels`` who is reached, ``sweep`` does it once a working
day, ``reaching`` tells what reached somebody.
"""
