//! Flows of samples whose structures were found by the walk of `decode` are those that a search of
//! the samples finds.

use std::sync::LazyLock;

use netflow_core::field::FlowField;
use netflow_core::{Datagram, Decoded, Decoder, MessageHeader, Rewrite, Set, SetKind};
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert_eq, proptest};
use proptest::sample::Index;

use crate::captured::Captured;
use crate::mutation::{CAPTURES, change};
use crate::{datagram, decoder};

/// The datagrams of sFlow in all captures.
static DATAGRAMS: LazyLock<Vec<&'static Captured>> = LazyLock::new(|| {
    let all = CAPTURES.iter().flatten();
    let is_sflow = |captured: &&Captured| captured.payload.starts_with(&[0, 0, 0, 5]);
    let datagrams: Vec<_> = all.filter(is_sflow).collect();
    assert!(datagrams.len() > 20, "testdata is not complete");
    datagrams
});

/// Every set as it was sent: what is rewritten is searched again.
#[derive(Debug)]
struct Same;

impl Rewrite for Same {
    fn exporter(&self, exporter: core::net::SocketAddr) -> core::net::SocketAddr {
        exporter
    }

    fn header(&mut self, _: &mut MessageHeader) {}

    fn set(&mut self, set: &Set<'_>, body: &mut [u8]) {
        body.copy_from_slice(set.body());
    }
}

/// All fields of all flows, with discarded packets and without, of the whole and set by set.
fn flows(decoded: Decoded<'_>) -> Vec<String> {
    let all = decoded.flows().chain(decoded.flows().with_discarded());
    let by_set = decoded.sets().flat_map(|set| set.flows());
    all.chain(by_set)
        .map(|flow| {
            let fields = FlowField::ALL.iter().map(|field| flow.get(*field));
            let fields: Vec<_> = fields.collect();
            format!("{:?} {:?} {fields:?}", flow.sample(), flow.packet())
        })
        .collect()
}

fn decode(decoder: &mut Decoder, datagram: Datagram<'_>) -> Option<Vec<String>> {
    decoder.decode(datagram).ok().map(flows)
}

proptest! {
    #[test]
    fn measured_samples_have_the_flows_that_a_search_finds(
        few in vec((any::<Index>(), vec(change(), 0..4)), 1..6),
    ) {
        let (mut measured, mut searched) = (decoder(), decoder().with_rewrite(Same));
        for (index, changes) in few {
            let mut payload = DATAGRAMS[index.index(DATAGRAMS.len())].payload.clone();
            for change in changes {
                change.apply(&mut payload);
            }
            let datagram = datagram(1, &payload);
            prop_assert_eq!(decode(&mut measured, datagram), decode(&mut searched, datagram));
        }
    }
}

#[test]
fn the_samples_of_all_captures_have_the_flows_that_a_search_finds() {
    let (mut measured, mut searched) = (decoder(), decoder().with_rewrite(Same));
    let mut count = 0;
    for captured in DATAGRAMS.iter() {
        let flows = decode(&mut measured, captured.datagram());
        assert_eq!(flows, decode(&mut searched, captured.datagram()));
        count += flows.map_or(0, |flows| flows.len());
    }
    assert!(count > 100, "{count} flows were compared");
}

/// A rewritten datagram may have other samples than the one that was walked.
#[test]
fn rewritten_samples_are_searched_again() {
    #[derive(Debug)]
    struct Nothing;

    impl Rewrite for Nothing {
        fn exporter(&self, exporter: core::net::SocketAddr) -> core::net::SocketAddr {
            exporter
        }

        fn header(&mut self, _: &mut MessageHeader) {}

        fn set(&mut self, _: &Set<'_>, _: &mut [u8]) {}
    }

    let example = netflow_core::example::sflow();
    let mut decoder = decoder().with_rewrite(Nothing);
    let decoded = decoder.decode(example).unwrap();
    assert!(decoded.sets().any(|set| set.kind() == SetKind::Samples));
    assert_eq!(decoded.flows().count(), 0);
}
