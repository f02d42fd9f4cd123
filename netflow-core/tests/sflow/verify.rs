//! The walk that proves a datagram.

use netflow_core::wire::sflow::{Counts, DataFormat, Datagram};
use netflow_core::{Error, ErrorKind};

use crate::builder::{
    Xdr, announcing, counters_sample, datagram, flow_sample, gateway, sampled_header, switch, with,
};

fn faults(payload: &[u8]) -> (Counts, Vec<(Error, usize)>) {
    let mut faults = Vec::new();
    let datagram = Datagram::parse(payload).unwrap();
    let counts = datagram.verify(|error, skipped| faults.push((error, skipped)));
    (counts, faults)
}

fn fault(kind: ErrorKind, offset: usize, skipped: usize) -> (Error, usize) {
    (Error::new(kind, offset), skipped)
}

#[test]
fn a_good_datagram_is_counted_and_has_no_fault() {
    let discarded = (
        5,
        with(Xdr::words(&[1, 0, 1, 0, 1, 2, 289, 1]), &[switch()]),
    );
    let if_counters = (1, Xdr::words(&[0; 22]));
    let samples = [
        flow_sample(&[sampled_header(&[7; 61]), switch(), gateway()]),
        counters_sample(&[if_counters, (2, Xdr::words(&[0; 13]))]),
        discarded,
    ];
    let counts = Counts {
        flow_samples: 1,
        counters_samples: 1,
        discarded_packets: 1,
        other_samples: 0,
        flow_records: 4,
        counter_records: 2,
        end: datagram(&samples).len(),
    };
    assert_eq!(faults(&datagram(&samples)), (counts, vec![]));
}

#[test]
fn an_unknown_sample_is_a_fault_and_an_unknown_record_is_none() {
    let vendor = DataFormat::new(1991, 1).tag();
    let samples = [
        (vendor, Xdr::words(&[1, 2])),
        flow_sample(&[(vendor, Xdr::words(&[1]))]),
    ];
    let (counts, faults) = faults(&datagram(&samples));
    let kind = ErrorKind::UnknownSample {
        enterprise: 1991,
        format: 1,
    };
    assert_eq!(faults, [fault(kind, 28, 8)]);
    assert_eq!(
        (
            counts.other_samples,
            counts.flow_samples,
            counts.flow_records
        ),
        (1, 1, 1)
    );
}

#[test]
fn a_cut_sample_is_one_fault_no_matter_what_it_lacks() {
    let whole = datagram(&[flow_sample(&[sampled_header(&[7; 61]), switch()])]);
    for length in 36..whole.len() {
        let (_, faults) = faults(&whole[..length]);
        let [(error, skipped)] = faults[..] else {
            panic!("{length}: {faults:?}");
        };
        assert!(matches!(
            error.kind,
            ErrorKind::SampleTooLong {
                structure: "sample",
                ..
            }
        ));
        assert!(skipped <= length - 36, "{length}: {skipped}");
    }
}

#[test]
fn a_cut_record_is_one_fault_and_costs_only_itself() {
    let (tag, mut sample) = flow_sample(&[switch(), switch()]);
    sample.0.truncate(sample.0.len() - 6);
    let (counts, faults) = faults(&datagram(&[(tag, sample), flow_sample(&[switch()])]));
    // Two members of four are whole; the third is cut after two octets.
    let kind = ErrorKind::SampleTooLong {
        structure: "flow record",
        length: 16,
        left: 10,
    };
    assert_eq!(faults, [fault(kind, 28 + 8 + 32 + 24, 2)]);
    assert_eq!((counts.flow_samples, counts.flow_records), (2, 3));
}

#[test]
fn missing_records_are_a_fault() {
    let payload = datagram(&[(1, Xdr::words(&[1, 2, 3, 4, 5, 6, 7, 2, 1001]))]);
    let kind = ErrorKind::SampleCount {
        structure: "flow records",
        count: 2,
        found: 0,
    };
    assert_eq!(faults(&payload).1, [fault(kind, 68, 4)]);
}

#[test]
fn missing_samples_are_a_fault() {
    let mut payload = announcing(3, &[flow_sample(&[])]);
    payload.extend([1, 2, 3]);
    let kind = ErrorKind::SampleCount {
        structure: "samples",
        count: 3,
        found: 1,
    };
    assert_eq!(faults(&payload).1, [fault(kind, 68, 3)]);
}

#[test]
fn the_end_of_the_last_sample_is_returned_for_what_may_follow() {
    let mut payload = datagram(&[flow_sample(&[])]);
    payload.extend([0; 10]);
    let (counts, faults) = faults(&payload);
    assert_eq!(faults, []);
    assert_eq!(counts.end, 68);
}

#[test]
fn a_short_form_is_no_fault_and_a_structure_cut_inside_a_member_is_one() {
    for (record, name) in [
        ((1001, switch().1), "extended_switch"),
        ((1003, gateway().1), "extended_gateway"),
        ((1002, Xdr::words(&[1, 1, 24, 24])), "extended_router"),
        ((1006, Xdr::words(&[0, 1, 5, 1, 6])), "extended_mpls"),
        ((1007, Xdr::words(&[1, 1, 1, 2])), "extended_nat"),
        (
            (
                1004,
                Xdr::words(&[106]).counted(b"me").and(&[3]).counted(b"you"),
            ),
            "extended_user",
        ),
        (sampled_header(&[7; 8]), "sampled_header"),
    ] {
        let (tag, whole) = record;
        for length in 0..whole.0.len() {
            let cut = Xdr(whole.0[..length].to_vec());
            let (counts, faults) = faults(&datagram(&[flow_sample(&[(tag, cut), switch()])]));
            assert_eq!(counts.flow_records, 2);
            let inside = length % 4 != 0;
            assert!(
                faults.len() == 1 || !inside || name == "extended_user",
                "{name} {length}"
            );
            for (error, skipped) in faults {
                let kind = ErrorKind::StructureCut {
                    structure: name,
                    length,
                };
                assert_eq!(error.kind, kind);
                assert!(skipped <= length);
            }
        }
    }
}

#[test]
fn an_address_of_an_unknown_type_is_a_fault() {
    let router = (1002, Xdr::words(&[7, 1, 2, 3]));
    let payload = datagram(&[flow_sample(&[router, switch()])]);
    let kind = ErrorKind::AddressType { address_type: 7 };
    assert_eq!(faults(&payload).1, [fault(kind, 68 + 8 + 4, 12)]);
}

#[test]
fn octets_after_the_last_record_of_a_sample_are_padding_or_a_fault() {
    for (octet, count) in [(0, 0), (7, 1)] {
        let (tag, sample) = flow_sample(&[]);
        let sample = (tag, sample.raw(&[octet; 4]));
        let faults = faults(&datagram(&[sample])).1;
        assert_eq!(faults.len(), count, "{faults:?}");
        if let [(error, skipped)] = &faults[..] {
            assert_eq!(error.kind, ErrorKind::TrailingOctets { length: 4 });
            assert_eq!(*skipped, 4);
        }
    }
}

#[test]
fn an_agent_may_report_no_address() {
    let mut payload = Xdr::words(&[5, 0, 3, 7, 60_000, 1]);
    let (tag, sample) = flow_sample(&[]);
    payload = payload.block(tag, &sample);
    let (counts, faults) = faults(&payload.0);
    assert_eq!(faults, []);
    assert_eq!(counts.flow_samples, 1);
    let datagram = Datagram::parse(&payload.0).unwrap();
    assert_eq!(datagram.agent_address(), None);
}
