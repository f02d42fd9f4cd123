//! Sets: what a message of v9 or IPFIX is made of (RFC 7011, section 3.3;
//! called FlowSets in RFC 3954).

#[cfg(feature = "alloc")]
use crate::datagram::Protocol;
use crate::error::{Error, ErrorKind};
use crate::wire::reader::OctetReader;

/// The differences between the two protocols that are made of sets.
///
/// ```
/// use netflow_core::wire::set::Dialect;
///
/// assert_eq!(Dialect::NETFLOW_V9.template_set, 0);
/// assert_eq!(Dialect::IPFIX.template_set, 2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dialect {
    /// Id of a set of templates.
    pub template_set: u16,
    /// Id of a set of options templates.
    pub options_template_set: u16,
    /// A field specifier may carry an enterprise number, and a template of no
    /// field withdraws one (IPFIX). Otherwise scope fields have types of their
    /// own, and their length is announced in octets (v9).
    pub enterprise: bool,
}

impl Dialect {
    /// NetFlow version 9 (RFC 3954).
    pub const NETFLOW_V9: Self = Self {
        template_set: 0,
        options_template_set: 1,
        enterprise: false,
    };
    /// IPFIX (RFC 7011).
    pub const IPFIX: Self = Self {
        template_set: 2,
        options_template_set: 3,
        enterprise: true,
    };

    /// The dialect of a protocol; `None` if its messages are not made of sets.
    #[cfg(feature = "alloc")]
    pub(crate) const fn of(protocol: Protocol) -> Option<Self> {
        match protocol {
            Protocol::NetflowV9 => Some(Self::NETFLOW_V9),
            Protocol::Ipfix => Some(Self::IPFIX),
            _ => None,
        }
    }
}

/// The lowest set id that is a template id (RFC 7011, section 3.3.2).
pub const FIRST_DATA_SET: u16 = 256;

/// Octets of the header of a set.
pub const HEADER_LEN: usize = 4;

/// One Set (RFC 7011, section 3.3).
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::ipfix::Header;
/// use netflow_core::wire::set::Sets;
///
/// let (header, octets) = Header::parse(example::ipfix().payload, 0)?;
/// assert_eq!(header.observation_domain_id(), 7);
/// let sets: Vec<_> = Sets::new(octets, Header::LEN).collect::<Result<_, _>>()?;
/// assert_eq!((sets[0].id(), sets[0].offset(), sets[0].body().len()), (2, 16, 44));
/// assert_eq!(sets.last().unwrap().id(), 256);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Set<'a> {
    id: u16,
    body: &'a [u8],
    offset: usize,
    fault: Option<Error>,
}

impl<'a> Set<'a> {
    /// The set id: the kind of the set, or the id of the template of its data.
    #[must_use]
    pub const fn id(&self) -> u16 {
        self.id
    }

    /// The octets after the header, padding included.
    #[must_use]
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// Where in the payload the header begins.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Where in the payload the body begins.
    #[must_use]
    pub const fn body_offset(&self) -> usize {
        self.offset.saturating_add(HEADER_LEN)
    }

    /// An error if the set runs past its message; the body ends where the message does.
    #[must_use]
    pub const fn fault(&self) -> Option<Error> {
        self.fault
    }
}

/// The sets of a message, in order. Ends after its first error; octets of
/// zero after the last set are padding and no error.
#[derive(Debug, Clone)]
pub struct Sets<'a> {
    reader: OctetReader<'a>,
}

impl<'a> Sets<'a> {
    /// The sets in the octets after a message header, which are at `offset`
    /// of the payload.
    #[must_use]
    pub const fn new(octets: &'a [u8], offset: usize) -> Self {
        Self {
            reader: OctetReader::new(octets, offset),
        }
    }

    fn end(&mut self, kind: ErrorKind, offset: usize) -> Option<Result<Set<'a>, Error>> {
        self.reader.rest();
        Some(Err(Error::new(kind, offset)))
    }
}

impl<'a> Iterator for Sets<'a> {
    type Item = Result<Set<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let offset = self.reader.offset();
        let all = self.reader.octets();
        let (Some(id), Some(length)) = (self.reader.u16(), self.reader.u16()) else {
            self.reader.rest();
            return is_padding(all).then_some(()).map_or_else(
                || {
                    let length = all.len();
                    self.end(ErrorKind::TrailingOctets { length }, offset)
                },
                |()| None,
            );
        };
        let Some(body_len) = usize::from(length).checked_sub(HEADER_LEN) else {
            if is_padding(all) {
                self.reader.rest();
                return None;
            }
            return self.end(ErrorKind::SetTooShort { length }, offset);
        };
        let left = self.reader.len();
        let fault = (left < body_len).then(|| {
            let left = all.len();
            Error::new(ErrorKind::SetTooLong { length, left }, offset)
        });
        let body = self.reader.take(body_len.min(left))?;
        Some(Ok(Set {
            id,
            body,
            offset,
            fault,
        }))
    }
}

/// All zero, as exporters fill a message up (Palo Alto PAN-OS to the length of a frame).
fn is_padding(octets: &[u8]) -> bool {
    octets.iter().all(|octet| *octet == 0)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{ErrorKind, Sets};

    fn ids(octets: &[u8]) -> Vec<Result<(u16, usize), ErrorKind>> {
        Sets::new(octets, 16)
            .map(|set| {
                set.map(|set| (set.id(), set.body().len()))
                    .map_err(|error| error.kind)
            })
            .collect()
    }

    #[test]
    fn sets_follow_each_other() {
        let octets = [1, 0, 0, 6, 9, 9, 1, 1, 0, 4];
        assert_eq!(ids(&octets), [Ok((256, 2)), Ok((257, 0))]);
    }

    #[test]
    fn a_set_shorter_than_its_header_is_an_error_and_ends_the_sets() {
        for length in 0..4 {
            let octets = [1, 0, 0, length, 1, 0, 0, 4];
            let length = u16::from(length);
            assert_eq!(ids(&octets), [Err(ErrorKind::SetTooShort { length })]);
        }
    }

    #[test]
    fn a_set_that_runs_past_its_message_gives_what_is_there() {
        let mut sets = Sets::new(&[1, 0, 0, 60, 7, 7], 16);
        let set = sets.next().unwrap().unwrap();
        assert_eq!(set.body(), [7, 7]);
        let fault = set.fault().unwrap();
        assert_eq!(fault.offset, 16);
        assert_eq!(
            fault.kind,
            ErrorKind::SetTooLong {
                length: 60,
                left: 6
            }
        );
        assert!(sets.next().is_none());
    }

    #[test]
    fn zeros_behind_the_last_set_are_padding() {
        for zeros in 0..9 {
            let mut octets = Vec::from([1, 0, 0, 4]);
            octets.resize(4 + zeros, 0);
            assert_eq!(ids(&octets), [Ok((256, 0))]);
        }
    }

    #[test]
    fn other_octets_behind_the_last_set_are_an_error() {
        let octets = [1, 0, 0, 4, 0, 7];
        assert_eq!(
            ids(&octets),
            [Ok((256, 0)), Err(ErrorKind::TrailingOctets { length: 2 })]
        );
    }
}
