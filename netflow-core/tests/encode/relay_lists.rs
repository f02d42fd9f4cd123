//! A relay keeps the records of lists, under its own templates.

use netflow_core::encode::{Relay, RelayLimits};
use proptest::prelude::{prop_assert_eq, proptest};

use crate::lists::{Tree, message, read, tree};
use crate::{datagram, decoder};

/// The same without parts of no records: nobody looked for their template.
fn without_empty_parts(tree: &Tree) -> Tree {
    match tree {
        Tree::Parts(semantic, parts) => {
            let parts = parts.iter().filter(|part| !part.is_empty());
            Tree::Parts(*semantic, parts.cloned().collect())
        }
        Tree::Lists(semantic, lists) => {
            Tree::Lists(*semantic, lists.iter().map(without_empty_parts).collect())
        }
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn lists_are_relayed(tree in tree()) {
        let octets = message(&tree);
        let limits = RelayLimits::default().with_message_octets(65_535);
        let (mut relay, mut from, mut to) = (Relay::new(limits), decoder(), decoder());
        let mut found = Vec::new();
        relay.forward(from.decode(datagram(&octets)).unwrap(), |octets| {
            let message = to.decode(datagram(octets)).unwrap();
            found.extend(message.problems().map(|problem| Err(problem.error.to_string())));
            found.extend(message.records().map(|record| Ok(read(&record, &tree))));
        });
        let found: Vec<_> = found.into_iter().map(|tree| tree.map(|tree| without_empty_parts(&tree))).collect();
        prop_assert_eq!(found, [Ok(without_empty_parts(&tree))]);
    }
}
