//! Messages of v1 and v5 to v8: a header and records of one layout.

use alloc::vec::Vec;

use super::buffer::{LONGEST, buffer_setters};
use super::error::EncodeError;
use super::field;
use super::message::put;
use crate::element::{self, ElementId};
use crate::value::Value;
use crate::wire::fixed::{FixedField, FixedLayout};
use crate::wire::template::{FieldKey, FieldLength, FieldSpecifier};

/// The header of a message of a fixed version. Members that a version lacks are
/// left out: v1 ends with the time, v7 has no engine.
///
/// ```
/// use netflow_core::encode::{FixedBuilder, FixedHeader};
/// use netflow_core::wire::{fixed, v5};
///
/// let header = FixedHeader::default().with_unix_secs(1_700_000_000).with_sampling(0x4000 | 100);
/// let message = FixedBuilder::new(fixed::layout(5, 0).unwrap(), header).finish();
/// let (header, _) = v5::Header::parse(&message, 0)?;
/// assert_eq!(header.unix_secs(), 1_700_000_000);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct FixedHeader {
    /// Milliseconds since the exporter started, modulo 2^32.
    pub sys_uptime: u32,
    /// Seconds since 1970.
    pub unix_secs: u32,
    /// Nanoseconds after that.
    pub unix_nsecs: u32,
    /// Flows sent before this message, modulo 2^32.
    pub sequence: u32,
    /// Type of the switching engine.
    pub engine_type: u8,
    /// Number of the switching engine.
    pub engine_id: u8,
    /// Sampling in v5 and v6: mode in the top two bits, interval in the other 14.
    pub sampling: u16,
    /// Version of the aggregation scheme in v8, usually 2.
    pub scheme_version: u8,
}

crate::setters!(FixedHeader {
    with_sys_uptime(sys_uptime: u32),
    with_unix_secs(unix_secs: u32),
    with_unix_nsecs(unix_nsecs: u32),
    with_sequence(sequence: u32),
    with_engine_type(engine_type: u8),
    with_engine_id(engine_id: u8),
    with_sampling(sampling: u16),
    with_scheme_version(scheme_version: u8),
});

/// A message of a fixed version that is being written.
///
/// ```
/// use netflow_core::encode::{FixedBuilder, FixedHeader};
/// use netflow_core::wire::{fixed, v5};
///
/// let layout = fixed::layout(5, 0).unwrap();
/// let mut message = FixedBuilder::new(layout, FixedHeader::default().with_sequence(9));
/// message.named([
///     ("srcaddr", [192, 0, 2, 1].into()),
///     ("dstport", 53_u16.into()),
///     ("dOctets", 1500_u32.into()),
/// ])?;
/// let payload = message.finish();
///
/// let message = v5::Message::parse(&payload, 0).unwrap();
/// assert_eq!(message.header().sequence(), 9);
/// assert_eq!(message.records()[0].destination_port(), 53);
/// # Ok::<(), netflow_core::encode::EncodeError>(())
/// ```
#[derive(Debug)]
pub struct FixedBuilder {
    layout: &'static FixedLayout,
    octets: Vec<u8>,
    limit: usize,
    count: u16,
}

/// Offset of the count.
const COUNT: usize = 2;

buffer_setters!(FixedBuilder: octets, "Exporters send at most 1464 to 1500.");

impl FixedBuilder {
    /// A message of this version, and in v8 this scheme, without records yet.
    #[must_use]
    pub fn new(layout: &'static FixedLayout, header: FixedHeader) -> Self {
        let mut octets = Vec::new();
        octets.extend_from_slice(&layout.version.to_be_bytes());
        octets.extend_from_slice(&[0; 2]);
        let mut word = |word: u32| octets.extend_from_slice(&word.to_be_bytes());
        word(header.sys_uptime);
        word(header.unix_secs);
        word(header.unix_nsecs);
        if layout.version != 1 {
            word(header.sequence);
        }
        let engine = [header.engine_type, header.engine_id];
        match layout.version {
            5 | 6 => {
                octets.extend_from_slice(&engine);
                octets.extend_from_slice(&header.sampling.to_be_bytes());
            }
            7 => octets.extend_from_slice(&[0; 4]),
            8 => {
                octets.extend_from_slice(&engine);
                octets.extend_from_slice(&[layout.scheme, header.scheme_version]);
                octets.extend_from_slice(&[0; 4]);
            }
            _ => {}
        }
        Self {
            layout,
            octets,
            limit: LONGEST,
            count: 0,
        }
    }

