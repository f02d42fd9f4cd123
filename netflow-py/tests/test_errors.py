"""Errors are exceptions that Python users know."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import netflow_rs as nf

from .conftest import TESTDATA, command_rows

ALL = [nf.scan, nf.read, nf.records]


@pytest.mark.parametrize("function", ALL)
def test_wrong_types(function: Any) -> None:
    for wrong in (None, 7, 1.5, b"octets"):
        with pytest.raises(TypeError):
            function(wrong)


@pytest.mark.parametrize("function", ALL)
def test_missing_files(function: Any) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        function("no-such.pcap")
    assert caught.value.filename == "no-such.pcap"
    with pytest.raises(FileNotFoundError):
        function("no-such-*.pcap")


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        nf.read(tmp_path)


def test_unknown_columns_are_reported_with_what_may_be_meant(capture: Path) -> None:
    with pytest.raises(nf.NetflowError, match="did you mean 'source_address'"):
        nf.scan(capture, columns=["source_adress"])
    with pytest.raises(nf.NetflowError, match=r"no column 'xx'\. See nf\.COLUMNS\."):
        nf.scan(capture, columns=["xx"])
    with pytest.raises(TypeError, match="list of names"):
        nf.scan(capture, columns="octets")


def test_errors_of_arguments_name_the_argument_and_its_range(capture: Path) -> None:
    wrong: list[tuple[type[Exception], str, dict[str, Any]]] = [
        (ValueError, 'addresses must be "text", .* not .strings', {"addresses": "strings"}),
        (ValueError, 'types must be "native"', {"types": "arrow"}),
        (ValueError, 'table must be "flows" or "counters"', {"table": "options"}),
        (ValueError, "rows must be a number from 1 to .* not -1", {"rows": -1}),
        (TypeError, "rows must be a whole number, not str", {"rows": "many"}),
        (ValueError, "a port must be a number from 0 to 65,535, not 70000", {"ports": [70000]}),
        (TypeError, "ports are a list", {"ports": 9995}),
        (TypeError, "sampling maps", {"sampling": 1000}),
        (ValueError, "sampling: .*192.0.2.0/33", {"sampling": {"192.0.2.0/33": 10}}),
        (FileNotFoundError, "no-such.yaml", {"definitions": "no-such.yaml"}),
    ]
    for kind, message, arguments in wrong:
        with pytest.raises(kind, match=message):
            nf.scan(capture, **arguments).read()
    decoder = nf.Decoder()
    for exporter in (1, (1, 2), b"192.0.2.1"):
        with pytest.raises(TypeError, match="exporter is an address such as"):
            decoder.decode(b"", exporter=exporter)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="port of the exporter must be a number from 0 to 65,535"):
        decoder.decode(b"", exporter=("192.0.2.1", 70_000))


def test_a_file_object_that_was_read_to_its_end_is_reported(capture: Path) -> None:
    with capture.open("rb") as file:
        file.read()
        with pytest.raises(ValueError, match=r"at its end.*seek\(0\)"):
            nf.read(file)
        file.seek(0)
        assert len(nf.read(file)) == len(command_rows(capture))


def test_numbers_in_names_of_files_are_in_their_order(capture: Path, tmp_path: Path) -> None:
    for number in (10, 2, 1):
        (tmp_path / f"x.pcap{number}").write_bytes(capture.read_bytes())
    names = [Path(name).name for name in nf.scan(str(tmp_path / "x.pcap*")).files]
    assert names == ["x.pcap1", "x.pcap2", "x.pcap10"]


def test_a_closed_file_object(capture: Path) -> None:
    file = capture.open("rb")
    flows = nf.scan(file)
    file.close()
    with pytest.raises(ValueError, match="closed"):
        flows.read()
    with pytest.raises(ValueError, match="closed"):
        nf.scan(file)


def test_a_file_object_of_text(capture: Path) -> None:
    with pytest.raises(TypeError, match="rb"):
        nf.read(io.StringIO("text"))  # type: ignore[arg-type]


def test_an_exception_of_the_file_object_is_what_is_raised() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise ZeroDivisionError("mine")

    for function in (nf.read, lambda file: list(nf.records(file))):
        with pytest.raises(ZeroDivisionError, match="mine"):
            function(Broken(b"octets"))


def test_empty_files_and_others(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pcap"
    empty.write_bytes(b"")
    with pytest.raises(nf.NetflowError) as caught:
        nf.read(empty)
    assert (caught.value.kind, caught.value.path) == ("empty", str(empty))
    other = tmp_path / "other.pcap"
    other.write_text("no capture")
    with pytest.raises(nf.NetflowError) as caught:
        list(nf.records(other))
    assert caught.value.kind == "unknown_format"


def test_a_capture_without_flow_export_is_reported() -> None:
    with pytest.warns(nf.NetflowWarning, match="holds no flow export"):
        table = nf.read(TESTDATA / "genuine" / "in.pcap")
    assert len(table) == 0 and "octets" in table.columns


@pytest.mark.parametrize("cut", [1, 100])
def test_a_file_that_is_cut_gives_what_is_whole(cut: int, capture: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(capture.read_bytes()[:-cut])
    expected = len(command_rows(path))
    assert expected > 0
    with pytest.warns(nf.NetflowWarning, match="is cut"):
        assert len(nf.read(path)) == expected
    with pytest.warns(nf.NetflowWarning, match="is cut"):
        assert len(list(nf.records(path))) == expected
    found = 0
    with pytest.raises(nf.NetflowError) as caught:
        for batch in nf.scan(path, strict=True):
            found += len(batch)
    assert found == expected
    assert caught.value.kind == "cut"
    assert caught.value.frame and caught.value.offset and caught.value.path == str(path)


def test_problems_are_counted_and_cost_nothing_else() -> None:
    path = TESTDATA / "synthetic" / "data_before_template.pcap"
    flows = nf.scan(path)
    assert len(flows.read()) == len(command_rows(path))
    problem = flows.problems[0]
    assert problem.kind == "no_template" and problem.frame == 1 and problem.octets > 0
    assert flows.stats["problems"]["no_template"] >= 1
    records = nf.records(path)
    assert len(list(records)) == len(command_rows(path))
    table, documents = nf.read(path), nf.documents(path, "flow")
    assert len(list(documents)) == len(table) + len(flows.problems)
    for read in (records, table, documents):
        assert [each.kind for each in read.problems] == [each.kind for each in flows.problems]
        assert read.stats == flows.stats and read.domains == flows.domains


SLOW = """
import sys, netflow_rs as nf
from endless import Endless

