//! The datagrams of the captures in `testdata/`.

use core::net::SocketAddr;
use std::path::Path;

use netflow_core::{Datagram, Timestamp, Transport};

/// One datagram of a capture, with octets of its own.
#[derive(Clone)]
pub(crate) struct Captured {
    pub(crate) exporter: SocketAddr,
    pub(crate) transport: Transport,
    pub(crate) received: Timestamp,
    pub(crate) frame: u64,
    pub(crate) payload: Vec<u8>,
}

impl Captured {
    /// The same datagram with this payload.
    pub(crate) fn with<'a>(&self, payload: &'a [u8]) -> Datagram<'a> {
        Datagram::new(self.exporter, self.transport, self.received, payload)
            .with_frame(0, self.frame)
    }

    pub(crate) fn datagram(&self) -> Datagram<'_> {
        self.with(&self.payload)
    }
}

/// The datagrams of a capture in `testdata/`.
pub(crate) fn read(name: impl AsRef<Path>) -> Vec<Captured> {
    of(netflow_io::open(netflow_testdata::folder().join(name)))
}

/// The datagrams of a source.
pub(crate) fn of(
    source: Result<netflow_io::Source<'_>, netflow_io::CaptureError>,
) -> Vec<Captured> {
    let mut source = source.unwrap();
    let mut found = Vec::new();
    // What a cut file lacks is an error at its end.
    while let Some(Ok(packet)) = source.next() {
        let datagram = packet.datagram;
        found.push(Captured {
            exporter: datagram.exporter,
            transport: datagram.transport,
            received: datagram.received,
            frame: datagram.frame,
            payload: datagram.payload.to_vec(),
        });
    }
    found
}
