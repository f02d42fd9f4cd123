//! The table and the reader of its rows.

use netflow_core::ErrorKind;
use netflow_core::wire::sflow::structure::{self, Member, MemberValue, Structure};
use netflow_core::wire::sflow::{DataFormat, Kind};

use crate::builder::{Xdr, datagram, first_sample, flow_sample, gateway, sampled_header};

fn flow(format: u32) -> &'static Structure {
    structure::flow(DataFormat::new(0, format)).unwrap()
}

fn counter(format: u32) -> &'static Structure {
    structure::counter(DataFormat::new(0, format)).unwrap()
}

fn names(structure: &'static Structure, octets: &Xdr) -> Vec<String> {
    structure
        .members(&octets.0, 0)
        .map(|member| member.name.to_string())
        .collect()
}

fn value<'a>(members: &[Member<'a>], name: &str) -> Option<MemberValue<'a>> {
    members
        .iter()
        .find(|member| member.name.to_string() == name)
        .and_then(|member| member.value)
}

#[test]
fn every_structure_is_found_by_its_format() {
    for kind in [Kind::Sample, Kind::Flow, Kind::Counter] {
        assert!(Structure::all(kind).count() > 4);
        for row in Structure::all(kind) {
            assert_eq!(row.kind(), kind);
            let found = Structure::get(kind, row.format()).unwrap();
            assert!(core::ptr::eq(found, row), "{}", row.name());
        }
    }
    assert!(structure::flow(DataFormat::new(0, 999)).is_none());
    assert!(structure::counter(DataFormat::new(1, 1)).is_none());
    assert_eq!(
        structure::sample(DataFormat::new(0, 5)).unwrap().name(),
        "discarded_packet"
    );
}

#[test]
fn flow_and_counter_formats_are_apart() {
    let format = DataFormat::new(4413, 1);
    assert_eq!(
        structure::flow(format).unwrap().name(),
        "extended_bst_egress_queue"
    );
    assert_eq!(
        structure::counter(format).unwrap().name(),
        "bst_device_buffers"
    );
}

#[test]
fn every_structure_cut_at_any_length_yields_its_whole_members() {
    // Octets that are counts, types and lengths at once: small, so that lists have items.
    let octets: Vec<u8> = (0..90_u32).flat_map(|i| (i % 3).to_be_bytes()).collect();
    for row in [Kind::Sample, Kind::Flow, Kind::Counter]
        .into_iter()
        .flat_map(Structure::all)
    {
        let whole: Vec<Member<'_>> = row.members(&octets, 0).collect();
        for length in 0..octets.len() {
            let mut members = row.members(&octets[..length], 100);
            let found: Vec<Member<'_>> = members.by_ref().collect();
            assert!(members.next().is_none());
            let taken: usize = found.iter().map(|member| member.octets.len()).sum();
            assert!(taken <= length, "{} of {length}", row.name());
            let extra = found
                .iter()
                .filter(|member| member.name.to_string() == "extra")
                .count();
            let known = found.len() - extra;
            // Addresses without padding, as some agents send them.
            let formats = [2, 1021, 1022].map(|format| DataFormat::new(0, format));
            if length == 20 && row.kind() == Kind::Flow && formats.contains(&row.format()) {
                continue;
            }
            assert_eq!(found[..known], whole[..known], "{} of {length}", row.name());
            if let Some(fault) = members.fault() {
                assert!(fault.offset >= 100 && fault.offset <= 100 + length);
            }
            if row.size().is_some_and(|size| size <= length) {
                assert!(members.fault().is_none(), "{} of {length}", row.name());
            }
        }
    }
}

#[test]
fn no_count_prolongs_the_walk() {
    for pattern in [
        &[0xff_u8; 4][..],
        &[0, 0, 0, 1],
        &[0x7f, 0xff, 0xff, 0xff],
        &[0; 4],
    ] {
        let octets = pattern.repeat(100);
        for row in [Kind::Flow, Kind::Counter]
            .into_iter()
            .flat_map(Structure::all)
        {
            let count = row.members(&octets, 0).count();
            assert!(count <= 102, "{} has {count} members", row.name());
        }
    }
}

#[test]
fn lists_in_lists_are_flattened_with_their_places() {
    let names = names(flow(1003), &gateway().1);
    let expected = [
        "nexthop_type",
        "nexthop",
        "as",
        "src_as",
        "src_peer_as",
        "dst_as_path_segments",
        "dst_as_path[0].type",
        "dst_as_path[0].count",
        "dst_as_path[0].as[0]",
        "dst_as_path[0].as[1]",
        "dst_as_path[1].type",
        "dst_as_path[1].count",
        "dst_as_path[1].as[0]",
        "communities_count",
        "communities[0]",
        "communities[1]",
        "localpref",
    ];
    assert_eq!(names, expected);
}

