//! What one exporter sends says nothing about another.

use netflow_core::Decoder;
use proptest::prelude::{any, prop_assert_eq, proptest};

use crate::mutation::datagrams;
use crate::{datagram, decoder, rows};

/// The content of one datagram.
fn decode(decoder: &mut Decoder, exporter: u8, payload: &[u8]) -> Result<Vec<String>, String> {
    match decoder.decode(datagram(exporter, payload)) {
        Ok(message) => {
            let mut rows = rows(message);
            // Rates and names announced by options belong to the exporter alone,
            // too.
            rows.extend(message.flows().map(|flow| {
                format!(
                    "{:?} {:?} {:?}",
                    flow.sampling_rate(),
                    flow.input_interface_name(),
                    flow.start()
                )
            }));
            let headers = message.headers();
            rows.extend(headers.map(|header| format!("{:?}", header.sequence_event)));
            Ok(rows)
        }
        Err(error) => Err(error.to_string()),
    }
}

proptest! {
    #[test]
    fn the_answer_does_not_depend_on_other_exporters(
        ours in datagrams(),
        theirs in datagrams(),
        changed: bool,
        before in any::<[bool; 8]>(),
    ) {
        let (mut alone, mut among) = (decoder(), decoder());
        let mut theirs = theirs.iter().cycle();
        for (number, (original, altered)) in ours.iter().enumerate() {
            let payload = if changed { altered } else { original };
            if before[number % before.len()] {
                // The other one sends the very same octets too, and what it likes.
                let _ = decode(&mut among, 2, payload);
                let (original, altered) = theirs.next().unwrap();
                let _ = decode(&mut among, 2, original);
                let _ = decode(&mut among, 3, altered);
            }
            prop_assert_eq!(decode(&mut alone, 1, payload), decode(&mut among, 1, payload));
        }
    }
}
