"""How long a capture takes to become a table, beside other tools on the same file.

    python figures.py CAPTURE COPIES   the packets of a classic pcap so many times

Needs pandas, polars, duckdb and pyarrow; scapy and netflow of PyPI, tshark, nfcapd and nfdump
are measured where they are installed. Each is run once, in a process of its own, after the
file was read once; what is measured is the time from the start of the work, without imports.
"""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PREPARE = "import sys, time; path = sys.argv[1]\n"

PYTHON = {
    "netflow_rs, pandas, all columns": (
        "import netflow_rs as nf, pandas, pyarrow\n",
        "rows = len(nf.read(path, progress=False).to_pandas())",
    ),
    "netflow_rs, pandas, 11 columns": (
        "import netflow_rs as nf, pandas, pyarrow\n",
        "rows = len(nf.read(path, columns=COLUMNS, progress=False).to_pandas())",
    ),
    "netflow_rs, polars, all columns": (
        "import netflow_rs as nf, polars\n",
        "rows = len(nf.scan(path).to_polars())",
    ),
    "netflow_rs, polars, 11 columns": (
        "import netflow_rs as nf, polars\n",
        "rows = len(nf.scan(path, columns=COLUMNS).to_polars())",
    ),
    "netflow_rs, duckdb, octets by source": (
        "import netflow_rs as nf, duckdb\n",
        "flows = nf.scan(path, columns=['source_address', 'octets'])\n"
        "rows = duckdb.sql('select count(*) from flows').fetchall()[0][0]\n"
        "duckdb.sql('select source_address, sum(octets) from flows group by all').fetchall()",
    ),
    "netflow_rs, records": (
        "import netflow_rs as nf\n",
        "rows = sum(1 for record in nf.records(path) if record.octets is not None)",
    ),
    "netflow 0.12 (PyPI), pandas": (
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
    "scapy, pandas": (
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
    """The packets of a classic pcap so many times."""
    octets = capture.read_bytes()
    with path.open("wb") as file:
        file.write(octets[:24])
        for _ in range(copies):
            file.write(octets[24:])


def measure_python(path: Path, imports: str, work: str) -> str:
    """Seconds and rows of a piece of Python; what stands in the way if it fails."""
    code = (
        f"{PREPARE}{imports}COLUMNS = {COLUMNS!r}\nbegun = time.perf_counter()\n{work}\n"
        "print(time.perf_counter() - begun, rows)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=900
    )
    if done.returncode:
        return f"not measured: {done.stderr.strip().splitlines()[-1][:100]}"
    seconds, rows = done.stdout.split()
    return f"{float(seconds):9.2f} s  {int(rows):9} rows  {int(rows) / float(seconds):12,.0f} rows/s"


def measure_command(command: str, rows: str) -> str:
    """Seconds of a command, start and all; `rows` counts its lines."""
    begun = time.perf_counter()
    done = subprocess.run(["bash", "-c", f"{command} | {rows}"], capture_output=True, text=True)
    seconds = time.perf_counter() - begun
    count = int(done.stdout.split()[-1]) if done.stdout.split() else 0
    return f"{seconds:9.2f} s  {count:9} rows  {count / seconds:12,.0f} rows/s"


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
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "capture.pcap"
        repeat(capture, copies, path)
        print(f"{capture.name} x {copies}: {path.stat().st_size / 1e6:.1f} MB")
        for name, (imports, work) in PYTHON.items():
            print(f"{name:40} {measure_python(path, imports, work)}", flush=True)
        if shutil.which("tshark"):
            # A line a packet, the values of its flows separated by commas.
            count = "awk '{ n += split($6, values, \",\") } END { print n }'"
            port = struct.unpack(">H", path.read_bytes()[24 + 16 + 36 :][:2])[0]
            command = TSHARK.replace("PATH", str(path)).replace("PORT", str(port))
            print(f"{'tshark, 11 fields as text':40} {measure_command(command, count)}", flush=True)
        if shutil.which("nfcapd") and shutil.which("nfdump"):
            files = collect(path, Path(folder))
            name = "nfdump -o csv, of files of nfcapd"
            print(f"{name:40} {measure_command(f'nfdump -R {files} -o csv -q', 'wc -l')}")


if __name__ == "__main__":
    main()
