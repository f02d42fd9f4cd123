"""Runs a command, its output thrown away or in a file: ``timed.py OUTPUT COMMAND…``.

Prints the nanoseconds of the processor that it took, user and system, its most memory in KiB, and the nanoseconds
that passed. Other work on the machine changes the first less than the last. Linux counts the memory of the process that
starts a command as the command's own; 0 stands for less than that.
"""

import resource
import subprocess
import sys
import time


def main(output, *command):
    with open(output, "wb") as written:
        begun = time.perf_counter_ns()
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.DEVNULL, check=True)
        passed = time.perf_counter_ns() - begun
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    memory = usage.ru_maxrss if usage.ru_maxrss > own else 0
    print(round((usage.ru_utime + usage.ru_stime) * 1e9), memory, passed, sep="\t")


if __name__ == "__main__":
    main(*sys.argv[1:])
