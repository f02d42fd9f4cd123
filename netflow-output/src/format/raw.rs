//! The schema `raw`: each datagram, unchanged, with its exporter and the time it was received.

use core::net::SocketAddr;

use netflow_core::text::{self as core_text, UnixTime};
use netflow_core::{Datagram, Decoded, Error, Timestamp};

use crate::format::json::Json;
use crate::format::{Format, FormatError, Framing};

/// How the documents of [`Raw`] are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawForm {
    /// A line of JSON; the payload is hex.
    Json,
    /// A map of MessagePack; the payload is `bin`.
    MessagePack,
}

/// The schema `raw`, for datagrams that something else than UDP carries to where they are decoded. netflow-io
/// reads these documents as it reads a capture.
#[derive(Debug, Clone, Copy)]
pub struct Raw {
    form: RawForm,
}

impl Raw {
    /// Documents in this form.
    #[must_use]
    pub const fn new(form: RawForm) -> Self {
        Self { form }
    }

    fn write(self, exporter: SocketAddr, received: Timestamp, payload: &[u8], out: &mut Vec<u8>) {
        let received = UnixTime::from(received);
        match self.form {
            RawForm::Json => {
                let mut json = Json::new(out);
                json.open(b'{');
                json.key("exporter");
                json.address(exporter.ip());
                json.key("port");
                json.number(exporter.port());
                json.key("received");
                json.time_of_digits(received, 9);
                json.key("payload");
                json.hex(payload);
                json.close(b'}');
                json.close(b'\n');
            }
            RawForm::MessagePack => {
                // A map of four members, its keys as strings of up to 31 octets.
                out.push(0x84);
                out.extend_from_slice(b"\xa8exporter");
                write_text(core_text::address(exporter.ip()).as_bytes(), out);
                // A number of 16 bits.
                out.extend_from_slice(b"\xa4port\xcd");
                out.extend_from_slice(&exporter.port().to_be_bytes());
                out.extend_from_slice(b"\xa8received");
                match received.text_of_digits(9) {
                    Some(text) => write_text(text.as_bytes(), out),
                    None => out.push(0xc0),
                }
                // Octets with a length of 32 bits.
                out.extend_from_slice(b"\xa7payload\xc6");
                let len = u32::try_from(payload.len()).unwrap_or(0);
                out.extend_from_slice(&len.to_be_bytes());
                out.extend_from_slice(payload);
            }
        }
    }
}

/// A string of at most 255 octets.
fn write_text(text: &[u8], out: &mut Vec<u8>) {
    let len = u8::try_from(text.len()).unwrap_or(0);
    out.extend_from_slice(&[0xd9, len]);
    out.extend_from_slice(text);
}

impl Format for Raw {
    fn message(&mut self, message: &Decoded<'_>, out: &mut Vec<u8>) -> Result<(), FormatError> {
        // Late data, which came in earlier datagrams, follows the message that released it.
        if let Some(header) = message.headers().next() {
            self.write(header.exporter, header.received, message.payload(), out);
        }
        Ok(())
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, _: &Error, out: &mut Vec<u8>) {
        self.write(datagram.exporter, datagram.received, datagram.payload, out);
    }

    fn framing(&self) -> Framing {
        match self.form {
            RawForm::Json => Framing::Lines,
            RawForm::MessagePack => Framing::MessagePack,
        }
    }

    fn has_independent_rows(&self) -> bool {
        true
    }
}
