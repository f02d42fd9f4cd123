//! What was passed over in a datagram, and why.

use core::fmt;

use crate::error::Error;
use crate::header::MessageHeader;

/// One loss: the reason, where, and how many octets.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// // The flow alone, without the sets of templates before it.
/// let ipfix = example::ipfix();
/// let mut payload = [&ipfix.payload[..16], &ipfix.payload[128..]].concat();
/// payload[3] = 61; // the length of the message
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(ipfix.with_payload(&payload))?;
/// let problem = decoded.problems().next().unwrap();
/// assert_eq!(problem.error.kind.code(), "no_template");
/// assert_eq!((problem.set, problem.error.offset), (Some(256), 16));
/// println!("{problem}");
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

/// What is wrong and where, the set, and how much was skipped.
impl fmt::Display for Problem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)?;
        if let Some(set) = self.set {
            write!(f, ", in set {set}")?;
        }
        let plural = if self.octets == 1 { "" } else { "s" };
        write!(f, ": {} octet{plural} skipped", self.octets)
    }
}
