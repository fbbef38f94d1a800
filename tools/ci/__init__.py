"""What the pipelines call: short-lived credentials, one comment per environment, one issue for drift.

Standard library only: the jobs that may write comments and issues run no code of the pull request and install nothing.
"""
