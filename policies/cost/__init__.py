"""Cost: the price model and the rules that use it."""
