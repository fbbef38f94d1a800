"""Cluster: an ACK cluster in one of several flavours, or an existing one."""
