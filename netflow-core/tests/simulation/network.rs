//! The network: loses, duplicates, reorders.

use crate::history::Message;

/// Random numbers that are the same for the same seed (splitmix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// From 0 to one less than `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// One copy of a message, as it is received.
pub(crate) struct Arrival {
    /// Which message of its exporter.
    pub(crate) message: usize,
    /// Milliseconds since 1970.
    pub(crate) received: u64,
}

const LOST: u64 = 5;
const DUPLICATED: u64 = 2;
const DELAYED: u64 = 15;
/// The most messages that may overtake another.
pub(crate) const DELAY: u64 = 5;
/// The delay of every datagram in the network, in milliseconds.
const LATENCY: u64 = 20;

/// The copies of the messages in the order they are received.
pub(crate) fn deliver(messages: &[Message], random: &mut Random) -> Vec<Arrival> {
    let mut slots = Vec::new();
    for message in 0..messages.len() {
        if random.percent(LOST) {
            continue;
        }
        let copies = if random.percent(DUPLICATED) { 2 } else { 1 };
        for _ in 0..copies {
            // What an unusual first number belongs to is not known if it is not received first.
            let delay = if messages[message].series != 2 && random.percent(DELAYED) {
                random.below(DELAY) + 1
            } else {
                0
            };
            let slot = message + usize::try_from(delay).unwrap();
            slots.push((slot.min(messages.len() - 1), message));
        }
    }
    // After the message that overtakes it.
    slots.sort_by_key(|(slot, message)| (*slot, slot - message));
    slots
        .into_iter()
        .map(|(slot, message)| Arrival {
            message,
            received: messages[slot].sent + LATENCY,
        })
        .collect()
}
