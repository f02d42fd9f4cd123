//! Rows of one worker for one output, gathered until they are worth a chunk.

use core::fmt;
use core::mem;

#[cfg(feature = "columns")]
use netflow_arrow::{FlowBatchBuilder, RecordBatch};
#[cfg(feature = "ipfix")]
use netflow_core::Flow;
#[cfg(feature = "ipfix")]
use netflow_core::encode::{Relay, RelayLimits};
use netflow_core::{Datagram, Decoded, Error, Stats};
#[cfg(feature = "ipfix")]
use netflow_query::Filter;

use super::chunk::Payload;
use super::config::{Encoding, EncodingKind};
use super::keyed::KeyedRows;
use crate::format::{Format, FormatError, Framing, Selection};

/// Octets of rows that are gathered before they are handed over.
pub(super) const GATHERED: usize = 64 * 1024;

/// Makes rows, and passes them on with their number.
pub(super) enum Encoder {
    Rows(RowEncoder),
    Count(Box<FlowCount>),
    #[cfg(feature = "columns")]
    Columns(Box<FlowBatchBuilder>),
    #[cfg(feature = "ipfix")]
    Ipfix(Box<IpfixEncoder>),
}

/// Rows of a format.
pub(super) struct RowEncoder {
    format: Box<dyn Format + Send>,
    framing: Framing,
    buffer: Vec<u8>,
    /// The keys of rows in the buffer, if they have any.
    keys: Option<KeyedRows>,
}

/// Flows that are counted and not written.
#[derive(Debug)]
pub(super) struct FlowCount {
    selection: Selection,
    /// Flows that are not passed on yet.
    flows: u64,
}

/// Messages of IPFIX, gathered like rows.
#[cfg(feature = "ipfix")]
#[derive(Debug)]
pub(super) struct IpfixEncoder {
    relay: Relay,
    buffer: Vec<u8>,
    /// Data records in the buffer.
    records: u64,
    /// Records too long for a message that are not reported yet.
    refused: u64,
    /// Keeps the observation domains of this worker apart from those of other workers.
    domains: u32,
    /// The flows that are sent; all if there is none.
    filter: Option<Filter>,
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => f.debug_tuple("Rows").field(&rows.framing).finish(),
            Self::Count(count) => count.fmt(f),
            #[cfg(feature = "columns")]
            Self::Columns(builder) => f.debug_tuple("Columns").field(builder).finish(),
            #[cfg(feature = "ipfix")]
            Self::Ipfix(encoder) => encoder.fmt(f),
        }
    }
}

impl Encoder {
    #[cfg_attr(
        not(feature = "ipfix"),
        expect(unused_variables, reason = "the number of the worker is for IPFIX")
    )]
    pub(super) fn new(encoding: &Encoding, worker: u32) -> Self {
        match &encoding.0 {
            EncodingKind::Rows(make) => Self::Rows(RowEncoder::new(make(), None)),
            EncodingKind::Keyed(make, key) => {
                Self::Rows(RowEncoder::new(make(), Some(KeyedRows::new(*key))))
            }
            EncodingKind::Count(selection) => Self::Count(Box::new(FlowCount {
                selection: selection.as_ref().clone(),
                flows: 0,
            })),
            #[cfg(feature = "columns")]
            EncodingKind::Columns(columns) => {
                Self::Columns(Box::new(FlowBatchBuilder::new(columns.options())))
            }
            #[cfg(feature = "ipfix")]
            EncodingKind::Ipfix(filter) => {
                Self::Ipfix(Box::new(IpfixEncoder::new(worker, filter.clone())))
            }
        }
    }

    pub(super) fn message(
        &mut self,
        message: &Decoded<'_>,
        each: &mut impl FnMut(Payload, u64),
    ) -> Result<(), FormatError> {
        match self {
            Self::Rows(rows) => {
                if let Some(keys) = &mut rows.keys {
                    keys.begin_message(message, &mut rows.buffer);
                }
                let written = rows.format.message(message, &mut rows.buffer);
                rows.end_block();
                rows.pass_on_if_large(each);
                written
            }
            Self::Count(count) => {
                count.flows += count.selection.count(message);
                Ok(())
            }
            #[cfg(feature = "columns")]
            Self::Columns(builder) => {
                let appended = builder.append(message, |batch| {
                    pass_batch_on(batch, each);
                    Ok(())
                });
                appended.map_err(FormatError::new)
            }
            #[cfg(feature = "ipfix")]
            Self::Ipfix(encoder) => {
                encoder.message(message, each);
                Ok(())
            }
        }
    }

    pub(super) fn unreadable(
        &mut self,
        datagram: &Datagram<'_>,
        error: &Error,
        each: &mut impl FnMut(Payload, u64),
    ) {
        match self {
            Self::Rows(rows) => {
                if let Some(keys) = &mut rows.keys {
                    keys.begin_datagram(datagram, &mut rows.buffer);
                }
                rows.format.unreadable(datagram, error, &mut rows.buffer);
                rows.end_block();
                rows.pass_on_if_large(each);
            }
            Self::Count(_) => {}
            #[cfg(feature = "columns")]
            Self::Columns(_) => {}
            #[cfg(feature = "ipfix")]
            Self::Ipfix(_) => {}
        }
    }

    /// Passes on all rows.
    pub(super) fn flush(&mut self, each: &mut impl FnMut(Payload, u64)) -> Result<(), FormatError> {
        match self {
            Self::Rows(rows) => {
                rows.begin_rest();
                rows.format.flush(&mut rows.buffer);
                rows.end_block();
                if !rows.buffer.is_empty() {
                    rows.pass_on(each);
                }
            }
            Self::Count(count) => count.flush(each),
            #[cfg(feature = "columns")]
            Self::Columns(builder) => {
                let batch = builder.finish().map_err(FormatError::new)?;
                pass_batch_on(batch, each);
            }
            #[cfg(feature = "ipfix")]
            Self::Ipfix(encoder) => encoder.flush(each),
        }
        Ok(())
    }

    /// Adds what comes after the last row.
    pub(super) fn finish(&mut self, stats: &Stats) -> Result<(), FormatError> {
        match self {
            Self::Rows(rows) => {
                rows.begin_rest();
                let finished = rows.format.finish(stats, &mut rows.buffer);
                rows.end_block();
                finished
            }
            Self::Count(_) => Ok(()),
            #[cfg(feature = "columns")]
            Self::Columns(_) => Ok(()),
            #[cfg(feature = "ipfix")]
            Self::Ipfix(_) => Ok(()),
        }
    }

    /// Flows since the last call that the format cannot express.
    pub(super) fn take_left_out(&mut self) -> u64 {
        match self {
            Self::Rows(rows) => rows.format.take_left_out(),
            Self::Count(_) => 0,
            #[cfg(feature = "columns")]
            Self::Columns(_) => 0,
            #[cfg(feature = "ipfix")]
            Self::Ipfix(_) => 0,
        }
    }

    /// Records that could not be written, since the last call.
    #[cfg(feature = "ipfix")]
    pub(super) fn take_refused(&mut self) -> u64 {
        match self {
            Self::Ipfix(encoder) => mem::take(&mut encoder.refused),
            _ => 0,
        }
    }
}

