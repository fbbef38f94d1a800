"""What a sandbox could leave behind on the machine: looked at before and after."""

import os
import re
import subprocess
from pathlib import Path

from tools.sandbox.node import cgroups, packages

VOLATILE = re.compile(
    r"/(random/.*|ns_last_pid|.*nr_.*|.*-nr|.*-state|nf_conntrack_count|tainted|boottime.*|.*_stat.*|pty/nr|"
    r"sched_domain/.*|.*avail.*|hung_task_detect_count|stat_refresh|perf_event_max_sample_rate|perf_cpu_time.*)$"
)
"""Kernel settings that change by themselves, or whose reading has an effect."""
TREES = ("kernel", "vm", "net")
FOLDERS = (
    "/var/log/containers", "/var/log/pods", "/var/lib/kubelet", "/var/lib/cni", "/var/lib/containerd", "/etc/cni",
    "/etc/containerd", "/etc/kubernetes", "/opt/cni", "/opt/containerd", "/run/containerd", "/run/netns", "/run/cni",
    "/run/network-policies.sock", "/run/meminfo", "/run/sysctl", "/var/run/kubernetes",
)  # fmt: skip
"""Where the node's programs write when nobody tells them otherwise."""


def of_machine() -> dict[str, set[str]]:
    """Kind of trace to all there are of it now."""
    nft = subprocess.run(
        ["nft", "list", "tables"], env={"PATH": packages.SEARCH_PATH}, capture_output=True, text=True, check=False
    )
    return {
        "mounts": set(Path("/proc/self/mounts").read_text().splitlines()),
        "interfaces": set(os.listdir("/sys/class/net")),
        "nftables": set(nft.stdout.splitlines()),
        "cgroups": _cgroups(),
        "settings": _settings(),
        "folders": {each for each in FOLDERS if Path(each).exists()},
    }


def left(before: dict[str, set[str]], after: dict[str, set[str]], foreign: str = "") -> dict[str, set[str]]:
    """What is different, by kind; traces that contain a match of the pattern `foreign` are another sandbox's."""
    differences = {kind: before[kind] ^ after[kind] for kind in before}
    if foreign:
        differences = {
            kind: {each for each in all_ if not re.search(foreign, each)} for kind, all_ in differences.items()
        }
    return {kind: all_ for kind, all_ in differences.items() if all_}


def _cgroups() -> set[str]:
    """Groups of the sandbox, and those that its programs make where nobody names one; others come and go."""
    known = cgroups.hierarchies()
    mounts = [*known.v1, *([known.v2] if known.v2 else [])]
    folders = {str(each) for mount in mounts for each in mount.rglob("*") if each.is_dir()}
    return {each for each in folders if re.search("spark-on-ack|kube|k8s|containerd|runc", each)}


def _settings() -> set[str]:
    """`name = value` of the kernel's settings; values of the machine's own network namespace and of the machine."""
    texts = set[str]()
    for tree in TREES:
        for file in Path("/proc/sys", tree).rglob("*"):
            if VOLATILE.search(str(file)):
                continue
            try:
                texts.add(f"{file} = {file.read_text().strip()}")
            except (OSError, UnicodeDecodeError):  # folders, and settings that can only be written
                continue
    return texts
