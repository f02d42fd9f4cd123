"""Flows as the documents of other tools, read by readers that share nothing with the writers."""

import json
import re
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import msgpack  # pyright: ignore[reportMissingTypeStubs]
import netflow_rs as nf
import pyarrow as pa
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

ROOT = Path(__file__).parents[2]
CAPTURE = ROOT / "testdata" / "synthetic" / "nfv5.pcap"
GENUINE = ["sf_v5", "sf_v9_sampling", "pm_v10", "sf_v10_mpls", "ovs", "fp_all"]


def captures() -> list[Path]:
    return [ROOT / "testdata" / "genuine" / f"{name}.pcap" for name in GENUINE]


def test_documents_have_the_names_of_their_tool() -> None:
    document = next(nf.documents(CAPTURE, schema="ecs", tags=["edge"], fields={"site": "A"}))
    assert document["source"]["ip"] == "192.0.2.1"
    assert document["tags"] == ["edge"]
    assert document["site"] == "A"
    event = next(nf.documents([CAPTURE], schema="logstash", target="flow"))
    assert event["flow"]["ipv4_src_addr"] == "192.0.2.1"


def test_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError, match="no-such-file"):
        nf.documents("no-such-file.pcap")


def test_arguments_that_make_no_sense_are_errors() -> None:
    with pytest.raises(ValueError, match="none of ecs"):
        nf.documents(CAPTURE, schema="syslog")
    with pytest.raises(ValueError, match="ecs is written as json, msgpack"):
        nf.documents(CAPTURE, schema="ecs", format="protobuf")
    with pytest.raises(ValueError, match="internal"):
        nf.documents(CAPTURE, internal_networks="internal?")
    with pytest.raises(ValueError, match="^fields: expected a name"):
        list(nf.documents(CAPTURE, schema="ecs", fields={"a=b": "c"}))


def test_documents_have_what_files_and_databases_know(tmp_path: Path) -> None:
    services = tmp_path / "services"
    services.write_text('a"b 443/tcp\n')
    geo = ROOT / "testdata" / "geo"
    document = next(
        nf.documents(
            CAPTURE,
            "ecs",
            services=services,
            geo=geo / "places.mmdb",
            asn=str(geo / "systems.mmdb"),
            compat=True,
            fields={"a": "b=c"},
        )
    )
    assert document["network"]["application"] == 'a"b'
    assert document["source"]["geo"]["country_iso_code"] == "CH"
    assert document["source"]["as"]["number"] == 64496
    assert document["a"] == "b=c"
    flow = next(nf.documents(CAPTURE, "elastiflow", services=str(services)))["flow"]
    assert flow["dst_port_name"] == 'a"b (TCP/443)'
    with pytest.raises(FileNotFoundError, match="no-such-file"):
        nf.documents(CAPTURE, geo="no-such-file.mmdb")
    services.write_text("https 443\n")
    with pytest.raises(ValueError, match='^services: .*services:1: expected a port as 443/tcp, found "443"'):
        nf.documents(CAPTURE, services=services)
    with pytest.raises(ValueError, match="^community_id_seed: expected a number below 65536"):
        nf.documents(CAPTURE, community_id_seed=65_536)
    with pytest.raises(ValueError, match="^dns: expected"):
        nf.documents(CAPTURE, dns=["192.0.2.53", "name.example"])


def test_names_of_interfaces_come_from_a_file(tmp_path: Path) -> None:
    flow = next(nf.documents(CAPTURE, "flow"))
    path = tmp_path / "interfaces.csv"
    path.write_text(f"exporter,index,name,speed\n192.0.2.1,{flow['input_interface']},uplink,10G\n")
    row = next(nf.documents(CAPTURE, "akvorado", interface_names=path))
    assert (row["InIfName"], row["InIfSpeed"]) == ("uplink", 10_000)
    named = next(nf.documents(CAPTURE, "flow", interface_names=[path]))
    assert named["input_interface_name"] == "uplink"
    names = nf.read(CAPTURE, columns=["input_interface_name"], interface_names=path)
    assert pa.table(names)["input_interface_name"][0].as_py() == "uplink"
    path.write_text("exporter,index,name\n192.0.2.1,eth0,uplink\n")
    with pytest.raises(ValueError, match="^interface_names: .*interfaces.csv:2: expected the index"):
        nf.read(CAPTURE, interface_names=path)


def test_definitions_name_elements_of_documents(tmp_path: Path) -> None:
    # As Logstash has them.
    path = tmp_path / "own.yaml"
    path.write_text("---\n64999:\n  8:\n  - :uint32\n  - :queue_depth\n")
    capture = ROOT / "testdata" / "synthetic" / "ipfix_enterprise.pcap"
    named = list(nf.documents(capture, "record", definitions=path))
    assert any("queue_depth" in json.dumps(record) for record in named)


def test_a_file_of_definitions_that_makes_no_sense_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("6871:\n  :not a number\n")
    with pytest.raises(ValueError, match="mine.yaml:2: expected"):
        nf.documents(CAPTURE, definitions=[path])


@pytest.mark.parametrize("schema", ["flow", "record", "wire"])
def test_schemas_of_our_own_are_documents_too(schema: str) -> None:
    assert len(list(nf.documents(captures(), schema=schema))) > 100


