//! What could not be read, and why.

use netflow_core::{Error, Problem};

use crate::c_types::netflow_text;
use crate::header::netflow_header;
use crate::result::{Failure, netflow_result};
use crate::static_text;
use crate::text_buffer::TextBuffer;

/// One loss: its reason, its place and its length.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_problem {
    /// A `netflow_reason`.
    pub reason: u32,
    /// The id of the set that it is in; -1 if it is in none.
    pub set: i32,
    /// Octets from the start of the payload to the structure that is wrong.
    pub offset: usize,
    /// Octets that were passed over because of it.
    pub octets: usize,
    /// The reason in snake case, such as `no_template`; the text is always valid.
    pub code: netflow_text,
    /// The section of the specification that it breaks; of length 0 if there is none.
    pub section: netflow_text,
    /// What is wrong, in English, NUL-terminated. It is valid until the next call of
    /// `netflow_next_problem`, `netflow_decode` or `netflow_decoder_free`.
    pub detail: netflow_text,
    /// The header of its message.
    pub header: netflow_header,
}

/// The error of the last call with a handle that failed.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_error {
    /// What it returned.
    pub result: netflow_result,
    /// A `netflow_reason`, if the octets of a datagram were wrong; else 0.
    pub reason: u32,
    /// Octets from the start of the payload or snapshot to what is wrong.
    pub offset: usize,
    /// What is wrong, in English, NUL-terminated. It is valid until the next call of
    /// `netflow_last_error` or `netflow_decoder_free`.
    pub detail: netflow_text,
}

impl netflow_problem {
    /// A problem, whose detail is kept in `detail`.
    pub(crate) fn new(problem: &Problem<'_>, detail: &mut TextBuffer) -> Self {
        let Error { kind, offset } = problem.error;
        Self {
            reason: kind.number().into(),
            set: problem.set.map_or(-1, i32::from),
            offset,
            octets: problem.octets,
            code: code(kind.number().into()),
            section: static_text::optional(kind.section_in(problem.header.protocol)),
            detail: detail.store(&kind.to_string()),
            header: netflow_header::new(problem.header),
        }
    }
}

impl netflow_error {
    /// What failed, with the detail kept in `detail`.
    pub(crate) fn new(failure: &Failure, detail: &mut TextBuffer) -> Self {
        let (reason, offset, text) = match failure {
            Failure::Argument(result, what) => {
                let name = netflow_result::text_of(*result as i32).to_string_lossy();
                (0, 0, format!("{name}: {what}"))
            }
            Failure::Datagram(Error { kind, offset }) => {
                (kind.number().into(), *offset, kind.to_string())
            }
            Failure::Snapshot(error) => {
                let offset = match error {
                    netflow_core::snapshot::SnapshotError::Malformed { offset } => *offset,
                    _ => 0,
                };
                (0, offset, error.to_string())
            }
        };
        Self {
            result: failure.result(),
            reason,
            offset,
            detail: detail.store(&text),
        }
    }
}

/// The code of a reason.
pub(crate) fn code(reason: u32) -> netflow_text {
    let codes = netflow_core::ErrorKind::CODES;
    let code = codes
        .iter()
        .find(|(number, _)| u32::from(*number) == reason);
    code.map_or(netflow_text::NONE, |(_, code)| static_text::text(code))
}

#[cfg(test)]
mod tests {
    use netflow_core::ErrorKind;

    use crate::reason::netflow_reason;

    #[test]
    fn reasons_have_the_numbers_of_the_kinds_of_errors() {
        let (number, code) = *ErrorKind::CODES.last().unwrap();
        assert_eq!(
            (number, code),
            (
                netflow_reason::NETFLOW_REASON_OPTIONS_LENGTH as u16,
                "options_length"
            )
        );
        let unread = netflow_reason::NETFLOW_REASON_NO_TEMPLATE as u16;
        assert_eq!(ErrorKind::NoTemplate { id: 300 }.number(), unread);
    }
}
