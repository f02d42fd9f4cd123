//! In the steady state nothing is allocated: once an exporter's templates are known
//! and the scratch has grown, datagrams are decoded and read without an allocation.
//! Data that waits for its template is not a steady state: it is kept, within a budget,
//! and the memory that is really taken for state is compared with that.

#[path = "support/captured.rs"]
mod captured;
#[path = "support/walk.rs"]
mod walk;

use allocation_counter::measure;
use netflow_core::field::FlowField;
use netflow_core::{Datagram, Decoder, FlowColumns, Limits, Projection, Timestamp, Transport};

const ROUNDS: usize = 2000;

/// Decodes the datagrams of a capture, templates and all, until nothing is new; then
/// counts the allocations of many more rounds.
fn steady_state(name: &str) {
    let datagrams = captured::read(name);
    let mut decoder = Decoder::new(Limits::new(1));
    let mut projection = Projection::new(FlowField::ALL.iter().copied());
    let mut columns = FlowColumns::new(&projection);
    let mut steps = 0;
    let mut round = |decoder: &mut Decoder| {
        columns.clear();
        for datagram in &datagrams {
            let message = decoder.decode(datagram.datagram()).unwrap();
            steps += walk::everything(message);
            columns.append(&mut projection, &message);
            for set in message.sets() {
                let projected = projection.of(&set);
                for flow in set.flows() {
                    let positions = 0..projected.fields().len();
                    steps += positions
                        .filter(|position| projected.value(&flow, *position).is_some())
                        .count();
                }
            }
        }
    };
    for _ in 0..3 {
        round(&mut decoder);
    }
    let rounds = ROUNDS.div_ceil(datagrams.len());
    let counted = measure(|| {
        for _ in 0..rounds {
            round(&mut decoder);
        }
    });
    assert!(steps > ROUNDS, "{name}: only {steps} things were read");
    assert_eq!(counted.count_total, 0, "{name}: {counted:?}");
}

/// One line a test: its name and the captures in it.
///
/// ```text
/// v5_allocates_nothing: "genuine/sf_v5.pcap";
/// ```
macro_rules! steady_states {
    ($($test:ident: $($name:literal)+;)+) => {
        $(#[test]
        fn $test() {
            $(steady_state($name);)+
        })+
    };
}
steady_states! {
    v1_v5_and_v7_allocate_nothing:
        "genuine/sf_v1.pcap" "genuine/sf_v5.pcap" "genuine/fp_all.pcap";
    v9_allocates_nothing:
        "genuine/pm_v9.pcap" "genuine/sf_v9_ether.pcap" "genuine/sf_v9_sampling.pcap"
        "synthetic/cisco_asa_nsel_v9.pcap";
    ipfix_of_fixed_length_allocates_nothing:
        "genuine/sf_v10.pcap" "genuine/pm_v10.pcap" "genuine/ovs.pcap";
    ipfix_of_variable_length_allocates_nothing:
        "genuine/pyipfix.ipfix" "synthetic/ipfix_variable.pcap";
    ipfix_with_lists_allocates_nothing:
        "genuine/fixbuf_lists.ipfix" "synthetic/ipfix_lists.pcap";
    sflow_allocates_nothing:
        "genuine/pm_sf.pcap" "synthetic/sflow_samples.pcap"
        "synthetic/sflow_all_flow_records.pcap" "synthetic/sflow_all_counters.pcap";
}

/// Octets of state that the decoder may keep.
const BUDGET: usize = 1 << 20;
/// What it takes besides: the templates of the fixed versions, and the scratch.
const BESIDES: u64 = 128 << 10;

/// Decodes what `message` makes of each number, and compares the memory that is really
/// taken with the budget.
fn stays_within_budget(message: impl Fn(u32) -> Vec<u8>) {
    let messages: Vec<Vec<u8>> = (0..20_000).map(message).collect();
    let counted = measure(|| {
        let mut decoder = Decoder::new(Limits::new(1).with_state_octets(BUDGET));
        for payload in &messages {
            let datagram = Datagram::new(
                ([192, 0, 2, 1], 4739).into(),
                Transport::Udp,
                Timestamp::from_secs(1_700_000_000),
                payload,
            );
            decoder.decode(datagram).unwrap();
            assert!(decoder.state_octets() <= BUDGET);
        }
        // It was a flood: at the end the budget is in use.
        assert!(
            decoder.state_octets() > BUDGET / 2,
            "{}",
            decoder.state_octets()
        );
    });
    let budget = u64::try_from(BUDGET).unwrap() + BESIDES;
    assert!(counted.bytes_max <= budget, "{counted:?}");
}

