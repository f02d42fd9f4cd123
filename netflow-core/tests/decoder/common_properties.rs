//! Common properties: sent once by options whose scope is a commonPropertiesId (137), and
//! meant for all records that carry the id (RFC 5473).

use netflow_core::field::FlowField;
use netflow_core::{ColumnValues, Decoder, FlowColumn, FlowColumns, Limits, Projection};

use crate::builder::{Message, datagram, decoder, problems, words};

const SOURCE: u16 = 8;
const DESTINATION: u16 = 12;
const OCTETS: u16 = 1;
const PORT: u16 = 11;
const PROTOCOL: u16 = 4;
const ICMP: u16 = 32;
const ID: u16 = 137;

/// The source and destination port of every flow, and its octets.
type Row = (Option<String>, Option<u16>, Option<u64>);

fn rows(decoder: &mut Decoder, message: &Message) -> Vec<Row> {
    let octets = message.octets();
    let decoded = decoder.decode(datagram(&octets)).unwrap();
    let row = |flow: netflow_core::Flow<'_>| {
        let source = flow.source_address().map(|address| address.to_string());
        (source, flow.destination_port(), flow.octets())
    };
    let rows: Vec<_> = decoded.flows().map(row).collect();
    // Sets yield the same flows, and say the same of columns.
    let of_sets = decoded.sets().flat_map(|set| set.flows()).map(row);
    assert_eq!(of_sets.collect::<Vec<_>>(), rows);
    let joined = decoded.joined_sets().filter(|set| set.flows().count() > 0);
    for set in joined {
        let is_absent = matches!(set.column(FlowField::SourceAddress), FlowColumn::Absent);
        let is_any = set.flows().any(|flow| flow.source_address().is_some());
        assert_eq!(is_absent, !is_any);
    }
    rows
}

fn source(address: &str, port: u16, octets: u64) -> Row {
    (Some(address.into()), Some(port), Some(octets))
}

fn both(test: impl Fn(fn() -> Message)) {
    test(|| Message::ipfix(0));
    test(|| Message::v9(0));
}

/// Properties 1 and 2: source addresses and ports of destinations.
fn announce(message: Message) -> Message {
    let ipfix = [(ID, 4), (SOURCE, 4), (PORT, 2), (210, 2)];
    message.options_template(400, 1, &ipfix).set(
        400,
        &words(&[1, 0xc000_0201, 443 << 16, 2, 0xc000_0202, 53 << 16]),
    )
}

fn data(message: Message, records: &[u32]) -> Message {
    message
        .template(300, &[(ID, 4), (OCTETS, 4)])
        .set(300, &words(records))
}

#[test]
fn records_have_the_properties_of_their_id() {
    both(|message| {
        let mut decoder = decoder();
        assert_eq!(rows(&mut decoder, &announce(message())), []);
        let expected = [
            source("192.0.2.2", 53, 100),
            source("192.0.2.1", 443, 200),
            source("192.0.2.1", 443, 300),
            (None, None, Some(400)),
        ];
        let data = data(message(), &[2, 100, 1, 200, 1, 300, 9, 400]);
        assert_eq!(rows(&mut decoder, &data), expected);
    });
}

#[test]
fn properties_announced_after_the_records_of_the_same_message_apply() {
    both(|message| {
        let data = announce(data(message(), &[1, 200]));
        assert_eq!(rows(&mut decoder(), &data), [source("192.0.2.1", 443, 200)]);
    });
}

#[test]
fn a_projection_reads_the_properties() {
    let mut decoder = decoder();
    let octets = data(announce(Message::ipfix(0)), &[2, 100, 9, 200, 1, 300]).octets();
    let decoded = decoder.decode(datagram(&octets)).unwrap();
    let fields = [FlowField::DestinationPort, FlowField::Octets];
    let mut projection = Projection::new(fields);
    let mut columns = FlowColumns::new(&projection);
    columns.append(&mut projection, &decoded);
    let numbers = |position: usize| {
        let Some(ColumnValues::Numbers { numbers, .. }) = columns.values(position) else {
            panic!("no numbers");
        };
        numbers.to_vec()
    };
    assert_eq!(columns.rows(), 3);
    assert_eq!(numbers(1), [100, 200, 300]);
    assert_eq!((numbers(0)[0], numbers(0)[2]), (53, 443));
    let mut rows = Vec::new();
    for set in decoded.joined_sets() {
        let projected = projection.of(&set);
        rows.extend(set.flows().map(|flow| projected.row(&flow).number(0)));
    }
    assert_eq!(rows, [Some(53), None, Some(443)]);
}

