"""Isolation: what keeps teams, environments and the platform's own rights apart."""
