"""Cases and lists on paper: as a page that the browser prints, and the same as a PDF file.

``slips`` says what a dispatch slip has in it, ``lists`` which rows a list has, ``many`` puts papers into one file,
``pdf`` gives a page to ``press``, a process of its own, and ``lacking`` says which Debian packages that needs and the
machine doesn't have.
"""
