//! The objects of vFlow for datagrams of sFlow: the members of its structures, as Go's encoder writes them.

use core::net::IpAddr;

use netflow_core::MessageHeader;
use netflow_core::packet::{Packet, protocol};
use netflow_core::value::{MacAddress, unsigned};
use netflow_core::wire::sflow::{
    CountersSample, ExtendedRouter, ExtendedSwitch, FlowSample, Record, Records, SampleKind,
    SampledHeader,
};

use crate::format::dialect::Faults;
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
        member(json, key, number);
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

fn member(json: &mut Json<'_>, key: &str, number: u64) {
    json.key(key);
    json.unsigned(number);
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
            write_flow(sample, faults, &mut Json::new(samples));
        }
        SampleKind::Counters(sample) if is_read(sample.expanded()) => {
            write_counters(sample, &mut Json::new(counters));
        }
        // vFlow does not know discarded packets (sFlow Discarded Packet Notification).
        _ => return false,
    }
    true
}

/// The last record that can be read as this: of several with one name, the last one stays.
fn last<'a, T>(records: &Records<'a>, read: impl Fn(&Record<'a>) -> Option<T>) -> Option<T> {
    let records = records.clone().filter_map(Result::ok);
    records.filter_map(|record| read(&record)).last()
}

fn write_flow(sample: &FlowSample<'_>, faults: Faults, json: &mut Json<'_>) {
    json.open(b'{');
    let source = sample.source_id();
    let [input, output] = [sample.input(), sample.output()]
        .map(|interface| u64::from(interface.format << 30 | interface.value & 0x3fff_ffff));
    for (key, number) in [
        ("SequenceNo", sample.sequence_number().into()),
        (
            "SourceID",
            (source.class << 24 | source.index & 0x00ff_ffff).into(),
        ),
        ("SamplingRate", sample.sampling_rate().into()),
        ("SamplePool", sample.sample_pool().into()),
        ("Drops", sample.drops().into()),
        ("Input", input),
        ("Output", output),
        ("RecordsNo", sample.record_count().into()),
    ] {
        member(json, key, number);
    }
    json.key("Records");
    json.open(b'{');
    let records = sample.records();
    if let Some(router) = last(&records, Record::as_extended_router) {
        write_router(&router, json);
    }
    if let Some(switch) = last(&records, Record::as_extended_switch) {
        write_switch(switch, faults, json);
    }
    if let Some(header) = last(&records, Record::as_sampled_header) {
        write_packet(&header, faults, json);
    }
    json.raw(b"}}");
}

fn write_router(router: &ExtendedRouter, json: &mut Json<'_>) {
    json.key("ExtRouter");
    json.open(b'{');
    json.key("NextHop");
    match router.nexthop {
        Some(address) => json.address(address),
        None => json.word(""),
    }
    member(json, "SrcMask", router.src_mask_len.into());
    member(json, "DstMask", router.dst_mask_len.into());
    json.close(b'}');
}

fn write_switch(switch: &ExtendedSwitch, faults: Faults, json: &mut Json<'_>) {
    json.key("ExtSwitch");
    json.open(b'{');
    // vFlow reads the priority of the destination into that of the source.
    let priorities = if faults.are_copied() {
        (switch.dst_priority(), 0)
    } else {
        (switch.src_priority(), switch.dst_priority())
    };
    member(json, "SrcVlan", switch.src_vlan().into());
    member(json, "SrcPriority", priorities.0.into());
    member(json, "DstVlan", switch.dst_vlan().into());
    member(json, "DstPriority", priorities.1.into());
    json.close(b'}');
}

fn write_packet(header: &SampledHeader<'_>, faults: Faults, json: &mut Json<'_>) {
    let packet = header.packet();
    json.key("RawHeader");
    json.open(b'{');
    json.key("L2");
    json.open(b'{');
    for (key, address) in [
        ("SrcMAC", packet.source_mac()),
        ("DstMAC", packet.destination_mac()),
    ] {
        json.key(key);
        match address {
            Some(address) => json.mac(MacAddress(address)),
            None => json.word(""),
        }
    }
    let vlan = packet.vlans().next().map_or(0, |tag| {
        let bits = u16::from(tag.priority) << 13 | u16::from(tag.drop_eligible) << 12;
        // vFlow does not take the other bits of the tag out of the number.
        tag.vlan_id | if faults.are_copied() { bits } else { 0 }
    });
    member(json, "Vlan", vlan.into());
    member(json, "EtherType", packet.ether_type().unwrap_or(0).into());
    json.close(b'}');
    json.key("L3");
    write_network(&packet, faults, json);
    json.key("L4");
    write_transport(&packet, json);
    json.close(b'}');
}

