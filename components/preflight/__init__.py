"""What an account must have before a stack can be made: a list to read, and questions asked at preview."""
