"""Storage: OSS buckets, one of them with OSS-HDFS."""
