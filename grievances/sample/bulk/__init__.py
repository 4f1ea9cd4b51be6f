"""Millions of synthetic opinions: some thousand lives are told by the real verbs, then cast by COPY.

``run`` goes through the stages; ``ledger`` keeps what is done, so that a killed run goes on where it was.
"""
