//! The flow messages of goflow2, as JSON lines and as protobuf.

mod fields;
mod json;
mod message;
mod packet;
mod protobuf;
mod record;

use netflow_core::{Decoded, Projection, Protocol, Set, SetKind};

use self::message::FlowMessage;
use super::encode::RoomWriter;
use super::positions::number_of_set;
use super::record::{ElementPlaces, Plans};
use super::{Additions, Encode, Faults, JsonDocument};
use crate::format::{Biflows, Format, FormatError, Framing, Selection};

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
#[derive(Debug)]
pub struct Goflow2 {
    form: Goflow2Form,
    reader: MessageReader,
    additions: Box<[u8]>,
}

impl Default for Goflow2 {
    fn default() -> Self {
        Self::new(&Goflow2Options::default())
    }
}

impl Goflow2 {
    /// Messages with these options.
    #[must_use]
    pub fn new(options: &Goflow2Options) -> Self {
        Self {
            form: options.form,
            reader: MessageReader {
                faults: options.faults,
                selection: Biflows::Whole.into(),
                projection: Projection::new(fields::ALL.iter().copied()),
                plans: Plans::default(),
            },
            additions: options.additions.members(),
        }
    }

    /// Messages of these flows only. A record of two directions remains one message.
    #[must_use]
    pub fn with_selection(mut self, selection: Selection) -> Self {
        self.reader.selection = selection.of_whole_records();
        self
    }

    fn set(&mut self, set: &Set<'_>, out: &mut Vec<u8>) {
        let Self {
            form,
            reader,
            additions,
        } = self;
        match form {
            Goflow2Form::Json => JsonDocument::documents(out, |out| {
                reader.messages(set, |message| json::write(message, additions, out));
            }),
            Goflow2Form::Protobuf => RoomWriter::append_to(out, |out| {
                reader.messages(set, |message| protobuf::write(message, out));
            }),
        }
    }
}

/// Makes messages of flows.
#[derive(Debug)]
struct MessageReader {
    faults: Faults,
    selection: Selection,
    projection: Projection,
    plans: Plans<ElementPlaces>,
}

impl MessageReader {
    /// Calls `each` with the message of each flow of a set.
    fn messages(&mut self, set: &Set<'_>, mut each: impl FnMut(&FlowMessage)) {
        let Self {
            faults,
            selection,
            projection,
            plans,
        } = self;
        let faults = *faults;
        if !matches!(set.kind(), SetKind::Data | SetKind::Samples) || !selection.prepare(set) {
            return;
        }
        let is_read = match set.header().protocol {
            Protocol::NetflowV5 | Protocol::NetflowV9 | Protocol::Ipfix | Protocol::SflowV5 => true,
            // goflow2 does not read the others.
            _ => !faults.are_copied(),
        };
        if !is_read {
            selection.leave_out(set);
            return;
        }
        let Some(template) = set.shared_template() else {
            return selection.for_each(set, |flow| {
                if let Some(projected) = projection.of_sample(flow) {
                    let row = projected.row(flow);
                    let mut message = FlowMessage::of_sample(&row, faults);
                    message.sampling_rate = row.number(fields::SAMPLING_RATE).unwrap_or(0);
                    each(&message);
                }
            });
        };
        let plan = plans.of(template, |template| {
            ElementPlaces::new(template, record::kind)
        });
        let projected = projection.of(set);
        let mut rate = None;
        selection.for_each(set, |flow| {
            let Some(record) = flow.record() else {
                return;
            };
            let row = projected.row(flow);
            let mut message = FlowMessage::of_record(&row, record, plan, faults);
            let number = || row.number(fields::SAMPLING_RATE);
            let rate = rate
                .get_or_insert_with(|| number_of_set(&projected, fields::SAMPLING_RATE, number));
            message.sampling_rate = rate.unwrap_or_else(number).unwrap_or(0);
            each(&message);
        });
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

    fn independent_selection(&self) -> Option<&Selection> {
        Some(&self.reader.selection)
    }

    fn take_left_out(&mut self) -> u64 {
        self.reader.selection.take_left_out()
    }

    fn framing(&self) -> Framing {
        match self.form {
            Goflow2Form::Json => Framing::Lines,
            Goflow2Form::Protobuf => Framing::LengthPrefixed,
        }
    }
}
