//! Whether several exporters share one address.
//!
//! An exporter may change its source port, or send from many (a load balancer, several
//! processes): its sequence numbers then continue from each message to the next, whatever the
//! port. If they continue port by port instead, each port has an exporter of its own.

/// Source ports whose numbers are followed.
const PORTS: usize = 16;
/// Confirmations needed: numbers that continue at a port after another port sent.
const CERTAIN: u64 = 2;

/// The sequence numbers of one observation domain by source port.
#[derive(Debug, Clone, Default)]
pub(crate) struct PortSequences {
    /// The last number of each, in the order they were first seen.
    numbers: Vec<(u16, u32)>,
    last: Option<(u16, u32)>,
    /// Messages whose number is nearer to the last of their own port.
    own: u64,
    /// Messages whose number is nearer to the last of another port, just before.
    shared: u64,
}

impl PortSequences {
    pub(super) fn message(&mut self, port: u16, number: u32) {
        let is_full = self.numbers.len() >= PORTS;
        let own = match self.numbers.iter_mut().find(|(known, _)| *known == port) {
            Some((_, known)) => Some(core::mem::replace(known, number)),
            None if is_full => return,
            None => {
                self.numbers.push((port, number));
                None
            }
        };
        let other = self.last.replace((port, number));
        let other = other.filter(|(other, _)| *other != port);
        if let (Some(own), Some((_, other))) = (own, other) {
            if distance(number, own) < distance(number, other) {
                self.own = self.own.saturating_add(1);
            } else {
                self.shared = self.shared.saturating_add(1);
            }
        }
    }

    /// Whether each port has an exporter of its own. A few numbers may be near by chance.
    pub(super) const fn are_separate(&self) -> bool {
        self.own >= CERTAIN && self.own > self.shared.saturating_mul(4)
    }

    pub(super) fn ports(&self) -> impl Iterator<Item = u16> {
        self.numbers.iter().map(|(port, _)| *port)
    }
}

/// The distance between two numbers of 32 bits that wrap.
fn distance(one: u32, other: u32) -> u32 {
    one.wrapping_sub(other).min(other.wrapping_sub(one))
}

#[cfg(test)]
mod tests {
    use super::PortSequences;

    fn are_separate(messages: impl IntoIterator<Item = (u16, u32)>) -> bool {
        let mut ports = PortSequences::default();
        for (port, number) in messages {
            ports.message(port, number);
        }
        ports.are_separate()
    }

    #[test]
    fn two_that_count_alone_are_separate() {
        let both = (0..4).flat_map(|n| [(1111, 10 + n), (2222, 5_000 + 30 * n)]);
        assert!(are_separate(both));
        let wrap = (0..4).flat_map(|n: u32| [(1, n.wrapping_sub(2)), (2, 90_000 + n)]);
        assert!(are_separate(wrap));
    }

    #[test]
    fn one_exporter_that_sends_from_many_ports_is_not_separate() {
        let balanced = (0..40).map(|n: u32| (if n % 3 == 0 { 1 } else { 2 }, 100 + 25 * n));
        assert!(!are_separate(balanced));
        let changed = (0..9).map(|n| (if n < 5 { 1 } else { 2 }, n));
        assert!(!are_separate(changed));
        let restarted = [(1, 9_000), (1, 9_001), (2, 0), (2, 1), (2, 2)];
        assert!(!are_separate(restarted));
        // Out of order on the way.
        let disorder = [0, 2, 1, 3, 5, 4, 6, 8, 7, 9].map(|n| (if n % 2 == 0 { 1 } else { 2 }, n));
        assert!(!are_separate(disorder));
    }
}
