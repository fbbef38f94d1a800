"""The platform's components: each a Pulumi ComponentResource that also works alone, from Python or as a package."""
