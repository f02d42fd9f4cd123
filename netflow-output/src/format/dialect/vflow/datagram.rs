//! The objects of vFlow for datagrams of sFlow: the members of its structures, as Go's encoder writes them.

use core::net::IpAddr;

use netflow_core::MessageHeader;
use netflow_core::packet::{Packet, protocol};
use netflow_core::value::unsigned;
use netflow_core::wire::sflow::{
    CountersSample, ExtendedRouter, ExtendedSwitch, FlowSample, Record, Records, SampleKind,
    SampledHeader,
};

use crate::format::dialect::{Encode as _, Faults, JsonDocument};
use crate::format::json::Json;

/// Writes an object of a datagram; `samples` and `counters` are the samples in it.
pub(super) fn write(
    header: &MessageHeader,
    count: u64,
    (samples, counters): (&[u8], &[u8]),
    additions: &[u8],
    out: &mut Vec<u8>,
) {
    let agent = header.agent_address.unwrap_or(header.exporter.ip());
    let json = &mut Json::new(out);
    json.open(b'{');
    for (key, number) in [
        ("Version", 5),
        // sFlow version 5, section 5, address_type.
        ("IPVersion", if agent.is_ipv4() { 1 } else { 2 }),
        ("AgentSubID", header.observation_domain.into()),
        ("SequenceNo", header.sequence.unwrap_or(0).into()),
        ("SysUpTime", header.sys_uptime.unwrap_or(0).into()),
        ("SamplesNo", count),
    ] {
        self::number(json, key, number);
    }
    json.raw(b",\"Samples\":[");
    json.raw(samples);
    json.raw(b"],\"Counters\":[");
    json.raw(counters);
    json.raw(b"],\"IPAddress\":");
    json.address(agent);
    json.key("ColTime");
    json.number(header.received.as_nanos().div_euclid(1_000_000_000));
    json.raw(additions);
    json.raw(b"}\n");
}

/// A number of the object of a datagram.
fn number(json: &mut Json<'_>, key: &str, number: u64) {
    json.key(key);
    json.unsigned(number);
}

/// A number of an object in it.
#[inline(always)]
fn member(out: &mut JsonDocument<'_>, key: &'static str, number: impl Into<u64>) {
    out.key(key);
    out.unsigned(number.into());
}

/// Appends a sample; `false` if vFlow does not read it.
pub(super) fn write_sample(
    kind: &SampleKind<'_>,
    faults: Faults,
    samples: &mut Vec<u8>,
    counters: &mut Vec<u8>,
) -> bool {
    // vFlow passes over the expanded forms.
    let is_read = |expanded: bool| !expanded || !faults.are_copied();
    match kind {
        SampleKind::Flow(sample) if is_read(sample.expanded()) => {
            append_to(samples, |out| write_flow(sample, faults, out));
        }
        SampleKind::Counters(sample) if is_read(sample.expanded()) => {
            append_to(counters, |out| write_counters(sample, out));
        }
        // vFlow does not know discarded packets (sFlow Discarded Packet Notification).
        _ => return false,
    }
    true
}