    /// Adds a record of these values, one for each field of the layout.
    ///
    /// # Errors
    ///
    /// [`Full`](EncodeError::Full), [`ValueCount`](EncodeError::ValueCount),
    /// [`Length`](EncodeError::Length), [`Type`](EncodeError::Type).
    pub fn record<'v>(
        &mut self,
        values: impl IntoIterator<Item = Value<'v>>,
    ) -> Result<(), EncodeError> {
        let fields = self.layout.fields;
        self.add(|out| {
            let mut values = values.into_iter();
            let wrong = EncodeError::ValueCount {
                fields: fields.len(),
            };
            for field in fields {
                write(field, &values.next().ok_or(wrong)?, out)?;
            }
            values.next().map_or(Ok(()), |_| Err(wrong))
        })
    }

    /// Adds a record of these values by the names of the layout's fields; fields
    /// that are not named are zero.
    ///
    /// # Errors
    ///
    /// As for [`record`](Self::record), and [`Name`](EncodeError::Name).
    pub fn named<const N: usize>(
        &mut self,
        values: [(&str, Value<'_>); N],
    ) -> Result<(), EncodeError> {
        let fields = self.layout.fields;
        let is_known = |name: &str| fields.iter().any(|field| field.name == name);
        if !values.iter().all(|(name, _)| is_known(name)) {
            return Err(EncodeError::Name);
        }
        self.add(|out| {
            for field in fields {
                match values.iter().find(|(name, _)| *name == field.name) {
                    Some((_, value)) => write(field, value, out)?,
                    None => out.extend(core::iter::repeat_n(0, usize::from(field.len))),
                }
            }
            Ok(())
        })
    }

    /// Adds a record as the octets it has on the wire.
    ///
    /// # Errors
    ///
    /// [`Full`](EncodeError::Full), [`RecordLength`](EncodeError::RecordLength).
    pub fn octets(&mut self, octets: &[u8]) -> Result<(), EncodeError> {
        if octets.len() != usize::from(self.layout.record_len) {
            let length = octets.len();
            return Err(EncodeError::RecordLength { id: 0, length });
        }
        self.add(|out| {
            out.extend_from_slice(octets);
            Ok(())
        })
    }

    /// Records so far: the sequence of the next message is higher by this number.
    #[must_use]
    pub const fn count(&self) -> u16 {
        self.count
    }

    /// The octets of the message.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        put(&mut self.octets, COUNT, self.count);
        self.octets
    }

    fn add(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let len = self.octets.len();
        let limit = self.limit;
        let written = write(&mut self.octets).and_then(|()| {
            let count = self.count.checked_add(1);
            match count.filter(|_| self.octets.len() <= limit) {
                Some(count) => {
                    self.count = count;
                    Ok(())
                }
                None => Err(EncodeError::Full { limit }),
            }
        });
        if written.is_err() {
            self.octets.truncate(len);
        }
        written
    }
}

/// Appends the value of a field.
fn write(field: &FixedField, value: &Value<'_>, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let id = ElementId::iana(field.element);
    let specifier = FieldSpecifier {
        key: FieldKey::Element(id),
        length: FieldLength::Fixed(field.len),
    };
    let element = element::get(id).filter(|_| field.element != 0);
    let data_type = element.and_then(|element| element.data_type);
    field::write(&specifier, data_type, value, out)
}
