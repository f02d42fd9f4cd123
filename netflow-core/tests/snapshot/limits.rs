//! What is loaded obeys the limits.

use core::net::IpAddr;

use netflow_core::{Decoder, Limits};

use crate::builder::{Message, words};
use crate::octets::{crc32, domain, section, snapshot};
use crate::world::{decoder, receive, receive_from, v5, world};

/// The snapshot of a domain with this many templates, of this many fields each.
fn templates(count: u16, fields: usize) -> Vec<u8> {
    let mut decoder = decoder(1);
    for id in 0..count {
        let message = Message::v9(1).template(256 + id, &vec![(8, 4); fields]);
        receive(&mut decoder, 1, &message.octets());
    }
    decoder.save()
}

fn load(limits: Limits, snapshot: &[u8]) -> (Decoder, [usize; 3]) {
    let mut decoder = Decoder::new(limits);
    let report = decoder.load(snapshot).unwrap();
    (decoder, [report.domains, report.templates, report.refused])
}

#[test]
fn more_templates_than_the_limit_are_refused() {
    let limits = Limits::new(1).with_templates(5);
    let (decoder, report) = load(limits, &templates(8, 1));
    assert_eq!(report, [1, 5, 3]);
    assert_eq!(decoder.templates().count(), 5);
}

#[test]
fn a_template_of_more_fields_than_the_limit_is_refused() {
    let limits = Limits::new(1).with_template_fields(4);
    assert_eq!(load(limits, &templates(2, 4)).1, [1, 2, 0]);
    assert_eq!(load(limits, &templates(2, 5)).1, [1, 0, 2]);
}

/// No decoder saves such a template: the lengths are changed in the snapshot.
#[test]
fn a_template_of_many_zero_length_fields_is_refused() {
    for (count, report) in [(64, [1, 1, 0]), (65, [1, 0, 1])] {
        let mut fields = vec![(82, 1); count];
        fields.push((8, 4));
        let mut decoder = decoder(1);
        let message = Message::v9(1).template(256, &fields);
        receive(&mut decoder, 1, &message.octets());
        let mut octets = decoder.save();
        octets.truncate(octets.len() - 4);
        let [full, empty] = [[0_u8, 82, 0, 1], [0, 82, 0, 0]].map(|field| field.repeat(count));
        let place = octets.windows(full.len()).position(|window| window == full);
        octets[place.unwrap()..][..full.len()].copy_from_slice(&empty);
        octets.extend(crc32(&octets).to_be_bytes());
        assert_eq!(load(Limits::new(1), &octets).1, report);
    }
}

#[test]
fn a_name_longer_than_the_limit_is_refused() {
    for (length, refused) in [(1_024_u16, 0), (1_025, 1)] {
        let name = vec![b'x'; length.into()];
        let interface = [&[0, 0, 0, 7][..], &length.to_be_bytes(), &name].concat();
        let octets = snapshot(&domain(1, &section(9, &interface)));
        let (decoder, report) = load(Limits::new(1), &octets);
        assert_eq!(report, [1, 0, refused]);
        assert_eq!(decoder.announced().count(), 1 - refused);
    }
}

/// A selection of packets, 1 of 10, for one thing of this kind.
fn selection(kind: &[u8; 7]) -> Vec<u8> {
    let rate = [&[0; 3][..], &10_u64.to_be_bytes(), &[0; 8], &[0; 8]].concat();
    let value = [&[0; 15][..], &[1]].concat();
    [&[0][..], &rate, &[1], kind, &value].concat()
}

#[test]
fn more_combinations_of_scopes_than_the_limit_are_refused() {
    // Scope types 100 to 109 of v9.
    let selections = (100..110).flat_map(|number| selection(&[6, 0, 0, 0, 0, 0, number]));
    let octets = snapshot(&domain(1, &section(17, &selections.collect::<Vec<_>>())));
    let (decoder, report) = load(Limits::new(1), &octets);
    assert_eq!(report, [1, 0, 2]);
    assert_eq!(decoder.announced().count(), 8);
}

#[test]
fn rates_that_mean_nothing_are_refused() {
    let good = selection(&[3, 0, 0, 0, 0, 0, 0]);
    let changed = |place: usize, octet: u8| {
        let mut octets = good.clone();
        octets[place] = octet;
        octets
    };
    let duplicated = [&changed(28, 2)[..], &good[29..]].concat();
    let bad = [
        changed(0, 2),   // neither packets nor flows
        changed(1, 9),   // a way of selection that is not known
        changed(11, 0),  // 1 of 0
        changed(29, 99), // a kind of scope that is not known
        duplicated,      // an interface and an interface
    ];
    let all = [good.clone(), bad.concat()].concat();
    let octets = snapshot(&domain(1, &section(17, &all)));
    let (decoder, report) = load(Limits::new(1), &octets);
    assert_eq!(report, [1, 0, 5]);
    assert_eq!(decoder.announced().count(), 1);
}

