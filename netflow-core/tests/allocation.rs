//! In the steady state nothing is allocated: once an exporter's templates are known
//! and the scratch has grown, datagrams are decoded and read without an allocation.

#[path = "support/captured.rs"]
mod captured;
#[path = "support/walk.rs"]
mod walk;

use allocation_counter::measure;
use netflow_core::{Decoder, Limits};

const ROUNDS: usize = 2000;

/// Decodes the datagrams of a capture, templates and all, until nothing is new; then
/// counts the allocations of many more rounds.
fn steady_state(name: &str) {
    let datagrams = captured::read(name);
    let mut decoder = Decoder::new(Limits::new(1));
    let mut steps = 0;
    let mut round = |decoder: &mut Decoder| {
        for datagram in &datagrams {
            let message = decoder.decode(datagram.datagram()).unwrap();
            steps += walk::everything(message);
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
    unknown_templates_allocate_nothing: "synthetic/trap_one_set_unknown.pcap";
}

#[test]
fn an_allocation_is_counted() {
    let counted = measure(|| drop(core::hint::black_box(Box::new(7))));
    assert_eq!(counted.count_total, 1);
}
