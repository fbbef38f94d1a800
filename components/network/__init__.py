"""Network: the VPC, its vswitches and security group."""
