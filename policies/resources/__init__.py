"""What resources say, read once for both packs: their types, pods, Spark configuration and jobs, buckets and quotas."""
