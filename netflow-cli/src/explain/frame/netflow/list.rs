//! Lists inside fields (RFC 6313).

use core::ops::Range;

use netflow_core::record::{BasicList, List, ListRecords};
use netflow_core::wire::template::FieldLength;

use super::{fields, plain};
use crate::explain::frame::show::number;
use crate::explain::frame::tree::{PASSED_OVER, TreeNode, place};

/// Lists inside lists are followed so deep, as by the decoder.
const DEPTH: u8 = 4;

/// A field that is a list. Its octets are those of the range, though late data has them
/// elsewhere too.
pub(super) fn node(
    (list, octets): (&List<'_, '_>, &[u8]),
    start: usize,
    name: String,
    payload: &[u8],
    depth: u8,
) -> TreeNode {
    let mut node = TreeNode::new(start..start + octets.len(), name);
    let mut heads = Heads {
        node: &mut node,
        at: start,
        payload,
    };
    heads.add("semantic", 1);
    match list {
        _ if depth >= DEPTH => {}
        List::Basic(list) => {
            let has_enterprise = heads.first() & 0x80 != 0;
            heads.add("element", 2);
            heads.add("element length", 2);
            if has_enterprise {
                heads.add("enterprise number", 4);
            }
            values(&mut node, (list, octets), payload, depth);
        }
        List::SubTemplate(list) => {
            heads.add("template id", 2);
            let at = heads.at;
            records(&mut node, list.records(), at, payload, depth);
        }
        List::SubTemplateMulti(list) => {
            for part in list.parts() {
                let Some(range) = within(part.octets(), octets, start) else {
                    continue;
                };
                // Template id and length come before the records.
                let head = range.start.saturating_sub(4);
                let mut child = TreeNode::new(head..range.end, "records of one template");
                let mut heads = Heads {
                    node: &mut child,
                    at: head,
                    payload,
                };
                heads.add("template id", 2);
                heads.add("length", 2);
                records(&mut child, part.records(), range.start, payload, depth);
                child.fill(payload, PASSED_OVER);
                node.children.push(child);
            }
        }
    }
    node.fill(payload, PASSED_OVER);
    node
}

/// Numbers one after the other.
struct Heads<'n, 'p> {
    node: &'n mut TreeNode,
    at: usize,
    payload: &'p [u8],
}

impl Heads<'_, '_> {
    /// The next octet.
    fn first(&self) -> u8 {
        self.payload.get(self.at).copied().unwrap_or(0)
    }

    fn add(&mut self, name: &str, len: usize) {
        let range = self.at..self.at + len;
        if let Some(octets) = self.payload.get(range.clone()) {
            let value = number(octets).to_string();
            self.node.children.push(TreeNode::leaf(range, name, value));
            self.at += len;
        }
    }
}

/// Where octets are in the payload that lie in others, which begin at `start`.
fn within(inner: &[u8], outer: &[u8], start: usize) -> Option<Range<usize>> {
    let range = place(inner, outer)?;
    Some(start + range.start..start + range.end)
}

fn values(
    node: &mut TreeNode,
    (list, octets): (&BasicList<'_, '_>, &[u8]),
    payload: &[u8],
    depth: u8,
) {
    let start = node.range.start;
    let name = list.element().map_or_else(
        || format!("{} (unknown)", list.id()),
        |element| element.name.to_owned(),
    );
    for value in list.values() {
        let Some(range) = within(value.octets(), octets, start) else {
            continue;
        };
        if list.element_length() == FieldLength::Variable {
            let before = node.children.last().map_or(0, |last| last.range.end);
            let len = value.octets().len().to_string();
            node.children.push(TreeNode::leaf(
                before..range.start,
                format!("length of {name}"),
                len,
            ));
        }
        node.children.push(match value.list() {
            Some(inner) => {
                let inner = (&inner, value.octets());
                self::node(inner, range.start, name.clone(), payload, depth + 1)
            }
            None => TreeNode::leaf(range, name.clone(), plain(value.value())),
        });
    }
}

fn records(
    node: &mut TreeNode,
    records: ListRecords<'_, '_>,
    start: usize,
    payload: &[u8],
    depth: u8,
) {
    let mut at = start;
    for (index, record) in (1_usize..).zip(records) {
        let end = at + record.octets().len();
        let mut child = TreeNode::new(at..end, format!("record {index}"));
        fields(&mut child, &record, at, payload, depth + 1);
        node.children.push(child);
        at = end;
    }
}
