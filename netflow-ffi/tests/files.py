"""Runs the examples that read files, and compares what they print with what the command prints.

python3 files.py FOLDER COMMAND: the folder of the programs, and the command `netflow`. LuaJIT finds the library by
LD_LIBRARY_PATH. With `zig` as a third argument, only the program `flows_zig` of the folder is run.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

FOLDER, COMMAND = pathlib.Path(sys.argv[1]), sys.argv[2]
TESTDATA = pathlib.Path(__file__).resolve().parents[2] / "testdata"
FILTER = "proto tcp or dst port 53"


def printed(program, *arguments, octets=b""):
    """What a program prints, which has to succeed."""
    command = [str(program), *map(str, arguments)]
    return subprocess.run(command, input=octets, stdout=subprocess.PIPE, check=True).stdout


def decoded(*arguments):
    """The rows of the command."""
    return printed(COMMAND, "decode", "--quiet", "--format", "json", *arguments)


def flows(path):
    return sum(b'"kind":"problem"' not in row for row in decoded(path).splitlines())


def files():
    program = FOLDER / "decode_file"
    for name in ("genuine/sf_v9.pcap", "genuine/pyipfix.ipfix", "synthetic/ipfix_lists.pcap"):
        path = TESTDATA / name
        assert printed(program, path) == decoded(path) != b"", name
        assert printed(program, "-r", path) == decoded("--schema", "record", path), name
        assert printed(program, path, FILTER) == decoded("--where", FILTER, path), name
    cut = subprocess.run([program, TESTDATA / "synthetic/file_cut.ipfix"], capture_output=True)
    assert cut.returncode == 1 and b"file_cut.ipfix is cut" in cut.stderr, cut
    path = TESTDATA / "synthetic/ipfix_enterprise.pcap"
    definitions = pathlib.Path(tempfile.mkdtemp()) / "own.csv"
    definitions.write_text("pen,id,name,type\n64999,8,mark,nonsense\n")
    refused = subprocess.run([program, "-d", definitions, path], capture_output=True)
    assert refused.returncode == 2 and b"own.csv:2: " in refused.stderr, refused


def streams():
    octets = (TESTDATA / "genuine/pyipfix.ipfix").read_bytes()
    sent = pathlib.Path(tempfile.mkdtemp()) / "sent.ipfix"
    sent.write_bytes(printed(FOLDER / "stream", octets=octets))
    assert flows(sent) == flows(TESTDATA / "genuine/pyipfix.ipfix") > 0
    sent.write_bytes(printed(FOLDER / "stream", "port 1 and port 2", octets=octets))
    assert not sent.read_bytes() or flows(sent) == 0
    broken = subprocess.run([FOLDER / "stream"], input=b"GET / HTTP/1.1", capture_output=True)
    assert broken.returncode == 1 and b"cannot be read further" in broken.stderr, broken


def threads():
    state = pathlib.Path(tempfile.mkdtemp()) / "state.netflow"
    path = TESTDATA / "genuine/sf_v9.pcap"
    for _ in range(2):
        text = printed(FOLDER / "threads", state, path).decode()
        assert text == f"{flows(path)} flows\n", text
    assert state.stat().st_size > 0


def binding(program, *arguments):
    """Runs a program of another language, which prints addresses and octets of each flow."""
    path = TESTDATA / "genuine/sf_v9.pcap"
    text = printed(program, *arguments, path)
    rows = [json.loads(row) for row in decoded(path).splitlines()]
    wanted = [f"{row['source_address']}\t{row['destination_address']}\t{row['octets']}" for row in rows]
    assert text.decode().splitlines() == wanted != []


def lua():
    root = TESTDATA.parent
    binding("luajit", root / "examples/lua/flows.lua", root / "include/netflow.h")


if sys.argv[3:] == ["zig"]:
    binding(FOLDER / "flows_zig")
    print("Zig agrees with the command")
    sys.exit()

files()
lua()
streams()
threads()
print("decode_file, stream, threads and LuaJIT agree with the command")
