"""`make images`: the images of a stack, whether its pods reach them, and the way into a registry they reach."""
