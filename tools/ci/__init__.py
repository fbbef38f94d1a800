"""What the pipelines call: short-lived credentials, one comment an environment, one issue for drift.

Standard library only: the jobs that may write comments and issues run nothing of the pull request and install nothing.
"""
