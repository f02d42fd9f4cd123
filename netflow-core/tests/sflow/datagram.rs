//! Header, samples and records.

use netflow_core::wire::sflow::{
    DataFormat, Datagram, FlowSample, Interface, Record, SampleKind, SourceId,
};
use netflow_core::{Error, ErrorKind};
use proptest::prelude::*;

use crate::builder::{
    Xdr, announcing, counters_sample, datagram, first_sample, flow_sample, switch, with,
};

fn only_flow<'a>(payload: &'a [u8]) -> FlowSample<'a> {
    let sample = Datagram::parse(payload)
        .unwrap()
        .samples()
        .next()
        .unwrap()
        .unwrap();
    match sample.kind().unwrap() {
        SampleKind::Flow(flow) => flow,
        other => panic!("{other:?}"),
    }
}

fn formats(records: impl Iterator<Item = Result<Record<'static>, Error>>) -> Vec<String> {
    records
        .map(|record| record.unwrap().format().to_string())
        .collect()
}

#[test]
fn a_header_with_an_ipv4_agent_is_read() {
    let payload = datagram(&[]);
    let datagram = Datagram::parse(&payload).unwrap();
    assert_eq!(datagram.version(), 5);
    assert_eq!(datagram.agent_address(), Some([192, 0, 2, 1].into()));
    assert_eq!(datagram.sub_agent_id(), 3);
    assert_eq!(datagram.sequence_number(), 7);
    assert_eq!(datagram.uptime_ms(), 60_000);
    assert_eq!(datagram.sample_count(), 0);
}

#[test]
fn a_header_with_an_ipv6_agent_is_read() {
    let payload = Xdr::words(&[5, 2, 0x2001_0db8, 0, 0, 1, 3, 7, 60_000, 0]).0;
    let datagram = Datagram::parse(&payload).unwrap();
    assert_eq!(datagram.agent_address(), "2001:db8::1".parse().ok());
    assert_eq!(datagram.sequence_number(), 7);
}

#[test]
fn a_header_cut_at_any_length_is_an_error() {
    for (address_type, needed) in [(1, 28), (2, 40)] {
        let whole = Xdr::words(&[5, address_type, 1, 2, 3, 4, 5, 6, 7, 8]).0;
        for length in 0..needed {
            let error = Datagram::parse(&whole[..length]).unwrap_err();
            let ErrorKind::Cut {
                needed: reported,
                left,
                ..
            } = error.kind
            else {
                panic!("{error}");
            };
            assert_eq!((left, error.offset), (length, 0));
            assert_eq!(reported, if length < 8 { 28 } else { needed });
        }
        assert!(Datagram::parse(&whole[..needed]).is_ok());
    }
}

#[test]
fn versions_2_and_4_are_recognised_and_not_read() {
    for version in [2, 4] {
        let payload = Xdr::words(&[version, 1, 1, 1, 1, 1, 0]).0;
        let kind = ErrorKind::UnsupportedVersion {
            protocol: "sFlow",
            version,
        };
        assert_eq!(Datagram::parse(&payload).unwrap_err(), Error::new(kind, 0));
    }
}

#[test]
fn another_protocol_is_no_sflow() {
    let payload = Xdr::words(&[0x0005_0001, 1, 1, 1, 1, 1, 0]).0;
    let kind = ErrorKind::NotFlowExport { version: 5 };
    assert_eq!(Datagram::parse(&payload).unwrap_err(), Error::new(kind, 0));
}

#[test]
fn an_address_of_an_unknown_type_is_an_error() {
    for address_type in [3, u32::MAX] {
        let payload = Xdr::words(&[5, address_type, 1, 1, 1, 1, 1, 1, 1, 1]).0;
        let kind = ErrorKind::AddressType { address_type };
        assert_eq!(Datagram::parse(&payload).unwrap_err(), Error::new(kind, 4));
    }
}

#[test]
fn compact_and_expanded_flow_samples_read_the_same() {
    let compact = datagram(&[flow_sample(&[switch()])]);
    let header = Xdr::words(&[42, 2, 3, 512, 5120, 1, 0, 4, 2, 2, 1]);
    let expanded = datagram(&[(3, with(header, &[switch()]))]);
    for (payload, is_expanded) in [(compact, false), (expanded, true)] {
        let flow = only_flow(&payload);
        assert_eq!(flow.expanded(), is_expanded);
        assert_eq!(flow.sequence_number(), 42);
        assert_eq!(flow.source_id(), SourceId { class: 2, index: 3 });
        assert_eq!(flow.sampling_rate(), 512);
        assert_eq!(flow.sample_pool(), 5120);
        assert_eq!(flow.drops(), 1);
        assert_eq!(flow.input().index(), Some(4));
        assert_eq!(
            flow.output(),
            Interface {
                format: 2,
                value: 2
            }
        );
        assert_eq!(flow.record_count(), 1);
        assert_eq!(flow.records().count(), 1);
    }
}

