//! Datagrams as the documents of other tools, in every form: JSON is valid, rows of CSV have all columns, values of
//! MessagePack and messages of protobuf end where they say.

use std::sync::LazyLock;

use netflow_core::{ConfiguredInterface, ConfiguredInterfaces};
use netflow_output::enrich::Services;
use netflow_output::format::Format;
use netflow_output::format::dialect::{DialectForm, DialectName, DialectOptions, Faults};

use crate::framing::Datagrams;

/// Writes them in every schema and form, without and with the faults of the original and names of interfaces and
/// services that need escapes.
pub fn run(octets: &[u8]) {
    let mut formats = formats();
    let mut decoder = crate::decoder().with_configured_interfaces(INTERFACES.clone());
    let mut out = Vec::new();
    for datagram in Datagrams::new(octets) {
        let Ok(decoded) = decoder.decode(datagram) else {
            continue;
        };
        for (form, format) in &mut formats {
            out.clear();
            format.message(&decoded, &mut out).unwrap();
            check(*form, &out);
        }
    }
}

/// What needs escapes, and what might.
const HOSTILE: &str = "\"\\,\u{1}\u{2028}\u{202e}\u{ffff}";

/// Interfaces of one of the exporters; the others have names of their own.
static INTERFACES: LazyLock<ConfiguredInterfaces> = LazyLock::new(|| {
    let named = |index| {
        let mut interface = ConfiguredInterface::new([192, 0, 2, 0].into(), index);
        interface.name = Some(HOSTILE.into());
        interface.description = Some(HOSTILE.into());
        interface.speed = Some(u64::MAX);
        interface
    };
    (0..256).map(named).collect()
});

static SERVICES: LazyLock<Services> = LazyLock::new(|| {
    let name = HOSTILE.replace(char::is_control, "");
    let lines: String = (0..1_024)
        .flat_map(|port| ["tcp", "udp"].map(|protocol| format!("{name} {port}/{protocol}\n")))
        .collect();
    Services::parse(lines.as_bytes(), "services").unwrap()
});

fn formats() -> Vec<(DialectForm, Box<dyn Format + Send>)> {
    let mut formats = Vec::new();
    for faults in [Faults::Corrected, Faults::Copied] {
        let mut options = DialectOptions::default();
        options.faults = faults;
        options.enrichment.services = (faults == Faults::Copied).then(|| SERVICES.clone());
        for dialect in DialectName::ALL {
            for form in dialect.forms() {
                formats.push((*form, options.format(dialect, *form).unwrap()));
            }
        }
    }
    formats
}

fn check(form: DialectForm, mut out: &[u8]) {
    match form {
        DialectForm::Json => {
            for line in out.split(|octet| *octet == b'\n') {
                if !line.is_empty() {
                    serde_json::from_slice::<serde_json::Value>(line).unwrap();
                }
            }
        }
        DialectForm::Csv | DialectForm::CsvFast => {
            let columns = if form == DialectForm::Csv { 10 } else { 17 };
            for line in core::str::from_utf8(out).unwrap().lines() {
                assert_eq!(line.split(',').count(), columns, "{line}");
            }
        }
        DialectForm::Protobuf => {
            while !out.is_empty() {
                let head = out.iter().position(|octet| *octet < 0x80).unwrap();
                let digits = out[..=head].iter().rev();
                let len = digits.fold(0, |len, octet| len << 7 | usize::from(octet & 0x7f));
                out = &out[head + 1 + len..];
            }
        }
        DialectForm::MessagePack | DialectForm::Forward => {
            while !out.is_empty() {
                out = after_value(out, 32);
            }
        }
        _ => {
            core::str::from_utf8(out).unwrap();
        }
    }
}

/// What follows one value of MessagePack; `depth` is how deep values may be inside each other.
fn after_value(octets: &[u8], depth: u8) -> &[u8] {
    let depth = depth.checked_sub(1).unwrap();
    let number = |width: usize| {
        let digits = octets[1..=width].iter();
        digits.fold(0, |number, octet| number << 8 | usize::from(*octet))
    };
    let text = |head: usize, len: usize| {
        core::str::from_utf8(&octets[head..head + len]).unwrap();
        &octets[head + len..]
    };
    let items = |head: usize, count: usize| {
        (0..count).fold(&octets[head..], |rest, _| after_value(rest, depth))
    };
    match octets[0] {
        0x00..=0x7f | 0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff => &octets[1..],
        0xcc | 0xd0 => &octets[2..],
        0xcd | 0xd1 => &octets[3..],
        0xce | 0xd2 => &octets[5..],
        0xcb | 0xcf | 0xd3 => &octets[9..],
        0xd7 => &octets[10..],
        short @ 0xa0..=0xbf => text(1, usize::from(short & 0x1f)),
        0xd9 => text(2, number(1)),
        0xda => text(3, number(2)),
        0xdb => text(5, number(4)),
        short @ 0x90..=0x9f => items(1, usize::from(short & 0x0f)),
        0xdd => items(5, number(4)),
        short @ 0x80..=0x8f => items(1, 2 * usize::from(short & 0x0f)),
        0xdf => items(5, 2 * number(4)),
        other => panic!("marker {other:#x}"),
    }
}
