//! Second counters (23, 24) beside octets and packets (1, 2).

use netflow_core::field::FlowField;
use netflow_core::template::SecondCounters;
use netflow_core::{ConfiguredCounters, Decoder, Flow, FlowColumn};

use crate::builder::{Message, datagram, decoder, words};

const FIELDS: [(u16, u16); 5] = [(12, 4), (1, 4), (2, 4), (23, 4), (24, 4)];
const UNICAST: u32 = 0xc633_6407;

/// Octets, packets, and those of the reverse direction.
type Counters = [Option<u64>; 4];

fn counters(flow: &Flow<'_>) -> Counters {
    [
        flow.octets(),
        flow.packets(),
        flow.reverse_octets(),
        flow.reverse_packets(),
    ]
}

fn own(octets: u64, packets: u64) -> Counters {
    [Some(octets), Some(packets), None, None]
}

/// A message of v9 or IPFIX with template 256 of these fields, and records of whole words.
fn message(ipfix: bool, domain: u32, fields: &[(u16, u16)], records: &[u32]) -> Vec<u8> {
    let message = if ipfix {
        Message::ipfix(domain)
    } else {
        Message::v9(domain)
    };
    let message = message.template(256, fields);
    message.set(256, &words(records)).octets()
}

fn read(decoder: &mut Decoder, payload: &[u8]) -> Vec<Counters> {
    let decoded = decoder.decode(datagram(payload)).unwrap();
    // The columns say the same, or leave it to the flows.
    let set = decoded.sets().last().unwrap();
    for field in [FlowField::Octets, FlowField::Packets] {
        let column = set.column(field);
        let is_second = set.template().unwrap().second_counters();
        if is_second.is_some_and(|second| !second.is_reverse()) {
            assert!(!matches!(column, FlowColumn::Number(_)));
        }
    }
    decoded.flows().map(|flow| counters(&flow)).collect()
}

#[test]
fn one_record_shows_that_all_of_its_template_are_biflows() {
    for ipfix in [false, true] {
        let mut decoder = decoder();
        let both = [UNICAST, 900, 9, 900, 9, UNICAST, 500, 5, 600, 7];
        let payload = message(ipfix, 0, &FIELDS, &both);
        let expected = [[900, 9, 900, 9], [500, 5, 600, 7]].map(|one| one.map(Some));
        assert_eq!(read(&mut decoder, &payload), expected);
        // Later, with the template sent again, and where less came back.
        let later = message(ipfix, 0, &FIELDS, &[UNICAST, 500, 5, 40, 1]);
        assert_eq!(read(&mut decoder, &later), [[500, 5, 40, 1].map(Some)]);
        let decoded = decoder.decode(datagram(&later)).unwrap();
        let flow = decoded.flows().next().unwrap();
        let template = flow.record().unwrap().template();
        assert_eq!(template.second_counters(), Some(SecondCounters::Exceeded));
        let back = flow.reverse().unwrap();
        assert_eq!(counters(&back), [40, 1, 500, 5].map(Some));
        assert_eq!(back.source_address(), flow.destination_address());
    }
}

#[test]
fn until_a_record_shows_it_they_are_fields_of_the_record_alone() {
    let mut decoder = decoder();
    let fewer = message(false, 0, &FIELDS, &[UNICAST, 500, 5, 400, 4]);
    assert_eq!(read(&mut decoder, &fewer), [own(500, 5)]);
    let decoded = decoder.decode(datagram(&fewer)).unwrap();
    let flow = decoded.flows().next().unwrap();
    let template = flow.record().unwrap().template();
    assert_eq!(template.second_counters(), Some(SecondCounters::Unknown));
    assert!(flow.reverse().is_none());
    // Another domain and another template show nothing for this one.
    let more = [UNICAST, 500, 5, 600, 5];
    read(&mut decoder, &message(false, 1, &FIELDS, &more));
    assert_eq!(read(&mut decoder, &fewer), [own(500, 5)]);
}

