"""What typical edits of a stack file do to running work: made under replay, classed, and written into docs/edits.md."""