#[test]
fn records_as_sent_keep_their_fields() {
    let mut decoder = decoder();
    let octets = data(announce(Message::ipfix(0)), &[1, 200]).octets();
    let decoded = decoder.decode(datagram(&octets)).unwrap();
    let fields = |record: netflow_core::record::DataRecord<'_, '_>| record.fields().count();
    let sent: Vec<_> = decoded.records().map(fields).collect();
    assert_eq!(sent, [4, 4, 2]);
    let joined = decoded.joined_sets().flat_map(|set| set.records());
    assert_eq!(joined.map(fields).collect::<Vec<_>>(), [4, 4, 5]);
}

#[test]
fn version_9_may_send_the_id_as_first_option_of_the_system() {
    let scope = [(1, 4), (ID, 4), (SOURCE, 4)];
    let options = Message::v9(0)
        .options_template(400, 1, &scope)
        .set(400, &words(&[0, 1, 0xc000_0201]));
    let rows = rows(&mut decoder(), &data(options, &[1, 200]));
    assert_eq!(rows[0].0.as_deref(), Some("192.0.2.1"));
}

#[test]
fn a_record_may_refer_to_several_properties_and_these_to_others() {
    // Properties 1 have the source and refer to 2, which have the port and refer to 1 again.
    let message = Message::ipfix(0)
        .options_template(400, 1, &[(ID, 4), (SOURCE, 4), (ID, 4)])
        .set(400, &words(&[1, 0xc000_0201, 2]))
        .options_template(401, 1, &[(ID, 4), (PORT, 4), (ID, 4)])
        .set(401, &words(&[2, 443, 1]))
        .options_template(402, 1, &[(ID, 4), (OCTETS, 4)])
        .set(402, &words(&[3, 777]))
        .template(300, &[(ID, 4), (DESTINATION, 4), (ID, 4)])
        .set(300, &words(&[1, 0xc633_6401, 3]));
    let rows = rows(&mut decoder(), &message);
    assert_eq!(rows, [source("192.0.2.1", 443, 777)]);
}

#[test]
fn fields_of_the_record_stand_before_those_of_its_properties() {
    let message = announce(Message::ipfix(0))
        .template(301, &[(ID, 4), (SOURCE, 4), (OCTETS, 4)])
        .set(301, &words(&[1, 0xcb00_7101, 5]));
    let rows = rows(&mut decoder(), &message);
    assert_eq!(rows, [source("203.0.113.1", 443, 5)]);
}

#[test]
fn fields_of_record_and_properties_are_read_together() {
    // The protocol says that the element is of ICMP.
    let message = Message::ipfix(0)
        .options_template(400, 1, &[(ID, 4), (PROTOCOL, 4)])
        .set(400, &words(&[1, 1, 2, 6]))
        .template(300, &[(ID, 4), (ICMP, 2), (210, 2)])
        .set(300, &words(&[1, 0x0800_0000, 2, 0x0800_0000]));
    let mut decoder = decoder();
    let octets = message.octets();
    let decoded = decoder.decode(datagram(&octets)).unwrap();
    let types: Vec<_> = decoded.flows().map(|flow| flow.icmp_type()).collect();
    assert_eq!(types, [Some(8), None]);
}

#[test]
fn properties_of_variable_length_are_joined() {
    let message = Message::ipfix(0)
        .options_template(400, 1, &[(ID, 1), (82, 0xffff), (OCTETS, 2)])
        .set(400, b"\x01\x04eth0\x00\x07\x02\x00\x00\x09")
        .template(300, &[(ID, 1), (96, 0xffff), (10, 1)])
        .set(300, b"\x01\x01a\x05\x02\x00\x06");
    let mut decoder = decoder();
    let octets = message.octets();
    let decoded = decoder.decode(datagram(&octets)).unwrap();
    let rows = decoded.flows().map(|flow| {
        let name = flow.input_interface_name().map(|name| name.to_string());
        (flow.input_interface(), name, flow.octets())
    });
    let expected = [
        (Some(5), Some("eth0".into()), Some(7)),
        (Some(6), None, Some(9)),
    ];
    assert_eq!(rows.collect::<Vec<_>>(), expected);
}

