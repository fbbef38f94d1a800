"""SparkPlatform: the settings of a whole platform, their wiring, and the composition."""
