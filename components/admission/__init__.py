"""What is checked when a job arrives: the rule table, and the admission policies made from it."""
