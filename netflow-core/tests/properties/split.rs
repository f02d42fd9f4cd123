//! Any octets, however they are parted into datagrams: no panic, no loop, bounded
//! memory.

use netflow_core::{Decoder, Limits};
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert_eq, proptest};
use proptest::sample::Index;

use crate::mutation::datagrams;
use crate::{datagram, walk};

/// Reads them all, and keeps to the budget.
fn read<'o, I: IntoIterator<Item = &'o [u8]>>(payloads: I) -> Result<(), String> {
    let limits = Limits::new(1)
        .with_state_octets(1 << 20)
        .with_domain_octets(1 << 18)
        .with_waiting_octets(1 << 16);
    let mut decoder = Decoder::new(limits);
    for (number, payload) in payloads.into_iter().enumerate() {
        let exporter = u8::try_from(number % 3).unwrap_or(0);
        if let Ok(message) = decoder.decode(datagram(exporter, payload)) {
            walk::everything(message);
        }
        if decoder.state_octets() > limits.state_octets {
            return Err(format!("state takes {} octets", decoder.state_octets()));
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn random_octets_do_no_harm(
        octets in vec(any::<u8>(), 0..2000),
        cuts in vec(any::<Index>(), 0..6),
        version in proptest::sample::select(vec![0_u16, 1, 5, 6, 7, 8, 9, 10]),
    ) {
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(octets.len() + 1)).collect();
        places.extend([0, octets.len()]);
        places.sort_unstable();
        let parts: Vec<Vec<u8>> = places.windows(2).map(|pair| {
            let mut part = version.to_be_bytes().to_vec();
            if version == 0 {
                part.extend([0, 5]);
            }
            part.extend(&octets[pair[0]..pair[1]]);
            part
        }).collect();
        prop_assert_eq!(read(parts.iter().map(Vec::as_slice)), Ok(()));
        prop_assert_eq!(read([octets.as_slice()]), Ok(()));
    }

    #[test]
    fn changed_datagrams_do_no_harm(datagrams in datagrams(), cuts in vec(any::<Index>(), 0..4)) {
        let changed = datagrams.iter().map(|(_, changed)| changed.as_slice());
        prop_assert_eq!(read(changed.clone()), Ok(()));
        // The same octets parted elsewhere.
        let octets: Vec<u8> = changed.flatten().copied().collect();
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(octets.len() + 1)).collect();
        places.extend([0, octets.len()]);
        places.sort_unstable();
        prop_assert_eq!(read(places.windows(2).map(|pair| &octets[pair[0]..pair[1]])), Ok(()));
    }
}