impl RowEncoder {
    fn new(mut format: Box<dyn Format + Send>, keys: Option<KeyedRows>) -> Self {
        // The writer has the first octets of each file.
        format.begin(&mut Vec::new());
        Self {
            framing: format.framing(),
            format,
            buffer: Vec::with_capacity(GATHERED),
            keys,
        }
    }

    /// Rows that belong to no message follow.
    fn begin_rest(&mut self) {
        if let Some(keys) = &mut self.keys {
            keys.begin(&[], &mut self.buffer);
        }
    }

    fn end_block(&mut self) {
        if let Some(keys) = &mut self.keys {
            keys.end(self.framing, &mut self.buffer);
        }
    }

    fn pass_on_if_large(&mut self, each: &mut impl FnMut(Payload, u64)) {
        if self.buffer.len() >= GATHERED {
            self.pass_on(each);
        }
    }

    /// Passes on what was gathered.
    fn pass_on(&mut self, each: &mut impl FnMut(Payload, u64)) {
        let mut rows = mem::replace(&mut self.buffer, Vec::with_capacity(GATHERED));
        // What a queue counts is memory.
        rows.shrink_to_fit();
        let count = match &mut self.keys {
            Some(keys) => keys.take_rows(),
            None => self.framing.count(&rows),
        };
        each(Payload::Rows(rows), count);
    }
}

impl FlowCount {
    /// Passes on the number alone.
    fn flush(&mut self, each: &mut impl FnMut(Payload, u64)) {
        if self.flows > 0 {
            each(Payload::Rows(Vec::new()), mem::take(&mut self.flows));
        }
    }
}

#[cfg(feature = "ipfix")]
impl IpfixEncoder {
    fn new(worker: u32, filter: Option<Filter>) -> Self {
        Self {
            relay: Relay::new(RelayLimits::default()),
            buffer: Vec::with_capacity(GATHERED),
            records: 0,
            refused: 0,
            // A relay counts its domains from 1. Those of 256 workers are apart.
            domains: worker << 24,
            filter,
        }
    }

    fn message(&mut self, message: &Decoded<'_>, each: &mut impl FnMut(Payload, u64)) {
        let before = *self.relay.stats();
        let (buffer, domains) = (&mut self.buffer, self.domains);
        let filter = self.filter.as_ref();
        let matches = |flow: &Flow<'_>| filter.is_none_or(|filter| filter.matches(flow));
        self.relay.forward_where(*message, matches, |message| {
            let domain = message.get(12..).and_then(<[u8]>::first_chunk);
            let domain = domain.copied().map_or(0, u32::from_be_bytes) ^ domains;
            buffer.extend_from_slice(message.get(..12).unwrap_or_default());
            buffer.extend_from_slice(&domain.to_be_bytes());
            buffer.extend_from_slice(message.get(16..).unwrap_or_default());
        });
        let stats = self.relay.stats();
        self.records += stats.records.saturating_sub(before.records);
        self.refused += stats.refused.saturating_sub(before.refused);
        if self.buffer.len() >= GATHERED {
            self.flush(each);
        }
    }

    fn flush(&mut self, each: &mut impl FnMut(Payload, u64)) {
        if !self.buffer.is_empty() {
            let messages = mem::replace(&mut self.buffer, Vec::with_capacity(GATHERED));
            each(Payload::Rows(messages), mem::take(&mut self.records));
        }
    }
}

#[cfg(feature = "columns")]
fn pass_batch_on(batch: RecordBatch, each: &mut impl FnMut(Payload, u64)) {
    if batch.num_rows() > 0 {
        let count = u64::try_from(batch.num_rows()).unwrap_or(u64::MAX);
        each(Payload::Batch(batch), count);
    }
}
