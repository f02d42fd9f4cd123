//! Whether several exporters hide behind one address.
//!
//! An exporter may change its port, and send from many where a load balancer or its own
//! processes stand between: its numbers go on from each message to the next, whatever the
//! port. If they go on from port to port instead, there is an exporter behind each.

/// Ports that are told apart.
const PORTS: usize = 16;
/// How often numbers have to go on at a port that was left before.
const CERTAIN: u64 = 2;

/// The sequence numbers of one observation domain by source port.
#[derive(Debug, Default)]
pub(crate) struct Ports {
    /// The last number of each, in the order they were first seen.
    numbers: Vec<(u16, u32)>,
    last: Option<(u16, u32)>,
    /// Messages whose number is nearer to the last of their own port.
    own: u64,
    /// Messages whose number is nearer to that of another port just before.
    shared: u64,
}

impl Ports {
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
                self.own += 1;
            } else {
                self.shared += 1;
            }
        }
    }

    /// Each port has an exporter of its own; a few numbers may be near by chance.
    pub(super) const fn are_apart(&self) -> bool {
        self.own >= CERTAIN && self.own > self.shared.saturating_mul(4)
    }

    pub(super) fn ports(&self) -> impl Iterator<Item = u16> {
        self.numbers.iter().map(|(port, _)| *port)
    }
}

/// How far numbers are apart that wrap.
fn distance(one: u32, other: u32) -> u32 {
    one.wrapping_sub(other).min(other.wrapping_sub(one))
}

#[cfg(test)]
mod tests {
    use super::Ports;

    fn is_apart(messages: impl IntoIterator<Item = (u16, u32)>) -> bool {
        let mut ports = Ports::default();
        for (port, number) in messages {
            ports.message(port, number);
        }
        ports.are_apart()
    }

    #[test]
    fn two_that_count_alone_are_apart() {
        let both = (0..4).flat_map(|n| [(1111, 10 + n), (2222, 5_000 + 30 * n)]);
        assert!(is_apart(both));
        let wrap = (0..4).flat_map(|n: u32| [(1, n.wrapping_sub(2)), (2, 90_000 + n)]);
        assert!(is_apart(wrap));
    }

    #[test]
    fn one_that_sends_from_many_ports_is_one() {
        let balanced = (0..40).map(|n: u32| (if n % 3 == 0 { 1 } else { 2 }, 100 + 25 * n));
        assert!(!is_apart(balanced));
        let changed = (0..9).map(|n| (if n < 5 { 1 } else { 2 }, n));
        assert!(!is_apart(changed));
        let restarted = [(1, 9_000), (1, 9_001), (2, 0), (2, 1), (2, 2)];
        assert!(!is_apart(restarted));
        // Out of order on the way.
        let disorder = [0, 2, 1, 3, 5, 4, 6, 8, 7, 9].map(|n| (if n % 2 == 0 { 1 } else { 2 }, n));
        assert!(!is_apart(disorder));
    }
}
