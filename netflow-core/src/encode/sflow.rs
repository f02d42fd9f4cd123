//! Datagrams of sFlow version 5 (sFlow version 5, section 5).
//!
//! A [`DatagramBuilder`] takes samples, a [`SampleBuilder`] is one with its
//! records, and [`Xdr`] the octets of a record.
//!
//! ```
//! use netflow_core::encode::sflow::{
//!     DatagramBuilder, DatagramHeader, FlowSampleHeader, SampleBuilder, Xdr,
//! };
//! use netflow_core::wire::sflow::{Datagram, ExtendedSwitch, SampleKind};
//!
//! let header = FlowSampleHeader::default().with_sampling_rate(512);
//! let mut sample = SampleBuilder::flow(&header)?;
//! sample.record(ExtendedSwitch::FORMAT, Xdr::new().u32(100).u32(0).u32(200).u32(0));
//!
//! let mut datagram = DatagramBuilder::new(&DatagramHeader::default().with_agent_address(Some([192, 0, 2, 1].into())));
//! datagram.sample(&sample)?;
//! let payload = datagram.finish();
//!
//! let datagram = Datagram::parse(&payload)?;
//! let SampleKind::Flow(flow) = datagram.samples().next().unwrap()?.kind()? else { panic!() };
//! assert_eq!(flow.sampling_rate(), 512);
//! assert_eq!(flow.records().next().unwrap()?.as_extended_switch().unwrap().dst_vlan(), 200);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod sample;
mod xdr;

use alloc::vec::Vec;
use core::net::IpAddr;

pub use self::sample::{
    CountersSampleHeader, DiscardedPacketHeader, FlowSampleHeader, SampleBuilder,
};
pub use self::xdr::Xdr;
use super::buffer::{LONGEST, buffer_setters};
use super::error::EncodeError;
use crate::wire::sflow::{DataFormat, Datagram};

/// The header of a datagram.
///
/// ```
/// use netflow_core::encode::sflow::{DatagramBuilder, DatagramHeader};
/// use netflow_core::wire::sflow::Datagram;
///
/// let header = DatagramHeader::default().with_agent_address(Some([192, 0, 2, 1].into())).with_sequence_number(9);
/// let payload = DatagramBuilder::new(&header).finish();
/// let datagram = Datagram::parse(&payload)?;
/// assert_eq!((datagram.sequence_number(), datagram.sample_count()), (9, 0));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct DatagramHeader {
    /// The address of the agent, if it reports one.
    pub agent_address: Option<IpAddr>,
    /// Which part of the agent sends.
    pub sub_agent_id: u32,
    /// Datagrams of the sub-agent before this one.
    pub sequence_number: u32,
    /// Milliseconds since the device was started.
    pub uptime_ms: u32,
}

crate::setters!(DatagramHeader {
    with_agent_address(agent_address: Option<IpAddr>),
    with_sub_agent_id(sub_agent_id: u32),
    with_sequence_number(sequence_number: u32),
    with_uptime_ms(uptime_ms: u32),
});

/// The header of a datagram that was sent.
impl From<&Datagram<'_>> for DatagramHeader {
    fn from(datagram: &Datagram<'_>) -> Self {
        Self {
            agent_address: datagram.agent_address(),
            sub_agent_id: datagram.sub_agent_id(),
            sequence_number: datagram.sequence_number(),
            uptime_ms: datagram.uptime_ms(),
        }
    }
}

/// A datagram that is being written.
///
/// ```
/// use netflow_core::encode::sflow::{CountersSampleHeader, DatagramBuilder, DatagramHeader, SampleBuilder};
/// use netflow_core::wire::sflow::Datagram;
///
/// let sample = SampleBuilder::counters(&CountersSampleHeader::default())?;
/// let mut datagram = DatagramBuilder::new(&DatagramHeader::default()).with_limit(1400);
/// datagram.sample(&sample)?;
/// datagram.sample(&sample)?;
/// assert_eq!(Datagram::parse(&datagram.finish())?.sample_count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct DatagramBuilder {
    xdr: Xdr,
    /// Offset of the count of samples.
    place: usize,
    count: u32,
    limit: usize,
}

buffer_setters!(DatagramBuilder: xdr.octets, "Agents usually send at most 1400.");

impl DatagramBuilder {
    /// A datagram without samples yet.
    #[must_use]
    pub fn new(header: &DatagramHeader) -> Self {
        let xdr = Xdr::new()
            .u32(5)
            .address(header.agent_address)
            .u32(header.sub_agent_id)
            .u32(header.sequence_number)
            .u32(header.uptime_ms);
        let place = xdr.len();
        Self {
            xdr: xdr.u32(0),
            place,
            count: 0,
            limit: LONGEST,
        }
    }

    /// Adds a sample with its records.
    ///
    /// # Errors
    ///
    /// [`Full`](EncodeError::Full).
    pub fn sample(&mut self, sample: &SampleBuilder) -> Result<(), EncodeError> {
        self.add(sample.format(), &sample.octets())
    }

    /// Adds a sample of any format as the octets after its length.
    ///
    /// # Errors
    ///
    /// [`Full`](EncodeError::Full).
    pub fn octets(&mut self, format: DataFormat, octets: &[u8]) -> Result<(), EncodeError> {
        self.add(format, octets)
    }

    /// Samples so far.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// The octets of the datagram.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let mut octets = self.xdr.into_octets();
        sample::put(&mut octets, self.place, self.count);
        octets
    }

    fn add(&mut self, format: DataFormat, octets: &[u8]) -> Result<(), EncodeError> {
        /// A format and a length.
        const HEAD: usize = 8;
        let limit = self.limit;
        let padded = octets.len().next_multiple_of(4).saturating_add(HEAD);
        if self.xdr.len().saturating_add(padded) > limit {
            return Err(EncodeError::Full { limit });
        }
        self.xdr.block(format, octets);
        self.count = self.count.wrapping_add(1);
        Ok(())
    }
}
