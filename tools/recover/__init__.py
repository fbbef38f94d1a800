"""`make recover`: puts a stack in order after an interrupted run."""