#[test]
fn new_properties_of_an_id_replace_the_old_ones() {
    both(|message| {
        let mut decoder = decoder();
        let first = data(announce(message()), &[1, 1]);
        assert_eq!(rows(&mut decoder, &first), [source("192.0.2.1", 443, 1)]);
        let again = message().set(400, &words(&[1, 0xc000_0209, 80 << 16]));
        assert_eq!(rows(&mut decoder, &again), []);
        let after = message().set(300, &words(&[1, 2]));
        assert_eq!(rows(&mut decoder, &after), [source("192.0.2.9", 80, 2)]);
    });
}

#[test]
fn properties_end_with_the_withdrawal_of_their_template() {
    let mut decoder = decoder();
    rows(&mut decoder, &data(announce(Message::ipfix(0)), &[1, 1]));
    let withdrawal = Message::ipfix(0).set(3, &[1, 144, 0, 0]);
    rows(&mut decoder, &withdrawal);
    let after = Message::ipfix(0).set(300, &words(&[1, 2]));
    assert_eq!(rows(&mut decoder, &after), [(None, None, Some(2))]);
}

#[test]
fn properties_of_another_domain_do_not_apply() {
    let mut decoder = decoder();
    rows(&mut decoder, &announce(Message::ipfix(7)));
    let data = data(Message::ipfix(0), &[1, 2]);
    assert_eq!(rows(&mut decoder, &data), [(None, None, Some(2))]);
}

#[test]
fn data_that_waited_for_its_template_is_joined() {
    let mut decoder = decoder();
    let waits = announce(Message::ipfix(0)).set(300, &words(&[2, 5]));
    assert_eq!(rows(&mut decoder, &waits), []);
    let template = Message::ipfix(0).template(300, &[(ID, 4), (OCTETS, 4)]);
    let expected = [source("192.0.2.2", 53, 5)];
    assert_eq!(rows(&mut decoder, &template), expected);
}

#[test]
fn properties_survive_a_snapshot() {
    both(|message| {
        let mut first = decoder();
        rows(&mut first, &data(announce(message()), &[1, 1]));
        let octets = first.save();
        let mut second = decoder();
        let report = second.load(&octets).unwrap();
        assert_eq!(report.refused, 0);
        let data = message().set(300, &words(&[2, 5]));
        assert_eq!(rows(&mut second, &data), [source("192.0.2.2", 53, 5)]);
        let mut third = decoder();
        third.load(&octets).unwrap();
        assert_eq!(third.save(), octets);
    });
}

#[test]
fn more_properties_than_the_limit_are_not_kept() {
    let limits = Limits::new(1).with_common_properties(1);
    let mut decoder = Decoder::new(limits);
    let message = data(announce(Message::ipfix(0)), &[1, 1, 2, 2]).octets();
    assert_eq!(problems(&mut decoder, datagram(&message)), ["limit"]);
    let data = Message::ipfix(0).set(300, &words(&[1, 1, 2, 2]));
    let expected = [source("192.0.2.1", 443, 1), (None, None, Some(2))];
    assert_eq!(rows(&mut decoder, &data), expected);
}

#[test]
fn joined_records_keep_to_their_limit() {
    // A record has 8 octets, its properties as many.
    let limits = Limits::new(1).with_joined_octets(40);
    let mut decoder = Decoder::new(limits);
    let message = data(announce(Message::ipfix(0)), &[1, 1, 1, 2, 1, 3, 1, 4]);
    let rows = rows(&mut decoder, &message);
    let sources: Vec<_> = rows.iter().map(|(source, ..)| source.is_some()).collect();
    assert_eq!(sources, [true, true, false, false]);
    let message = message.octets();
    assert_eq!(problems(&mut decoder, datagram(&message)), ["limit"]);
}

#[test]
fn many_combinations_of_templates_stay_within_the_budget() {
    let limits = Limits::new(1).with_domain_octets(1 << 20);
    let mut decoder = Decoder::new(limits);
    for template in 300..500_u16 {
        let message = announce(Message::ipfix(0))
            .template(template, &[(ID, 4), (OCTETS, 4)])
            .set(template, &words(&[1, 1]));
        let octets = message.octets();
        let decoded = decoder.decode(datagram(&octets)).unwrap();
        assert_eq!(decoded.flows().count(), 1);
        assert!(decoder.state_octets() <= 2 << 20);
    }
}
