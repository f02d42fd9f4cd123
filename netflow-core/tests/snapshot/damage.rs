//! Snapshots that are cut, damaged, of later versions, or made up.

use netflow_core::snapshot::SnapshotError;
use netflow_core::{Decoder, Limits};
use proptest::prelude::{any, prop, proptest};

use crate::octets::{domain, section, sections, snapshot};
use crate::world::{decoder, receive, v5, world};

/// A decoder that knows something, which may not change.
struct Known {
    decoder: Decoder,
    before: Vec<u8>,
}

impl Known {
    fn new() -> Self {
        let mut decoder = decoder(1);
        receive(&mut decoder, 1, &v5(1));
        let before = decoder.save();
        Self { decoder, before }
    }

    /// Why the octets are not loaded.
    fn refuses(&mut self, octets: &[u8]) -> SnapshotError {
        let error = self.decoder.load(octets).unwrap_err();
        assert_eq!(self.decoder.save(), self.before);
        error
    }
}

fn refused(octets: &[u8]) -> SnapshotError {
    Known::new().refuses(octets)
}

#[test]
fn the_format_is_that_of_the_table() {
    let octets = world(1).save();
    assert_eq!(snapshot(sections(&octets)), octets);
}

#[test]
fn every_cut_is_refused() {
    let octets = world(1).save();
    let mut known = Known::new();
    for length in 0..octets.len() {
        let error = known.refuses(&octets[..length]);
        if length < 8 {
            assert_eq!(error, SnapshotError::NotSnapshot);
        } else {
            assert!(matches!(error, SnapshotError::Length { found, .. } if found == length));
        }
    }
}

#[test]
fn octets_after_a_snapshot_are_refused() {
    let mut octets = world(1).save();
    octets.push(0);
    assert!(matches!(refused(&octets), SnapshotError::Length { .. }));
}

#[test]
fn every_octet_that_is_not_as_it_was_is_found() {
    let octets = world(1).save();
    let mut known = Known::new();
    for place in 0..octets.len() {
        for flip in [1, 0x80, 0xff] {
            let mut octets = octets.clone();
            octets[place] ^= flip;
            let error = known.refuses(&octets);
            match place {
                0..8 => assert_eq!(error, SnapshotError::NotSnapshot),
                8..10 => assert!(matches!(error, SnapshotError::Version { .. })),
                10..18 => assert!(matches!(error, SnapshotError::Length { .. })),
                _ => assert!(matches!(error, SnapshotError::Checksum { .. })),
            }
        }
    }
}

#[test]
fn a_later_version_is_refused_by_its_number() {
    let mut octets = world(1).save();
    octets[9] = 2;
    let error = refused(&octets);
    assert_eq!(error, SnapshotError::Version { version: 2 });
    let text = "snapshot version 2 cannot be read, only 1";
    assert_eq!(error.to_string(), text);
}

#[test]
fn sections_that_are_not_known_are_skipped() {
    let unknown = section(0xfffe, b"what a later version saves");
    let rate = section(8, &[&[0; 16][..], &[50], &[0; 8]].concat());
    let plain = domain(1, &rate);
    let later = domain(1, &[&unknown[..], &rate, &unknown].concat());
    let saved = [plain, [&unknown[..], &later, &unknown].concat()].map(|octets| {
        let mut decoder = decoder(1);
        let report = decoder.load(&snapshot(&octets)).unwrap();
        assert_eq!((report.domains, report.refused), (1, 0));
        decoder.save()
    });
    assert_eq!(saved[0], saved[1]);
    assert!(sections(&saved[0]).ends_with(&rate));
}

#[test]
fn octets_that_later_versions_append_to_a_section_are_skipped() {
    let key = [
        9, 0, 0, 0, 0, 0, 1, 4, 192, 0, 2, 1, 0, b'l', b'a', b't', b'e', b'r',
    ];
    let start = section(12, &[0, 0, 0, 0, 0, 0, 0, 1, b'l', b'a', b't', b'e', b'r']);
    let octets = section(1, &[section(1, &key), start].concat());
    let mut decoder = decoder(1);
    let report = decoder.load(&snapshot(&octets)).unwrap();
    assert_eq!((report.domains, report.refused), (1, 0));
}

#[test]
fn a_section_that_does_not_hold_what_it_should_refuses_the_whole() {
    let good = domain(1, &[]);
    let place = 18 + good.len();
    for bad in [
        // A section that is cut in its header, and one that runs past the end.
        vec![0, 1, 0],
        [&[0, 1][..], &[0xff; 8], &[0; 40]].concat(),
        // No key; a key that is cut; an address that is none.
        section(1, &section(2, &[0; 33])),
        section(1, &section(1, &[9, 0, 0])),
        section(1, &section(1, &[9, 0, 0, 0, 0, 0, 1, 5, 192, 0, 2, 1, 0])),
        section(1, &section(1, &[9, 0, 0, 0, 0, 0, 1, 0, 0])),
        // Entries that are cut.
        domain(2, &section(16, &[0; 5])),
        domain(2, &section(4, &[0; 39])),
        domain(2, &section(5, &[0; 19])),
        domain(2, &section(6, &[0, 0, 0, 0, 0, 5, 3, 0, 0, 0, 9, b'q'])),
        domain(2, &section(7, &[0; 18])),
        domain(2, &section(8, &[0; 24])),
        domain(2, &section(9, &[0, 0, 0, 1, 0, 2, b'a'])),
        domain(2, &section(10, &[0, 0, 0, 1, 0, 2, b'a'])),
        domain(2, &section(11, &[0, 1, 1, 0, 2, b'a'])),
        domain(2, &section(12, &[0; 7])),
    ] {
        let error = refused(&snapshot(&[&good[..], &bad].concat()));
        assert!(
            matches!(error, SnapshotError::Malformed { offset } if offset >= place),
            "{error} {bad:?}"
        );
    }
}

