//! Hostile values in the documents of other tools.

use netflow_core::{
    ConfiguredInterface, ConfiguredInterfaces, Datagram, Decoder, Limits, Timestamp, Transport,
};
use netflow_output::enrich::Services;
use netflow_output::format::Format;
use netflow_output::format::dialect::{
    Additions, DialectForm, DialectName, DialectOptions, Documents, Ecs, EcsOptions, Faults,
    Fluentd, FluentdOptions, Goflow2, Goflow2Form, Goflow2Options, JsonDocument, Logstash,
    LogstashOptions, MessagePackDocument, Nfdump, NfdumpForm, NfdumpOptions,
};

/// Strings that break writers that do not escape.
fn strings() -> Vec<Vec<u8>> {
    vec![
        b"\"quotes\", commas,\r\nlines\\".to_vec(),
        (0..=31).collect(),
        vec![0xff, 0xfe, b'a', 0xc3],
        Vec::new(),
        vec![b'"'; 64_000],
    ]
}

/// An IPFIX message: a string, a float, a number of 64 bits, octets, an element that repeats, one
/// without a name, addresses, ports, a protocol and an interface.
fn message(string: &[u8]) -> Vec<u8> {
    let fields: [(u16, u16); 14] = [
        (96, 0xffff), // applicationName
        (311, 8),     // samplingProbability
        (1, 8),       // octetDeltaCount
        (313, 4),     // ipHeaderPacketSection
        (10, 4),
        (10, 4),
        (499, 2),
        (8, 4),
        (27, 16),
        (12, 4),
        (4, 1),
        (7, 2),
        (11, 2),
        (14, 4),
    ];
    let mut template = vec![1, 0, 0, 14];
    for (id, len) in fields {
        template.extend(id.to_be_bytes());
        template.extend(len.to_be_bytes());
    }
    let mut record = vec![255];
    record.extend(u16::try_from(string.len()).unwrap().to_be_bytes());
    record.extend(string);
    record.extend(f64::NAN.to_be_bytes());
    record.extend([0xff; 8]);
    record.extend([0xde, 0xad, 0xbe, 0xef]);
    record.extend([0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0, 1]);
    record.extend([192, 0, 2, 1]);
    record.extend([0x20; 16]);
    record.extend([192, 0, 2, 2, 6, 0xff, 0xff, 0, 0, 0, 0, 0, 1]);
    let mut body = Vec::new();
    for (id, set) in [(2_u16, template), (256, record)] {
        body.extend(id.to_be_bytes());
        body.extend(u16::try_from(set.len() + 4).unwrap().to_be_bytes());
        body.extend(set);
    }
    let mut message = vec![0, 10];
    message.extend(u16::try_from(body.len() + 16).unwrap().to_be_bytes());
    message.extend([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 0, 0, 0, 7]);
    message.extend(body);
    message
}

/// What a format writes of the message.
fn written(format: impl Format, string: &[u8]) -> Vec<u8> {
    written_of(&message(string), format)
}

/// What a format writes of a message.
fn written_of(payload: &[u8], format: impl Format) -> Vec<u8> {
    written_by(Decoder::new(Limits::new(0x5eed)), payload, format)
}

fn written_by(mut decoder: Decoder, payload: &[u8], mut format: impl Format) -> Vec<u8> {
    let exporter = "198.51.100.1:2055".parse().unwrap();
    let received = Timestamp::from_secs(1_700_000_000);
    let datagram = Datagram::new(exporter, Transport::Udp, received, payload);
    let decoded = decoder.decode(datagram).unwrap();
    let mut out = Vec::new();
    format.begin(&mut out);
    format.message(&decoded, &mut out).unwrap();
    out
}

fn ecs(faults: Faults) -> Ecs {
    let mut options = EcsOptions::default();
    options.faults = faults;
    options.additions = additions();
    Ecs::new(options)
}

fn logstash(faults: Faults) -> Logstash {
    let mut options = LogstashOptions::default();
    options.faults = faults;
    options.additions = additions();
    Logstash::new(options)
}

fn fluentd() -> Fluentd {
    let mut options = FluentdOptions::default();
    options.time_key = Some("ti\"me".to_owned());
    options.additions = additions();
    Fluentd::new(options)
}

