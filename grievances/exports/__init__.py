"""Lists as files: the same rows, in the same order, through the same door as on the page.

``sheet`` says what a file holds, ``taken`` what of a page is taken along, ``writing`` makes CSV and XLSX. Columns: of
opinions ``opinions``, of households, visits and coverage ``ground``, of dashboards ``figures``, of the rest ``traces``.
"""
