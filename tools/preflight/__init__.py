"""`make preflight STACK=prod`: what the account must have before a stack can be created."""
