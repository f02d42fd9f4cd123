//! What JSON lines of every schema share: the order of rows, what all rows begin with, problems.

use netflow_core::text::UnixTime;
use netflow_core::{
    Datagram, DatagramId, Decoded, Error, InputNames, MessageHeader, Problem, Protocol, Set,
    Transport,
};

use crate::format::json::Json;
use crate::format::{Format, FormatError};

/// How one set becomes rows.
pub trait Schema {
    /// Whether rows have the times when their datagram was received and sent.
    const TIMES: bool;
    /// Whether records end with their common properties (RFC 5473).
    const JOINED: bool;

    /// Writes the rows of a set.
    fn set(&mut self, set: &Set<'_>, head: Head<'_>, json: &mut Json<'_>);
}

/// What the rows of a message begin with.
#[derive(Debug, Clone, Copy)]
pub struct Head<'h> {
    members: &'h [u8],
}

impl Head<'_> {
    /// Begins a row.
    pub(crate) fn open(&self, json: &mut Json<'_>) {
        json.open(b'{');
        json.raw(self.members);
    }

    /// Marks a row as late.
    pub(crate) fn late(set: &Set<'_>, json: &mut Json<'_>) {
        if let Some(header) = set.template_header() {
            json.key("late");
            json.boolean(true);
            json.key("template_frame");
            json.number(header.frame);
        }
    }
}

/// Ends a row.
pub(crate) fn close(json: &mut Json<'_>) {
    json.close(b'}');
    json.close(b'\n');
}

/// One JSON object a line.
#[derive(Debug)]
pub struct Lines<S> {
    schema: S,
    files: InputNames,
    head: Vec<u8>,
}

impl<S> Lines<S> {
    /// Rows of this schema; `files` are the names of the inputs.
    #[must_use]
    pub const fn new(schema: S, files: InputNames) -> Self {
        Self {
            schema,
            files,
            head: Vec::new(),
        }
    }
}

/// The sets of each message in the order of the wire, then its problems.
impl<S: Schema> Format for Lines<S> {
    fn message(&mut self, decoded: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        let json = &mut Json::new(out);
        for message in decoded.messages() {
            self.head.clear();
            write_head(
                &mut Json::new(&mut self.head),
                message.header(),
                &self.files,
                S::TIMES,
            );
            let head = Head {
                members: &self.head,
            };
            if S::JOINED {
                let sets = message.joined_sets();
                sets.for_each(|set| self.schema.set(&set, head, json));
            } else {
                let sets = message.sets();
                sets.for_each(|set| self.schema.set(&set, head, json));
            }
            for problem in message.problems() {
                write_problem(&problem, head, json);
            }
        }
        Ok(())
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error, out: &mut Vec<u8>) {
        write_unreadable(datagram, error, &self.files, &mut Json::new(out));
    }

    fn has_independent_rows(&self) -> bool {
        true
    }
}

/// The members that say where a row comes from.
fn write_head(json: &mut Json<'_>, header: &MessageHeader, files: &InputNames, times: bool) {
    write_frame(json, header.datagram_id(), files);
    if times {
        json.key("received");
        let received = UnixTime::from(header.received);
        json.time_of_digits(received, received.fewest_digits().max(6));
    }
    if is_exporter_known(header) {
        json.key("exporter");
        json.address(header.exporter.ip());
        json.key("port");
        json.number(header.exporter.port());
    }
    json.key("protocol");
    json.word(header.protocol.name());
    if header.protocol == Protocol::SflowV5 {
        if let Some(agent) = header.agent_address {
            json.key("agent");
            json.address(agent);
        }
        json.key("sub_agent");
    } else {
        json.key("domain");
    }
    json.number(header.observation_domain);
    if let Some(sequence) = header.sequence {
        json.key("sequence");
        json.number(sequence);
    }
    if let Some(time) = header.export_time.filter(|_| times) {
        json.key("export_time");
        json.time(time.into());
    }
}

/// Whether it is known who sent a message; in an IPFIX file it is not.
pub(crate) fn is_exporter_known(header: &MessageHeader) -> bool {
    header.exporter.port() != 0 || !header.exporter.ip().is_unspecified()
}

fn write_frame(json: &mut Json<'_>, datagram: DatagramId, files: &InputNames) {
    json.key("frame");
    json.number(datagram.frame);
    if let Some(file) = files.name(datagram.input) {
        json.key("file");
        json.string(file);
    }
}

/// The row of a problem.
fn write_problem(problem: &Problem<'_>, head: Head<'_>, json: &mut Json<'_>) {
    head.open(json);
    write_reason(json, &problem.error, problem.set, problem.octets);
}

/// The row of a problem among rows that have no head of their own.
pub(crate) fn write_problem_alone(
    problem: &Problem<'_>,
    files: &InputNames,
    head: &mut Vec<u8>,
    json: &mut Json<'_>,
) {
    head.clear();
    write_head(&mut Json::new(head), problem.header, files, false);
    let head = Head { members: head };
    write_problem(problem, head, json);
}

/// The row of a datagram that cannot be decoded at all.
pub(crate) fn write_unreadable(
    datagram: &Datagram<'_>,
    error: &Error,
    files: &InputNames,
    json: &mut Json<'_>,
) {
    json.open(b'{');
    write_frame(json, datagram.id(), files);
    if datagram.transport != Transport::File {
        json.key("exporter");
        json.address(datagram.exporter.ip());
        json.key("port");
        json.number(datagram.exporter.port());
    }
    write_reason(json, error, None, datagram.payload.len());
}

fn write_reason(json: &mut Json<'_>, error: &Error, set: Option<u16>, octets: usize) {
    json.key("kind");
    json.word("problem");
    json.key("reason");
    json.word(error.kind.code());
    if let Some(set) = set {
        json.key("set");
        json.number(set);
    }
    json.key("offset");
    json.number(error.offset);
    json.key("octets");
    json.number(octets);
    json.key("detail");
    json.string(&error.kind.to_string());
    close(json);
}
