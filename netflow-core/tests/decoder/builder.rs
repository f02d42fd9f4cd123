//! Assembles messages.

use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};

/// A message of v9 or IPFIX that is being written.
#[derive(Clone)]
pub(crate) struct Message {
    octets: Vec<u8>,
    ipfix: bool,
}

/// The time of every message, unless it says another: seconds since 1970.
pub(crate) const NOW: u32 = 1_700_000_000;
/// The uptime of every v9 message, in milliseconds.
pub(crate) const UPTIME: u32 = 5_000_000;

impl Message {
    pub(crate) fn ipfix(domain: u32) -> Self {
        let octets = words(&[0x000a_0000, NOW, 1, domain]);
        Self {
            octets,
            ipfix: true,
        }
    }

    pub(crate) fn v9(source_id: u32) -> Self {
        Self::v9_at(source_id, UPTIME)
    }

    pub(crate) fn v9_at(source_id: u32, uptime: u32) -> Self {
        let octets = words(&[0x0009_0001, uptime, NOW, 1, source_id]);
        Self {
            octets,
            ipfix: false,
        }
    }

    /// A set with this body as it is.
    pub(crate) fn set(mut self, id: u16, body: &[u8]) -> Self {
        self.octets.extend(id.to_be_bytes());
        self.octets.extend(len(body.len() + 4).to_be_bytes());
        self.octets.extend(body);
        self
    }

    /// A template of IANA elements: (id, length).
    pub(crate) fn template(self, id: u16, fields: &[(u16, u16)]) -> Self {
        let set = if self.ipfix { 2 } else { 0 };
        self.set(set, &template(id, fields))
    }

    /// An options template whose first fields are its scope.
    pub(crate) fn options_template(self, id: u16, scope: u16, fields: &[(u16, u16)]) -> Self {
        let count = len(fields.len());
        let header = if self.ipfix {
            [id, count, scope]
        } else {
            [id, scope * 4, (count - scope) * 4]
        };
        let mut body: Vec<u8> = header.iter().flat_map(|n| n.to_be_bytes()).collect();
        body.extend(specifiers(fields));
        let set = if self.ipfix { 3 } else { 1 };
        self.set(set, &body)
    }

    /// The octets, with the length of IPFIX put in.
    pub(crate) fn octets(&self) -> Vec<u8> {
        let mut octets = self.octets.clone();
        if self.ipfix {
            let length = len(octets.len()).to_be_bytes();
            octets[2..4].copy_from_slice(&length);
        }
        octets
    }
}

/// A template record.
pub(crate) fn template(id: u16, fields: &[(u16, u16)]) -> Vec<u8> {
    let mut record: Vec<u8> = [id, len(fields.len())]
        .iter()
        .flat_map(|n| n.to_be_bytes())
        .collect();
    record.extend(specifiers(fields));
    record
}

fn specifiers(fields: &[(u16, u16)]) -> Vec<u8> {
    fields
        .iter()
        .flat_map(|(id, length)| [id.to_be_bytes(), length.to_be_bytes()])
        .flatten()
        .collect()
}

pub(crate) fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn len(len: usize) -> u16 {
    len.try_into().unwrap()
}

pub(crate) fn decoder() -> Decoder {
    Decoder::new(Limits::new(0x5eed))
}

/// A datagram of exporter 192.0.2.1:50000 over UDP, received at [`NOW`].
pub(crate) fn datagram(payload: &[u8]) -> Datagram<'_> {
    let exporter = "192.0.2.1:50000".parse().unwrap();
    let received = Timestamp::from_secs(NOW);
    Datagram::new(exporter, Transport::Udp, received, payload).with_frame(0, 1)
}

/// The ports of every flow of a datagram.
pub(crate) fn ports(decoder: &mut Decoder, datagram: Datagram<'_>) -> Vec<u16> {
    let message = decoder.decode(datagram).unwrap();
    message
        .flows()
        .map(|flow| flow.source_port().unwrap())
        .collect()
}

/// The codes of every problem of a datagram.
pub(crate) fn problems(decoder: &mut Decoder, datagram: Datagram<'_>) -> Vec<&'static str> {
    match decoder.decode(datagram) {
        Ok(message) => message
            .problems()
            .map(|problem| problem.error.kind.code())
            .collect(),
        Err(error) => vec![error.kind.code()],
    }
}