#[test]
fn sequences_of_no_selectors_or_more_than_the_limit_are_refused() {
    for (count, refused) in [(0_u8, 1), (1, 0), (16, 0), (17, 1)] {
        let selectors = vec![0; usize::from(count) * 8];
        let sequence = [&[0; 16][..], &[count], &selectors].concat();
        let octets = snapshot(&domain(1, &section(18, &sequence)));
        let (decoder, report) = load(Limits::new(1), &octets);
        assert_eq!(report, [1, 0, refused]);
        assert_eq!(decoder.announced().count(), 1 - refused);
    }
}

#[test]
fn what_a_domain_has_no_octets_for_is_refused() {
    let limits = Limits::new(1).with_domain_octets(20_000);
    let (decoder, [domains, kept, refused]) = load(limits, &templates(100, 20));
    assert_eq!((domains, kept + refused), (1, 100));
    assert!(kept > 0 && refused > 0);
    let domain = decoder.domains().next().unwrap();
    assert!(domain.state_octets <= 20_000);
}

#[test]
fn names_sources_and_elements_obey_the_limit_too() {
    let mut full = decoder(1);
    for number in 0..200_u32 {
        let values = [
            words(&[number, 1 + number]),
            b"interface of a long name".to_vec(),
        ];
        let options = Message::v9(1).options_template(257, 1, &[(2, 4), (34, 4), (82, 24)]);
        receive(&mut full, 1, &options.set(257, &values.concat()).octets());
        let sample = [1, 32, 1, number, 512, 5_120, 0, 1, 2, 0];
        let header = [5, 1, 0xc000_0209, 3, number, 60_000, 1];
        receive(&mut full, 1, &[words(&header), words(&sample)].concat());
        let mut element = b"\0\x01\x86\x9f\0\0\x03queue".to_vec();
        element[5] = number as u8;
        let types =
            Message::ipfix(1).options_template(304, 2, &[(346, 4), (303, 2), (339, 1), (341, 5)]);
        receive(&mut full, 1, &types.set(304, &element).octets());
    }
    let mut empty = decoder(1);
    receive(&mut empty, 1, &v5(1));
    let empty = empty.domains().next().unwrap().state_octets;
    for domain_octets in (0..40_000).step_by(500) {
        let limits = Limits::new(1).with_domain_octets(domain_octets);
        let (decoder, report) = load(limits, &full.save());
        assert_eq!(report[0], 3);
        for domain in decoder.domains() {
            assert!(domain.state_octets <= domain_octets.max(empty));
        }
        // What was kept is whole, and is kept again.
        assert_eq!(load(limits, &decoder.save()).0.save(), decoder.save());
    }
}

#[test]
fn the_budget_holds_and_the_domains_heard_last_are_loaded() {
    let mut full = decoder(1);
    for exporter in 0..=255 {
        let message = Message::v9(1).template(256, &[(8, 4)]);
        receive_from(&mut full, exporter, u32::from(exporter), &message.octets());
    }
    let state_octets = full.state_octets() / 3;
    let limits = Limits::new(1).with_state_octets(state_octets);
    let (decoder, [domains, ..]) = load(limits, &full.save());
    assert!(decoder.state_octets() <= state_octets);
    assert!((30..200).contains(&domains), "{domains}");
    let mut loaded: Vec<_> = decoder
        .domains()
        .map(|domain| domain.key.exporter)
        .collect();
    loaded.sort();
    let last = (0..=255)
        .rev()
        .take(domains)
        .map(|last| ([192, 0, 2, last], 0).into());
    let mut last: Vec<_> = last.collect();
    last.sort();
    assert_eq!(loaded, last);
}

#[test]
fn nothing_is_forgotten_for_what_is_loaded() {
    let mut full = decoder(1);
    for exporter in 0..=255 {
        let message = Message::v9(1).template(256, &[(8, 4)]);
        receive_from(&mut full, exporter, 1, &message.octets());
    }
    let state_octets = full.state_octets();
    let mut decoder = Decoder::new(Limits::new(1).with_state_octets(state_octets));
    decoder.load(&full.save()).unwrap();
    let before = decoder.domain_count();
    let mut report = decoder.load(&world(1).save()).unwrap();
    assert_eq!(decoder.domain_count(), before + report.domains);
    assert!(decoder.state_octets() <= state_octets);
    report = decoder.load(&world(1).save()).unwrap();
    assert!(report.refused > 0);
}

#[test]
fn the_loaded_domains_heard_longest_ago_are_forgotten_first() {
    let mut full = decoder(1);
    for exporter in 0..64 {
        let message = Message::v9(1).template(256, &[(8, 4)]);
        receive_from(&mut full, exporter, u32::from(exporter), &message.octets());
    }
    let state_octets = full.state_octets();
    let mut decoder = Decoder::new(Limits::new(1).with_state_octets(state_octets));
    assert_eq!(decoder.load(&full.save()).unwrap().domains, 64);
    let message = Message::v9(1).template(256, &[(8, 4); 50]);
    receive_from(&mut decoder, 100, 100, &message.octets());
    let known = |exporter: u8| {
        let mut domains = decoder.domains();
        domains.any(|domain| domain.key.exporter.ip() == IpAddr::from([192, 0, 2, exporter]))
    };
    assert!(known(100) && known(63) && !known(0));
}