#[test]
fn the_parts_of_a_name_are_at_hand() {
    let (_, octets) = gateway();
    let member = flow(1003).members(&octets.0, 0).nth(9).unwrap();
    assert_eq!(
        member.name.lists().collect::<Vec<_>>(),
        [("dst_as_path", 0), ("as", 1)]
    );
    assert_eq!(member.name.name(), "");
    let member = flow(1003).members(&octets.0, 0).nth(10).unwrap();
    assert_eq!(
        member.name.lists().collect::<Vec<_>>(),
        [("dst_as_path", 1)]
    );
    assert_eq!(member.name.name(), "type");
}

#[test]
fn pdus_hold_flow_records() {
    let pdu = Xdr::words(&[1, 1, 1001, 4, 9]);
    let found = names(flow(1016), &pdu);
    let expected = [
        "pdus_count",
        "pdus[0].flow_records_count",
        "pdus[0].flow_records[0].flow_format",
        "pdus[0].flow_records[0].flow_data_length",
        "pdus[0].flow_records[0].flow_data",
    ];
    assert_eq!(found, expected);
}

#[test]
fn each_shape_has_its_value() {
    let octets = Xdr::words(&[0x3fc0_0000, 0xff80_0000]).and(&[7; 18]);
    let members: Vec<_> = counter(2003).members(&octets.0, 0).collect();
    assert_eq!(value(&members, "load_one"), Some(MemberValue::Float(1.5)));
    assert_eq!(
        value(&members, "load_five"),
        Some(MemberValue::Float(f64::NEG_INFINITY))
    );
    assert_eq!(
        value(&members, "cpu_guest_nice"),
        Some(MemberValue::Unsigned(7))
    );

    let octets = Xdr::words(&[u32::MAX, 0, 1, 1, 2, 0, 0]);
    let members: Vec<_> = counter(1001).members(&octets.0, 0).collect();
    assert_eq!(value(&members, "cpu_5s"), Some(MemberValue::Signed(-1)));
    assert_eq!(
        value(&members, "total_memory"),
        Some(MemberValue::Unsigned((1 << 32) | 2))
    );

    let octets = Xdr::words(&[1]).and(&[3, 1]).fixed(&[1, 2, 3, 4, 5, 6]);
    let members: Vec<_> = counter(2001).members(&octets.0, 0).collect();
    let mac = MemberValue::MacAddress([1, 2, 3, 4, 5, 6]);
    assert_eq!(value(&members, "adapters[0].mac[0]"), Some(mac));
    assert_eq!(members.last().unwrap().octets, [1, 2, 3, 4, 5, 6]);

    let octets = Xdr::default()
        .counted(b"host")
        .fixed(&[9; 16])
        .and(&[3, 2])
        .counted(b"6.1");
    let members: Vec<_> = counter(2000).members(&octets.0, 0).collect();
    assert_eq!(
        value(&members, "hostname_length"),
        Some(MemberValue::Unsigned(4))
    );
    assert_eq!(
        value(&members, "hostname"),
        Some(MemberValue::Text(b"host"))
    );
    assert_eq!(value(&members, "uuid"), Some(MemberValue::Octets(&[9; 16])));
    assert_eq!(
        value(&members, "os_release"),
        Some(MemberValue::Text(b"6.1"))
    );

    let (_, octets) = sampled_header(&[1, 2, 3]);
    let members: Vec<_> = flow(1).members(&octets.0, 0).collect();
    assert_eq!(
        value(&members, "header_protocol"),
        Some(MemberValue::Unsigned(1))
    );
    assert_eq!(
        value(&members, "header"),
        Some(MemberValue::Octets(&[1, 2, 3]))
    );
}

#[test]
fn an_address_of_type_none_has_no_second_member() {
    let octets = Xdr::words(&[0, 2, 0x2001_0db8, 0, 0, 1]);
    let members: Vec<_> = flow(1007).members(&octets.0, 0).collect();
    let names: Vec<String> = members
        .iter()
        .map(|member| member.name.to_string())
        .collect();
    assert_eq!(
        names,
        ["src_address_type", "dst_address_type", "dst_address"]
    );
    let address = MemberValue::Address("2001:db8::1".parse().unwrap());
    assert_eq!(value(&members, "dst_address"), Some(address));
}

