//! Messages of a header and a number of records of one fixed layout: NetFlow v1, v5, v6 and v7.

use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::error::{Error, ErrorKind};
use crate::wire::prefix;

/// A header that counts the records after it.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::counted::CountingHeader;
/// use netflow_core::wire::v5::Header;
///
/// let (header, _) = Header::parse(example::netflow_v5().payload, 0)?;
/// assert_eq!((header.record_count(), Header::STRUCTURE), (1, "v5 header"));
/// # Ok::<(), netflow_core::Error>(())
/// ```
pub trait CountingHeader: FromBytes + Immutable + KnownLayout + Unaligned {
    /// Name of the structure in an error.
    const STRUCTURE: &'static str;

    /// Records that follow, as the header says.
    fn record_count(&self) -> u16;
}

/// One message: the header and the records that are whole.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::v5;
///
/// let message = v5::Message::parse(example::netflow_v5().payload, 0)?;
/// assert_eq!(message.header().sequence(), 1);
/// let record = message.records()[0];
/// assert_eq!((record.destination_port(), record.octets()), (53, 100));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Message<'a, H, R> {
    header: &'a H,
    records: &'a [R],
    fault: Option<Error>,
}

impl<'a, H, R> Message<'a, H, R>
where
    H: CountingHeader,
    R: FromBytes + Immutable + KnownLayout + Unaligned,
{
    /// Reads the message at the start of `octets`, at `offset` of the payload.
    /// It has as many records as its header counts and its octets hold.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Cut`] when the header is not whole.
    pub fn parse(octets: &'a [u8], offset: usize) -> Result<Self, Error> {
        let (header, rest): (&H, _) = prefix::read(octets, offset, H::STRUCTURE)?;
        let count = header.record_count();
        let fit = rest.len().checked_div(size_of::<R>()).unwrap_or(0);
        let taken = fit.min(usize::from(count));
        let records = <[R]>::ref_from_prefix_with_elems(rest, taken)
            .map(|(records, _)| records)
            .unwrap_or_default();
        let fault = (fit < usize::from(count))
            .then(|| Error::new(ErrorKind::RecordCount { count, fit }, offset));
        Ok(Self {
            header,
            records,
            fault,
        })
    }

    /// The header.
    #[must_use]
    pub const fn header(&self) -> &'a H {
        self.header
    }

    /// The records.
    #[must_use]
    pub const fn records(&self) -> &'a [R] {
        self.records
    }

    /// An error if the header counts more records than there are.
    #[must_use]
    pub const fn fault(&self) -> Option<Error> {
        self.fault
    }
}