/// An IPFIX message with one set.
fn ipfix(domain: u32, set: u16, body: &[u8]) -> Vec<u8> {
    let len = |octets: usize| u16::try_from(octets).unwrap().to_be_bytes();
    let mut octets = vec![0, 10];
    octets.extend(len(20 + body.len()));
    octets.extend([0; 8]);
    octets.extend(domain.to_be_bytes());
    octets.extend(set.to_be_bytes());
    octets.extend(len(4 + body.len()));
    octets.extend(body);
    octets
}

#[test]
fn templates_of_many_domains_stay_within_the_budget() {
    stays_within_budget(|number| {
        let id = u16::try_from(256 + number % 50).unwrap().to_be_bytes();
        let fields = [0, 2, 0, 8, 0, 4, 0, 82, 0xff, 0xff];
        ipfix(number / 100, 2, &[&id[..], &fields[..]].concat())
    });
}

#[test]
fn data_that_waits_stays_within_the_budget() {
    stays_within_budget(|number| ipfix(number / 10, 256, &[7; 300]));
}

#[test]
fn names_stay_within_the_budget() {
    stays_within_budget(|number| {
        // interfaceName (82) of ingressInterface (10), an options template and its record.
        let mut message = ipfix(
            number / 1000,
            3,
            &[1, 0, 0, 2, 0, 1, 0, 10, 0, 4, 0, 82, 0, 16],
        );
        let mut record = number.to_be_bytes().to_vec();
        record.extend(format!("{number:016}").bytes());
        message.extend(ipfix(number / 1000, 256, &record));
        message
    });
}

#[test]
fn empty_domains_stay_within_the_budget() {
    stays_within_budget(|number| ipfix(number, 256, &[]));
}

#[test]
fn memory_that_one_unusual_datagram_needed_is_freed() {
    // A set with nothing in it takes four octets, and each is a problem too.
    let sets = [0, 4, 0, 4].repeat(16_000);
    let mut strange = ipfix(0, 256, &[]);
    let len = u16::try_from(strange.len() + sets.len()).unwrap();
    strange[2..4].copy_from_slice(&len.to_be_bytes());
    strange.extend(sets);
    let plain = ipfix(0, 2, &[1, 0, 0, 1, 0, 8, 0, 4]);
    let mut decoder = Decoder::new(Limits::new(1));
    let mut decode = |payload: &[u8]| {
        let exporter = "192.0.2.1:1".parse().unwrap();
        let datagram = Datagram::new(exporter, Transport::Udp, Timestamp::default(), payload);
        decoder.decode(datagram).unwrap().sets().count()
    };
    decode(&plain);
    let counted = measure(|| {
        assert!(decode(&strange) > 15_000);
        decode(&plain);
    });
    assert!(counted.bytes_max > 1_000_000, "{counted:?}");
    assert!(counted.bytes_current < 500_000, "{counted:?}");
}

#[test]
fn an_allocation_is_counted() {
    let counted = measure(|| drop(core::hint::black_box(Box::new(7))));
    assert_eq!(counted.count_total, 1);
}

#[test]
fn many_messages_with_options_in_one_datagram_copy_nothing() {
    let mut decoder = Decoder::new(Limits::new(1));
    let name = |number: u32| {
        let template = [1, 0, 0, 2, 0, 1, 0, 10, 0, 4, 0, 82, 0, 4];
        let mut message = ipfix(0, 3, &template);
        let mut record = number.to_be_bytes().to_vec();
        record.extend(number.to_le_bytes());
        message.extend(ipfix(0, 256, &record));
        message
    };
    let decode = |decoder: &mut Decoder, payload: &[u8]| {
        decoder
            .decode(Datagram::new(
                "192.0.2.1:1".parse().unwrap(),
                Transport::Udp,
                Timestamp::default(),
                payload,
            ))
            .unwrap();
    };
    for number in 1..20_000_u32 {
        decode(&mut decoder, &name(number));
    }
    let state = u64::try_from(decoder.state_octets()).unwrap();
    let many: Vec<u8> = (20_000..20_500).flat_map(name).collect();
    let counted = measure(|| decode(&mut decoder, &many));
    assert!(counted.bytes_total < state, "{counted:?} {state}");
}