#[test]
fn entries_that_mean_nothing_are_refused_and_cost_no_other() {
    let template = |record: &[u8]| {
        let mut entry = vec![0; 17];
        entry.extend((record.len() as u16).to_be_bytes());
        entry.extend(record);
        entry
    };
    let templates = [
        // An id below 256, no field, a cut record, two records at once.
        template(&[0, 9, 0, 1, 0, 8, 0, 4]),
        template(&[1, 0, 0, 0]),
        template(&[1, 0, 0, 2, 0, 8, 0, 4]),
        template(&[1, 0, 0, 1, 0, 8, 0, 4, 1, 1, 0, 1, 0, 8, 0, 4]),
        template(&[1, 7, 0, 1, 0, 8, 0, 4]),
        template(&[]),
    ];
    let rates = [
        // Of what is not known, none, of an interface past all numbers.
        [&[9][..], &[0; 15], &[5], &[0; 8]].concat(),
        vec![0; 25],
        [&[3, 1][..], &[0; 14], &[5], &[0; 8]].concat(),
        [&[1][..], &[0; 15], &[5], &[0; 8]].concat(),
    ];
    let elements = [
        // Of an unknown type, with a name that is not text.
        &b"\0\x01\x86\x9f\0\x05\xff\0\0\0\x01q"[..],
        b"\0\x01\x86\x9f\0\x05\x03\0\0\0\x01\xff",
        b"\0\x01\x86\x9f\0\x06\x03\xff\xff\0\x01q",
    ];
    let octets = domain(
        1,
        &[
            section(7, &templates.concat()),
            section(8, &rates.concat()),
            section(6, &elements.concat()),
        ]
        .concat(),
    );
    let mut decoder = decoder(1);
    let report = decoder.load(&snapshot(&octets)).unwrap();
    assert_eq!(
        (report.domains, report.templates, report.refused),
        (1, 1, 5 + 3 + 2)
    );
    let again = decoder.save();
    let mut other = Decoder::new(Limits::new(2));
    assert_eq!(other.load(&again).unwrap().refused, 0);
    assert_eq!(other.save(), again);
}

#[test]
fn a_duplicated_domain_or_one_of_an_unknown_protocol_is_refused() {
    let mut unknown = domain(2, &[]);
    unknown[20] = 200;
    let octets = [domain(1, &[]), domain(1, &[]), unknown, domain(3, &[])].concat();
    let mut decoder = decoder(1);
    let report = decoder.load(&snapshot(&octets)).unwrap();
    assert_eq!((report.domains, report.refused), (2, 2));
}

#[test]
fn templates_of_a_protocol_without_any_are_refused() {
    let mut octets = domain(
        1,
        &section(7, &[&[0; 17][..], &[0, 8, 1, 0, 0, 1, 0, 8, 0, 4]].concat()),
    );
    octets[20] = 5;
    let mut decoder = decoder(1);
    let report = decoder.load(&snapshot(&octets)).unwrap();
    assert_eq!((report.templates, report.refused), (0, 1));
}

/// After loading any snapshot the decoder stays within its limits, and what it
/// saves can be loaded.
fn survives(octets: &[u8]) {
    let limits = Limits::new(1)
        .with_state_octets(50_000)
        .with_domain_octets(10_000);
    let mut decoder = Decoder::new(limits);
    if decoder.load(octets).is_ok() {
        assert!(decoder.state_octets() <= 50_000);
        for payload in [v5(1), crate::world::sflow(9, 9, 9)] {
            receive(&mut decoder, 9, &payload);
        }
        let payload = crate::world::numbered(&crate::world::named(b"ge-1"), 9);
        receive(&mut decoder, 9, &payload);
        Decoder::new(limits).load(&decoder.save()).unwrap();
    }
}

proptest! {
    #[test]
    fn octets_do_no_harm(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        survives(&octets);
        survives(&snapshot(&octets));
        survives(&snapshot(&section(1, &octets)));
    }

    #[test]
    fn a_section_of_octets_does_no_harm(
        kind in 1_u16..26,
        octets in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        survives(&snapshot(&domain(1, &section(kind, &octets))));
    }

    #[test]
    fn changed_octets_do_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)) {
        let octets = world(1).save();
        let mut body = sections(&octets).to_vec();
        for (place, octet) in changes {
            let place = place.index(body.len());
            body[place] = octet;
        }
        survives(&snapshot(&body));
    }
}