#[test]
fn structures_in_structures_have_no_prefix() {
    let tunnel = names(flow(1023), &Xdr::words(&[0; 8]));
    assert_eq!(tunnel, names(flow(3), &Xdr::words(&[0; 8])));
    let proxy = names(flow(2102), &Xdr::words(&[0; 5]));
    assert_eq!(proxy, names(flow(2100), &Xdr::words(&[0; 5])));
    let context = names(flow(2203), &Xdr::words(&[0; 3]));
    let expected = [
        "application_length",
        "application",
        "operation_length",
        "operation",
        "attributes_length",
        "attributes",
    ];
    assert_eq!(context, expected);
    let entities = names(flow(2210), &Xdr::words(&[0; 4]));
    assert_eq!(
        entities,
        [
            "src_ds_class",
            "src_ds_index",
            "dst_ds_class",
            "dst_ds_index"
        ]
    );
}

#[test]
fn octets_after_the_known_members_are_extra_and_no_fault() {
    let octets = Xdr::words(&[1, 2, 3, 4, 5]).raw(&[6]);
    let mut members = flow(1001).members(&octets.0, 0);
    let extra = members.by_ref().last().unwrap();
    assert_eq!(
        (extra.name.to_string().as_str(), extra.value),
        ("extra", None)
    );
    assert_eq!(extra.octets, [0, 0, 0, 5, 6]);
    assert_eq!(members.fault(), None);
}

#[test]
fn a_structure_that_ends_between_members_is_a_short_form() {
    for words in 0..=4 {
        let octets = Xdr::words(&vec![1; words]);
        let mut members = flow(1001).members(&octets.0, 0);
        assert_eq!(members.by_ref().count(), words);
        assert_eq!(members.fault(), None);
    }
}

#[test]
fn a_structure_that_ends_inside_a_member_yields_the_rest_as_extra() {
    let octets = Xdr::words(&[100]).raw(&[0, 0, 7]);
    let mut members = flow(1001).members(&octets.0, 50);
    let found: Vec<_> = members.by_ref().collect();
    assert_eq!(found.len(), 2);
    assert_eq!(
        (found[1].name.to_string().as_str(), found[1].octets),
        ("extra", &[0, 0, 7][..])
    );
    let fault = members.fault().unwrap();
    assert_eq!(
        fault.to_string(),
        "extended_switch of 7 octets is cut inside a member at octet 54"
    );
}

#[test]
fn a_text_longer_than_the_record_yields_its_length_and_the_rest_as_extra() {
    let octets = Xdr::words(&[u32::MAX]).raw(b"abc");
    let mut members = counter(1005).members(&octets.0, 0);
    let found: Vec<_> = members.by_ref().collect();
    assert_eq!(found[0].name.to_string(), "name_length");
    assert_eq!(
        (found[1].name.to_string().as_str(), found[1].octets),
        ("extra", &b"abc"[..])
    );
    let kind = ErrorKind::StructureCut {
        structure: "port_name",
        length: 7,
    };
    assert_eq!(members.fault().unwrap().kind, kind);
}

#[test]
fn a_list_shorter_than_its_count_is_a_fault() {
    let octets = Xdr::words(&[u32::MAX, 1, 2]);
    let mut members = flow(1012).members(&octets.0, 0);
    let names: Vec<String> = members
        .by_ref()
        .map(|member| member.name.to_string())
        .collect();
    assert_eq!(names, ["stack_count", "stack[0]", "stack[1]"]);
    assert!(members.fault().is_some());
}

#[test]
fn a_text_without_its_padding_is_whole() {
    let octets = Xdr::words(&[6]).raw(b"foobar");
    let mut members = flow(1038).members(&octets.0, 0);
    assert_eq!(members.by_ref().last().unwrap().octets, b"foobar");
    assert_eq!(members.fault(), None);
}

#[test]
fn a_record_of_an_unknown_structure_is_raw() {
    for contents in [Xdr::default(), Xdr::words(&[1, 2])] {
        let payload = datagram(&[flow_sample(&[(999, contents.clone())])]);
        let sample = first_sample(&payload);
        let record = sample.kind().unwrap().records().next().unwrap().unwrap();
        let members: Vec<_> = record.members().collect();
        assert_eq!(members.len(), 1);
        assert_eq!(members[0].name.to_string(), "raw");
        assert_eq!(
            (members[0].octets, members[0].value),
            (&contents.0[..], None)
        );
    }
}

#[test]
fn the_members_of_a_sample_are_those_of_its_header() {
    let payload = datagram(&[flow_sample(&[gateway()])]);
    let sample = first_sample(&payload);
    let members: Vec<_> = sample.members().collect();
    let names: Vec<String> = members
        .iter()
        .map(|member| member.name.to_string())
        .collect();
    let expected = [
        "sequence",
        "source_id",
        "sampling_rate",
        "sample_pool",
        "drops",
        "input",
        "output",
        "record_count",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        value(&members, "source_id"),
        Some(MemberValue::Unsigned(0x0200_0003))
    );
}
