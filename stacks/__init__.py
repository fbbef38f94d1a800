"""The stack files (Pulumi.<env>.yaml) and the model that reads them."""
