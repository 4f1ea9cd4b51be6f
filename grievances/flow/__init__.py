"""What the life of an opinion rests on: who is who to it, its clocks, what is offered next, its story."""
