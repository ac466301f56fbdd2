# SPDX-License-Identifier: GPL-2.0-or-later
"""Limits a filter to a share of one core, so that it is the bottleneck even on few cores. The kernel's control
groups do it, of either version.

The share comes in periods, and for the rest of each period the filter stands still. The shortest period that the
kernel accepts is the most like a slow core; with periods of 20 and of 100 ms the same share of the peak was left.
"""

import functools
import os
import time

PERIOD_US, QUOTA_US = 5000, 1000    # the kernel refuses less than a millisecond
V1 = {"cpu.cfs_period_us": str(PERIOD_US), "cpu.cfs_quota_us": str(QUOTA_US)}
V2 = {"cpu.max": f"{QUOTA_US} {PERIOD_US}"}

REMOVAL_S = 2       # a group cannot be removed before its processes have ended


class Confinement:
    """`obstacle` says why this cannot be done here, or is None."""

    def __init__(self, resources):
        self.obstacle = None
        try:
            self._path = _make(resources)
        except OSError as error:
            self.obstacle = f"no control group for the CPU: {error}"

    def confine(self, pid):
        """Limits the process until it ends."""
        _write(self._path, "cgroup.procs", str(pid))


def _make(resources):
    root, limits = _hierarchy()
    if limits is V2 and "cpu" not in _words(root, "cgroup.subtree_control"):
        resources.at_end(functools.partial(_write, root, "cgroup.subtree_control", "-cpu"))
        _write(root, "cgroup.subtree_control", "+cpu")
    path = os.path.join(root, f"sealgate-bench-{os.getpid()}")
    resources.at_end(functools.partial(_remove, path))
    os.mkdir(path)
    for name, value in limits.items():
        _write(path, name, value)
    return path


def _hierarchy():
    """Returns where the controller is mounted, and what to write there."""
    with open("/proc/self/mounts") as file:
        mounts = [line.split() for line in file]
    for _, root, kind, options, *_ in mounts:
        if kind == "cgroup" and "cpu" in options.split(","):
            return root, V1
        if kind == "cgroup2" and "cpu" in _words(root, "cgroup.controllers"):
            return root, V2
    raise FileNotFoundError("none is mounted")


def _words(directory, name):
    with open(os.path.join(directory, name)) as file:
        return file.read().split()


def _write(directory, name, value):
    with open(os.path.join(directory, name), "w") as file:
        file.write(value)


def _remove(path):
    deadline = time.monotonic() + REMOVAL_S
    while os.path.exists(path):
        try:
            os.rmdir(path)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
