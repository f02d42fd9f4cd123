//! A tree of ranges as text and as JSON.

use core::net::{Ipv4Addr, Ipv6Addr};

use netflow_output::format::Json;

use super::tree::TreeNode;
use crate::explain::page::{Page, PageStyle, Tone, wrap};

/// Lines of hex of one leaf; of longer ones the rest is counted.
const LINES: usize = 16;
/// Columns of the offset and of the space after it.
const OFFSET: usize = 7;
/// From this width on 16 octets are on a line, else 8.
const WIDE: usize = 100;

/// Hex at the left, meaning at the right, indented by depth.
pub(super) fn text(
    title: &str,
    tree: &TreeNode,
    payload: &[u8],
    look: PageStyle,
    out: &mut Vec<u8>,
) {
    if !out.is_empty() {
        out.push(b'\n');
    }
    let mut page = Page::new(look);
    page.paragraph(0, 2, title, Tone::Title);
    tree.walk(&mut |node, depth| {
        if depth > 0 {
            row(node, depth - 1, payload, look, &mut page);
        }
    });
    out.extend_from_slice(page.text.as_bytes());
}

fn row(node: &TreeNode, depth: usize, payload: &[u8], look: PageStyle, page: &mut Page) {
    let per_line = if look.width >= WIDE { 16 } else { 8 };
    let hex_width = per_line / 2 * 5 - 1;
    let column = OFFSET + hex_width + 2;
    let is_leaf = node.children.is_empty();
    let tone = match (node.is_problem, is_leaf) {
        (true, _) => Tone::Bad,
        (false, true) => Tone::Plain,
        (false, false) => Tone::Title,
    };
    let mut meaning = node.meaning.clone();
    if node.is_problem {
        meaning.insert_str(0, "! ");
    }
    if let Some(value) = node.value.as_deref().filter(|value| !value.is_empty()) {
        meaning.push_str(if node.is_problem { ": " } else { "  " });
        meaning.push_str(value);
    }
    let indent = depth * 2;
    let room = look.width.saturating_sub(column + indent).max(20);
    let meanings = wrap(&meaning, room);
    let octets = payload.get(node.range.clone()).unwrap_or_default();
    let octets = if is_leaf && !node.is_problem {
        octets
    } else {
        &[]
    };
    let mut chunks = octets.chunks(per_line).take(LINES);
    let shown = octets.len().min(per_line * LINES);
    let count = octets
        .chunks(per_line)
        .take(LINES)
        .len()
        .max(meanings.len());
    for index in 0..count {
        let hex = chunks.next().map(hex).unwrap_or_default();
        let is_first = index == 0;
        let label = if is_first || !hex.is_empty() {
            let offset = node.range.start + index * per_line;
            format!("{offset:>5}  ")
        } else {
            " ".repeat(OFFSET)
        };
        let label = format!("{label}{hex:<hex_width$}  {:indent$}", "");
        let more = if is_first { "" } else { "  " };
        let text = meanings.get(index).map_or("", String::as_str);
        let more = if text.is_empty() { "" } else { more };
        page.line(0, &label, &format!("{more}{text}"), tone);
    }
    if shown < octets.len() {
        let label = " ".repeat(OFFSET);
        let text = format!("… and {} octets more", octets.len() - shown);
        page.line(0, &label, &text, Tone::Plain);
    }
}

/// Octets in groups of two.
fn hex(octets: &[u8]) -> String {
    let mut text = String::new();
    for (index, octet) in octets.iter().enumerate() {
        if index > 0 && index % 2 == 0 {
            text.push(' ');
        }
        text += &format!("{octet:02x}");
    }
    text
}

/// One object a range, outer ones first: `offset` and `length` in the payload, `hex`,
/// `depth` (0 is the datagram), `meaning`, `value` (null if it has none), `problem`, and
/// which `datagram` of the frame it is. What is not followed by a greater depth is a leaf;
/// the leaves that are not problems cover the payload exactly.
pub(super) fn json(datagram: u64, tree: &TreeNode, payload: &[u8], out: &mut Vec<u8>) {
    let json = &mut Json::new(out);
    tree.walk(&mut |node, depth| {
        json.open(b'{');
        json.key("datagram");
        json.number(datagram);
        json.key("offset");
        json.number(node.range.start);
        json.key("length");
        json.number(node.range.len());
        json.key("hex");
        json.hex(payload.get(node.range.clone()).unwrap_or_default());
        json.key("depth");
        json.number(depth);
        json.key("meaning");
        json.string(&node.meaning);
        json.key("value");
        match node.value.as_deref().filter(|value| !value.is_empty()) {
            Some(value) => json.string(value),
            None => json.null(),
        }
        json.key("problem");
        json.boolean(node.is_problem);
        json.close(b'}');
    });
}

/// An unsigned number of any width.
pub(super) fn number(octets: &[u8]) -> u64 {
    octets
        .iter()
        .fold(0, |number, octet| number << 8 | u64::from(*octet))
}

/// An address of IPv4 or IPv6.
pub(super) fn address(octets: &[u8]) -> String {
    match <[u8; 16]>::try_from(octets) {
        Ok(octets) => Ipv6Addr::from(octets).to_string(),
        Err(_) => Ipv4Addr::from(u32::try_from(number(octets)).unwrap_or(u32::MAX)).to_string(),
    }
}
