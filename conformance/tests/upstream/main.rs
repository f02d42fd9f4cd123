//! What the tests of other projects expect of their captures against what the command says.
//!
//! `NETFLOW_CAPTURES` names the folder of captures; its README describes the form of the
//! expected results. Each source has a table of its names, by which its values are compared
//! with the flow and the record of the same row.
//!
//! Sources that are not here say nothing that the octets of the packets, which
//! the test `captures` compares, do not say: tcpdump and gopacket (members of sFlow),
//! scapy, python-ipfix, python-netflow, goflow2, vflow, calmh and libnetflow9 (counts, or
//! single fields of a record).

extern crate alloc;

mod akvorado;
mod capture;
mod compare;
mod fluent;
mod known;
mod late;
mod logstash;
mod netgauze;
mod number;
mod pmacct;
#[path = "../../../netflow-cli/tests/command/run.rs"]
#[expect(dead_code, reason = "the tests of the command use all of it")]
mod run;
mod telegraf;
#[path = "../captures/value.rs"]
mod value;

use alloc::collections::BTreeMap;

use serde_json::Value;

use self::capture::Capture;
use self::compare::Comparison;

/// How a source is compared, and the member by which it is recognised.
type Source = (&'static str, fn(&Capture, &Value, &mut Comparison<'_>));

const SOURCES: [Source; 6] = [
    ("flows", akvorado::compare),
    ("event_values", logstash::compare),
    ("rows", pmacct::compare),
    ("metrics", telegraf::compare),
    ("record", fluent::compare),
    ("messages", netgauze::compare),
];

#[test]
#[cfg_attr(not(captures), ignore = "NETFLOW_CAPTURES names no folder of captures")]
fn flows_say_what_the_tests_of_other_projects_expect() {
    let mut differences = Vec::new();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for capture in capture::all() {
        for upstream in capture.upstream() {
            for (member, compare) in SOURCES {
                // Single facts have a number in the place of a list.
                if upstream[member].is_array() || upstream[member].is_object() {
                    let mut comparison = Comparison::new(&capture.name);
                    compare(&capture, &upstream[member], &mut comparison);
                    let (captures, values) = counts.entry(member).or_default();
                    *captures += 1;
                    *values += comparison.compared;
                    differences.extend(comparison.differences);
                }
            }
        }
    }
    for (member, (captures, values)) in &counts {
        println!("{member}: {values} values of {captures} captures compared");
    }
    let unexpected = known::explain(differences, !counts.is_empty());
    assert!(unexpected.is_empty(), "\n{}", unexpected.join("\n"));
}
