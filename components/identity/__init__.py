"""Identity: one RAM role for a workload."""