#[test]
fn compact_and_expanded_counters_samples_read_the_same() {
    let record = [(1002, Xdr::words(&[1, 2, 3]))];
    let compact = datagram(&[counters_sample(&record)]);
    let expanded = datagram(&[(4, with(Xdr::words(&[43, 0, 3, 1]), &record))]);
    for payload in [compact, expanded] {
        let sample = first_sample(&payload);
        let SampleKind::Counters(counters) = sample.kind().unwrap() else {
            panic!("{sample:?}");
        };
        assert_eq!(
            counters.expanded(),
            sample.format() == DataFormat::new(0, 4)
        );
        assert_eq!(counters.sequence_number(), 43);
        assert_eq!(counters.source_id(), SourceId { class: 0, index: 3 });
        assert_eq!(counters.record_count(), 1);
        let record = counters.records().next().unwrap().unwrap();
        assert_eq!(record.structure().unwrap().name(), "radio_utilization");
    }
}

#[test]
fn a_discarded_packet_has_its_reason() {
    let header = Xdr::words(&[42, 0, 3, 1, 4, 0, 289, 1]);
    let payload = datagram(&[(5, with(header, &[switch()]))]);
    let sample = first_sample(&payload);
    let SampleKind::Discarded(discarded) = sample.kind().unwrap() else {
        panic!("{sample:?}");
    };
    assert_eq!(discarded.sequence_number(), 42);
    assert_eq!(discarded.source_id(), SourceId { class: 0, index: 3 });
    assert_eq!(discarded.drops(), 1);
    assert_eq!(discarded.input().index(), Some(4));
    assert_eq!(discarded.output().index(), None);
    assert_eq!(discarded.reason(), 289);
    assert_eq!(discarded.records().count(), 1);
}

#[test]
fn a_compact_interface_has_two_bits_of_format() {
    let interface = Interface::from_compact;
    assert_eq!(interface(7).index(), Some(7));
    assert_eq!(interface(0).index(), None);
    assert_eq!(interface(0x3fff_ffff).index(), None);
    assert!(interface(0x3fff_ffff).is_internal());
    assert_eq!(interface(0x4000_0001).discard_reason(), Some(1));
    assert_eq!(interface(0x4000_0001).index(), None);
    assert_eq!(interface(0x8000_0000).interface_count(), Some(0));
    assert_eq!(interface(7).discard_reason(), None);
    assert_eq!(interface(7).interface_count(), None);
}

#[test]
fn unknown_samples_and_records_are_passed_over() {
    let vendor = DataFormat::new(4300, 1002).tag();
    let samples = [
        (vendor, Xdr::words(&[1, 2, 3])),
        flow_sample(&[(vendor, Xdr::words(&[9])), switch()]),
    ];
    let payload: &'static [u8] = datagram(&samples).leak();
    let samples: Vec<_> = Datagram::parse(payload)
        .unwrap()
        .samples()
        .map(Result::unwrap)
        .collect();
    assert_eq!(samples[0].format().to_string(), "4300:1002");
    assert!(matches!(samples[0].kind(), Ok(SampleKind::Unknown)));
    assert_eq!(samples[0].octets(), Xdr::words(&[1, 2, 3]).0);
    assert_eq!(samples[0].kind().unwrap().records().count(), 0);
    assert_eq!(
        formats(samples[1].kind().unwrap().records()),
        ["4300:1002", "0:1001"]
    );
}

#[test]
fn offsets_count_from_the_start_of_the_datagram() {
    let payload = datagram(&[flow_sample(&[switch()]), flow_sample(&[switch(), switch()])]);
    let samples: Vec<_> = Datagram::parse(&payload)
        .unwrap()
        .samples()
        .map(Result::unwrap)
        .collect();
    assert_eq!(samples[0].offset(), 28);
    assert_eq!(samples[1].offset(), 28 + 8 + 32 + 24);
    let records = samples[1].kind().unwrap().records();
    let offsets: Vec<usize> = records.map(|record| record.unwrap().offset()).collect();
    assert_eq!(offsets, [92 + 8 + 32, 92 + 8 + 32 + 24]);
    for offset in offsets {
        assert_eq!(payload[offset..][..8], Xdr::words(&[1001, 16]).0);
    }
}

#[test]
fn the_sample_count_bounds_the_walk() {
    let payload = announcing(1, &[flow_sample(&[]), flow_sample(&[])]);
    let mut samples = Datagram::parse(&payload).unwrap().samples();
    assert_eq!(samples.by_ref().count(), 1);
    assert_eq!(samples.rest().len(), 40);
}

#[test]
fn more_samples_announced_than_there_is_an_error_at_the_end() {
    let payload = announcing(u32::MAX, &[flow_sample(&[])]);
    let samples: Vec<_> = Datagram::parse(&payload).unwrap().samples().collect();
    let kind = ErrorKind::SampleCount {
        structure: "samples",
        count: u32::MAX,
        found: 1,
    };
    assert_eq!(samples.len(), 2);
    assert_eq!(samples[1], Err(Error::new(kind, payload.len())));
}

