"""Loading the ground from CSV files: everything is checked first, then written in one transaction.

A file that is wrong anywhere changes nothing; each wrong row is named with its number and the reason.
"""

from .problems import LoadRefused, Problems
from .report import Report
from .table import Column, Row, read_table

__all__ = ["Column", "LoadRefused", "Problems", "Report", "Row", "read_table"]
