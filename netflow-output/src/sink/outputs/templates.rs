//! Templates of IPFIX that a new connection has to learn again.

use alloc::collections::{BTreeMap, BTreeSet};

/// Octets of the header of a message (RFC 7011, section 3.1).
const HEADER: usize = 16;
/// Set IDs of templates and options templates (section 3.3.2).
const TEMPLATES: u16 = 2;
const OPTIONS_TEMPLATES: u16 = 3;
/// Octets of templates in one message, so that it fits into a datagram.
const MESSAGE: usize = 1_300;
/// Maximum templates kept: those of the relays of a few workers.
const MOST: usize = 1 << 16;

/// The templates that were sent, by observation domain.
///
/// A relay sends a template once, or every few minutes. What follows over another connection could not
/// be read without it, so the templates of a domain are sent again before its first message there.
#[derive(Debug, Default)]
pub(super) struct SentTemplates {
    domains: BTreeMap<u32, BTreeMap<u16, TemplateRecord>>,
    count: usize,
    /// Domains whose templates this connection has.
    announced: BTreeSet<u32>,
}

/// A template record as it was sent.
#[derive(Debug)]
struct TemplateRecord {
    set: u16,
    octets: Vec<u8>,
}

impl SentTemplates {
    /// The next messages go over another connection.
    pub(super) fn start_connection(&mut self) {
        self.announced.clear();
    }

    /// Calls `each` with the messages that have to come before this one, and remembers its templates.
    pub(super) fn before(&mut self, message: &[u8], mut each: impl FnMut(&[u8])) {
        let Some(domain) = number(message, 12).map(u32::from_be_bytes) else {
            return;
        };
        if self.announced.insert(domain) {
            self.announce(message, domain, &mut each);
        }
        self.remember(message, domain);
    }

    fn announce(&self, message: &[u8], domain: u32, each: &mut impl FnMut(&[u8])) {
        let mut out = Vec::new();
        let templates = self.domains.get(&domain).into_iter().flatten();
        for (_, template) in templates {
            if out.len() + template.octets.len() > MESSAGE && out.len() > HEADER {
                finish(&mut out, each);
            }
            if out.is_empty() {
                // Its time and sequence number are those of the message that follows.
                out.extend_from_slice(message.get(..HEADER).unwrap_or_default());
            }
            let len = u16::try_from(template.octets.len() + 4).unwrap_or(u16::MAX);
            out.extend_from_slice(&template.set.to_be_bytes());
            out.extend_from_slice(&len.to_be_bytes());
            out.extend_from_slice(&template.octets);
        }
        if out.len() > HEADER {
            finish(&mut out, each);
        }
    }

    fn remember(&mut self, message: &[u8], domain: u32) {
        let mut rest = message.get(HEADER..).unwrap_or_default();
        while let Some((set, len)) = number(rest, 0).map(u16::from_be_bytes).zip(number(rest, 2)) {
            let len = usize::from(u16::from_be_bytes(len));
            let Some((body, after)) = rest.split_at_checked(len.max(4)) else {
                return;
            };
            if set == TEMPLATES || set == OPTIONS_TEMPLATES {
                self.remember_set(domain, set, body.get(4..).unwrap_or_default());
            }
            rest = after;
        }
    }

    fn remember_set(&mut self, domain: u32, set: u16, mut records: &[u8]) {
        while let Some(len) = template_len(records, set) {
            let (record, after) = records.split_at(len.min(records.len()));
            records = after;
            let Some(id) = number(record, 0).map(u16::from_be_bytes) else {
                return;
            };
            if self.count >= MOST {
                // A relay sends them again after a while.
                self.domains.clear();
                self.count = 0;
            }
            let record = TemplateRecord {
                set,
                octets: record.to_vec(),
            };
            let templates = self.domains.entry(domain).or_default();
            self.count += usize::from(templates.insert(id, record).is_none());
        }
    }
}

/// Sets the length of a message.
fn finish(out: &mut Vec<u8>, each: &mut impl FnMut(&[u8])) {
    let len = u16::try_from(out.len()).unwrap_or(u16::MAX);
    if let Some(place) = out.get_mut(2..4) {
        place.copy_from_slice(&len.to_be_bytes());
    }
    each(out);
    out.clear();
}

/// Octets of a template record (section 3.4.1), if it is there and no padding.
fn template_len(record: &[u8], set: u16) -> Option<usize> {
    let id = u16::from_be_bytes(number(record, 0)?);
    let count = u16::from_be_bytes(number(record, 2)?);
    let mut len = if set == TEMPLATES || count == 0 { 4 } else { 6 };
    for _ in 0..count {
        // The enterprise bit (section 3.2): four more octets.
        let is_enterprise = record.get(len)? & 0x80 != 0;
        len += if is_enterprise { 8 } else { 4 };
    }
    (id >= 256 && len <= record.len()).then_some(len)
}

fn number<const N: usize>(octets: &[u8], at: usize) -> Option<[u8; N]> {
    octets.get(at..)?.first_chunk().copied()
}
