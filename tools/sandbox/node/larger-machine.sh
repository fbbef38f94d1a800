#!/bin/sh
# larger-machine.sh CPUS MEMORY_KIB COMMAND...: show COMMAND (the kubelet, nobody else) a larger machine, so that pods
# sized for a cloud are scheduled. Requests are promises; what the machine really gives is bounded by the node's cgroup.
# Run by `unshare --mount --propagation unchanged`: /sys and /proc become private, volumes still reach containerd.
set -eu
cpus=$1 memory=$2
shift 2
mount --make-rprivate /sys
mount --make-rprivate /proc
sed "s/^MemTotal:.*/MemTotal:       $memory kB/" /proc/meminfo > /run/meminfo
mount --bind /run/meminfo /proc/meminfo
if [ -d /sys/devices/system/node ]; then mount -t tmpfs -o size=1m tmpfs /sys/devices/system/node; fi
mount -t tmpfs -o size=8m tmpfs /sys/devices/system/cpu
for list in online possible present; do echo "0-$((cpus - 1))" > "/sys/devices/system/cpu/$list"; done
number=0
while [ "$number" -lt "$cpus" ]; do
  folder=/sys/devices/system/cpu/cpu$number
  mkdir -p "$folder/topology"
  echo 1 > "$folder/online"
  echo 0 > "$folder/topology/physical_package_id"
  echo "$number" > "$folder/topology/core_id"
  number=$((number + 1))
done
exec "$@"
