"""What both packs share: the rule type, the view of a resource, an environment's levels and figures, two ways to run.

`view` and `rule` need no engine; `check` runs rules over a recorded graph (previews, the program's own guard);
`pack` wraps the same rules for the policy engine.
"""
