//! Data that comes before its template is reported late, once, and as it was sent.

use serde_json::Value;

use crate::capture::{Capture, all, items};
use crate::number::{microseconds, seconds};
use crate::value::is_same;

/// A data set that waits, and the template that it waits for.
struct Waiting<'v> {
    packet: &'v Value,
    set: &'v Value,
    template: &'v Value,
}

#[test]
#[cfg_attr(not(captures), ignore = "NETFLOW_CAPTURES names no folder of captures")]
fn data_before_its_template_is_reported_late_and_once() {
    let mut captures = 0;
    let mut records = 0;
    for capture in all() {
        let waiting = waiting(&capture);
        if waiting.is_empty() {
            continue;
        }
        captures += 1;
        let rows = capture.decode("wire");
        let late: Vec<&Value> = rows.iter().filter(|row| row["late"] == true).collect();
        let mut reported = 0;
        for group in groups(&waiting) {
            reported += check(&capture, &group, &late, &rows);
        }
        assert_eq!(reported, late.len(), "{}", capture.name);
        check_times(&capture, &waiting);
        records += reported;
    }
    println!("{records} late records of {captures} captures");
}

/// The sets that wait, by frame, set id and the frame of the template: the rows of one
/// group are not distinguished.
fn groups<'w, 'v>(waiting: &'w [Waiting<'v>]) -> Vec<Vec<&'w Waiting<'v>>> {
    let mut groups: Vec<Vec<&Waiting<'_>>> = Vec::new();
    for one in waiting {
        let same = groups.iter_mut().find(|group| {
            group[0].packet["frame"] == one.packet["frame"] && group[0].set["id"] == one.set["id"]
        });
        match same {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// Checks the rows of one frame and set; returns the number of late ones.
fn check(capture: &Capture, group: &[&Waiting<'_>], late: &[&Value], rows: &[Value]) -> usize {
    let Waiting { packet, set, .. } = group[0];
    let header = &packet["header"];
    let is_of = |row: &&Value| row["frame"] == packet["frame"] && row["set"] == set["id"];
    let rows_of: Vec<&Value> = late.iter().copied().filter(is_of).collect();
    let name = &capture.name;
    let fields = items(&group[0].template["fields"]);
    // Each octet of the sets is reported once, but for padding shorter than any record.
    let octets: usize = group.iter().map(|one| one.octets()).sum();
    let reported: usize = rows_of.iter().map(|row| length(fields, row)).sum();
    let left = octets.checked_sub(reported).unwrap();
    assert!(
        left < group.len() * shortest(fields),
        "{name}: {reported} of {octets} octets are reported"
    );
    if !fields.iter().any(is_variable) {
        let count: usize = group
            .iter()
            .map(|one| one.octets() / shortest(fields))
            .sum();
        assert_eq!(rows_of.len(), count, "{name}");
    }
    for row in &rows_of {
        assert_eq!(row["template_frame"], set["template_in_frame"], "{name}");
        assert_eq!(row["exporter"], packet["exporter"], "{name}");
        assert_eq!(row["port"], packet["source_port"], "{name}");
        assert_eq!(row["sequence"], header["sequence"], "{name}");
        let keys: Vec<&Value> = items(&row["fields"])
            .iter()
            .map(|field| &field[0])
            .collect();
        let expected: Vec<&Value> = fields.iter().map(|field| &field[0]).collect();
        assert_eq!(keys, expected, "{name}");
    }
    // Late rows follow the live rows of the message that brought the template.
    let last_live = rows.iter().rposition(|row| {
        row["late"].is_null()
            && row["kind"] != "problem"
            && row["frame"] == set["template_in_frame"]
    });
    let first_late = rows
        .iter()
        .position(|row| row["late"] == true && is_of(&row));
    assert!(last_live < first_late, "{name}");
    rows_of.len()
}

/// Flows have the times of the data, not those of the template.
fn check_times(capture: &Capture, waiting: &[Waiting<'_>]) {
    let flows = capture.decode("flow");
    for flow in flows.iter().filter(|flow| flow["late"] == true) {
        let of_frame = |one: &&Waiting<'_>| one.packet["frame"] == flow["frame"];
        let packet = waiting.iter().find(of_frame).expect("a set waits").packet;
        let header = &packet["header"];
        let sent = match header["unix_secs"].as_u64() {
            Some(_) => seconds(&header["unix_secs"]),
            None => seconds(&header["export_time"]),
        };
        let received = capture.received(packet["frame"].as_u64().unwrap());
        for (name, expected) in [
            ("export_time", sent),
            ("received", microseconds(&received.into())),
        ] {
            assert!(is_same(&expected, &flow[name]), "{expected} {flow}");
        }
    }
}

/// The sets of a capture whose template comes later.
fn waiting(capture: &Capture) -> Vec<Waiting<'_>> {
    let packets = items(&capture.expected["packets"]);
    let mut waiting = Vec::new();
    for packet in packets {
        for set in items(&packet["sets"]) {
            let brings = |other: &&Value| other["frame"] == set["template_in_frame"];
            let Some(template) = packets
                .iter()
                .find(brings)
                .into_iter()
                .flat_map(|packet| items(&packet["sets"]))
                .flat_map(|set| items(&set["templates"]))
                .find(|template| template["id"] == set["id"])
            else {
                continue;
            };
            waiting.push(Waiting {
                packet,
                set,
                template,
            });
        }
    }
    waiting
}

/// Length of a set header.
const SET_HEADER: usize = 4;
/// The length that says that a field has its own.
const VARIABLE: usize = 65535;

impl Waiting<'_> {
    /// Octets of the records and the padding.
    fn octets(&self) -> usize {
        number(&self.set["length"]) - SET_HEADER
    }
}

fn is_variable(field: &Value) -> bool {
    number(&field[1]) == VARIABLE
}

/// Octets of the shortest record of a template.
fn shortest(fields: &[Value]) -> usize {
    let of = |field: &Value| {
        if is_variable(field) {
            1
        } else {
            number(&field[1])
        }
    };
    fields.iter().map(of).sum()
}

/// Octets that a record of a template took in its set.
fn length(fields: &[Value], row: &Value) -> usize {
    let reported = items(&row["fields"])
        .iter()
        .map(|field| field[1].as_str().unwrap().len() / 2);
    let prefix = |(field, octets): (&Value, usize)| match octets {
        _ if !is_variable(field) => octets,
        0..255 => 1 + octets,
        _ => 3 + octets,
    };
    fields.iter().zip(reported).map(prefix).sum()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}
