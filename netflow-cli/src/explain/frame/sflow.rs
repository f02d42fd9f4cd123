//! Samples, records and members of sFlow.

use netflow_core::Set;
use netflow_core::packet::HeaderProtocol;
use netflow_core::value::{MacAddress, Text};
use netflow_core::wire::sflow::structure::{MemberValue, Members, Structure};
use netflow_core::wire::sflow::{DataFormat, Record, Sample};

use super::packet;
use super::tree::{PADDING, PASSED_OVER, TreeNode, place};

/// Octets of a data format and of a length.
const WORD: usize = 4;

/// Adds the samples of a datagram.
pub(super) fn samples(node: &mut TreeNode, set: &Set<'_>, payload: &[u8]) {
    let base = set.offset();
    for (index, sample) in (1_usize..).zip(set.samples()) {
        let child = one_sample(&sample, index, base, payload);
        node.children.push(child);
    }
    fill(node, payload);
}

fn one_sample(sample: &Sample<'_>, index: usize, base: usize, payload: &[u8]) -> TreeNode {
    let start = base + sample.offset();
    let end = start + 2 * WORD + sample.octets().len();
    let name = name(sample.structure(), sample.format());
    let mut node = TreeNode::new(start..end, format!("sample {index}: {name}"));
    head(&mut node, start, sample.format(), sample.length());
    members(&mut node, sample.members(), payload);
    if let Ok(kind) = sample.kind() {
        for (index, record) in (1_usize..).zip(kind.records().filter_map(Result::ok)) {
            node.children
                .push(one_record(&record, index, base, payload));
        }
    }
    fill(&mut node, payload);
    node
}

fn one_record(record: &Record<'_>, index: usize, base: usize, payload: &[u8]) -> TreeNode {
    let start = base + record.offset();
    let end = start + 2 * WORD + record.octets().len();
    let name = name(record.structure(), record.format());
    let mut node = TreeNode::new(start..end, format!("record {index}: {name}"));
    head(&mut node, start, record.format(), record.length());
    members(&mut node, record.members(), payload);
    if let Some(sampled) = record.as_sampled_header() {
        let range = place(sampled.header, payload);
        let is_it = |child: &&mut TreeNode| Some(&child.range) == range.as_ref();
        if let Some(header) = node.children.iter_mut().find(is_it) {
            let protocol = HeaderProtocol(sampled.protocol);
            packet::headers(header, protocol, sampled.packet(), payload);
        }
    }
    fill(&mut node, payload);
    node
}

/// Fewer octets than a word are padding, which some agents do not set to zero (pmacct, Open
/// vSwitch).
fn fill(node: &mut TreeNode, payload: &[u8]) {
    node.fill(payload, PASSED_OVER);
    for child in &mut node.children {
        if child.meaning == PASSED_OVER && child.range.len() < WORD {
            child.meaning = PADDING.to_owned();
        }
    }
}

fn name(structure: Option<&Structure>, format: DataFormat) -> String {
    match structure {
        Some(structure) => structure.name().to_owned(),
        None => format!("format {format} (unknown)"),
    }
}

fn head(node: &mut TreeNode, start: usize, format: DataFormat, length: u32) {
    let middle = start + WORD;
    node.children
        .push(TreeNode::leaf(start..middle, "format", format.to_string()));
    node.children.push(TreeNode::leaf(
        middle..middle + WORD,
        "length",
        length.to_string(),
    ));
}

fn members(node: &mut TreeNode, members: Members<'_>, payload: &[u8]) {
    for member in members {
        let Some(range) = place(member.octets, payload) else {
            continue;
        };
        let value = match member.value {
            _ if member.is_unknown_counter() => "not known".to_owned(),
            Some(MemberValue::Unsigned(number)) => number.to_string(),
            Some(MemberValue::Signed(number)) => number.to_string(),
            Some(MemberValue::Float(number)) => number.to_string(),
            Some(MemberValue::Address(address)) => address.to_string(),
            Some(MemberValue::MacAddress(octets)) => MacAddress(octets).to_string(),
            Some(MemberValue::Text(text)) => format!("{:?}", Text::new(text).to_string()),
            Some(MemberValue::Octets(_)) | None => String::new(),
        };
        node.children
            .push(TreeNode::leaf(range, member.name.to_string(), value));
    }
}