fn additions() -> Additions {
    let tags = vec!["a\"b".to_owned(), String::new()];
    Additions::new(tags, vec![("quo\"te".to_owned(), "\u{0}\n".to_owned())])
}

fn goflow2(form: Goflow2Form) -> Goflow2 {
    let mut options = Goflow2Options::default();
    options.form = form;
    Goflow2::new(&options)
}

fn nfdump(form: NfdumpForm) -> Nfdump {
    let mut options = NfdumpOptions::default();
    options.form = form;
    Nfdump::new(options)
}

fn json<D: netflow_output::format::dialect::Dialect>(dialect: D, string: &[u8]) -> Vec<u8> {
    written(Documents::<_, JsonDocument<'_>>::new(dialect), string)
}

fn message_pack<D: netflow_output::format::dialect::Dialect>(dialect: D, string: &[u8]) -> Vec<u8> {
    written(
        Documents::<_, MessagePackDocument<'_>>::new(dialect),
        string,
    )
}

#[test]
fn hostile_values_give_valid_json_in_every_schema() {
    for string in strings() {
        let outputs = [
            json(ecs(Faults::Corrected), &string),
            json(ecs(Faults::Copied), &string),
            json(logstash(Faults::Corrected), &string),
            json(logstash(Faults::Copied), &string),
            json(fluentd(), &string),
            written(goflow2(Goflow2Form::Json), &string),
            written(nfdump(NfdumpForm::Json), &string),
        ];
        for output in outputs {
            let text = core::str::from_utf8(&output).unwrap();
            assert_eq!(text.lines().count(), 1, "{text}");
            let row: serde_json::Value = serde_json::from_str(text).unwrap();
            assert!(row.is_object());
            assert!(!text.contains("NaN"), "{text}");
        }
    }
}

#[test]
fn a_repeated_element_is_an_array_and_the_largest_number_is_whole() {
    let output = json(ecs(Faults::Corrected), b"x");
    let row: serde_json::Value = serde_json::from_slice(&output).unwrap();
    let fields = &row["netflow"];
    assert_eq!(
        fields["ingress_interface"],
        serde_json::json!([1, u32::MAX])
    );
    assert_eq!(fields["octet_delta_count"], u64::MAX);
    assert_eq!(fields["sampling_probability"], serde_json::Value::Null);
    assert_eq!(row["source"]["bytes"], u64::MAX);
}

/// The octets of one MessagePack value, by its specification.
fn value_len(octets: &[u8]) -> usize {
    let number = |width: usize| {
        octets[1..=width]
            .iter()
            .fold(0, |number, octet| number << 8 | usize::from(*octet))
    };
    let text = |head: usize, len: usize| {
        core::str::from_utf8(&octets[head..head + len]).unwrap();
        head + len
    };
    let items = |count: usize| (0..count).fold(5, |at, _| at + value_len(&octets[at..]));
    match octets[0] {
        0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 => 1,
        0xcc => 2,
        0xcd => 3,
        0xce => 5,
        0xcb | 0xcf | 0xd3 => 9,
        short @ 0xa0..=0xbf => text(1, usize::from(short & 0x1f)),
        0xd9 => text(2, number(1)),
        0xda => text(3, number(2)),
        0xdb => text(5, number(4)),
        0xdd => items(number(4)),
        0xdf => items(2 * number(4)),
        other => panic!("marker {other:#x}"),
    }
}

#[test]
fn hostile_values_give_valid_message_pack_in_every_schema() {
    for string in strings() {
        let outputs = [
            message_pack(ecs(Faults::Corrected), &string),
            message_pack(logstash(Faults::Corrected), &string),
            message_pack(fluentd(), &string),
        ];
        for output in outputs {
            assert_eq!(output[0], 0xdf);
            assert_eq!(value_len(&output), output.len());
        }
    }
}

#[test]
fn hostile_values_give_rows_of_all_columns_in_csv() {
    for string in strings() {
        for (form, columns) in [(NfdumpForm::Csv, 10), (NfdumpForm::CsvFast, 17)] {
            let output = written(nfdump(form), &string);
            let text = core::str::from_utf8(&output).unwrap();
            assert_eq!(text.lines().count(), 2);
            for line in text.lines() {
                assert_eq!(line.split(',').count(), columns, "{line}");
            }
        }
    }
}

#[test]
fn a_message_of_protobuf_is_as_long_as_it_says() {
    let output = written(goflow2(Goflow2Form::Protobuf), b"x");
    let len = output.iter().position(|octet| octet & 0x80 == 0).unwrap();
    let announced = output[..=len]
        .iter()
        .rev()
        .fold(0, |number, octet| number << 7 | usize::from(octet & 0x7f));
    assert_eq!(output.len(), len + 1 + announced);
}

#[test]
fn an_event_of_the_forward_protocol_has_tag_time_and_record() {
    let mut options = FluentdOptions::default();
    options.forward_tag = Some("net.flow".to_owned());
    let output = message_pack(Fluentd::new(options), b"x");
    let head = [
        &[0x93, 0xa8],
        &b"net.flow"[..],
        &[0xd7, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
    ];
    let record = output.strip_prefix(&*head.concat()).unwrap();
    assert_eq!(value_len(record), record.len());
}

/// The number of values of MessagePack, one after the other.
fn value_count(mut octets: &[u8]) -> usize {
    let mut count = 0;
    while !octets.is_empty() {
        octets = &octets[value_len(octets)..];
        count += 1;
    }
    count
}

#[test]
fn hostile_values_are_written_in_every_form_of_every_schema() {
    for string in strings() {
        for faults in [Faults::Corrected, Faults::Copied] {
            let mut options = DialectOptions::default();
            options.faults = faults;
            options.additions = additions();
            for dialect in DialectName::ALL {
                for form in dialect.forms() {
                    let output = written(options.format(dialect, *form).unwrap(), &string);
                    // The plugin that the schema fluentd is of does not read IPFIX.
                    let is_read = dialect != DialectName::Fluentd || faults == Faults::Corrected;
                    match form {
                        DialectForm::Json if is_read => {
                            let row: serde_json::Value = serde_json::from_slice(&output).unwrap();
                            assert!(row.is_object(), "{dialect}");
                        }
                        DialectForm::MessagePack => {
                            assert_eq!(value_count(&output), usize::from(is_read), "{dialect}");
                        }
                        DialectForm::Forward | DialectForm::Protobuf => {
                            assert_eq!(output.is_empty(), !is_read, "{dialect}");
                        }
                        _ => assert!(core::str::from_utf8(&output).is_ok(), "{dialect}"),
                    }
                }
            }
        }
    }
}

/// Interfaces of the message with hostile names and descriptions, and the highest speed.
fn interfaces(text: &str) -> ConfiguredInterfaces {
    let exporter = "198.51.100.1".parse().unwrap();
    let named = |index| {
        let mut interface = ConfiguredInterface::new(exporter, index);
        interface.name = Some(text.into());
        interface.description = Some(text.into());
        interface.speed = Some(u64::MAX);
        interface
    };
    [1, u32::MAX].map(named).into_iter().collect()
}

/// What the options add to flows: names of services and, with the feature, places whose names have quotes.
fn looked_up(options: &mut DialectOptions) {
    let services = "\"q\\u{2028}\u{202e},\u{ffff}<&> 65535/tcp\n\\\"\\ 0/tcp\n";
    let services = Services::parse(services.as_bytes(), "services").unwrap();
    options.enrichment.services = Some(services);
    #[cfg(feature = "geo")]
    {
        let open = |name: &str| {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/geo/");
            Some(format!("{folder}{name}").parse().unwrap())
        };
        options.enrichment.geo.places = open("places.mmdb");
        options.enrichment.geo.systems = open("systems.mmdb");
    }
}

#[test]
fn hostile_names_of_interfaces_services_and_places_are_written_in_every_form() {
    let mut options = DialectOptions::default();
    looked_up(&mut options);
    let texts = strings()
        .into_iter()
        .map(|text| String::from_utf8_lossy(&text).into_owned());
    for text in texts {
        let decoder =
            || Decoder::new(Limits::new(0x5eed)).with_configured_interfaces(interfaces(&text));
        for dialect in DialectName::ALL {
            for form in dialect.forms() {
                let format = options.format(dialect, *form).unwrap();
                let output = written_by(decoder(), &message(b"x"), format);
                match form {
                    DialectForm::Json => {
                        let row: serde_json::Value = serde_json::from_slice(&output).unwrap();
                        check_looked_up(dialect, &row, &text);
                    }
                    DialectForm::MessagePack => assert_eq!(value_count(&output), 1, "{dialect}"),
                    DialectForm::Forward | DialectForm::Protobuf => assert!(!output.is_empty()),
                    _ => {
                        let lines = core::str::from_utf8(&output).unwrap().lines();
                        assert!(lines.count() <= 2, "{dialect}");
                    }
                }
            }
        }
    }
}

/// The document has the hostile text whole.
fn check_looked_up(dialect: DialectName, row: &serde_json::Value, text: &str) {
    let service = "\"q\\u{2028}\u{202e},\u{ffff}<&>";
    let both = format!("{service} (TCP/65535)");
    match dialect {
        DialectName::Ecs | DialectName::EcsIntegration => {
            // Both ports have a name; the lower one is the server's.
            assert_eq!(row["network"]["application"], "\\\"\\");
            let interface = &row["observer"]["ingress"]["interface"];
            assert_eq!(
                (&interface["name"], &interface["alias"]),
                (&text.into(), &text.into())
            );
        }
        DialectName::Elastiflow => {
            let flow = &row["flow"];
            assert_eq!(flow["src_port_name"], both);
            assert_eq!(flow["service_name"], "\\\"\\ (TCP/0)");
            assert_eq!(flow["input_ifname"], text);
            #[cfg(feature = "geo")]
            assert_eq!(flow["city"], "Z\u{fc}rich \"Oerlikon\"");
        }
        DialectName::Akvorado => {
            assert_eq!(row["OutIfDescription"], text);
            // The column has 32 bits.
            assert_eq!(row["OutIfSpeed"], u32::MAX);
        }
        _ => {}
    }
}

/// Datadog has the EtherTypes of IP alone: for MPLS, it gets that of the packet after the labels.
#[test]
fn the_ip_version_stands_for_an_ether_type_that_has_no_name() {
    // ethernetType (256) and ipVersion (60), of MPLS and IPv6.
    let payload = [
        0, 10, 0, 39, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7, // header
        0, 2, 0, 16, 1, 0, 0, 2, 1, 0, 0, 2, 0, 60, 0, 1, // template
        1, 0, 0, 7, 0x88, 0x47, 6, // data
    ];
    let options = DialectOptions::default();
    let format = options.format(DialectName::Datadog, DialectForm::Json);
    let output = written_of(&payload, format.unwrap());
    let document: serde_json::Value = serde_json::from_slice(&output).unwrap();
    assert_eq!(document["ether_type"], "IPv6");
}

/// An sFlow datagram with a flow sample of each rate: the header of an IPv4 packet.
fn samples(rates: &[u32]) -> Vec<u8> {
    let mut words: Vec<u32> = vec![5, 1, 0xc000_0201, 0, 1, 1_000];
    words.push(u32::try_from(rates.len()).unwrap());
    for rate in rates {
        words.extend([1, 76, 1, 3, *rate, 1, 0, 3, 4, 1, 1, 36, 11, 1_500, 0, 20]);
        words.extend([0x4500_05dc, 0, 0x4011_0000, 0xc000_0201, 0xc633_6401]);
    }
    words.into_iter().flat_map(u32::to_be_bytes).collect()
}

#[test]
fn each_sample_of_a_datagram_is_written_with_its_own_rate() {
    let mut options = NfdumpOptions::default();
    options.form = NfdumpForm::Json;
    let output = written_of(&samples(&[0, 512, 100]), Nfdump::new(options));
    let text = String::from_utf8(output).unwrap();
    let rates: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("\"sampled\""))
        .collect();
    assert_eq!(rates.len(), 3, "{text}");
    let sampled = |line: &str| line.split_once("\"sampled\"").unwrap().1.contains('1');
    assert_eq!(
        rates.into_iter().map(sampled).collect::<Vec<_>>(),
        [false, true, true]
    );
}
