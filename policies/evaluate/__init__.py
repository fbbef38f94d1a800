"""Evaluators: what a selector selects, a range reaches, a document allows, a right covers. Rules ask them."""
