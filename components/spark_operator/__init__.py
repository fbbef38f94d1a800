"""SparkOperator: the operator that runs SparkApplications."""
