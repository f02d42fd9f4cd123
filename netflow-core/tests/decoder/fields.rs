//! Fields that flows work out from elements of their own.

use netflow_core::Flow;

use crate::builder::{Message, datagram, decoder};

/// What a flow says of a record of IPFIX with these fields.
fn said<T>(fields: &[(u16, u16)], record: &[u8], read: fn(&Flow<'_>) -> T) -> T {
    let message = Message::ipfix(0).template(256, fields);
    let payload = message.set(256, record).octets();
    let mut decoder = decoder();
    let decoded = decoder.decode(datagram(&payload)).unwrap();
    assert_eq!(decoded.problems().count(), 0);
    read(&decoded.flows().next().unwrap())
}

/// What a flow says of a record of IPFIX whose fields are elements of one enterprise.
fn said_of_enterprise<T>(
    enterprise: u32,
    fields: &[(u16, u16)],
    record: &[u8],
    read: fn(&Flow<'_>) -> T,
) -> T {
    let mut template = vec![1, 0];
    template.extend(u16::try_from(fields.len()).unwrap().to_be_bytes());
    for (id, length) in fields {
        template.extend((id | 0x8000).to_be_bytes());
        template.extend(length.to_be_bytes());
        template.extend(enterprise.to_be_bytes());
    }
    let message = Message::ipfix(0).set(2, &template).set(256, record);
    let payload = message.octets();
    let mut decoder = decoder();
    let decoded = decoder.decode(datagram(&payload)).unwrap();
    assert_eq!(decoded.problems().count(), 0);
    read(&decoded.flows().next().unwrap())
}

#[test]
fn the_type_of_service_is_a_code_point_and_congestion_notification() {
    // RFC 2474, section 3 and RFC 3168, section 5: expedited forwarding, congestion experienced.
    let parts = |flow: &Flow<'_>| (flow.dscp(), flow.ecn());
    assert_eq!(said(&[(5, 1)], &[0xbb], parts), (Some(46), Some(3)));
    // An element of its own comes first.
    let both = said(&[(5, 1), (195, 1)], &[0xbb, 10], parts);
    assert_eq!(both, (Some(10), Some(3)));
    // A code point has six bits.
    assert_eq!(said(&[(195, 1)], &[64], parts), (None, None));
}

#[test]
fn the_code_point_after_a_change_is_one_of_its_own() {
    let post = |flow: &Flow<'_>| flow.post_dscp();
    assert_eq!(said(&[(55, 1)], &[0xb8], post), Some(46));
    assert_eq!(said(&[(98, 1), (55, 1)], &[8, 0xb8], post), Some(8));
    assert_eq!(said(&[(5, 1)], &[0xb8], post), None);
}

#[test]
fn an_exporter_element_names_another_than_the_sender_or_none() {
    let original = |flow: &Flow<'_>| flow.original_exporter_address();
    let (sender, other) = ([192, 0, 2, 1], [203, 0, 113, 9]);
    // As mediators that predate RFC 7119 send it.
    assert_eq!(said(&[(130, 4)], &other, original), Some(other.into()));
    assert_eq!(said(&[(130, 4)], &sender, original), None);
    assert_eq!(said(&[(403, 4)], &other, original), Some(other.into()));
    assert_eq!(said(&[(403, 4)], &[0; 4], original), None);
}

#[test]
fn communities_of_every_kind_are_numbers_of_four_octets() {
    // RFC 8549, section 5: a basicList of bgpExtendedCommunity (486) of eight octets each, and of
    // bgpLargeCommunity (489) of twelve.
    let extended = |flow: &Flow<'_>| {
        let numbers = flow.extended_communities();
        numbers.map(|numbers| numbers.iter().collect::<Vec<_>>())
    };
    let large = |flow: &Flow<'_>| {
        let numbers = flow.large_communities();
        numbers.map(|numbers| numbers.iter().collect::<Vec<_>>())
    };
    let mut list = vec![13, 3, 1, 0xe6, 0, 8];
    list.extend([0, 2, 0xfb, 0xf0, 0, 0, 0, 100]);
    assert_eq!(
        said(&[(488, 65535)], &list, extended),
        Some(vec![0x0002_fbf0, 100])
    );
    let mut list = vec![29, 3, 1, 0xe9, 0, 12];
    list.extend([0, 0, 0xfb, 0xf0, 0, 0, 0, 1, 0, 0, 0, 2]);
    list.extend([0, 0, 0xfb, 0xf1, 0, 0, 0, 3, 0, 0, 0, 4]);
    assert_eq!(
        said(&[(491, 65535)], &list, large),
        Some(vec![64_496, 1, 2, 64_497, 3, 4])
    );
    // One value without a list, and values of another length.
    let one = [0, 2, 0xfb, 0xf0, 0, 0, 0, 100];
    assert_eq!(
        said(&[(486, 8)], &one, extended),
        Some(vec![0x0002_fbf0, 100])
    );
    assert_eq!(said(&[(489, 8)], &one, large), None);
    let mut short = vec![13, 3, 1, 0xe9, 0, 8];
    short.extend(one);
    assert_eq!(said(&[(491, 65535)], &short, large), None);
}

