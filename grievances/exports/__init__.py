"""Lists as files: the same rows, in the same order, through the same door as on the page.

``sheet`` says what a file holds, ``opinions`` which columns a list of opinions has, ``writing`` makes CSV and XLSX.
"""
