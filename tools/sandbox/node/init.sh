#!/bin/sh
# First process of the node: init.sh NODE_ADDRESS READY_FILE INIT_PROGRAM CLOUD_ADDRESS... It already has its own mount, network, pid,
# uts and ipc namespaces, so whatever is set here is gone when it ends.
set -eu
address=$1 ready=$2 init=$3
shift 3

hostname sandbox-node
mount --make-rshared /                     # kubelet and runc hand mounts to each other; nothing gets out of the node
mount -t tmpfs -o mode=755 tmpfs /run      # containerd's socket, /run/netns, leases of pod addresses
mount -t tmpfs -o mode=755 tmpfs /var/log  # the kubelet links every container's log into /var/log/containers
mkdir -p /run/netns /run/lock /run/sysctl

# An address that is not loopback, which the kubelet refuses: a veth pair with both ends in here (not every kernel has
# the dummy driver). The route makes service addresses routable until they are translated.
ip link set lo up
ip link add node0 type veth peer name node1
ip addr add "$address/24" dev node0
ip link set node0 up
ip link set node1 up
ip route add default dev node0
for cloud in "$@"; do ip addr add "$cloud/32" dev lo; done  # parts of the cloud that are played on the node
echo 1 > /proc/sys/net/ipv4/ip_forward     # of this network namespace

# The kubelet writes settings of the whole machine. It is shown files that say already what it wants.
veil() {
  [ -e "/proc/sys/$1" ] || return 0
  file=/run/sysctl/$(echo "$1" | tr / .)
  echo "$2" > "$file"
  mount --bind "$file" "/proc/sys/$1"
}
veil vm/overcommit_memory 1
veil vm/panic_on_oom 0
veil kernel/panic 10
veil kernel/panic_on_oops 1
veil kernel/keys/root_maxkeys 1000000
veil kernel/keys/root_maxbytes 25000000

: > "$ready"
exec "$init" -P  # collects orphans until it is killed
