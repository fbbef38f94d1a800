"""Rules of cost and isolation, as plain functions, and the policy packs that apply them."""
