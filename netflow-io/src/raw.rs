//! Documents of the schema `raw`: each holds a datagram, unchanged, with its exporter and the time it was
//! received, as a line of JSON or as MessagePack.
//!
//! ```json
//! {"exporter":"192.0.2.1","port":50000,"received":"2023-11-14T22:13:20.000000000Z","payload":"0005…"}
//! ```
//!
//! The payload is hex in JSON and `bin` in MessagePack. Members may be in any order, and others are passed over,
//! since the systems that carry documents add some.

#[cfg(feature = "kafka")]
mod document;
mod json;
mod message_pack;
mod time;

use core::net::{IpAddr, SocketAddr};
use core::ops::Range;

use netflow_core::Timestamp;

#[cfg(feature = "kafka")]
pub(crate) use self::document::{DocumentFault, SingleDocument};

use crate::error::CaptureErrorKind;
use crate::frame::{FormatFault, Frame, Next};
use crate::input::Input;

/// Maximum octets of a document: the longest payload in hex, and as much again for other members.
const MAX_DOCUMENT: usize = 256 << 10;

/// How documents are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocumentForm {
    Json,
    MessagePack,
}

/// Reads documents.
#[derive(Debug)]
pub(crate) struct RawReader {
    form: DocumentForm,
    /// The exporter of the last document.
    exporter: SocketAddr,
}

/// What a document says, and where its parts are among the octets that it was read from.
#[derive(Debug, Default)]
struct DocumentMembers {
    exporter: Option<Range<usize>>,
    port: Option<u64>,
    received: Option<Range<usize>>,
    payload: Option<Range<usize>>,
}

/// The outcome of reading one document from the octets that there are.
enum Parsed {
    /// It is whole, and takes this number of octets.
    Whole(DocumentMembers, usize),
    /// More octets are needed.
    Cut,
    /// It is not such a document, for this reason.
    Malformed(&'static str),
}

impl DocumentForm {
    /// The form of the documents that an input begins with; `None` if it does not begin with one.
    pub(crate) fn recognise(input: &mut Input<'_>) -> Result<Option<Self>, CaptureErrorKind> {
        let form = match input.fill(1)?.first() {
            Some(b'{') => Self::Json,
            Some(first) if message_pack::is_map(*first) => Self::MessagePack,
            _ => return Ok(None),
        };
        let parsed = form.whole(input)?;
        let is_document = match &parsed {
            // Rows of other schemas have an exporter, too.
            Parsed::Whole(members, _) => {
                members.payload.is_some() && members.exporter(input.window()).is_some()
            }
            _ => false,
        };
        Ok(is_document.then_some(form))
    }

    fn parse(self, octets: &[u8], has_ended: bool) -> Parsed {
        match self {
            Self::Json => json::parse(octets, has_ended),
            Self::MessagePack => message_pack::parse(octets),
        }
    }

    /// Reads until a document is whole, and not further, as what follows may come much later.
    fn whole(self, input: &mut Input<'_>) -> std::io::Result<Parsed> {
        let mut has_ended = false;
        loop {
            let octets = input.window();
            let parsed = self.parse(octets, has_ended);
            let len = octets.len();
            if !matches!(parsed, Parsed::Cut) || has_ended || len >= MAX_DOCUMENT {
                return Ok(parsed);
            }
            has_ended = input.fill(len.saturating_add(1))?.len() == len;
        }
    }
}

impl DocumentMembers {
    fn exporter(&self, octets: &[u8]) -> Option<SocketAddr> {
        let text = octets.get(self.exporter.clone()?)?;
        let address: IpAddr = core::str::from_utf8(text).ok()?.parse().ok()?;
        let port = u16::try_from(self.port?).ok()?;
        Some(SocketAddr::new(address, port))
    }

    fn received(&self, octets: &[u8]) -> Option<Timestamp> {
        time::parse(octets.get(self.received.clone()?)?)
    }
}

impl RawReader {
    pub(crate) const fn new(form: DocumentForm) -> Self {
        let nowhere = IpAddr::V4(core::net::Ipv4Addr::UNSPECIFIED);
        Self {
            form,
            exporter: SocketAddr::new(nowhere, 0),
        }
    }

    pub(crate) const fn form(&self) -> DocumentForm {
        self.form
    }

    /// The exporter of the last document.
    pub(crate) const fn exporter(&self) -> SocketAddr {
        self.exporter
    }

    /// The datagram of the next document, its time that of its arrival.
    pub(crate) fn next(&mut self, input: &mut Input<'_>) -> Next {
        input.release();
        let offset = input.offset();
        let fault = |kind| FormatFault::new(kind, offset);
        let parsed = self.form.whole(input);
        let octets = input.window();
        let malformed = |reason| fault(CaptureErrorKind::Document { reason });
        let (members, len) = match parsed.map_err(|error| fault(error.into()))? {
            Parsed::Whole(members, len) => (members, len),
            Parsed::Cut if octets.is_empty() => return Ok(None),
            Parsed::Cut if octets.len() >= MAX_DOCUMENT => {
                return Err(malformed("is longer than 256 KiB"));
            }
            Parsed::Cut => return Err(malformed("has no end")),
            Parsed::Malformed(reason) => return Err(malformed(reason)),
        };
        let exporter = members.exporter(octets);
        self.exporter = exporter.ok_or_else(|| malformed("has no exporter and port"))?;
        let time = members.received(octets);
        let time = time.ok_or_else(|| malformed("has no time `received` of RFC 3339"))?;
        let mut payload = members.payload.ok_or_else(|| malformed("has no payload"))?;
        if self.form == DocumentForm::Json {
            payload = input
                .decode_hex(payload)
                .ok_or_else(|| malformed("has a payload that is not hexadecimal"))?;
        }
        input.hold(len);
        Ok(Some(Frame {
            time,
            interface: 0,
            link_type: None,
            octets: payload,
            cut: false,
        }))
    }
}
