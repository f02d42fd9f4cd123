"""How long a capture takes to become a table, beside other tools on the same file.

    python figures.py CAPTURE COPIES   the packets of a classic pcap COPIES times

Needs pandas, polars, duckdb and pyarrow; scapy and netflow of PyPI, tshark, nfcapd and nfdump
are measured where they are installed. Each is run in a process of its own, and three times if it
takes less than ten seconds, of which the best counts; what is measured is the time from the start
of the work, without imports, of commands all of it. What comes out is a table in Markdown.
"""

from __future__ import annotations

import functools
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import Callable

PACKAGES = ["netflow-rs", "pandas", "polars", "duckdb", "pyarrow", "netflow", "scapy"]

PREPARE = "import sys, time; path = sys.argv[1]\n"

PYTHON = {
    "netflow-rs to pandas, all columns": (
        "import netflow_rs as nf, pandas, pyarrow\n",
        "rows = len(nf.read(path, progress=False).to_pandas())",
    ),
    "netflow-rs to pandas, 11 columns": (
        "import netflow_rs as nf, pandas, pyarrow\n",
        "rows = len(nf.read(path, columns=COLUMNS, progress=False).to_pandas())",
    ),
    "netflow-rs to polars, all columns": (
        "import netflow_rs as nf, polars\n",
        "rows = len(nf.scan(path).to_polars())",
    ),
    "netflow-rs to polars, 11 columns": (
        "import netflow_rs as nf, polars\n",
        "rows = len(nf.scan(path, columns=COLUMNS).to_polars())",
    ),
    "netflow-rs to DuckDB, octets by source": (
        "import netflow_rs as nf, duckdb\n",
        "flows = nf.scan(path, columns=['source_address', 'octets'])\n"
        "found = duckdb.sql('select source_address, sum(octets), count(*) from flows group by all')\n"
        "rows = sum(count for _, _, count in found.fetchall())",
    ),
    "netflow-rs, `records`, one by one": (
        "import netflow_rs as nf\n",
        "rows = sum(1 for record in nf.records(path) if record.octets is not None)",
    ),
    "netflow of PyPI to pandas": (
        "import struct, netflow, pandas\n",
        """
templates = {"netflow": {}, "ipfix": {}}
flows = []
with open(path, "rb") as file:
    file.read(24)
    while head := file.read(16):
        packet = file.read(struct.unpack("<I", head[8:12])[0])
        try:
            export = netflow.parse_packet(packet[42:], templates)
        except netflow.v9.V9TemplateNotRecognized:
            continue
        flows.extend(flow.data for flow in export.flows)
rows = len(pandas.DataFrame(flows))
""",
    ),
    "scapy to pandas": (
        "import pandas\nfrom scapy.all import PcapReader, UDP, bind_layers\n"
        "from scapy.layers.netflow import NetflowHeader, NetflowDataflowsetV9, netflowv9_defragment\n"
        "bind_layers(UDP, NetflowHeader)\n",
        """
flows = []
packets = list(PcapReader(path))
for packet in packets:
    packet[UDP].decode_payload_as(NetflowHeader)
for packet in netflowv9_defragment(packets):
    layer = packet.getlayer(NetflowDataflowsetV9)
    while layer:
        flows.extend(record.fields for record in layer.records)
        layer = layer.payload.getlayer(NetflowDataflowsetV9)
rows = len(pandas.DataFrame(flows))
""",
    ),
}

COLUMNS = (
    "source_address destination_address source_port destination_port protocol octets packets "
    "start end input_interface output_interface"
).split()

TSHARK = (
    "tshark -d udp.port==PORT,cflow -r PATH -T fields -E separator=/s -e cflow.srcaddr -e cflow.dstaddr -e cflow.srcport "
    "-e cflow.dstport -e cflow.protocol -e cflow.octets -e cflow.packets -e cflow.timestart "
    "-e cflow.timeend -e cflow.inputint -e cflow.outputint"
)


def repeat(capture: Path, copies: int, path: Path) -> None:
    """The packets of a classic pcap, repeated."""
    octets = capture.read_bytes()
    with path.open("wb") as file:
        file.write(octets[:24])
        for _ in range(copies):
            file.write(octets[24:])


Measured = tuple[float, int]
"""Seconds and flows."""

RUNS = 3
SHORT = 10.0
"""Seconds below which something is run so often."""


def best(once: Callable[[], Measured]) -> Measured:
    """The fastest run."""
    found = [once()]
    while found[0][0] < SHORT and len(found) < RUNS:
        found.append(once())
    return min(found)


