"""The cost model: resources -> CNY per hour when idle, at quota and per job, by the dated prices of `prices.yaml`."""