fn write_network(packet: &Packet<'_>, faults: Faults, json: &mut Json<'_>) {
    let at = |skip: usize| {
        let place = packet.network_offset().and_then(|at| at.checked_add(skip));
        place.and_then(|place| packet.octets().get(place).copied())
    };
    let octet = |skip| u64::from(at(skip).unwrap_or(0));
    let word = |skip| octet(skip) << 8 | octet(skip + 1);
    let is_copied = faults.are_copied();
    json_network(packet, json, |json, version| match version {
        4 => {
            // vFlow takes the lowest bits of the octet for the flags, and leaves the offset out.
            let flags = if is_copied {
                octet(6) & 7
            } else {
                octet(6) >> 5
            };
            let offset = if is_copied { 0 } else { word(6) & 0x1fff };
            for (key, number) in [
                ("Version", 4),
                ("TOS", octet(1)),
                ("TotalLen", word(2)),
                ("ID", word(4)),
                ("Flags", flags),
                ("FragOff", offset),
                ("TTL", octet(8)),
                ("Protocol", octet(9)),
                ("Checksum", word(10)),
            ] {
                member(json, key, number);
            }
        }
        _ => {
            for (key, number) in [
                ("Version", 6),
                ("TrafficClass", packet.tos().unwrap_or(0).into()),
                ("FlowLabel", packet.ipv6_flow_label().unwrap_or(0).into()),
                ("PayloadLen", word(4)),
                ("NextHeader", octet(6)),
                ("HopLimit", octet(7)),
            ] {
                member(json, key, number);
            }
        }
    });
}

/// The IP header, of which `members` writes those of a version; null if there is none.
fn json_network(packet: &Packet<'_>, json: &mut Json<'_>, members: impl FnOnce(&mut Json<'_>, u8)) {
    let Some(version) = packet.ip_version() else {
        return json.null();
    };
    json.open(b'{');
    members(json, version);
    let addresses: [(&str, Option<IpAddr>); 2] = [
        ("Src", packet.source_address()),
        ("Dst", packet.destination_address()),
    ];
    for (key, address) in addresses {
        json.key(key);
        match address {
            Some(address) => json.address(address),
            None => json.word(""),
        }
    }
    json.close(b'}');
}

fn write_transport(packet: &Packet<'_>, json: &mut Json<'_>) {
    let ports = packet.source_port().zip(packet.destination_port());
    match (packet.protocol(), ports) {
        (Some(protocol::TCP), Some((source, destination))) => {
            let at = packet.transport_offset().and_then(|at| at.checked_add(12));
            let offset = at.and_then(|at| packet.octets().get(at));
            json.open(b'{');
            member(json, "SrcPort", source.into());
            member(json, "DstPort", destination.into());
            member(
                json,
                "DataOffset",
                offset.map_or(0, |octet| (octet >> 4).into()),
            );
            member(json, "Reserved", 0);
            let flags = packet.tcp_flags().unwrap_or(0);
            member(json, "Flags", (flags & 0x01ff).into());
            json.close(b'}');
        }
        (Some(protocol::UDP), Some((source, destination))) => {
            json.open(b'{');
            member(json, "SrcPort", source.into());
            member(json, "DstPort", destination.into());
            json.close(b'}');
        }
        _ => match packet.icmp_type().zip(packet.icmp_code()) {
            Some((kind, code)) => {
                json.open(b'{');
                member(json, "Type", kind.into());
                member(json, "Code", code.into());
                json.close(b'}');
            }
            None => json.null(),
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

fn write_counters(sample: &CountersSample<'_>, json: &mut Json<'_>) {
    json.open(b'{');
    let source = sample.source_id();
    for (key, number) in [
        ("SequenceNo", sample.sequence_number()),
        ("SourceIDType", source.class),
        ("SourceIDIdx", source.index),
        ("RecordsNo", sample.record_count()),
    ] {
        member(json, key, number.into());
    }
    json.key("Records");
    json.open(b'{');
    let records = sample.records();
    for (format, key, names) in COUNTERS {
        let found = last(&records, |record| {
            let of = record.format();
            (of.enterprise() == 0 && of.format() == format).then_some(*record)
        });
        if let Some(record) = found {
            json.key(key);
            json.open(b'{');
            for (name, value) in names.iter().zip(record.members()) {
                if let Some(number) = unsigned(value.octets) {
                    member(json, name, number);
                }
            }
            json.close(b'}');
        }
    }
    json.raw(b"}}");
}
