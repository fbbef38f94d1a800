"""Registry: the account's container registry, with an endpoint in the VPC, and pulls without a password."""
