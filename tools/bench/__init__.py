"""Measurements on a control plane of this machine's own: how fast executors arrive, and what it costs."""
