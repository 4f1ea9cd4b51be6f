"""A synthetic district: real places, invented people, invented opinions."""