#[test]
fn records_without_counters_of_the_way_in_have_those_of_the_way_out() {
    let mut decoder = decoder();
    let out = message(true, 0, &FIELDS, &[UNICAST, 0, 0, 1500, 3]);
    assert_eq!(read(&mut decoder, &out), [own(1500, 3)]);
    let partly = message(true, 0, &FIELDS, &[UNICAST, 0, 3, 1500, 3]);
    assert_eq!(read(&mut decoder, &partly), [own(0, 3)]);
    let octets = [(1, 4), (23, 4)];
    let alone = message(true, 0, &octets, &[0, 1500, 70, 60]);
    let expected = [1500, 70].map(|octets| [Some(octets), None, None, None]);
    assert_eq!(read(&mut decoder, &alone), expected);
}

#[test]
fn multicast_and_records_of_one_direction_show_nothing() {
    let with_direction = [(61, 4), (1, 4), (2, 4), (23, 4), (24, 4)];
    let multicast_apart = [(19, 4), (1, 4), (2, 4), (23, 4), (24, 4)];
    for (fields, first) in [
        (&FIELDS, 0xe000_0001),
        (&FIELDS, u32::MAX),
        (&with_direction, 1),
        (&multicast_apart, 1),
    ] {
        let mut decoder = decoder();
        let payload = message(false, 0, fields, &[first, 500, 5, 5_000, 50]);
        assert_eq!(read(&mut decoder, &payload), [own(500, 5)]);
    }
}

#[test]
fn frames_to_a_group_show_nothing() {
    for (is_v9, mac, is_group) in [
        (true, [1, 0, 0x5e, 1, 1, 1], true),
        (false, [0x33, 0x33, 0, 0, 0, 1], true),
        (true, [0xff; 6], true),
        (false, [0, 0, 0x5e, 1, 1, 1], false),
    ] {
        let base = if is_v9 {
            Message::v9(0)
        } else {
            Message::ipfix(0)
        };
        let fields = [(80, 6), (1, 4), (2, 4), (23, 4), (24, 4)];
        let record = [&mac[..], &words(&[500, 5, 5_000, 50])].concat();
        let payload = base.template(300, &fields).set(300, &record).octets();
        let expected = if is_group {
            own(500, 5)
        } else {
            [Some(500), Some(5), Some(5_000), Some(50)]
        };
        assert_eq!(read(&mut decoder(), &payload), [expected], "{mac:x?}");
    }
}

#[test]
fn what_the_caller_configures_overrides_what_records_show() {
    let decoder_with = |text: &str| {
        let mut counters = ConfiguredCounters::default();
        counters.extend([text.parse().unwrap()]);
        decoder().with_configured_counters(counters)
    };
    let more = message(false, 0, &FIELDS, &[UNICAST, 500, 5, 600, 7]);
    let fewer = message(false, 0, &FIELDS, &[UNICAST, 500, 5, 400, 4]);
    let mut post = decoder_with("0.0.0.0/0=post");
    assert_eq!(read(&mut post, &more), [own(500, 5)]);
    let mut biflow = decoder_with("0.0.0.0/0=biflow");
    assert_eq!(read(&mut biflow, &fewer), [[500, 5, 400, 4].map(Some)]);
    // A snapshot holds what records showed, not what a caller said.
    let mut shown = decoder();
    read(&mut shown, &more);
    let mut loaded = decoder();
    loaded.load(&shown.save()).unwrap();
    assert_eq!(read(&mut loaded, &fewer), [[500, 5, 400, 4].map(Some)]);
    let mut loaded = decoder();
    loaded.load(&biflow.save()).unwrap();
    assert_eq!(read(&mut loaded, &fewer), [own(500, 5)]);
}

#[test]
fn data_that_waited_shows_it_too() {
    let mut decoder = decoder();
    let data = Message::v9(0).set(256, &words(&[UNICAST, 500, 5, 600, 7]));
    decoder.decode(datagram(&data.octets())).unwrap();
    let template = Message::v9(0).template(256, &FIELDS).octets();
    let decoded = decoder.decode(datagram(&template)).unwrap();
    let late: Vec<_> = decoded.flows().map(|flow| counters(&flow)).collect();
    assert_eq!(late, [[500, 5, 600, 7].map(Some)]);
}
