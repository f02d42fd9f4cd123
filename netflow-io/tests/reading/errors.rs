//! The errors of files that cannot be read, or not to their end.

use netflow_io::{CaptureError, CaptureErrorKind, CaptureOptions};

use crate::craft::{
    ETHERNET, Order, Pcap, Pcapng, RAW, Read, datagram, gzip, ipfix, limited, netflow5, read,
    try_read, zstd,
};

fn opening(file: &[u8]) -> CaptureError {
    try_read(file, CaptureOptions::default()).unwrap_err()
}

fn ending(read: Read) -> (Vec<u64>, String) {
    (read.frames(), read.error.expect("an error").to_string())
}

fn packet() -> Vec<u8> {
    datagram(2055, &netflow5(1))
}

#[test]
fn a_file_that_cannot_be_opened_says_why() {
    let missing = netflow_io::open("/nowhere/capture.pcap").unwrap_err();
    assert!(matches!(missing.kind(), CaptureErrorKind::NotFound));
    assert_eq!(
        missing.to_string(),
        "/nowhere/capture.pcap is not there; check the path"
    );
    let folder = std::env::temp_dir();
    let directory = netflow_io::open(&folder).unwrap_err();
    assert!(matches!(directory.kind(), CaptureErrorKind::Directory));
    assert_eq!(directory.path(), folder);
}

#[test]
fn a_file_that_is_empty_or_something_else_is_named_so() {
    assert_eq!(opening(b"").to_string(), "test is empty; pass a capture");
    assert_eq!(
        opening(&gzip(b"")).to_string(),
        "test is empty; pass a capture"
    );
    assert_eq!(
        opening(b"{\"frame\":1}\n").to_string(),
        "test is not a pcap, pcapng or IPFIX file (first octets 7b 22 66 72 61 6d 65 22 …); pass a capture"
    );
    assert_eq!(opening(b"\0").kind().code(), "unknown_format");
    let thrice = opening(&gzip(&zstd(&gzip(b"x"))));
    assert!(matches!(
        thrice.kind(),
        CaptureErrorKind::CompressedTooOften
    ));
}

#[test]
fn a_link_type_that_is_not_read_is_an_error_if_there_is_no_other() {
    let error = opening(&Pcap::new(105).octets);
    assert!(matches!(
        error.kind(),
        CaptureErrorKind::LinkType { link_type: 105 }
    ));
    let file = Pcapng::default()
        .section(Order::Big)
        .interface(127, 0, None, None)
        .enhanced(0, 0, &[0; 60], 60);
    let error = file.read().error.unwrap();
    assert!(matches!(
        error.kind(),
        CaptureErrorKind::LinkType { link_type: 127 }
    ));
}

#[test]
fn a_cut_file_gives_all_whole_packets_and_then_an_error() {
    let whole = Pcap::new(RAW).packet(&packet()).packet(&packet()).octets;
    let record = 16 + packet().len();
    for cut in 0..whole.len() {
        let file = &whole[..cut];
        match try_read(file, CaptureOptions::default()) {
            Err(error) => {
                assert!(cut < 24, "{error}");
                let code = error.kind().code();
                assert_eq!(
                    code,
                    match cut {
                        0 => "empty",
                        1..4 => "unknown_format",
                        _ => "cut",
                    }
                );
            }
            Ok(read) => {
                let frames = (cut - 24) / record;
                assert_eq!(read.packets.len(), frames);
                let clean = (cut - 24) % record == 0;
                assert_eq!(read.error.is_none(), clean);
                if let Some(error) = read.error {
                    assert!(matches!(error.kind(), CaptureErrorKind::Cut { .. }));
                    let frames = u64::try_from(frames).unwrap();
                    let record = u64::try_from(record).unwrap();
                    assert_eq!(error.frame(), Some(frames + 1));
                    assert_eq!(error.offset(), Some(24 + frames * record));
                }
            }
        }
    }
    let (_, text) = ending(read(&whole[..whole.len() - 12]));
    assert_eq!(
        text,
        "test is cut: a packet needs 116 octets, 104 are left (frame 2, octet 140)"
    );
}

#[test]
fn a_cut_pcapng_file_and_a_cut_ipfix_file_are_reported_too() {
    let whole = Pcapng::default()
        .section(Order::Little)
        .interface(101, 0, None, None)
        .enhanced(0, 0, &packet(), 100)
        .block(0x99, &[0; 400])
        .enhanced(0, 0, &packet(), 100)
        .octets;
    for cut in 12..whole.len() {
        let read = read(&whole[..cut]);
        let after: usize = [28 + 32 + 132, whole.len()]
            .into_iter()
            .filter(|end| cut >= *end)
            .count();
        assert_eq!(read.packets.len(), after);
        let edges = [28, 28 + 32, 28 + 32 + 132, 28 + 32 + 132 + 412];
        assert_eq!(read.error.is_none(), edges.contains(&cut), "{cut}");
    }
    let messages = [ipfix(1, 40), ipfix(2, 40)].concat();
    for cut in 20..messages.len() {
        let read = read(&messages[..cut]);
        assert_eq!(read.packets.len(), cut / 60);
        assert_eq!(read.error.is_none(), cut == 60);
    }
    let (frames, text) = ending(read(&messages[..100]));
    assert_eq!(frames, [1]);
    assert_eq!(
        text,
        "test is cut: an IPFIX message needs 60 octets, 40 are left (frame 2, octet 60)"
    );
}

