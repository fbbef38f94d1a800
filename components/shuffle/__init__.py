"""ShuffleService: Apache Celeborn, the remote shuffle service."""
