//! The dissection of one datagram. What later datagrams announce is added to it.

use std::collections::HashMap;

use netflow_core::wire::template::{FieldKey, TemplateKind};
use netflow_core::{
    DatagramId, Decoded, Decoder, DomainKey, InputNames, Message, MessageHeader, SetKind,
};

use super::netflow;
use super::tree::TreeNode;
use crate::explain::words::frame;

/// A datagram, octet by octet, kept until all files are read.
#[derive(Debug)]
pub(super) struct Dissection {
    pub(super) title: String,
    pub(super) tree: TreeNode,
    pub(super) payload: Vec<u8>,
    /// The domains of the messages in it.
    domains: Vec<DomainKey>,
    waiting: Vec<UnreadSet>,
}

/// A set of data that still has no template.
#[derive(Debug)]
struct UnreadSet {
    domain: DomainKey,
    offset: usize,
    id: u16,
    body_len: usize,
    is_announced: bool,
}

impl Dissection {
    pub(super) fn new(title: String, tree: TreeNode, payload: &[u8]) -> Self {
        Self {
            title,
            tree,
            payload: payload.to_vec(),
            domains: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Notes the sets of a datagram that lack their template.
    pub(super) fn lacking(mut self, decoded: &Decoded<'_>) -> Self {
        let own = || super::own_messages(decoded);
        let domains = own().map(|message| message.header().domain_key());
        self.domains = domains.collect();
        let sets = own().flat_map(|message| message.sets());
        let lacking = sets.filter(|set| {
            set.kind() == SetKind::NoTemplate && netflow::delivered(set, decoded).is_none()
        });
        self.waiting = lacking
            .map(|set| UnreadSet {
                domain: set.header().domain_key(),
                offset: set.offset(),
                id: set.id(),
                body_len: set.body().len(),
                is_announced: false,
            })
            .collect();
        self
    }

    /// Whether a set of it waits for its template.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Takes what a later datagram says of this one, which has the number `own`.
    pub(super) fn later(&mut self, decoded: &Decoded<'_>, own: DatagramId, inputs: &InputNames) {
        if self.waiting.is_empty() {
            return;
        }
        let Some(came) = decoded.headers().next().map(MessageHeader::datagram_id) else {
            return;
        };
        let came = frame(came, inputs);
        self.delivered(decoded, own, &came);
        self.announced(decoded, &came);
    }

    /// Explains the sets whose data was decoded now.
    fn delivered(&mut self, decoded: &Decoded<'_>, own: DatagramId, came: &str) {
        let late = decoded.messages().filter(Message::is_late);
        let late = late.filter(|message| message.header().datagram_id() == own);
        for (message, set) in late.flat_map(|late| late.sets().map(move |set| (late, set))) {
            let start = set.offset() + netflow_core::wire::set::HEADER_LEN;
            let end = start + set.body().len();
            let place = self.waiting.iter().position(|known| {
                let same = known.offset == set.offset() && known.id == set.id();
                same && known.body_len == set.body().len()
                    && known.domain == set.header().domain_key()
            });
            let is_it = self.payload.get(start..end) == Some(set.body());
            let Some(place) = place.filter(|_| is_it) else {
                continue;
            };
            let Some(node) = self.tree.find(&(set.offset()..end)) else {
                continue;
            };
            self.waiting.remove(place);
            let problems: Vec<_> = message
                .problems()
                .filter(|problem| (set.offset()..=end).contains(&problem.error.offset))
                .collect();
            netflow::late(node, &set, &self.payload, came, !problems.is_empty());
            for problem in problems {
                let section = problem.error.kind.section_in(problem.header.protocol);
                self.tree.problem(&problem.error, problem.octets, section);
            }
        }
    }

    /// Says where templates came whose data is not decoded by them.
    fn announced(&mut self, decoded: &Decoded<'_>, came: &str) {
        for set in decoded.sets() {
            for record in set.template_records() {
                let is_definition = !matches!(record.kind(), TemplateKind::Withdrawal { .. });
                if !is_definition || record.field_count() == 0 {
                    continue;
                }
                for waiting in self.waiting.iter_mut().filter(|known| {
                    !known.is_announced
                        && known.id == record.id()
                        && known.domain == set.header().domain_key()
                }) {
                    waiting.is_announced = true;
                    let range = waiting.offset
                        ..waiting.offset + netflow_core::wire::set::HEADER_LEN + waiting.body_len;
                    if let Some(node) = self.tree.find(&range) {
                        node.meaning = format!(
                            "set of data, template {} arrived in {came}, too late or with another layout",
                            waiting.id
                        );
                    }
                }
            }
        }
    }

    /// Takes the names that the exporters announced for fields of its templates (RFC 5610).
    pub(super) fn names(&mut self, decoder: &Decoder) {
        let mut names: HashMap<FieldKey, Option<String>> = HashMap::new();
        self.tree.each(&mut |node| {
            names.extend(node.unnamed.map(|key| (key, None)));
        });
        if names.is_empty() {
            return;
        }
        for known in decoder.templates() {
            if !self.domains.contains(&known.domain.without_port()) {
                continue;
            }
            for field in known.template.fields() {
                if let (Some(wanted), Some(name)) = (names.get_mut(&field.key()), field.name()) {
                    wanted.get_or_insert_with(|| name.to_owned());
                }
            }
        }
        self.tree.each(&mut |node| {
            let Some(key) = node.unnamed else {
                return;
            };
            let Some(Some(name)) = names.get(&key) else {
                return;
            };
            let unknown = netflow::unknown(key);
            node.value = node
                .value
                .as_ref()
                .map(|value| value.replace(&unknown, name));
            node.unnamed = None;
        });
    }
}