def measure_python(path: Path, imports: str, work: str) -> Measured:
    """A piece of Python, by its own clock."""
    code = (
        f"{PREPARE}{imports}COLUMNS = {COLUMNS!r}\nbegun = time.perf_counter()\n{work}\n"
        "print(time.perf_counter() - begun, rows)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=900
    )
    if done.returncode:
        raise Unmeasured(done.stderr.strip().splitlines()[-1][:100])
    seconds, rows = done.stdout.split()[-2:]
    return float(seconds), int(rows)


class Unmeasured(Exception):
    """What prevents the figures."""


def measure_command(command: str, rows: str) -> Measured:
    """A command, start and all; `rows` counts its lines."""
    begun = time.perf_counter()
    done = subprocess.run(["bash", "-c", f"{command} | {rows}"], capture_output=True, text=True)
    seconds = time.perf_counter() - begun
    if not done.stdout.split():
        raise Unmeasured(done.stderr.strip()[:100])
    return seconds, int(done.stdout.split()[-1])


def version(module: str) -> str:
    """Of a package that is installed."""
    try:
        return f"{module} {metadata.version(module)}"
    except metadata.PackageNotFoundError:
        return f"{module} (not installed)"


def first_line(*command: str) -> str:
    """Of what a command says of its version."""
    done = subprocess.run(command, capture_output=True, text=True)
    return (done.stdout or done.stderr).splitlines()[0].strip()


def collect(path: Path, folder: Path) -> Path:
    """Sends the datagrams to nfcapd, which reads no captures everywhere."""
    into = folder / "nfdump"
    into.mkdir()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.1", 0))
        port = sender.getsockname()[1] ^ 1
        command = ["nfcapd", "-p", str(port), "-b", "127.0.0.1", "-l", str(into), "-t", "3600"]
        collector = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        with path.open("rb") as file:
            file.read(24)
            for number, head in enumerate(iter(lambda: file.read(16), b"")):
                packet = file.read(struct.unpack("<I", head[8:12])[0])
                sender.sendto(packet[42:], ("127.0.0.1", port))
                if number % 10 == 0:
                    time.sleep(0.001)
        time.sleep(1)
        collector.terminate()
        collector.wait()
    return into


def main() -> None:
    """Measures all."""
    capture, copies = Path(sys.argv[1]), int(sys.argv[2])
    found: dict[str, Measured] = {}
    failed: dict[str, str] = {}

    def measure(name: str, once: Callable[[], Measured]) -> None:
        print(f"  {name} …", file=sys.stderr, flush=True)
        try:
            found[name] = best(once)
        except (Unmeasured, subprocess.TimeoutExpired) as error:
            failed[name] = str(error)

    versions = [version(name) for name in PACKAGES]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "capture.pcap"
        repeat(capture, copies, path)
        size = path.stat().st_size / 1e6
        for name, (imports, work) in PYTHON.items():
            measure(name, functools.partial(measure_python, path, imports, work))
        if shutil.which("tshark"):
            versions.append(first_line("tshark", "--version"))
            # A line a packet, the values of its flows separated by commas.
            count = "awk '{ n += split($6, values, \",\") } END { print n }'"
            port = struct.unpack(">H", path.read_bytes()[24 + 16 + 36 :][:2])[0]
            command = TSHARK.replace("PATH", str(path)).replace("PORT", str(port))
            measure("tshark, 11 fields as text", lambda: measure_command(command, count))
        if shutil.which("nfcapd") and shutil.which("nfdump"):
            versions.append(first_line("nfdump", "-V"))
            listed = f"nfdump -R {collect(path, Path(folder))} -o csv -q"
            name = "nfdump to CSV, of files that nfcapd wrote before"
            measure(name, lambda: measure_command(listed, "wc -l"))
    flows = max(rows for _, rows in found.values())
    print(f"{flows:,} flows of {capture.name} × {copies}, {size:.1f} MB, {os.cpu_count()} cores,")
    print(f"load {os.getloadavg()[0]:.1f}; {', '.join(versions)}.")
    print("\n| | s | flows/s |\n|---|---|---|")
    for name, (seconds, rows) in sorted(found.items(), key=lambda each: each[1][0] / each[1][1]):
        odd = "" if rows == flows else f" ({rows:,} flows)"
        print(f"| {name}{odd} | {seconds:.3f} | {rows / seconds:,.0f} |")
    for name, why in failed.items():
        print(f"| {name} | not measured: {why} | |")


if __name__ == "__main__":
    main()
