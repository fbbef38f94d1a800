"""AdmissionPolicies: the rules for arriving jobs, checked by the API server."""
