"""The platform's Kubernetes half on this machine: a real control plane, played nodes, the real Spark operator."""
