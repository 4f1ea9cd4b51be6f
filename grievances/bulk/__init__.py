"""Many cases at once: the same step on each of them, by the same verbs, as if each was done by itself.

``actions`` says which steps there are, ``choosing`` which cases, ``preview`` what would happen, ``doing`` does it.
``calling`` records a call-back list, where each case has an answer of its own.
"""
