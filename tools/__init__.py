"""What runs beside the program: offline replay, preview, sandbox, documentation."""
