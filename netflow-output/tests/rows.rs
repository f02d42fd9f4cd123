//! Rows of any length say what the flows say.

use core::fmt::Write as _;

use netflow_core::field::FlowField;
use netflow_core::{Datagram, Decoder, InputNames, Limits, Timestamp, Transport};
use netflow_output::format::{Biflows, Csv, FlowLines, Format};

/// IPFIX: a template of addresses, a name and octets, and two records.
const PAYLOAD: [u8; 98] = [
    0, 10, 0, 98, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7, // header, domain 7
    0, 2, 0, 28, 1, 0, 0, 5, // template 256
    0, 8, 0, 4, 0, 28, 0, 16, 0, 96, 0xff, 0xff, 0, 1, 0, 8, 0, 152, 0, 8, //
    1, 0, 0, 54, // data
    192, 0, 2, 1, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, // addresses
    5, b'd', b'"', b',', b'n', b's', 0, 0, 0, 2, 0x54, 0x0b, 0xe4, 0, //
    0, 0, 1, 0x78, 0xc0, 0x6b, 0xc7, 0xba, // 2021-04-11T10:13:12.250Z
    0, 0, 0, 0, 0, 0, 0, 0,
];

/// What the format writes of the record.
fn written(format: &mut dyn Format) -> String {
    let mut decoder = Decoder::new(Limits::new(0x5eed));
    let exporter = "198.51.100.1:2055".parse().unwrap();
    let received = Timestamp::from_secs(1_618_136_000);
    let datagram = Datagram::new(exporter, Transport::Udp, received, &PAYLOAD);
    let message = decoder.decode(datagram).unwrap();
    assert_eq!(message.flows().count(), 1);
    let mut out = Vec::new();
    format.message(&message, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Enough fields for a row of many thousand octets.
fn many_fields() -> Vec<FlowField> {
    let fields = [
        FlowField::SourceAddress,
        FlowField::Start,
        FlowField::Octets,
        FlowField::ApplicationName,
        FlowField::Vlan,
        FlowField::Duration,
        FlowField::ExportProtocol,
    ];
    fields.into_iter().cycle().take(700).collect()
}

#[test]
fn a_row_of_csv_may_be_longer_than_what_is_written_at_once() {
    let fields = many_fields();
    let mut csv = Csv::new(Some(fields.clone()), Biflows::Whole, InputNames::default());
    let row = written(&mut csv);
    let values = [
        "192.0.2.1",
        "2021-04-11T10:13:12.250Z",
        "10000000000",
        "\"d\"\",ns\"",
        "",
        "",
        "ipfix",
    ];
    let values: Vec<&str> = values.into_iter().cycle().take(fields.len()).collect();
    let expected = values.join(",") + "\r\n";
    assert!(expected.len() > 5_000);
    assert!(row == expected, "{}", &row[..200]);
}

#[test]
fn a_row_of_json_may_be_longer_than_what_is_written_at_once() {
    let fields = many_fields();
    let mut json = FlowLines::new(Some(fields.clone()), Biflows::Whole, InputNames::default());
    let row = written(&mut json);
    let mut expected = String::new();
    for field in fields {
        let value = match field {
            FlowField::SourceAddress => "\"192.0.2.1\"",
            FlowField::Start => "\"2021-04-11T10:13:12.250Z\"",
            FlowField::Octets => "10000000000",
            FlowField::ApplicationName => "\"d\\\",ns\"",
            FlowField::ExportProtocol => "\"ipfix\"",
            _ => continue,
        };
        write!(expected, ",\"{}\":{value}", field.name()).unwrap();
    }
    expected.replace_range(..1, "{");
    expected += "}\n";
    assert!(row == expected, "{}", &row[..200]);
}

#[test]
fn the_name_of_a_file_may_be_longer_than_what_is_written_at_once() {
    let name = "long,".repeat(1_000);
    let files = InputNames::new(vec![name.clone(), "other".to_owned()]);
    let mut json = FlowLines::new(None, Biflows::Whole, files.clone());
    let row = written(&mut json);
    let start = format!("{{\"file\":\"{name}\",\"exporter_address\":\"198.51.100.1\",");
    assert!(row.starts_with(&start), "{row}");
    assert!(row.ends_with("}\n"), "{row}");
    let mut csv = Csv::new(None, Biflows::Whole, files);
    let row = written(&mut csv);
    let start = format!("\"{name}\",198.51.100.1,");
    assert!(row.starts_with(&start), "{row}");
}

#[test]
fn a_flow_without_the_fields_is_an_empty_object() {
    let fields = vec![FlowField::Vlan, FlowField::NextHop];
    let mut json = FlowLines::new(Some(fields), Biflows::Whole, InputNames::default());
    assert_eq!(written(&mut json), "{}\n");
}
