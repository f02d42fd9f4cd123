//! Sets of NetFlow v9 and IPFIX, and the records of the fixed versions.

mod list;

use netflow_core::element::{DataType, iana};
use netflow_core::record::{DataRecord, Field};
use netflow_core::template::FieldLabel;
use netflow_core::value::Value;
use netflow_core::wire::set::{FIRST_DATA_SET, HEADER_LEN};
use netflow_core::wire::template::{
    FieldKey, FieldLength, FieldSpecifier, TemplateKind, TemplateRecord,
};
use netflow_core::{Decoded, Protocol, Set, SetKind};

use super::show::number;
use super::tree::{PADDING, PASSED_OVER, TreeNode, place};
use super::{offset_of, packet};

/// Adds a set to its message.
pub(super) fn set(message_node: &mut TreeNode, set: &Set<'_>, message: &Decoded<'_>) {
    let payload = message.payload();
    let body = set.body();
    let Some(start) = offset_of(body, payload) else {
        return;
    };
    if set.template().is_some_and(|known| known.is_fixed_version()) {
        records(message_node, set, start, payload);
        return;
    }
    let offset = set.offset();
    let mut node = TreeNode::new(offset..start + body.len(), title(set));
    let length = payload
        .get(offset + 2..offset + HEADER_LEN)
        .map_or(0, number);
    node.children.push(TreeNode::leaf(
        offset..offset + 2,
        "set id",
        set.id().to_string(),
    ));
    node.children.push(TreeNode::leaf(
        offset + 2..offset + HEADER_LEN,
        "length",
        length.to_string(),
    ));
    let end = node.range.end;
    let is_faulty = message
        .problems()
        .any(|problem| (offset..=end).contains(&problem.error.offset));
    let mut rest = if is_faulty { PASSED_OVER } else { PADDING };
    match set.kind() {
        SetKind::Data | SetKind::Options => records(&mut node, set, start, payload),
        SetKind::Templates | SetKind::OptionsTemplates => {
            for record in set.template_records() {
                template(&mut node, &record, payload, set);
            }
        }
        SetKind::NoTemplate => match delivered(set, message) {
            Some(late) => {
                node.meaning = format!("set of data, decoded when template {} arrived", set.id());
                records(&mut node, &late, start, payload);
            }
            None => rest = "data without a template",
        },
        SetKind::Reserved => rest = "octets of no defined meaning",
        _ => {}
    }
    node.fill(payload, rest);
    message_node.children.push(node);
}

fn title(set: &Set<'_>) -> String {
    match set.kind() {
        SetKind::Data => format!("set of data, by template {}", set.id()),
        SetKind::Options => format!("set of options, by template {}", set.id()),
        SetKind::Templates => "set of templates".to_owned(),
        SetKind::OptionsTemplates => "set of options templates".to_owned(),
        SetKind::NoTemplate => format!("set of data, template {} is not known", set.id()),
        _ => format!("set {}", set.id()),
    }
}

/// Explains a set, whose `node` names no template yet, by one that came in a later
/// datagram, which is `came`.
pub(super) fn late(
    node: &mut TreeNode,
    set: &Set<'_>,
    payload: &[u8],
    came: &str,
    is_faulty: bool,
) {
    let what = if set.kind() == SetKind::Options {
        "options"
    } else {
        "data"
    };
    node.meaning = format!(
        "set of {what}, decoded when template {} arrived in {came}",
        set.id()
    );
    let start = set.offset() + HEADER_LEN;
    let (explained, heads): (Vec<TreeNode>, Vec<TreeNode>) = core::mem::take(&mut node.children)
        .into_iter()
        .filter(|child| child.range.end <= start)
        .partition(|child| child.is_problem);
    node.children = heads;
    records(node, set, start, payload);
    node.fill(payload, if is_faulty { PASSED_OVER } else { PADDING });
    node.children.splice(0..0, explained);
}

/// The same set once its template came later in the same datagram.
pub(super) fn delivered<'m>(set: &Set<'_>, message: &Decoded<'m>) -> Option<Set<'m>> {
    message.sets().find(|late| {
        let same = late.offset() == set.offset() && late.id() == set.id();
        same && late.is_late()
            && late.header().datagram_id() == set.header().datagram_id()
            && late.body() == set.body()
    })
}

/// Adds the records of a set whose body is at `start` of the payload.
fn records(node: &mut TreeNode, set: &Set<'_>, start: usize, payload: &[u8]) {
    let what = if set.kind() == SetKind::Options {
        "options record"
    } else {
        "record"
    };
    let mut at = start;
    for (index, record) in (1_usize..).zip(set.records()) {
        let end = at + record.octets().len();
        let mut child = TreeNode::new(at..end, format!("{what} {index}"));
        fields(&mut child, &record, at, payload, 0);
        node.children.push(child);
        at = end;
    }
}

/// Adds the fields of a record at `start` of the payload, `depth` lists deep.
fn fields(
    node: &mut TreeNode,
    record: &DataRecord<'_, '_>,
    start: usize,
    payload: &[u8],
    depth: u8,
) {
    let scope = usize::from(record.template().scope_count());
    let mut at = start;
    for (index, field) in record.fields().enumerate() {
        let template = field.template();
        let name = match template.name() {
            Some(name) => name.to_owned(),
            None => unknown(template.key()),
        };
        let name = if index < scope {
            format!("scope {name}")
        } else {
            name
        };
        let len = field.octets().len();
        if template.length() == FieldLength::Variable {
            // One octet, or 255 and two more (RFC 7011, section 7).
            let first = record.octets().get(at - start).copied();
            let prefix = if first == Some(u8::MAX) { 3 } else { 1 };
            let meaning = format!("length of {name}");
            node.children
                .push(TreeNode::leaf(at..at + prefix, meaning, len.to_string()));
            at += prefix;
        }
        node.children.push(match field.list() {
            Some(found) => list::node((&found, field.octets()), at, name, payload, depth),
            None => TreeNode::leaf(at..at + len, name, value(&field)),
        });
        let found = record.packet_in(&field);
        if let (Some((protocol, packet)), Some(node)) = (found, node.children.last_mut()) {
            packet::headers(node, protocol, packet, payload);
        }
        at += len;
    }
}

