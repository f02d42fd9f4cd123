//! What was passed over in a datagram, and why.

use crate::error::Error;
use crate::header::MessageHeader;

/// One loss: the reason, where, and how many octets.
///
/// ```
/// # use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
/// # // IPFIX, domain 7: template 256 of source address and octets, and one record.
/// # let payload = [
/// #     0, 10, 0, 44, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7,
/// #     0, 2, 0, 16, 1, 0, 0, 2, 0, 8, 0, 4, 0, 1, 0, 4,
/// #     1, 0, 0, 12, 192, 0, 2, 1, 0, 0, 5, 0xdc,
/// # ];
/// # let exporter = "198.51.100.1:50000".parse().unwrap();
/// # let received = Timestamp::from_secs(1_700_000_000);
/// # let datagram = Datagram::new(exporter, Transport::Udp, received, &payload);
/// # let mut decoder = Decoder::new(Limits::default());
/// // The record alone: its template never came.
/// let data = [&payload[..2], &[0, 28][..], &payload[4..16], &payload[32..]].concat();
/// let decoded = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &data))?;
/// let problem = decoded.problems().next().unwrap();
/// assert_eq!(problem.error.kind.code(), "no_template");
/// assert_eq!(problem.set, Some(256));
/// println!("{}", problem.error);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Problem<'m> {
    /// What is wrong, at which octet of the payload.
    pub error: Error,
    /// The set it is in, if it is in one.
    pub set: Option<u16>,
    /// Octets that were skipped because of it.
    pub octets: usize,
    /// The header of its message.
    pub header: &'m MessageHeader,
}
