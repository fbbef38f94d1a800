"""`make verify STACK=…`: asks a deployed platform whether it does what it claims, by those who use it."""
