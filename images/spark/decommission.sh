#!/bin/bash
# Run by the kubelet before it ends an executor of a job with spark.decommission.enabled: tells the executor to take no
# new task and to hand over what it holds, and waits until it has left. The pod's grace period ends the wait.
executor=$(pgrep --newest --full KubernetesExecutorBackend) || exit 0
kill -s PWR "$executor"
tail --pid="$executor" --follow /dev/null
