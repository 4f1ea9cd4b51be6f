"""The floor: the barest Django views on the same rows and indexes, to hold the real pages against."""