path = sys.argv[1]
flows = nf.scan(Endless(path), columns=["octets"])
print("ready", flush=True)
try:
    {do}
except KeyboardInterrupt:
    print("interrupted")
    sys.exit(7)
"""


@pytest.mark.parametrize("do", ["flows.read()", "list(nf.records(Endless(path)))"])
def test_ctrl_c_is_heard(do: str, capture: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", SLOW.format(do=do), str(capture)],
        cwd=Path(__file__).parent,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=20)
    assert (child.returncode, output) == (7, b"interrupted\n")


def test_threads_share_a_scan_and_a_decoder(capture: Path) -> None:
    flows = nf.scan(capture)
    decoder = nf.Decoder()
    expected = len(command_rows(capture))
    found: list[int] = []

    def work() -> None:
        found.append(len(flows.read()))
        try:
            decoder.decode(b"\0" * 30, exporter="192.0.2.1")
        except nf.NetflowError:
            pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4
    assert decoder.stats["datagrams"] == 4


def test_what_is_missing_is_reported_with_how_to_install_it(
    capture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("pyarrow", "polars", "pandas", "duckdb"):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(ImportError, match="pip install"):
            getattr(nf.scan(capture), f"to_{module}")()


def test_the_environment_is_not_needed(capture: Path) -> None:
    # Nothing but the package itself is imported by it.
    code = (
        "import sys, netflow_rs; "
        "print([m for m in ('pyarrow', 'polars', 'pandas', 'duckdb', 'tqdm') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"