def test_all_of_a_capture_is_there_and_nothing_is_written_to_disk() -> None:
    flows = len(nf.read(captures()))
    assert len(list(nf.documents(captures(), schema="nfdump"))) == flows
    lines = b"".join(nf.documents(captures(), schema="nfdump", format="csv")).splitlines()
    assert len(lines) == flows + 1


# Protobuf


def flow_message() -> type[Message]:
    """The class of docs/src/goflow2.proto, whose field numbers are goflow2's."""
    text = (ROOT / "docs" / "src" / "goflow2.proto").read_text()
    file = descriptor_pb2.FileDescriptorProto(name="flow.proto", syntax="proto3")
    message = file.message_type.add(name="FlowMessage")
    kinds = descriptor_pb2.FieldDescriptorProto
    for name, body in re.findall(r"enum (\w+) \{(.*?)\}", text, re.DOTALL):
        enumeration = message.enum_type.add(name=name)
        for value, number in re.findall(r"(\w+) = (\d+);", body):
            enumeration.value.add(name=value, number=int(number))
    body = re.sub(r"enum \w+ \{.*?\}", "", text, flags=re.DOTALL)
    for repeated, kind, name, number in re.findall(r"(repeated )?(\w+) (\w+) = (\d+);", body):
        field = message.field.add(name=name, number=int(number))
        field.label = kinds.LABEL_REPEATED if repeated else kinds.LABEL_OPTIONAL
        field.type = {
            "uint32": kinds.TYPE_UINT32,
            "uint64": kinds.TYPE_UINT64,
            "bytes": kinds.TYPE_BYTES,
        }.get(kind, kinds.TYPE_ENUM)
        if field.type == kinds.TYPE_ENUM:
            field.type_name = f".FlowMessage.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("FlowMessage"))


def messages(octets: bytes) -> Iterator[bytes]:
    """What follows each length."""
    at = 0
    while at < len(octets):
        length = shift = 0
        while True:
            octet = octets[at]
            at += 1
            length |= (octet & 0x7F) << shift
            shift += 7
            if octet < 0x80:
                break
        assert at + length <= len(octets)
        yield octets[at : at + length]
        at += length


def as_json(message: Any) -> dict[str, Any]:
    """The members of goflow2's JSON that are plain in protobuf."""
    row: dict[str, Any] = {"type": message.FlowType.Name(message.type)}
    for name in ("sampling_rate", "sequence_num", "bytes", "packets", "src_port", "dst_port"):
        row[name] = getattr(message, name)
    for name in ("in_if", "out_if", "tcp_flags", "src_as", "dst_as", "ip_tos", "vlan_id"):
        row[name] = getattr(message, name)
    for name in ("time_received_ns", "time_flow_start_ns", "time_flow_end_ns", "icmp_type"):
        row[name] = getattr(message, name)
    for name in ("mpls_label", "mpls_ttl", "as_path", "bgp_communities", "layer_size"):
        row[name] = list(getattr(message, name))
    for name in ("src_addr", "dst_addr", "sampler_address", "next_hop"):
        octets = getattr(message, name)
        row[name] = str(ip_address(octets)) if octets else ""
    for name in ("src_mac", "dst_mac"):
        row[name] = getattr(message, name).to_bytes(6, "big").hex(":")
    row["layer_stack"] = [message.LayerStack.Name(layer) for layer in message.layer_stack]
    return row


def test_messages_of_goflow2_are_read_by_the_protobuf_of_google() -> None:
    flow = flow_message()
    octets = b"".join(nf.documents(captures(), schema="goflow2", format="protobuf"))
    rows = list(nf.documents(captures(), schema="goflow2"))
    count = 0
    for encoded, row in zip(messages(octets), rows, strict=True):
        message = flow.FromString(encoded)
        assert as_json(message) == {key: row[key] for key in as_json(message)}
        # Every octet is of a field that the schema has.
        assert message.SerializeToString(deterministic=True) == encoded
        count += 1
    assert count > 500


# MessagePack


def unpacked(octets: bytes) -> list[Any]:
    unpacker: Any = msgpack.Unpacker(strict_map_key=True, raw=False)
    unpacker.feed(octets)
    return list(unpacker)


@pytest.mark.parametrize("schema", ["ecs", "ecs-integration", "logstash", "fluentd"])
def test_documents_in_message_pack_are_those_in_json(schema: str) -> None:
    octets = b"".join(nf.documents(captures(), schema=schema, format="msgpack"))
    assert unpacked(octets) == list(nf.documents(captures(), schema=schema))


def test_events_of_the_forward_protocol_are_tag_time_and_record() -> None:
    octets = b"".join(
        nf.documents(captures(), schema="fluentd", format="forward", forward_tag="net.flow")
    )
    rows = list(nf.documents(captures(), schema="fluentd", time_key="time"))
    events = unpacked(octets)
    assert len(events) == len(rows) > 100
    for (tag, time, record), row in zip(events, rows, strict=True):
        assert tag == "net.flow"
        # An EventTime: the extension type 0 of two numbers of 32 bits.
        assert time.code == 0
        assert len(time.data) == 8
        seconds = int.from_bytes(time.data[:4], "big") + int.from_bytes(time.data[4:], "big") / 1e9
        assert seconds == pytest.approx(row.pop("time"))
        assert json.loads(json.dumps(record)) == row
