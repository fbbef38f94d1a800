"""What an Alibaba Cloud account needs once before CI can deploy: a bucket for state, and identities for CI."""
