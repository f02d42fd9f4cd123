"""Sends the IPFIX messages of a capture over UDP and TCP to the example `listener`, which has to print their
flows, and ends it by a signal.

    listener.py LISTENER CAPTURE
"""

import collections
import signal
import socket
import subprocess
import sys

from capture import payloads


def main():
    listener, capture = sys.argv[1:]
    messages = list(payloads(capture))
    run = subprocess.Popen([listener, "0", "127.0.0.1:0", "[::1]:0", "tcp", "127.0.0.1:0"], text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        ports = [int(run.stderr.readline().removeprefix("port ")) for _ in range(3)]
        for family, host, port in ((socket.AF_INET, "127.0.0.1", ports[0]), (socket.AF_INET6, "::1", ports[1])):
            with socket.socket(family, socket.SOCK_DGRAM) as sender:
                for message in messages:
                    sender.sendto(message, (host, port))
        with socket.create_connection(("127.0.0.1", ports[2])) as stream:
            stream.sendall(b"".join(messages))
            stream.shutdown(socket.SHUT_WR)
            # The listener closes it when it has read everything.
            stream.recv(1)
        run.send_signal(signal.SIGTERM)
        printed, errors = run.communicate(timeout=60)
    finally:
        run.kill()
    lines = printed.splitlines()
    counts = collections.Counter(lines)
    if run.returncode != 0 or not lines or any(count % 3 for count in counts.values()):
        sys.exit(f"status {run.returncode}, {len(lines)} lines\n{printed}{errors}")
    if f"{2 * len(messages)} datagrams and {len(messages)} messages" not in errors:
        sys.exit(errors)
    print(f"listener: {len(lines) // 3} flows, three times")


main()
