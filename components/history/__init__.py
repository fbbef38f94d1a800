"""HistoryServer: the Spark history server."""
