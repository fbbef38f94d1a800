"""Small stacks of single components, and jobs."""
