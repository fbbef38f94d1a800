"""Workspace: what a team gets - namespace, quota, rights, network rules and job defaults."""
