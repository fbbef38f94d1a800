"""StorageCheck: a job that proves from inside the cluster that a bucket works."""
