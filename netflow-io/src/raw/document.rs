//! Documents that come one at a time, such as messages of Kafka.

use core::fmt;

use netflow_core::{Datagram, Transport};

use super::{DocumentForm, MAX_DOCUMENT, Parsed, message_pack};
use crate::octets::decode_hex;

/// The longest payload of UDP.
const MAX_PAYLOAD: usize = 65_535;

/// Reads one document after the other.
#[derive(Debug, Default)]
pub(crate) struct SingleDocument {
    octets: Vec<u8>,
}

/// Why something is no document of the schema `raw`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocumentFault {
    /// It is longer than any document.
    TooLong,
    /// It is neither an object of JSON nor a map of MessagePack, or not all of one.
    NoDocument,
    /// It has no address and port of an exporter.
    NoExporter,
    /// It has no time of arrival.
    NoTime,
    /// It has no payload.
    NoPayload,
}

impl DocumentFault {
    pub(crate) const ALL: [Self; 5] = [
        Self::TooLong,
        Self::NoDocument,
        Self::NoExporter,
        Self::NoTime,
        Self::NoPayload,
    ];

    /// A stable name, for metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::NoDocument => "no_document",
            Self::NoExporter => "no_exporter",
            Self::NoTime => "no_time",
            Self::NoPayload => "no_payload",
        }
    }
}

impl fmt::Display for DocumentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "it is longer than a document of the schema raw can be",
            Self::NoDocument => "it is no document of the schema raw",
            Self::NoExporter => "it has no exporter and port",
            Self::NoTime => "it has no time `received` of RFC 3339",
            Self::NoPayload => "it has no payload",
        })
    }
}

impl SingleDocument {
    /// The datagram in a document, which these octets are all of.
    pub(crate) fn read(&mut self, octets: &[u8]) -> Result<Datagram<'_>, DocumentFault> {
        if octets.len() > MAX_DOCUMENT {
            return Err(DocumentFault::TooLong);
        }
        let form = match octets.first() {
            Some(first) if message_pack::is_map(*first) => DocumentForm::MessagePack,
            _ => DocumentForm::Json,
        };
        let members = match form.parse(octets, true) {
            Parsed::Whole(members, len) if len == octets.len() => members,
            _ => return Err(DocumentFault::NoDocument),
        };
        let exporter = members.exporter(octets).ok_or(DocumentFault::NoExporter)?;
        let received = members.received(octets).ok_or(DocumentFault::NoTime)?;
        let payload = members
            .payload
            .and_then(|payload| octets.get(payload))
            .ok_or(DocumentFault::NoPayload)?;
        self.octets.clear();
        self.octets.extend_from_slice(payload);
        if form == DocumentForm::Json {
            let len = decode_hex(&mut self.octets).ok_or(DocumentFault::NoPayload)?;
            self.octets.truncate(len);
        }
        if self.octets.len() > MAX_PAYLOAD {
            return Err(DocumentFault::TooLong);
        }
        let payload = &self.octets;
        Ok(Datagram::new(exporter, Transport::Udp, received, payload))
    }
}

#[cfg(test)]
mod tests {
    use super::{DocumentFault, MAX_DOCUMENT, SingleDocument};

    const JSON: &str = r#"{"exporter":"192.0.2.1","port":50000,"received":"2023-11-14T22:13:20.5Z","payload":"0005ff"}"#;

    fn packed() -> Vec<u8> {
        let mut octets = b"\x84\xa8exporter\xa9192.0.2.1\xa4port\xcd\xc3\x50\xa8received\xb42023-11-14T22:13:20Z"
            .to_vec();
        octets.extend_from_slice(b"\xa7payload\xc4\x03\x00\x05\xff");
        octets
    }

    #[test]
    fn a_document_of_either_form_is_a_datagram() {
        let mut documents = SingleDocument::default();
        for octets in [JSON.as_bytes(), &packed()] {
            let datagram = documents.read(octets).unwrap();
            assert_eq!(datagram.exporter, "192.0.2.1:50000".parse().unwrap());
            assert_eq!(datagram.received.as_nanos() / 1_000_000_000, 1_700_000_000);
            assert_eq!(datagram.payload, [0, 5, 255]);
        }
    }

    #[test]
    fn what_is_no_document_has_a_reason_at_every_length() {
        let mut documents = SingleDocument::default();
        for octets in [JSON.as_bytes(), &packed()] {
            for len in 0..octets.len() {
                assert_eq!(
                    documents.read(&octets[..len]).unwrap_err(),
                    DocumentFault::NoDocument
                );
            }
            assert!(documents.read(&[octets, b"{"].concat()).is_err());
        }
        for (from, to, fault) in [
            ("192.0.2.1", "router", DocumentFault::NoExporter),
            ("50000", "66000", DocumentFault::NoExporter),
            ("2023-11", "2023-13", DocumentFault::NoTime),
            ("payload", "content", DocumentFault::NoPayload),
            ("0005ff", "0005f", DocumentFault::NoPayload),
            ("0005ff", "0005fg", DocumentFault::NoPayload),
        ] {
            let document = JSON.replace(from, to);
            assert_eq!(documents.read(document.as_bytes()).unwrap_err(), fault);
        }
        let long = vec![b' '; MAX_DOCUMENT + 1];
        let of_payload = JSON.replace("0005ff", &"00".repeat(65_536));
        for octets in [long.as_slice(), of_payload.as_bytes()] {
            assert_eq!(documents.read(octets).unwrap_err(), DocumentFault::TooLong);
        }
    }
}