#[test]
fn a_sample_past_the_datagram_yields_the_records_that_fit() {
    let whole = datagram(&[flow_sample(&[switch(), switch()])]);
    let payload = &whole[..whole.len() - 24];
    let samples: Vec<_> = Datagram::parse(payload).unwrap().samples().collect();
    let sample = samples[0].unwrap();
    assert!(sample.is_cut());
    assert_eq!((sample.length(), sample.octets().len()), (80, 56));
    let records: Vec<_> = sample.kind().unwrap().records().collect();
    assert!(records[0].is_ok());
    let kind = ErrorKind::SampleCount {
        structure: "flow records",
        count: 2,
        found: 1,
    };
    assert_eq!(records[1], Err(Error::new(kind, payload.len())));
    let kind = ErrorKind::SampleTooLong {
        structure: "sample",
        length: 80,
        left: 56,
    };
    assert_eq!(samples[1], Err(Error::new(kind, 28)));
    assert_eq!(samples.len(), 2);
}

#[test]
fn a_record_past_its_sample_is_returned_shortened() {
    let record = Xdr::words(&[1001, 16, 100, 1, 200]);
    let header = Xdr::words(&[42, 3, 512, 5120, 1, 4, 2, 1]);
    let payload = datagram(&[(1, header.raw(&record.0)), flow_sample(&[])]);
    let records: Vec<_> = only_flow(&payload).records().collect();
    let record = records[0].unwrap();
    assert!(record.is_cut());
    let members: Vec<String> = record.members().map(|m| m.name.to_string()).collect();
    assert_eq!(members, ["src_vlan", "src_priority", "dst_vlan"]);
    let kind = ErrorKind::SampleTooLong {
        structure: "flow record",
        length: 16,
        left: 12,
    };
    assert_eq!(records[1], Err(Error::new(kind, 68)));
    assert_eq!(Datagram::parse(&payload).unwrap().samples().count(), 2);
}

#[test]
fn a_sample_shorter_than_its_header_does_not_end_the_walk() {
    for (tag, needed) in [(1, 32), (2, 12), (3, 44), (4, 16), (5, 32)] {
        for words in 0..needed / 4 {
            let payload = datagram(&[(tag, Xdr::words(&vec![0; words])), flow_sample(&[])]);
            let samples: Vec<_> = Datagram::parse(&payload)
                .unwrap()
                .samples()
                .map(Result::unwrap)
                .collect();
            assert_eq!(samples.len(), 2);
            let error = samples[0].kind().unwrap_err();
            assert_eq!(error.offset, 28);
            let ErrorKind::Cut {
                needed: reported,
                left,
                ..
            } = error.kind
            else {
                panic!("{error}");
            };
            assert_eq!((reported, left), (needed, words * 4));
            assert!(samples[1].kind().is_ok());
        }
    }
}

#[test]
fn octets_after_the_last_record_are_padding() {
    let (tag, sample) = flow_sample(&[switch()]);
    let payload = datagram(&[(tag, sample.and(&[0, 7])), flow_sample(&[])]);
    let mut records = only_flow(&payload).records();
    assert!(records.next().unwrap().is_ok());
    assert!(records.next().is_none());
    assert_eq!(records.rest().len(), 8);
    assert_eq!(Datagram::parse(&payload).unwrap().samples().count(), 2);
}

#[test]
fn a_length_that_is_no_multiple_of_four_is_padded() {
    let text = (1038, Xdr::words(&[6]).raw(b"foobar"));
    let payload: &'static [u8] = datagram(&[flow_sample(&[text, switch()])]).leak();
    assert_eq!(formats(only_flow(payload).records()), ["0:1038", "0:1001"]);
}

#[test]
fn a_datagram_cut_at_any_length_yields_what_fits_then_one_error() {
    let samples = [
        flow_sample(&[switch(), switch()]),
        counters_sample(&[switch()]),
    ];
    let whole = datagram(&samples);
    for length in 28..whole.len() {
        let mut errors = 0;
        for sample in Datagram::parse(&whole[..length]).unwrap().samples() {
            assert_eq!(errors, 0, "nothing follows an error");
            match sample {
                Ok(sample) => {
                    for record in sample.kind().iter().flat_map(SampleKind::records) {
                        assert!(record.map_or(true, |record| record.octets().len() <= 16));
                    }
                }
                Err(error) => {
                    errors += 1;
                    assert!(error.offset <= length);
                }
            }
        }
        assert_eq!(errors, 1);
    }
}

proptest! {
    #[test]
    fn any_octets_are_read_without_panic_or_endless_loop(
        samples in prop::collection::vec((0_u32..7, prop::collection::vec(0_u32..1100, 0..60)), 0..5),
        cut in 0_usize..600,
        count in any::<u32>(),
    ) {
        let samples: Vec<_> = samples.iter().map(|(tag, words)| (*tag, Xdr::words(words))).collect();
        let mut payload = announcing(count, &samples);
        payload.truncate(28 + cut);
        let datagram = Datagram::parse(&payload).unwrap();
        datagram.verify(|error, skipped| {
            assert!(error.offset <= payload.len() && skipped <= payload.len());
        });
        for sample in datagram.samples().flatten() {
            assert!(sample.members().count() <= payload.len());
            for record in sample.kind().iter().flat_map(SampleKind::records).flatten() {
                assert!(record.members().count() <= payload.len());
            }
        }
    }
}
