//! Documents of the schema `raw`, written by hand.

use netflow_core::Timestamp;
use netflow_io::{CaptureErrorKind, CaptureFormat, Source};

/// Exporter, time and payload of a datagram.
type Seen = (String, i64, Vec<u8>);

fn read(octets: &[u8]) -> (Vec<Seen>, Option<CaptureErrorKind>, Option<CaptureFormat>) {
    let octets = std::io::Cursor::new(octets.to_vec());
    let mut source = match Source::from_reader(octets, "raw") {
        Ok(source) => source,
        Err(error) => return (Vec::new(), Some(into_kind(&error)), None),
    };
    let mut seen = Vec::new();
    let mut error = None;
    while let Some(next) = source.next() {
        match next {
            Ok(found) => {
                let datagram = found.datagram;
                let exporter = datagram.exporter.to_string();
                seen.push((
                    exporter,
                    datagram.received.as_nanos(),
                    datagram.payload.to_vec(),
                ));
            }
            Err(failed) => error = Some(into_kind(&failed)),
        }
    }
    (seen, error, Some(source.format()))
}

/// Only what is compared here.
fn into_kind(error: &netflow_io::CaptureError) -> CaptureErrorKind {
    match error.kind() {
        CaptureErrorKind::Document { reason } => CaptureErrorKind::Document { reason },
        _ => CaptureErrorKind::NotFound,
    }
}

const FIRST: &str = "{\"exporter\":\"192.0.2.1\",\"port\":50000,\
                     \"received\":\"2023-11-14T22:13:20.000000001Z\",\"payload\":\"0005abFF\"}\n";
/// In another order, with other members, spaces and an exporter of IPv6.
const SECOND: &str = "\n {\"@timestamp\": 1.5e3, \"tags\": [\"a]\\\"\", {\"b\": [null, true]}], \"payload\" : \"\",\
                      \"port\":1, \"host\": {\"name\": \"x\"}, \"exporter\":\"2001:db8::1\",\
                      \"received\":\"2023-11-14T23:13:21+01:00\"} \r\n";

fn expected() -> Vec<Seen> {
    let at = |seconds| Timestamp::from_secs(seconds).as_nanos();
    vec![
        (
            "192.0.2.1:50000".to_owned(),
            at(1_700_000_000) + 1,
            vec![0, 5, 0xab, 0xff],
        ),
        ("[2001:db8::1]:1".to_owned(), at(1_700_000_001), vec![]),
    ]
}

/// The same documents in MessagePack.
fn message_pack() -> [Vec<u8>; 2] {
    let mut first = b"\x84\xa8exporter\xa9192.0.2.1\xa4port\xcd\xc3\x50\xa8received\xbe".to_vec();
    first.extend(b"2023-11-14T22:13:20.000000001Z");
    first.extend(b"\xa7payload\xc4\x04\x00\x05\xab\xff");
    let mut second = b"\xde\x00\x06\xa7payload\xc5\x00\x00\xa1x\x92\x81\xa1y\xc0\xd7\xff".to_vec();
    second.extend(b"01234567\xa4port\x01\xd9\x01z\xcb01234567\xa8exporter\xab2001:db8::1");
    second.extend(b"\xa8received\xd9\x192023-11-14T23:13:21+01:00");
    [first, second]
}

#[test]
fn documents_are_read_whatever_their_order_and_further_members() {
    let (seen, error, format) = read([FIRST, SECOND].concat().as_bytes());
    assert_eq!(seen, expected());
    assert!(error.is_none(), "{error:?}");
    assert_eq!(format, Some(CaptureFormat::RawJson));
    // The last needs no line feed.
    let (seen, error, _) = read([FIRST, SECOND.trim_end()].concat().as_bytes());
    assert_eq!((seen, error.is_none()), (expected(), true));
    let (seen, error, format) = read(&message_pack().concat());
    assert_eq!(seen, expected());
    assert!(error.is_none(), "{error:?}");
    assert_eq!(format, Some(CaptureFormat::RawMessagePack));
}

#[test]
fn a_file_cut_at_any_length_returns_its_whole_documents_and_an_error() {
    let json = [FIRST.as_bytes().to_vec(), SECOND.trim().as_bytes().to_vec()];
    for documents in [json, message_pack()] {
        let [first, second] = &documents;
        for len in 1..second.len() {
            let (seen, error, _) = read(&[first, &second[..len]].concat());
            assert_eq!(seen, expected()[..1], "{len}");
            assert!(
                matches!(error, Some(CaptureErrorKind::Document { .. })),
                "{len}"
            );
        }
    }
}

#[test]
fn what_is_no_datagram_is_an_error_that_says_what_is_wrong() {
    for (document, reason) in [
        (FIRST.replace("192.0.2.1", "example.org"), "exporter"),
        (FIRST.replace("50000", "65536"), "exporter"),
        (FIRST.replace("port", "portal"), "exporter"),
        (FIRST.replace("2023", "soon"), "received"),
        (FIRST.replace("0005abFF", "0005abF"), "hex"),
        (FIRST.replace("0005abFF", "0005abxx"), "hex"),
        (FIRST.replace("payload", "load"), "payload"),
        (FIRST.replace("\"0005abFF\"", "5"), "JSON"),
        (FIRST.replace('}', "]"), "JSON"),
        (FIRST.replace('}', "}}"), "JSON"),
        ("[[[[\n".to_owned(), "JSON"),
        (format!("{{\"a\":\"{}", "x".repeat(300 << 10)), "256 KiB"),
    ] {
        let (seen, error, _) = read([FIRST, &document].concat().as_bytes());
        assert_eq!(seen, expected()[..1], "{document:.99}");
        match error {
            Some(CaptureErrorKind::Document { reason: found }) => {
                assert!(found.contains(reason), "{document:.99}: {found}");
            }
            other => panic!("{document:.99}: {other:?}"),
        }
    }
    // Of other files of JSON, it is said that they are none.
    let error = Source::from_reader(&b"{\"exporter\":\"192.0.2.1\"}\n"[..], "x").unwrap_err();
    assert!(matches!(
        error.kind(),
        CaptureErrorKind::UnknownFormat { .. }
    ));
    // A map that claims to be huge costs nothing.
    let (_, error, _) = read(&[&message_pack()[0][..], b"\xdf\xff\xff\xff\xff\xa1x"].concat());
    assert!(
        matches!(error, Some(CaptureErrorKind::Document { .. })),
        "{error:?}"
    );
}

#[test]
fn reading_goes_on_after_a_mark() {
    for octets in [
        [FIRST, SECOND].concat().into_bytes(),
        message_pack().concat(),
    ] {
        let mut source = Source::from_reader(std::io::Cursor::new(octets.clone()), "raw").unwrap();
        assert!(source.next().unwrap().is_ok());
        let mark = source.mark().unwrap();
        let at = usize::try_from(mark.offset()).unwrap();
        let rest = std::io::Cursor::new(octets[at..].to_vec());
        let mut resumed =
            Source::resume(rest, "raw", netflow_io::CaptureOptions::default(), &mark).unwrap();
        let found = resumed.next().unwrap().unwrap();
        assert_eq!(
            (found.datagram.exporter.port(), found.datagram.frame),
            (1, 2)
        );
        assert!(resumed.next().is_none());
    }
}