/// The value; octets are seen as they are.
fn value(field: &Field<'_, '_>) -> String {
    let data_type = field.template().data_type();
    if data_type.is_some_and(DataType::is_list) {
        return "list that cannot be read".to_owned();
    }
    if let Some(time) = field.time_of_other_length() {
        return time.to_string();
    }
    match field.value() {
        Some(Value::Seconds(0) | Value::Milliseconds(0)) => NO_TIME.to_owned(),
        Some(Value::Ntp(time)) if time.is_unknown() => NO_TIME.to_owned(),
        Some(Value::Unsigned(number)) if is_segment(field) => {
            let segment = number & SEGMENT;
            format!(
                "{number} (type {}, segment {segment})",
                number >> SEGMENT.count_ones()
            )
        }
        value => plain(value),
    }
}

/// The number of an overlay segment in layer2SegmentId, below its type (IANA's registry, element 351).
const SEGMENT: u64 = 0x00ff_ffff_ffff_ffff;

fn is_segment(field: &Field<'_, '_>) -> bool {
    field.template().key() == FieldKey::Element(iana::LAYER2_SEGMENT_ID.id)
}

/// What a time of zero means (RFC 5905, section 6, of NTP times; exporters send it in others too).
const NO_TIME: &str = "0, no time";

/// A value that is not a list.
fn plain(value: Option<Value<'_>>) -> String {
    match value {
        Some(Value::Text(text)) => format!("{:?}", text.to_string()),
        Some(Value::Octets(_) | Value::List(_)) | None => String::new(),
        Some(value) => value.to_string(),
    }
}

/// Adds a template record.
fn template(node: &mut TreeNode, record: &TemplateRecord<'_>, payload: &[u8], set: &Set<'_>) {
    let offset = record.offset();
    let id = record.id();
    let count = record.field_count();
    let (what, heads): (String, &[&str]) = match record.kind() {
        TemplateKind::Withdrawal { .. } if id < FIRST_DATA_SET => (
            "withdrawal of all templates of this kind".to_owned(),
            &["set id", "field count"],
        ),
        TemplateKind::Withdrawal { .. } => (
            format!("withdrawal of template {id}"),
            &["template id", "field count"],
        ),
        TemplateKind::Data => (
            format!("template {id} of {count} fields"),
            &["template id", "field count"],
        ),
        TemplateKind::Options { .. } if record.dialect().enterprise => (
            format!("options template {id} of {count} fields"),
            &["template id", "field count", "scope field count"],
        ),
        TemplateKind::Options { .. } => (
            format!("options template {id} of {count} fields"),
            &["template id", "scope octets", "option octets"],
        ),
    };
    let mut at = offset;
    let mut child = TreeNode::new(offset..offset, what);
    for head in heads {
        let stated = payload.get(at..at + 2).map_or(0, number);
        child
            .children
            .push(TreeNode::leaf(at..at + 2, *head, stated.to_string()));
        at += 2;
    }
    let end = place(record.specifiers(), payload).map_or(at, |range| range.end.max(at));
    let v9 = set.header().protocol == Protocol::NetflowV9;
    let scope = usize::from(record.scope_count());
    for (index, field) in record.fields().enumerate() {
        let enterprise = match field.key {
            FieldKey::Element(id) => id.enterprise_number != 0 || has_enterprise(payload, at, v9),
            FieldKey::Scope(_) => false,
        };
        let len = if enterprise { 8 } else { 4 };
        let what = if index < scope {
            "scope field"
        } else {
            "field"
        };
        let (text, is_named) = specifier(field, v9);
        let mut leaf = TreeNode::leaf(at..at + len, what, text);
        leaf.unnamed = (!is_named).then_some(field.key);
        child.children.push(leaf);
        at += len;
    }
    child.range.end = end.max(at);
    child.fill(payload, PASSED_OVER);
    node.children.push(child);
}

/// Whether the enterprise bit of IPFIX is set.
fn has_enterprise(payload: &[u8], at: usize, v9: bool) -> bool {
    !v9 && payload.get(at).is_some_and(|octet| octet & 0x80 != 0)
}

/// A field specifier in words, and whether a registry names the field.
fn specifier(field: FieldSpecifier, v9: bool) -> (String, bool) {
    let (name, is_named) = match FieldLabel::of_key(field.key, v9) {
        FieldLabel::Name(name) => (name.to_owned(), true),
        FieldLabel::Element(_) | FieldLabel::Scope(_) => (unknown(field.key), false),
    };
    let text = match field.length {
        FieldLength::Fixed(1) => format!("{name}, 1 octet"),
        FieldLength::Fixed(length) => format!("{name}, {length} octets"),
        FieldLength::Variable => format!("{name}, variable length"),
    };
    (text, is_named)
}

/// The label of a field that has no name.
pub(super) fn unknown(key: FieldKey) -> String {
    format!("{key} (unknown)")
}
