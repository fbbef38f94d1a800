"""What a Spark job is given: its configuration, its pod templates and the sizes that serverless pods are billed in."""
