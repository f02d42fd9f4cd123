//! sFlow: samples of every kind, structures of every kind.

use netflow_core::encode::sflow::{
    CountersSampleHeader, DatagramBuilder, DatagramHeader, DiscardedPacketHeader, FlowSampleHeader,
    SampleBuilder, Xdr,
};
use netflow_core::wire::sflow::{DataFormat, Datagram, Interface, SampleKind, SourceId};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};

use crate::captured;

/// A sample with its records as octets.
#[derive(Debug, Clone, PartialEq)]
struct Sample {
    header: Header,
    records: Vec<(DataFormat, Vec<u8>)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Header {
    Flow(FlowSampleHeader),
    Counters(CountersSampleHeader),
    Discarded(DiscardedPacketHeader),
}

fn interface(expanded: bool) -> impl Strategy<Value = Interface> {
    any::<(u32, u32)>().prop_map(move |(format, value)| {
        let (format, value) = if expanded {
            (format, value)
        } else {
            (format & 3, value & 0x3fff_ffff)
        };
        Interface { format, value }
    })
}

fn source(expanded: bool) -> impl Strategy<Value = SourceId> {
    any::<(u32, u32)>().prop_map(move |(class, index)| {
        let (class, index) = if expanded {
            (class, index)
        } else {
            (class & 0xff, index & 0x00ff_ffff)
        };
        SourceId { class, index }
    })
}

fn header() -> impl Strategy<Value = Header> {
    any::<bool>().prop_flat_map(|expanded| {
        let numbers = any::<[u32; 4]>();
        let flow = (
            source(expanded),
            interface(expanded),
            interface(expanded),
            numbers,
        )
            .prop_map(
                move |(
                    source_id,
                    input,
                    output,
                    [sequence_number, sampling_rate, sample_pool, drops],
                )| {
                    Header::Flow(
                        FlowSampleHeader::default()
                            .with_expanded(expanded)
                            .with_sequence_number(sequence_number)
                            .with_source_id(source_id)
                            .with_sampling_rate(sampling_rate)
                            .with_sample_pool(sample_pool)
                            .with_drops(drops)
                            .with_input(input)
                            .with_output(output),
                    )
                },
            );
        let counters =
            (source(expanded), any::<u32>()).prop_map(move |(source_id, sequence_number)| {
                Header::Counters(
                    CountersSampleHeader::default()
                        .with_expanded(expanded)
                        .with_sequence_number(sequence_number)
                        .with_source_id(source_id),
                )
            });
        // These have no place for the format of an interface.
        let discarded = (source(true), any::<[u32; 5]>()).prop_map(|(source_id, numbers)| {
            let [sequence_number, drops, reason, input, output] = numbers;
            let [input, output] = [input, output].map(|value| Interface { format: 0, value });
            Header::Discarded(
                DiscardedPacketHeader::default()
                    .with_sequence_number(sequence_number)
                    .with_source_id(source_id)
                    .with_drops(drops)
                    .with_input(input)
                    .with_output(output)
                    .with_reason(reason),
            )
        });
        prop_oneof![flow, counters, discarded]
    })
}

fn sample() -> impl Strategy<Value = Sample> {
    // Formats of an enterprise that defines none, so that any octets are a record.
    let format = (1_u32..4096).prop_map(|number| DataFormat::new(999_999, number));
    let records = vec((format, vec(any::<u8>(), 0..70)), 0..5);
    (header(), records).prop_map(|(header, records)| Sample { header, records })
}

fn builder(sample: &Sample) -> SampleBuilder {
    let mut builder = match &sample.header {
        Header::Flow(header) => SampleBuilder::flow(header),
        Header::Counters(header) => SampleBuilder::counters(header),
        Header::Discarded(header) => SampleBuilder::discarded(header),
    }
    .unwrap();
    for (format, octets) in &sample.records {
        builder.record(*format, Xdr::new().raw(octets));
    }
    builder
}

fn read(sample: &netflow_core::wire::sflow::Sample<'_>) -> Sample {
    let kind = sample.kind().unwrap();
    let header = match &kind {
        SampleKind::Flow(sample) => Header::Flow(sample.into()),
        SampleKind::Counters(sample) => Header::Counters(sample.into()),
        SampleKind::Discarded(sample) => Header::Discarded(sample.into()),
        SampleKind::Unknown => panic!("a sample of no kind"),
    };
    let records = kind.records().map(|record| {
        let record = record.unwrap();
        (record.format(), record.octets().to_vec())
    });
    Sample {
        header,
        records: records.collect(),
    }
}

proptest! {
    #[test]
    fn sflow_is_read_as_it_was_written(
        samples in vec(sample(), 0..6),
        agent_address in of(prop_oneof![
            any::<[u8; 4]>().prop_map(core::net::IpAddr::from),
            any::<[u8; 16]>().prop_map(core::net::IpAddr::from),
        ]),
        numbers: [u32; 3],
    ) {
        let [sub_agent_id, sequence_number, uptime_ms] = numbers;
        let header = DatagramHeader::default().with_agent_address(agent_address).with_sub_agent_id(sub_agent_id).with_sequence_number(sequence_number).with_uptime_ms(uptime_ms);
        let mut datagram = DatagramBuilder::new(&header);
        for sample in &samples {
            datagram.sample(&builder(sample)).unwrap();
        }
        let octets = datagram.finish();
        let datagram = Datagram::parse(&octets).unwrap();
        prop_assert_eq!(DatagramHeader::from(&datagram), header);
        let found: Vec<Sample> = datagram.samples().map(|sample| read(&sample.unwrap())).collect();
        prop_assert_eq!(found, samples);
        let mut faults = Vec::new();
        datagram.verify(|error, _| faults.push(error.to_string()));
        prop_assert_eq!(faults, [""; 0]);
    }
}

/// The octets of a datagram made again from what its views say.
fn again(octets: &[u8]) -> Vec<u8> {
    let datagram = Datagram::parse(octets).unwrap();
    let mut builder = DatagramBuilder::new(&DatagramHeader::from(&datagram));
    for sample in datagram.samples() {
        let sample = sample.unwrap();
        let kind = sample.kind().unwrap();
        let Some(mut made) = SampleBuilder::of(&kind).unwrap() else {
            builder.octets(sample.format(), sample.octets()).unwrap();
            continue;
        };
        for record in kind.records() {
            let record = record.unwrap();
            made.record(record.format(), Xdr::members(record.members()));
        }
        builder.sample(&made).unwrap();
    }
    builder.finish()
}

/// Every structure that real agents and the registry have, by its members.
#[test]
fn captured_datagrams_are_made_again_octet_by_octet() {
    let mut made = 0;
    let captures = [
        "genuine/pm_sf.pcap",
        "genuine/ovs.pcap",
        "synthetic/sflow_all_flow_records.pcap",
        "synthetic/sflow_all_counters.pcap",
        "synthetic/sflow_samples.pcap",
    ];
    for capture in captures {
        for datagram in captured::read(capture) {
            let whole = Datagram::parse(&datagram.payload).is_ok_and(|parsed| {
                let mut faults = 0;
                parsed.verify(|_, _| faults += 1);
                faults == 0
            });
            if !whole {
                continue;
            }
            let octets = again(&datagram.payload);
            let place = octets
                .iter()
                .zip(&datagram.payload)
                .position(|(a, b)| a != b);
            assert_eq!(octets.len(), datagram.payload.len());
            // pmacct and Open vSwitch fill up with what lay in their memory.
            let padding = place.is_some_and(|place| octets[place] == 0);
            assert!(
                place.is_none() || padding && capture.starts_with("genuine"),
                "{capture} frame {} octet {place:?}",
                datagram.frame
            );
            assert_eq!(again(&octets), octets);
            made += 1;
        }
    }
    assert!(made > 20, "only {made} datagrams");
}
