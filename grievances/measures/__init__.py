"""How many, how far, how long: what figures mean, and what is drawn from them."""
