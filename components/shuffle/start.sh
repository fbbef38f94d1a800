#!/bin/sh
# Starts a Celeborn server in the foreground. Usage: start.sh master|worker
#
# Puts its configuration together from the mounted ConfigMap, the pod's ordinal and the mounted Secret, because a
# password may stand neither in a ConfigMap nor on a command line. Needs CONF_DIR, RUN_DIR, TLS_DIR, POD_NAME,
# CELEBORN_HOME and CELEBORN_CONF_DIR (below RUN_DIR) in the environment.
set -eu
umask 077
role=$1

# The drain asks the API server with curl; without it a scale-in would look like a restart and lose data.
command -v curl >/dev/null || { echo "start: the image has no curl" >&2; exit 1; }

mkdir -p "$CELEBORN_CONF_DIR"
cp -f "$CONF_DIR"/* "$CELEBORN_CONF_DIR"/
conf=$CELEBORN_CONF_DIR/celeborn-defaults.conf
if [ "$role" = master ]; then
  echo "celeborn.master.ha.node.id=${POD_NAME##*-}" >>"$conf"
fi
if [ -f "$TLS_DIR/keystore-password" ]; then
  opener=$(sed 's/\\/\\\\/g' "$TLS_DIR/keystore-password") # a backslash is doubled in a properties file
  for module in rpc_service push fetch replicate; do
    printf '%s=%s\n' "celeborn.ssl.$module.keyStorePassword" "$opener" >>"$conf"
  done
fi

echo $$ >"$RUN_DIR/pid" # the server keeps this process id: every step from here is an exec
exec "$CELEBORN_HOME/sbin/start-$role.sh"
