#!/bin/sh
# preStop hook of a worker: lets it go without losing shuffle data, and returns only when it is gone, because ECI
# deletes a pod as soon as its hook returns.
#
# Scaled in (its ordinal is no longer wanted): decommission, which waits until its shuffles have been read.
# Restarted, evicted, or not to be told: SIGTERM, which is Celeborn's graceful shutdown; the next process of this
# name takes the data on the disk over. Needs POD_NAME, POD_NAMESPACE, STATEFUL_SET, HTTP_PORT and RUN_DIR.
set -u
account=${ACCOUNT_DIR:-/var/run/secrets/kubernetes.io/serviceaccount}
api=https://${KUBERNETES_SERVICE_HOST:-kubernetes.default.svc}:${KUBERNETES_SERVICE_PORT:-443}
pause=${PAUSE_SECONDS:-1}
pid=$(cat "$RUN_DIR/pid") || exit 0
limit=${RESTART_SECONDS:-660} # 10 minutes of graceful shutdown, and one more; none for a scale-in

say() { # into the server's own log: nobody sees a hook's output
  { echo "drain: $*" >>"/proc/$pid/fd/1"; } 2>/dev/null || echo "drain: $*"
}

wanted_replicas() { # the token goes through standard input: command lines are visible
  printf 'header = "Authorization: Bearer %s"\n' "$(cat "$account/token")" |
    curl -fsS -m 10 --cacert "$account/ca.crt" -K - \
      "$api/apis/apps/v1/namespaces/$POD_NAMESPACE/statefulsets/$STATEFUL_SET/scale" |
    tr -d ' \n\t' |
    sed 's/"spec":{}/"spec":{"replicas":0}/' | # zero is left out of the answer
    sed -n 's/.*"spec":{"replicas":\([0-9][0-9]*\)}.*/\1/p'
}

decommission() {
  for _ in 1 2 3; do
    curl -fsS -m 10 -o /dev/null -H 'Content-Type: application/json' -d '{"type":"DECOMMISSION"}' \
      "http://127.0.0.1:$HTTP_PORT/api/v1/workers/exit" && return 0
    sleep "$pause"
  done
  return 1
}

ordinal=${POD_NAME##*-}
for _ in 1 2 3; do # one lost answer must not turn a scale-in into a restart
  replicas=$(wanted_replicas)
  [ -n "$replicas" ] && break
  sleep "$pause"
done
if [ -z "$replicas" ]; then
  say "the API server did not say how many workers are wanted; taking this for a restart"
  kill -TERM "$pid"
elif [ "$ordinal" -lt "$replicas" ]; then
  say "restart: worker $ordinal of $replicas, graceful shutdown"
  kill -TERM "$pid"
else
  say "scale-in to $replicas workers: decommissioning worker $ordinal, waiting for its shuffles"
  limit=
  if ! decommission; then
    limit=${RESTART_SECONDS:-660}
    say "worker $ordinal did not take the order; graceful shutdown"
    kill -TERM "$pid"
  fi
fi
waited=0
while kill -0 "$pid" 2>/dev/null; do
  sleep "$pause"
  waited=$((waited + 1))
  # a graceful shutdown that hangs would hold the pod for its whole grace of hours; a scale-in may wait that long
  if [ -n "$limit" ] && [ "$waited" -ge "$limit" ]; then
    say "worker $ordinal still runs after $waited pauses; ending it, its disk keeps what was flushed"
    kill -KILL "$pid"
    limit=
  fi
done