#[test]
fn compressed_content_that_is_cut_or_damaged_gives_what_came_before() {
    let many = Pcap::new(RAW).packets(&vec![packet(); 2_000]).octets;
    for (compressed, name) in [(gzip(&many), "gzip"), (zstd(&many), "zstd")] {
        let (frames, text) = ending(read(&compressed[..compressed.len() - 6]));
        assert!(!frames.is_empty());
        assert_eq!(
            text.split(" (").next().unwrap(),
            format!("test is cut: the {name} stream has no end")
        );
    }
    let mut damaged = gzip(&many);
    let end = damaged.len();
    damaged[end - 6] ^= 1;
    let read = read(&damaged);
    let error = read.error.expect("a checksum that is wrong");
    assert_eq!(error.kind().code(), "damaged");
    assert_eq!(read.packets.len(), 2_000);
}

#[test]
fn a_length_past_the_limit_is_an_error() {
    let mut file = Pcap::new(RAW).packet(&packet());
    let at = file.octets.len();
    file = file.packet(&packet());
    file.octets[at + 8..at + 12].copy_from_slice(&[0xff; 4]);
    let (frames, text) = ending(file.read());
    assert_eq!(frames, [1]);
    assert_eq!(
        text,
        "test is damaged: a packet claims 4294967295 octets, more than the limit of 268435456 \
         (frame 2, octet 140)"
    );
    let small = Pcap::new(RAW).packet(&packet()).octets;
    let error = limited(&small, |limits| limits.block_octets = 99)
        .error
        .unwrap();
    assert!(matches!(
        error.kind(),
        CaptureErrorKind::TooLong {
            length: 100,
            limit: 99,
            ..
        }
    ));
}

#[test]
fn lengths_that_contradict_are_errors() {
    let start = Pcapng::default()
        .section(Order::Little)
        .interface(101, 0, None, None);
    let short = [
        start.octets.as_slice(),
        &[6, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    let (_, text) = ending(read(&short));
    assert_eq!(
        text,
        "test is damaged: a block cannot have the length 8; what came before was read \
         (frame 1, octet 60)"
    );
    let mut unequal = start.clone().enhanced(0, 0, &packet(), 100).octets;
    let end = unequal.len();
    unequal[end - 4] ^= 4;
    assert!(matches!(
        read(&unequal).error.unwrap().kind(),
        CaptureErrorKind::Malformed { .. }
    ));
    // An enhanced packet block without room for its fixed part.
    let bare = start.block(6, &[0; 16]).octets;
    assert!(read(&bare).error.is_some());
}

#[test]
fn a_packet_that_claims_more_than_its_block_is_an_error() {
    let mut file = Pcapng::default()
        .section(Order::Little)
        .interface(101, 0, None, None)
        .enhanced(0, 0, &packet(), 100);
    let at = file.octets.len() - 132 + 20;
    file.octets[at..at + 4].copy_from_slice(&5_000_u32.to_le_bytes());
    let read = file.read();
    assert!(read.packets.is_empty());
    assert_eq!(
        read.error.unwrap().to_string(),
        "test is damaged: the block of a packet cannot have a captured length of 5000; what \
         came before was read (frame 1, octet 60)"
    );
}

#[test]
fn a_block_length_that_is_no_multiple_of_four_is_an_error_at_its_block() {
    let start = Pcapng::default()
        .section(Order::Little)
        .interface(101, 0, None, None);
    let mut file = start.enhanced(0, 0, &packet(), 100);
    file.octets[60 + 4] += 2;
    assert_eq!(
        file.read().error.unwrap().to_string(),
        "test is damaged: a block cannot have the length 134; what came before was read \
         (frame 1, octet 60)"
    );
}

#[test]
fn interfaces_past_the_limit_are_an_error() {
    let file = Pcapng::default()
        .section(Order::Little)
        .interface(101, 0, None, None)
        .interface(101, 0, None, None);
    let error = limited(&file.octets, |limits| limits.interfaces = 1)
        .error
        .unwrap();
    assert!(
        error.to_string().contains("more interfaces than 1"),
        "{error}"
    );
}

#[test]
fn octets_between_messages_of_an_ipfix_file_are_an_error() {
    let file = [ipfix(1, 8), vec![0xff; 30]].concat();
    let (frames, text) = ending(read(&file));
    assert_eq!(frames, [1]);
    assert_eq!(
        text,
        "test is damaged: an IPFIX message cannot have the version 65535; what came before \
         was read (frame 2, octet 28)"
    );
}

#[test]
fn a_failing_reader_is_reported_with_its_cause() {
    struct Fails;
    impl std::io::Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::from_raw_os_error(5))
        }
    }
    let head = std::io::Cursor::new(Pcap::new(ETHERNET).octets);
    let reader = std::io::Read::chain(head, Fails);
    let mut source = netflow_io::Source::from_reader(reader, "disk").unwrap();
    let error = source.next().unwrap().unwrap_err();
    assert!(matches!(error.kind(), CaptureErrorKind::Io(_)));
    assert!(std::error::Error::source(&error).is_some());
    assert!(source.next().is_none());
}
