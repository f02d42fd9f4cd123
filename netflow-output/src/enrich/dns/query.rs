//! Queries for the name of an address, and their answers (RFC 1035, section 3.5; RFC 3596, section 2.5).

use core::fmt::Write as _;
use core::net::IpAddr;

use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, QCLASS, QTYPE, Question, RCODE, TYPE};

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The name, and for how many seconds it is valid.
    Name(String, u32),
    /// There is none.
    NoName,
    /// The server cannot answer, or its answer is not the name of a host.
    Unusable,
}

/// A query; `None` if the name cannot be written, which no address leads to.
pub(super) fn query(id: u16, address: IpAddr) -> Option<Vec<u8>> {
    let name = reverse(address);
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let (class, kind) = (QCLASS::CLASS(CLASS::IN), QTYPE::TYPE(TYPE::PTR));
    let question = Question::new(Name::new(&name).ok()?, kind, class, false);
    packet.questions.push(question);
    packet.build_bytes_vec().ok()
}

/// What a datagram answers to the query; `None` if it does not answer it.
pub(super) fn answer(id: u16, address: IpAddr, octets: &[u8]) -> Option<Answer> {
    let packet = Packet::parse(octets).ok()?;
    let [question] = &packet.questions[..] else {
        return None;
    };
    let is_answer = packet.id() == id
        && packet.has_flags(PacketFlag::RESPONSE)
        && question.qtype == QTYPE::TYPE(TYPE::PTR)
        && question.qclass == QCLASS::CLASS(CLASS::IN)
        && question
            .qname
            .to_string()
            .eq_ignore_ascii_case(&reverse(address));
    if !is_answer {
        return None;
    }
    if packet.has_flags(PacketFlag::TRUNCATION) {
        return Some(Answer::Unusable);
    }
    match packet.rcode() {
        RCODE::NameError => return Some(Answer::NoName),
        RCODE::NoError => {}
        _ => return Some(Answer::Unusable),
    }
    // The record may have another owner: delegations of less than 256 addresses go over a CNAME (RFC 2317).
    let name = packet
        .answers
        .iter()
        .find_map(|record| match &record.rdata {
            RData::PTR(name) => Some((&name.0, record.ttl)),
            _ => None,
        });
    let Some((name, ttl)) = name else {
        return Some(Answer::NoName);
    };
    Some(host_name(name).map_or(Answer::Unusable, |name| Answer::Name(name, ttl)))
}

/// A name as text, if it is one of a host. The holder of the address chooses it, so anything else is refused.
fn host_name(name: &Name<'_>) -> Option<String> {
    let mut text = String::new();
    for label in name.as_bytes() {
        let is_plain = |octet: &u8| octet.is_ascii_alphanumeric() || b"-_".contains(octet);
        if label.is_empty() || !label.iter().all(is_plain) {
            return None;
        }
        if !text.is_empty() {
            text.push('.');
        }
        text += core::str::from_utf8(label).ok()?;
    }
    (!text.is_empty()).then_some(text)
}

/// The name that holds the name of an address.
fn reverse(address: IpAddr) -> String {
    let mut text = String::new();
    // Writing into memory does not fail.
    match address {
        IpAddr::V4(address) => {
            for octet in address.octets().into_iter().rev() {
                let _ = write!(text, "{octet}.");
            }
            text += "in-addr.arpa";
        }
        IpAddr::V6(address) => {
            for octet in address.octets().into_iter().rev() {
                let _ = write!(text, "{:x}.{:x}.", octet & 0xf, octet >> 4);
            }
            text += "ip6.arpa";
        }
    }
    text
}
