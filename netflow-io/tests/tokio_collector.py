"""Sends the datagrams of a capture to the example `tokio_collector`, which has to print each flow as JSON.

    tokio_collector.py PROGRAM
"""

import json
import pathlib
import socket
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "netflow-ffi/tests"))

from capture import payloads  # noqa: E402

CAPTURE = ROOT / "testdata/genuine/nfr_v5.pcap"


def records(payload):
    """The number of records of a message of NetFlow v5."""
    return int.from_bytes(payload[2:4], "big")


def main():
    program = sys.argv[1]
    run = subprocess.Popen([program, "127.0.0.1:0"], text=True, stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        port = int(run.stdout.readline().rpartition(":")[2])
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sent = [payload for payload in payloads(CAPTURE) if payload[:2] == b"\0\5"][:8]
        for payload in sent:
            sender.sendto(payload, ("127.0.0.1", port))
        wanted = sum(map(records, sent))
        rows = [json.loads(run.stdout.readline()) for _ in range(wanted)]
        run.stdin.close()
        # Not communicate(): it would skip rows that are in the buffer of stdout already.
        rest, errors = run.stdout.read(), run.stderr.read()
        run.wait(timeout=60)
    finally:
        run.kill()
    assert run.returncode == 0 and not rest, (run.returncode, rest, errors)
    assert errors.endswith("0 datagrams dropped\n"), errors
    assert len(rows) == wanted > 0, len(rows)
    fields = {"source_address", "destination_address", "octets", "export_protocol"}
    assert all(fields <= row.keys() for row in rows), rows[0]
    print(f"tokio_collector: {len(rows)} flows as JSON")


main()
