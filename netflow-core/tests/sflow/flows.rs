//! What flows make of the records of a sample.

use netflow_core::wire::sflow;
use netflow_core::wire::sflow::structure::Member;
use netflow_core::{Datagram, Decoder, Flow, Limits, Timestamp, Transport};

use crate::builder::{Xdr, counters_sample, datagram, flow_sample, sampled_header, with};

/// Calls `check` with the flow of a sample of these records.
fn flow_of<T>(records: &[(u32, Xdr)], of: impl Fn(&Flow<'_>) -> T) -> T {
    flow_of_sample(flow_sample(records), of)
}

/// AS of source and destination, from an `extended_gateway` of AS 64500.
fn ends(source: u32, path: &[u32]) -> (Option<u32>, Option<u32>) {
    let gateway = Xdr::words(&[1, 0xc000_0209, 64500, source, 64502]);
    let gateway = gateway.and(path).and(&[0, 100]);
    flow_of(&[(1003, gateway)], |flow| {
        (flow.source_as(), flow.destination_as())
    })
}

#[test]
fn address_and_port_of_zero_after_translation_are_none() {
    let all = |addresses: [u32; 2], ports: [u32; 2]| {
        let nat = Xdr::words(&[1, addresses[0], 1, addresses[1]]);
        flow_of(&[(1007, nat), (1020, Xdr::words(&ports))], |flow| {
            let source = (flow.post_nat_source_address(), flow.post_nat_source_port());
            let destination = flow.post_nat_destination_address();
            (source, (destination, flow.post_nat_destination_port()))
        })
    };
    let translated = (Some("192.0.2.9".parse().unwrap()), Some(1000));
    assert_eq!(all([0xc000_0209, 0], [1000, 0]), (translated, (None, None)));
    let unknown = (Some("0.0.0.0".parse().unwrap()), Some(7));
    assert_eq!(all([0, 0], [0, 7]), ((None, None), unknown));
}

#[test]
fn a_port_of_zero_after_translation_is_none_where_no_address_is_known() {
    let ports = |records: &[(u32, Xdr)]| {
        flow_of(records, |flow| {
            (
                flow.post_nat_source_port(),
                flow.post_nat_destination_port(),
            )
        })
    };
    let nat_port = || (1020, Xdr::words(&[0, 7]));
    // Both addresses are of type 0, which has no octets.
    let nat = (1007, Xdr::words(&[0, 0]));
    assert_eq!(ports(&[nat, nat_port()]), (None, Some(7)));
    assert_eq!(ports(&[nat_port()]), (None, Some(7)));
}

#[test]
fn the_autonomous_systems_are_the_source_and_the_last_of_the_path() {
    let path = [2, 2, 2, 65001, 65002, 1, 1, 65003];
    assert_eq!(ends(64501, &path), (Some(64501), Some(65003)));
}

#[test]
fn source_0_and_an_empty_path_are_the_system_of_the_router() {
    assert_eq!(ends(0, &[1, 2, 1, 65001]), (Some(64500), Some(65001)));
    assert_eq!(ends(64501, &[0]), (Some(64501), Some(64500)));
}

/// What `read` says of the flow of this sample.
fn flow_of_sample<T>(sample: (u32, Xdr), read: impl Fn(&Flow<'_>) -> T) -> T {
    let payload = datagram(&[sample]);
    let mut decoder = Decoder::new(Limits::new(1));
    let exporter = "192.0.2.1:6343".parse().unwrap();
    let datagram = Datagram::new(exporter, Transport::Udp, Timestamp::UNIX_EPOCH, &payload);
    let message = decoder.decode(datagram).unwrap();
    let flow = message.flows().next().unwrap();
    read(&flow)
}

/// A compact flow sample of this data source, input and output.
fn passing(source: u32, input: u32, output: u32) -> (u32, Xdr) {
    (1, Xdr::words(&[1, source, 512, 5120, 0, input, output, 0]))
}

#[test]
fn the_direction_is_that_in_which_a_packet_passed_the_interface_that_sampled_it() {
    for (source, input, output, direction) in [
        (3, 3, 4, Some(0)),
        (4, 3, 4, Some(1)),
        // Out where it came in, another source, and a source that is not an interface.
        (3, 3, 3, None),
        (5, 3, 4, None),
        (0x0100_0003, 3, 4, None),
        // Not known, the device itself, and several outputs.
        (0, 0, 4, None),
        (3, 3, 0x3fff_ffff, Some(0)),
        (4, 0x3fff_ffff, 4, Some(1)),
        (2, 3, 0x8000_0002, None),
    ] {
        let found = flow_of_sample(passing(source, input, output), |flow| flow.direction());
        assert_eq!(found, direction, "{source:x} {input:x} {output:x}");
    }
}

#[test]
fn a_transaction_is_no_packet_and_its_client_is_the_source() {
    let [server, client] = [[0x20; 16], [0x21; 16]];
    let socket = Xdr::words(&[6])
        .raw(&server)
        .raw(&client)
        .and(&[443, 50_000]);
    let memcache = Xdr::words(&[1, 1]).counted(b"key").and(&[1, 0, 5, 9, 200]);
    let records = [(2101, socket), (2204, memcache)];
    flow_of_sample(flow_sample(&records), |flow| {
        assert_eq!((flow.packets(), flow.octets()), (None, None));
        assert_eq!(flow.source_address(), Some(client.into()));
        assert_eq!(flow.destination_address(), Some(server.into()));
        let ports = (flow.source_port(), flow.destination_port());
        assert_eq!(
            (flow.protocol(), ports),
            (Some(6), (Some(50_000), Some(443)))
        );
    });
    // A sampled packet that came with the socket it belongs to is one.
    let socket = Xdr::words(&[6, 1, 2, 443, 50_000]);
    let records = [sampled_header(&[0; 14]), (2100, socket)];
    flow_of_sample(flow_sample(&records), |flow| {
        assert_eq!((flow.packets(), flow.octets()), (Some(1), Some(1518)));
        assert_eq!(flow.source_address(), None);
    });
}

#[test]
fn a_transaction_that_was_sampled_by_its_client_has_the_local_end_as_source() {
    const INTERNAL: u32 = 0x3fff_ffff;
    let [local, remote] = [0xc000_0201, 0xc633_6402];
    let socket = || Xdr::words(&[6, local, remote, 50_000, 443]);
    // direction, wait, duration, status, and octets received and sent.
    let transaction = |side| Xdr::words(&[side, 0, 5, 0, 0, 9, 0, 9]);
    let operation = || Xdr::words(&[0, 0, 0, 0, 0, 0, 9, 0, 9, 5]);
    let source = |interfaces: [u32; 2], side: Option<u32>| {
        let record = side.map_or_else(|| (2202, operation()), |side| (2000, transaction(side)));
        let records = [record, (2100, socket())];
        let head = [
            1,
            0x0300_0000 | 443,
            1,
            1,
            0,
            interfaces[0],
            interfaces[1],
            2,
        ];
        flow_of_sample((1, with(Xdr::words(&head), &records)), |flow| {
            assert_eq!((flow.packets(), flow.protocol()), (None, Some(6)));
            (flow.source_port(), flow.destination_port())
        })
    };
    let client = (Some(50_000), Some(443));
    let server = (Some(443), Some(50_000));
    assert_eq!(source([INTERNAL, 0], None), client);
    assert_eq!(source([0, INTERNAL], None), server);
    assert_eq!(source([0, 0], None), server);
    assert_eq!(source([INTERNAL, INTERNAL], None), server);
    // What the structure states is more than the interfaces.
    assert_eq!(source([0, INTERNAL], Some(1)), client);
    assert_eq!(source([INTERNAL, 0], Some(2)), server);
    assert_eq!(source([INTERNAL, 0], Some(0)), client);
}

#[test]
fn the_inner_packet_begins_where_the_agent_says() {
    let ipv4 = |source: u8, protocol: u8| {
        let mut header = [0; 20];
        header[0] = 0x45;
        header[9] = protocol;
        header[12..16].copy_from_slice(&[192, 0, 2, source]);
        header
    };
    // IPv4 in something that is not known, by protocol number 253 for experiments.
    let ethernet = [&[2; 12][..], &[8, 0]].concat();
    let header = [&ethernet[..], &ipv4(1, 253), &[0xff; 6], &ipv4(2, 17)].concat();
    let inner = |format, offset| {
        let records = [sampled_header(&header), (format, Xdr::words(&[offset]))];
        flow_of_sample(flow_sample(&records), |flow| {
            assert_eq!(flow.source_address(), Some([192, 0, 2, 1].into()));
            (flow.inner_source_address(), flow.inner_protocol())
        })
    };
    for format in [1027, 1028] {
        let whole = (Some([192, 0, 2, 2].into()), Some(17));
        assert_eq!(inner(format, 40), whole);
        // Past the octets that were sampled.
        assert_eq!(inner(format, 60), (None, None));
        assert_eq!(inner(format, u32::MAX), (None, None));
        // The frame, and the outer header.
        assert_eq!(inner(format, 0), (None, None));
        assert_eq!(inner(format, 14), (None, None));
    }
}

#[test]
fn only_counters_of_all_ones_are_not_known() {
    let payload = datagram(&[
        counters_sample(&[(
            1,
            Xdr::words(&[3, 6, u32::MAX, u32::MAX, 1, 3, 0, 9, u32::MAX]),
        )]),
        flow_sample(&[(1001, Xdr::words(&[u32::MAX, 1, 2, 3]))]),
    ]);
    let datagram = sflow::Datagram::parse(&payload).unwrap();
    let unknown: Vec<String> = datagram
        .samples()
        .flatten()
        .flat_map(|sample| sample.kind().unwrap().records().flatten())
        .flat_map(|record| record.members())
        .filter(Member::is_unknown_counter)
        .map(|member| member.name.to_string())
        .collect();
    assert_eq!(unknown, ["ifSpeed", "ifInUcastPkts"]);
}
