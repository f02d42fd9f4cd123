//! What a browser gets.

use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
use netflow_query::Filter;
use netflow_report::{Report, ReportOptions};

/// A message of IPFIX: a template of source address, octets and userName (371, of variable length), and
/// a record with this name.
fn message(name: &[u8]) -> Vec<u8> {
    let template = [
        0, 2, 0, 20, 1, 0, 0, 3, 0, 8, 0, 4, 0, 1, 0, 4, 1, 0x73, 0xff, 0xff,
    ];
    let mut record = vec![192, 0, 2, 1, 0, 0, 5, 0xdc, 255];
    record.extend(u16::try_from(name.len()).unwrap().to_be_bytes());
    record.extend(name);
    let mut message = vec![0, 10, 0, 0, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7];
    message.extend(template);
    message.extend([1, 0]);
    message.extend(u16::try_from(4 + record.len()).unwrap().to_be_bytes());
    message.extend(record);
    let len = u16::try_from(message.len()).unwrap().to_be_bytes();
    message[2..4].copy_from_slice(&len);
    message
}

fn page_of(payload: &[u8], options: ReportOptions, words: &[&str]) -> String {
    let mut decoder = Decoder::new(Limits::new(0x5eed));
    let mut report = Report::new(options);
    let exporter = "198.51.100.1:2055".parse().unwrap();
    let received = Timestamp::from_secs(1_618_136_128);
    let datagram = Datagram::new(exporter, Transport::Udp, received, payload);
    match decoder.decode(datagram) {
        Ok(decoded) => report.decoded(&decoded),
        Err(error) => report.unreadable(&datagram, &error),
    }
    report.page(&decoder, |_| {
        words.iter().map(|word| (*word).to_owned()).collect()
    })
}

#[test]
fn hostile_names_are_text_wherever_they_stand() {
    let hostile = "</script><script>alert(1)</script>\" onload=\"x\u{202e}&lt;<!--";
    let mut options = ReportOptions::new(hostile);
    options.filter = Some(Filter::parse(&format!("not user_name = '{hostile}x'")).unwrap());
    let page = page_of(&message(hostile.as_bytes()), options, &[hostile]);
    // The page's own elements, and no other.
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches("</script>").count(), 1);
    assert!(!page.contains("<!--"));
    assert!(!page.contains("\" onload"));
    assert!(!page.contains('\u{202e}'));
    assert!(page.contains("&lt;/script&gt;"));
}

#[test]
fn a_name_of_a_thousand_octets_is_cut() {
    let page = page_of(&message(&[b'x'; 1_000]), ReportOptions::new("x"), &[]);
    assert!(page.contains("xxxx…"));
    assert!(!page.contains(&"x".repeat(200)));
}

#[test]
fn the_page_refers_to_nothing_outside() {
    let page = page_of(&message(b"alice"), ReportOptions::new("x"), &[]);
    for reference in [
        "http://", "https://", "src=", "@import", "url(", "fetch(", "XMLHttp",
    ] {
        let found = page
            .replace("http://www.w3.org/2000/svg", "")
            .contains(reference);
        assert!(!found, "{reference}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn assumptions_stand_beside_the_numbers() {
    let page = page_of(&message(b"alice"), ReportOptions::new("x"), &[]);
    assert!(page.contains("1 of 1 flows have no known sampling rate"));
    assert!(page.contains("1 of 1 flows carry no times"));
    assert!(page.contains("Not sent by any exporter, or not known: "));
}

#[test]
fn a_report_on_nothing_is_a_page_too() {
    let page = page_of(&[1, 2, 3], ReportOptions::new("nothing"), &["No flows."]);
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(page.contains("No flows."));
}