/// Appends an object, after a comma if there are others.
fn append_to(objects: &mut Vec<u8>, write: impl FnOnce(&mut JsonDocument<'_>)) {
    if !objects.is_empty() {
        objects.push(b',');
    }
    JsonDocument::members_to(objects, |out| out.object(write));
}

/// The last record that can be read as this: of several with one name, the last one stays.
fn last<'a, T>(records: &Records<'a>, read: impl Fn(&Record<'a>) -> Option<T>) -> Option<T> {
    let records = records.clone().filter_map(Result::ok);
    records.filter_map(|record| read(&record)).last()
}

fn write_flow(sample: &FlowSample<'_>, faults: Faults, out: &mut JsonDocument<'_>) {
    let source = sample.source_id();
    let [input, output] = [sample.input(), sample.output()]
        .map(|interface| interface.format << 30 | interface.value & 0x3fff_ffff);
    member(out, "SequenceNo", sample.sequence_number());
    member(
        out,
        "SourceID",
        source.class << 24 | source.index & 0x00ff_ffff,
    );
    member(out, "SamplingRate", sample.sampling_rate());
    member(out, "SamplePool", sample.sample_pool());
    member(out, "Drops", sample.drops());
    member(out, "Input", input);
    member(out, "Output", output);
    member(out, "RecordsNo", sample.record_count());
    out.key("Records");
    out.object(|out| {
        let records = sample.records();
        if let Some(router) = last(&records, Record::as_extended_router) {
            write_router(&router, out);
        }
        if let Some(switch) = last(&records, Record::as_extended_switch) {
            write_switch(switch, faults, out);
        }
        if let Some(header) = last(&records, Record::as_sampled_header) {
            write_packet(&header, faults, out);
        }
    });
}

/// An address; nothing between the quotes if there is none.
fn any_address(out: &mut JsonDocument<'_>, key: &'static str, address: Option<IpAddr>) {
    out.key(key);
    match address {
        Some(address) => out.address(address),
        None => out.word(""),
    }
}

fn write_router(router: &ExtendedRouter, out: &mut JsonDocument<'_>) {
    out.key("ExtRouter");
    out.object(|out| {
        any_address(out, "NextHop", router.nexthop);
        member(out, "SrcMask", router.src_mask_len);
        member(out, "DstMask", router.dst_mask_len);
    });
}

fn write_switch(switch: &ExtendedSwitch, faults: Faults, out: &mut JsonDocument<'_>) {
    // vFlow reads the priority of the destination into that of the source.
    let priorities = if faults.are_copied() {
        (switch.dst_priority(), 0)
    } else {
        (switch.src_priority(), switch.dst_priority())
    };
    out.key("ExtSwitch");
    out.object(|out| {
        member(out, "SrcVlan", switch.src_vlan());
        member(out, "SrcPriority", priorities.0);
        member(out, "DstVlan", switch.dst_vlan());
        member(out, "DstPriority", priorities.1);
    });
}

fn write_packet(header: &SampledHeader<'_>, faults: Faults, out: &mut JsonDocument<'_>) {
    let packet = header.packet();
    out.key("RawHeader");
    out.object(|out| {
        out.key("L2");
        out.object(|out| write_link(&packet, faults, out));
        out.key("L3");
        write_network(&packet, faults, out);
        out.key("L4");
        write_transport(&packet, out);
    });
}

fn write_link(packet: &Packet<'_>, faults: Faults, out: &mut JsonDocument<'_>) {
    let addresses = [
        ("SrcMAC", packet.source_mac()),
        ("DstMAC", packet.destination_mac()),
    ];
    for (key, address) in addresses {
        out.key(key);
        match address {
            Some(address) => out.mac(address),
            None => out.word(""),
        }
    }
    let vlan = packet.vlans().next().map_or(0, |tag| {
        let bits = u16::from(tag.priority) << 13 | u16::from(tag.drop_eligible) << 12;
        // vFlow does not take the other bits of the tag out of the number.
        tag.vlan_id | if faults.are_copied() { bits } else { 0 }
    });
    member(out, "Vlan", vlan);
    member(out, "EtherType", packet.ether_type().unwrap_or(0));
}

/// The IP header; null if there is none.
fn write_network(packet: &Packet<'_>, faults: Faults, out: &mut JsonDocument<'_>) {
    let at = |skip: usize| {
        let place = packet.network_offset().and_then(|at| at.checked_add(skip));
        place.and_then(|place| packet.octets().get(place).copied())
    };
    let octet = |skip| u64::from(at(skip).unwrap_or(0));
    let word = |skip| octet(skip) << 8 | octet(skip + 1);
    let is_copied = faults.are_copied();
    let Some(version) = packet.ip_version() else {
        return out.null();
    };
    out.object(|out| {
        if version == 4 {
            // vFlow takes the lowest bits of the octet for the flags, and leaves the offset out.
            let flags = if is_copied {
                octet(6) & 7
            } else {
                octet(6) >> 5
            };
            let offset = if is_copied { 0 } else { word(6) & 0x1fff };
            member(out, "Version", 4_u64);
            member(out, "TOS", octet(1));
            member(out, "TotalLen", word(2));
            member(out, "ID", word(4));
            member(out, "Flags", flags);
            member(out, "FragOff", offset);
            member(out, "TTL", octet(8));
            member(out, "Protocol", octet(9));
            member(out, "Checksum", word(10));
        } else {
            member(out, "Version", 6_u64);
            member(out, "TrafficClass", packet.tos().unwrap_or(0));
            member(out, "FlowLabel", packet.ipv6_flow_label().unwrap_or(0));
            member(out, "PayloadLen", word(4));
            member(out, "NextHeader", octet(6));
            member(out, "HopLimit", octet(7));
        }
        any_address(out, "Src", packet.source_address());
        any_address(out, "Dst", packet.destination_address());
    });
}

/// The header after it; null if it is not of TCP, UDP or ICMP.
fn write_transport(packet: &Packet<'_>, out: &mut JsonDocument<'_>) {
    let ports = packet.source_port().zip(packet.destination_port());
    match (packet.protocol(), ports) {
        (Some(protocol::TCP), Some((source, destination))) => out.object(|out| {
            let at = packet.transport_offset().and_then(|at| at.checked_add(12));
            let offset = at.and_then(|at| packet.octets().get(at));
            member(out, "SrcPort", source);
            member(out, "DstPort", destination);
            member(out, "DataOffset", offset.map_or(0, |octet| octet >> 4));
            member(out, "Reserved", 0_u64);
            member(out, "Flags", packet.tcp_flags().unwrap_or(0) & 0x01ff);
        }),
        (Some(protocol::UDP), Some((source, destination))) => out.object(|out| {
            member(out, "SrcPort", source);
            member(out, "DstPort", destination);
        }),
        _ => match packet.icmp_type().zip(packet.icmp_code()) {
            Some((kind, code)) => out.object(|out| {
                member(out, "Type", kind);
                member(out, "Code", code);
            }),
            None => out.null(),
        },
    }
}

/// The structures of counters that vFlow reads: the number of the format (enterprise 0), the key of the record, and
/// the names of its members in the order of the structure.
const COUNTERS: [(u32, &str, &[&str]); 6] = [
    (
        2,
        "EthInt",
        &[
            "AlignmentErrors",
            "FCSErrors",
            "SingleCollisionFrames",
            "MultipleCollisionFrames",
            "SQETestErrors",
            "DeferredTransmissions",
            "LateCollisions",
            "ExcessiveCollisions",
            "InternalMACTransmitErrors",
            "CarrierSenseErrors",
            "FrameTooLongs",
            "InternalMACReceiveErrors",
            "SymbolErrors",
        ],
    ),
    (
        1,
        "GenInt",
        &[
            "Index",
            "Type",
            "Speed",
            "Direction",
            "Status",
            "InOctets",
            "InUnicastPackets",
            "InMulticastPackets",
            "InBroadcastPackets",
            "InDiscards",
            "InErrors",
            "InUnknownProtocols",
            "OutOctets",
            "OutUnicastPackets",
            "OutMulticastPackets",
            "OutBroadcastPackets",
            "OutDiscards",
            "OutErrors",
            "PromiscuousMode",
        ],
    ),
    (
        1001,
        "Proc",
        &["CPU5s", "CPU1m", "CPU5m", "TotalMemory", "FreeMemory"],
    ),
    (
        3,
        "TRInt",
        &[
            "LineErrors",
            "BurstErrors",
            "ACErrors",
            "AbortTransErrors",
            "InternalErrors",
            "LostFrameErrors",
            "ReceiveCongestions",
            "FrameCopiedErrors",
            "TokenErrors",
            "SoftErrors",
            "HardErrors",
            "SignalLoss",
            "TransmitBeacons",
            "Recoverys",
            "LobeWires",
            "Removes",
            "Singles",
            "FreqErrors",
        ],
    ),
    (
        4,
        "VGInt",
        &[
            "InHighPriorityFrames",
            "InHighPriorityOctets",
            "InNormPriorityFrames",
            "InNormPriorityOctets",
            "InIPMErrors",
            "InOversizeFrameErrors",
            "InDataErrors",
            "InNullAddressedFrames",
            "OutHighPriorityFrames",
            "OutHighPriorityOctets",
            "TransitionIntoTrainings",
            "HCInHighPriorityOctets",
            "HCInNormPriorityOctets",
            "HCOutHighPriorityOctets",
        ],
    ),
    (
        5,
        "Vlan",
        &[
            "ID",
            "Octets",
            "UnicastPackets",
            "MulticastPackets",
            "BroadcastPackets",
            "Discards",
        ],
    ),
];

fn write_counters(sample: &CountersSample<'_>, out: &mut JsonDocument<'_>) {
    let source = sample.source_id();
    member(out, "SequenceNo", sample.sequence_number());
    member(out, "SourceIDType", source.class);
    member(out, "SourceIDIdx", source.index);
    member(out, "RecordsNo", sample.record_count());
    out.key("Records");
    out.object(|out| {
        let records = sample.records();
        for (format, key, names) in COUNTERS {
            let found = last(&records, |record| {
                let of = record.format();
                (of.enterprise() == 0 && of.format() == format).then_some(*record)
            });
            if let Some(record) = found {
                out.key(key);
                out.object(|out| {
                    for (name, value) in names.iter().zip(record.members()) {
                        if let Some(number) = unsigned(value.octets) {
                            member(out, name, number);
                        }
                    }
                });
            }
        }
    });
}
