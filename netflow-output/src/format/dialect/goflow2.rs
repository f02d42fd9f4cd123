//! The flow messages of goflow2, as JSON lines and as protobuf.

mod json;
mod message;
mod packet;
mod protobuf;
mod record;

use netflow_core::{Decoded, Protocol, Set, SetKind};

use self::message::FlowMessage;
use super::{Additions, Faults};
use crate::format::{Format, FormatError, Framing};

/// How flow messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Goflow2Form {
    /// One JSON object a line.
    #[default]
    Json,
    /// Protobuf, each message after its length as a varint.
    Protobuf,
}

/// Options of the messages of goflow2.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Goflow2Options {
    /// How they are written.
    pub form: Goflow2Form,
    /// Whether known faults of the original are copied.
    pub faults: Faults,
    /// Tags and fields that each object of JSON gets.
    pub additions: Additions,
}

/// The flow messages of goflow2.
///
/// Numbers of the fields of protobuf are those of goflow2's `flow.proto`; `docs/src/goflow2.proto` has
/// them.
#[derive(Debug, Default)]
pub struct Goflow2 {
    options: Goflow2Options,
    body: Vec<u8>,
    /// Flows of versions that goflow2 does not read.
    left_out: u64,
}

impl Goflow2 {
    /// Messages with these options.
    #[must_use]
    pub const fn new(options: Goflow2Options) -> Self {
        Self {
            options,
            body: Vec::new(),
            left_out: 0,
        }
    }

    fn set(&mut self, set: &Set<'_>, out: &mut Vec<u8>) {
        let faults = self.options.faults;
        if !matches!(set.kind(), SetKind::Data | SetKind::Samples) {
            return;
        }
        let is_read = match set.header().protocol {
            Protocol::NetflowV5 | Protocol::NetflowV9 | Protocol::Ipfix | Protocol::SflowV5 => true,
            // goflow2 does not read the others.
            _ => !faults.are_copied(),
        };
        if !is_read {
            self.left_out += set.flows().count() as u64;
            return;
        }
        for flow in set.flows() {
            let message = match flow.record() {
                Some(record) => FlowMessage::of_record(&flow, record, faults),
                None => FlowMessage::of_sample(&flow, faults),
            };
            match self.options.form {
                Goflow2Form::Json => json::write(&message, &self.options.additions, out),
                Goflow2Form::Protobuf => protobuf::write(&message, &mut self.body, out),
            }
        }
    }
}

/// Problems have no message: goflow2 has none either.
impl Format for Goflow2 {
    fn message(&mut self, decoded: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        for set in decoded.sets() {
            self.set(&set, out);
        }
        Ok(())
    }

    fn has_independent_rows(&self) -> bool {
        true
    }

    fn take_left_out(&mut self) -> u64 {
        core::mem::take(&mut self.left_out)
    }

    fn framing(&self) -> Framing {
        match self.options.form {
            Goflow2Form::Json => Framing::Lines,
            Goflow2Form::Protobuf => Framing::LengthPrefixed,
        }
    }
}
