"""Monitoring: alerts and dashboards."""
