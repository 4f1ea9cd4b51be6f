"""Telling people what concerns them: in the program, by e-mail, and by a signed call to a gateway of the district.

``telling.tell`` is how anything is told; ``kinds`` says what is told, ``choosing`` how each person wants it,
``channels`` by what, ``wording`` in which words, ``sending`` when, again, and for how long.

A message that leaves the program carries a number, what to do, and an address: never a name, a place, a matter or a
word of a case.
"""