#[test]
fn a_station_has_both_its_addresses() {
    let record = [2, 0, 0, 0, 0, 1, 192, 0, 2, 7];
    let station = said(&[(365, 6), (366, 4)], &record, |flow| {
        (flow.station_mac(), flow.station_address())
    });
    assert_eq!(station.0.unwrap().0, [2, 0, 0, 0, 0, 1]);
    assert_eq!(station.1, Some([192, 0, 2, 7].into()));
}

#[test]
fn an_interface_name_is_that_of_the_side_the_flow_was_counted_on() {
    let names = |flow: &Flow<'_>| {
        let text = |name: Option<netflow_core::value::Text<'_>>| name.map(|name| name.to_string());
        (
            text(flow.input_interface_name()),
            text(flow.output_interface_name()),
        )
    };
    let fields = [(61, 1), (10, 2), (14, 2), (82, 4)];
    let eth0 = Some("eth0".to_owned());
    let ingress = said(&fields, b"\0\0\x01\0\x02eth0", names);
    assert_eq!(ingress, (eth0.clone(), None));
    let egress = said(&fields, b"\x01\0\x01\0\x02eth0", names);
    assert_eq!(egress, (None, eth0));
}

#[test]
fn client_and_server_of_a_connection_are_source_and_destination() {
    // Cisco AVC: 12236 clientIPv4Address, 12237 serverIPv4Address, 12240 and 12241 their ports.
    let fields = [(12236, 4), (12237, 4), (12240, 2), (12241, 2)];
    let record = [192, 0, 2, 1, 192, 0, 2, 2, 0xc3, 0x50, 1, 0xbb];
    let ends = said_of_enterprise(9, &fields, &record, |flow| {
        (
            flow.source_address().zip(flow.destination_address()),
            flow.source_port().zip(flow.destination_port()),
        )
    });
    let addresses = ([192, 0, 2, 1].into(), [192, 0, 2, 2].into());
    assert_eq!(ends, (Some(addresses), Some((50_000, 443))));
}

#[test]
fn counters_of_enterprises_have_both_directions() {
    type Counters = (Option<u64>, Option<u64>, Option<u64>, Option<u64>);
    let counters = |flow: &Flow<'_>| -> Counters {
        (
            flow.octets(),
            flow.reverse_octets(),
            flow.packets(),
            flow.reverse_packets(),
        )
    };
    // Juniper: uplinkOctets 103, downlinkOctets 104, uplinkPackets 105, downlinkPackets 106.
    let fields = [(103, 1), (104, 1), (105, 1), (106, 1)];
    let juniper = said_of_enterprise(2636, &fields, &[50, 40, 5, 4], counters);
    assert_eq!(juniper, (Some(50), Some(40), Some(5), Some(4)));
    let reverse = |flow: &Flow<'_>| {
        let reverse = flow.reverse().unwrap();
        (reverse.octets(), reverse.reverse_octets())
    };
    let juniper = said_of_enterprise(2636, &fields, &[50, 40, 5, 4], reverse);
    assert_eq!(juniper, (Some(40), Some(50)));
    // Ixia: ixiaRevOctetDeltaCount 176, ixiaRevPacketDeltaCount 177.
    let ixia = said_of_enterprise(3054, &[(176, 1), (177, 1)], &[40, 4], counters);
    assert_eq!(ixia, (None, Some(40), None, Some(4)));
}
