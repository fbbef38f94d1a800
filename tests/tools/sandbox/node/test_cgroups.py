from pathlib import Path

from tools.sandbox.node import cgroups

V1 = """cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
"""


def test_the_hierarchies_of_both_versions_are_read_from_the_mounts() -> None:
    known = cgroups.hierarchies(V1)
    assert known.v1 == (Path("/sys/fs/cgroup/cpu,cpuacct"), Path("/sys/fs/cgroup/memory"))
    assert known.v2 == Path("/sys/fs/cgroup/unified")
    assert cgroups.hierarchies("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0") == cgroups.Hierarchies(
        (), Path("/sys/fs/cgroup")
    )


def test_two_sandboxes_have_different_groups_and_one_always_the_same() -> None:
    assert cgroups.group_name(Path("/a")) != cgroups.group_name(Path("/b"))
    assert cgroups.group_name(Path("/a")) == cgroups.group_name(Path("/a"))


def test_pods_get_three_quarters_of_the_machines_memory() -> None:
    assert cgroups.memory_limit("MemFree: 1 kB\nMemTotal:       8000000 kB\n") == 8000000 * 1024 * 3 // 4
