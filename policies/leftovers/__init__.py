"""What an interrupted run left in the cloud and not in the state: how it is looked up, and by which id it is imported.

The guard refuses to create a second one of it; `make recover` imports it.
"""
