"""A node on which pods really run: one process with its own namespaces, and everything of the sandbox inside it."""
