"""Input models of the components: pure pydantic, importable without any provider SDK."""
