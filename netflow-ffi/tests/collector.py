"""Sends the NetFlow datagrams of a capture to the example `collector`, which has to print their flows.

    collector.py COLLECTOR CAPTURE
"""

import socket
import subprocess
import sys

from capture import payloads

# Flows of the capture that are waited for.
FLOWS = 20


def main():
    collector, capture = sys.argv[1:]
    run = subprocess.Popen([collector, "0", str(FLOWS)], text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        line = run.stderr.readline()
        port = int(line.removeprefix("port "))
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.sendto(b"this is no flow export", ("127.0.0.1", port))
        for payload in payloads(capture):
            sender.sendto(payload, ("127.0.0.1", port))
        printed, errors = run.communicate(timeout=30)
    finally:
        run.kill()
    lines = printed.splitlines()
    if run.returncode != 0 or len(lines) != FLOWS or "not read: " not in errors:
        sys.exit(f"status {run.returncode}, {len(lines)} lines\n{printed}{errors}")
    if not all(" -> " in line and line.endswith(" packets") for line in lines):
        sys.exit(printed)
    print(f"collector: {len(lines)} flows, and what is no flow export was reported")


main()
