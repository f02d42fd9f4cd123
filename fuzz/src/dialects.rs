//! Datagrams as the documents of other tools: JSON is valid, rows of CSV have all columns.

use netflow_output::format::Format;
use netflow_output::format::dialect::{
    Documents, Ecs, Fluentd, Goflow2, Goflow2Form, Goflow2Options, JsonDocument, Logstash,
    MessagePackDocument, Nfdump, NfdumpForm, NfdumpOptions,
};

use crate::framing::Datagrams;

/// Writes them in every schema.
pub fn run(octets: &[u8]) {
    let mut protobuf = Goflow2Options::default();
    protobuf.form = Goflow2Form::Protobuf;
    let mut csv = NfdumpOptions::default();
    csv.form = NfdumpForm::CsvFast;
    let mut json: [Box<dyn Format>; 5] = [
        Box::new(Documents::<_, JsonDocument<'_>>::new(Ecs::default())),
        Box::new(Documents::<_, JsonDocument<'_>>::new(Logstash::default())),
        Box::new(Documents::<_, JsonDocument<'_>>::new(Fluentd::default())),
        Box::new(Goflow2::default()),
        Box::new(Nfdump::default()),
    ];
    let mut message_pack = Documents::<_, MessagePackDocument<'_>>::new(Ecs::default());
    let mut protobuf = Goflow2::new(protobuf);
    let mut csv = Nfdump::new(csv);
    let mut decoder = crate::decoder();
    let mut out = Vec::new();
    for datagram in Datagrams::new(octets) {
        let Ok(decoded) = decoder.decode(datagram) else {
            continue;
        };
        for format in &mut json {
            out.clear();
            format.message(&decoded, &mut out).unwrap();
            let lines = out
                .split(|octet| *octet == b'\n')
                .filter(|line| !line.is_empty());
            for line in lines {
                serde_json::from_slice::<serde_json::Value>(line).unwrap();
            }
        }
        out.clear();
        csv.message(&decoded, &mut out).unwrap();
        for line in core::str::from_utf8(&out).unwrap().lines() {
            assert_eq!(line.split(',').count(), 17, "{line}");
        }
        message_pack.message(&decoded, &mut out).unwrap();
        protobuf.message(&decoded, &mut out).unwrap();
    }
}
