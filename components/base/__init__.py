"""What all components share: reading inputs, error sentences, names, tags, and what cannot change."""
