//! A bad datagram costs itself, not the next one.

use netflow_core::{Decoder, SetKind};
use proptest::prelude::{prop_assert_eq, proptest};

use crate::mutation::datagrams;
use crate::{datagram, decoder, rows};

/// Whether a datagram changes the exporter's state, or releases waiting data: then
/// the next may well be read otherwise.
fn changes_state(decoder: &mut Decoder, payload: &[u8]) -> bool {
    decoder.decode(datagram(1, payload)).is_ok_and(|message| {
        message.sets().any(|set| {
            let kind = set.kind();
            let data = matches!(kind, SetKind::Data | SetKind::Reserved | SetKind::Samples);
            !data || set.is_late()
        })
    })
}

fn decode(decoder: &mut Decoder, payload: &[u8]) -> Option<Vec<String>> {
    decoder.decode(datagram(1, payload)).ok().map(rows)
}

proptest! {
    #[test]
    fn a_datagram_after_a_bad_one_is_decoded_as_without_it(datagrams in datagrams()) {
        let (mut with, mut without, mut probe) = (decoder(), decoder(), decoder());
        for (good, changed) in &datagrams {
            let _ = probe.decode(datagram(1, good));
            prop_assert_eq!(decode(&mut with, good), decode(&mut without, good));
            if good != changed && !changes_state(&mut probe, changed) {
                let _ = decode(&mut with, changed);
            }
            prop_assert_eq!(decode(&mut with, good), decode(&mut without, good));
        }
    }
}
