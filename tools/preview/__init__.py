"""What a stack is, what it costs, which rules fire, and how all that differs from another revision: offline."""
