"""The figures of any place on any day, from tallies that the database keeps exact.

``reading`` adds up what a viewer may count, ``folding`` moves what triggers appended into the tallies,
``rebuilding`` makes them from the spans, and ``checking`` compares them with a plain count.
"""
