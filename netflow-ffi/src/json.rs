//! Rows of JSON.

use core::ffi::c_char;
use core::fmt::Display;

use netflow_core::field::FlowField;
use netflow_core::{Decoded, InputNames};
use netflow_output::format::dialect::{DialectForm, DialectName, DialectOptions};
use netflow_output::format::{Biflows, FlowLines, Format, Lines, Records, Selection, Wire};

use crate::c_types::netflow_text;
use crate::flow::field_bits;
use crate::handle::HandleState;
use crate::result::{Failure, netflow_result};

/// Options of the command that the C library lacks: names of hosts would need threads, and there are no events of
/// Fluentd's forward protocol.
const WITHOUT: [&str; 3] = ["dns", "dns-wait", "forward-tag"];

/// What a row of JSON holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_json_schema {
    /// One flow: the normalised fields, by the names of `netflow_field_info`. The problems of the message
    /// follow, each in a row.
    NETFLOW_JSON_FLOW = 0,
    /// One record, sample, template or problem: all its fields, by the names of the registries.
    NETFLOW_JSON_RECORD = 1,
    /// The same as it was sent, with its octets.
    NETFLOW_JSON_WIRE = 2,
}

/// An option of the documents of another tool, as the command has it: `services` and `/etc/services`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_setting {
    /// The name of the option, without its dashes.
    pub name: *const c_char,
    /// Its value; `true` or `false` if the command's option has none.
    pub value: *const c_char,
}

/// Writes messages as JSON.
pub struct netflow_json {
    format: Box<dyn Format + Send>,
    /// The rows of a message; a NUL ends each.
    rows: Vec<u8>,
    /// Where the row begins that is returned next.
    next: usize,
    /// The message whose rows these are.
    generation: Option<u64>,
}

impl core::fmt::Debug for netflow_json {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("netflow_json").finish_non_exhaustive()
    }
}

impl netflow_json {
    /// Rows of a schema, by the options and filter of a decoder.
    pub(crate) fn new(schema: u32, state: &HandleState) -> Result<Self, Failure> {
        let list_depth = u8::try_from(state.options.list_depth).unwrap_or(u8::MAX);
        let files = InputNames::default();
        let format: Box<dyn Format + Send> = match schema {
            0 => Box::new(FlowLines::new(
                fields(state.options.fields),
                selection(state),
                files,
            )),
            1 => Box::new(Lines::new(Records::new(list_depth), files)),
            2 => Box::new(Lines::new(Wire::new(list_depth), files)),
            _ => return Err(Failure::argument("schema")),
        };
        Ok(Self::of(format))
    }

    /// Documents of another tool, with options by their names on the command line. An error comes with its sentence.
    pub(crate) fn documents<'s>(
        schema: &str,
        settings: impl IntoIterator<Item = (&'s str, &'s str)>,
        state: &HandleState,
    ) -> Result<Self, (Failure, String)> {
        let invalid = |what, error: &dyn Display| (Failure::argument(what), error.to_string());
        let schema: DialectName = schema.parse().map_err(|error| invalid("schema", &error))?;
        let mut options = DialectOptions::default();
        for (name, value) in settings {
            if WITHOUT.contains(&name) {
                let reason = format_args!("{name}: the C library has no such setting");
                return Err(invalid("settings of the documents", &reason));
            }
            let set = options.set(name, value);
            set.map_err(|error| invalid("settings of the documents", &error))?;
        }
        options.selection = selection(state);
        let format = options.format(schema, DialectForm::Json);
        let format = format
            .ok_or_else(|| invalid("schema", &format_args!("{schema} is not written as JSON")))?;
        Ok(Self::of(format))
    }

    const fn of(format: Box<dyn Format + Send>) -> Self {
        Self {
            format,
            rows: Vec::new(),
            next: 0,
            generation: None,
        }
    }

    /// The next row of a message, which is written when its first row is asked for.
    pub(crate) fn next_row(
        &mut self,
        message: &Decoded<'_>,
        generation: u64,
    ) -> Result<Option<netflow_text>, Failure> {
        if self.generation != Some(generation) {
            self.rows.clear();
            self.next = 0;
            self.generation = Some(generation);
            let written = self.format.message(message, &mut self.rows);
            written.map_err(|_| {
                let internal = netflow_result::NETFLOW_ERROR_INTERNAL;
                Failure::Argument(internal, "the message cannot be written")
            })?;
        }
        let rest = self.rows.get_mut(self.next..).unwrap_or_default();
        // A row has no line feed within: JSON escapes it. A NUL is escaped too.
        let Some(end) = rest.iter().position(|octet| *octet == b'\n') else {
            return Ok(None);
        };
        if let Some(octet) = rest.get_mut(end) {
            *octet = 0;
        }
        self.next += end + 1;
        Ok(Some(netflow_text::new(rest.get(..end).unwrap_or_default())))
    }
}

/// The flows that the options and the filter of a decoder choose.
fn selection(state: &HandleState) -> Selection {
    let biflows = match state.options.splits_biflows() {
        true => Biflows::Split,
        false => Biflows::Whole,
    };
    Selection::new(biflows, state.filter.clone())
}

/// The fields that are asked for; `None` if all are.
fn fields(asked: [u64; 2]) -> Option<Vec<FlowField>> {
    let chosen = field_bits::fields(&asked);
    (chosen.len() < FlowField::ALL.len()).then_some(chosen)
}
