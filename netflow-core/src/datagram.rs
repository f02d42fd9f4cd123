//! The input of the Decoder: the octets, their source and their time.

use core::net::SocketAddr;

use crate::named::named;
use crate::time::Timestamp;

/// The payload of one UDP datagram, one message of a stream, or one message
/// of a file, with its source and time.
///
/// ```
/// use netflow_core::{Datagram, Timestamp, Transport};
///
/// let exporter = "198.51.100.1:50000".parse().unwrap();
/// let received = Timestamp::from_secs(1_700_000_000);
/// let datagram = Datagram::new(exporter, Transport::Udp, received, &[0, 5]).with_frame(1, 7);
/// assert_eq!((datagram.input, datagram.frame), (1, 7));
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Datagram<'a> {
    /// Address and port it was sent from.
    pub exporter: SocketAddr,
    /// The transport that carried it.
    pub transport: Transport,
    /// When it was received or captured.
    pub received: Timestamp,
    /// The caller's number of the file or socket it was read from; 0 if there is one.
    pub input: u32,
    /// The caller's number for it within its input, such as the frame of a capture; 0
    /// if none.
    pub frame: u64,
    /// The octets.
    pub payload: &'a [u8],
}

/// Which datagram: the caller's numbers of its input and of its frame there.
///
/// State that outlives a datagram (templates, sampling rates, waiting data) keeps
/// these numbers of the datagram that it arrived in.
///
/// ```
/// use netflow_core::{DatagramId, example};
///
/// let datagram = example::ipfix().with_frame(1, 7);
/// assert_eq!(datagram.id(), DatagramId { input: 1, frame: 7 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DatagramId {
    /// The caller's number of the file or socket.
    pub input: u32,
    /// The caller's number of the datagram within the input.
    pub frame: u64,
}

impl<'a> Datagram<'a> {
    /// A datagram whose input and frame have the number 0.
    #[must_use]
    pub const fn new(
        exporter: SocketAddr,
        transport: Transport,
        received: Timestamp,
        payload: &'a [u8],
    ) -> Self {
        Self {
            exporter,
            transport,
            received,
            input: 0,
            frame: 0,
            payload,
        }
    }

    /// Sets the caller's numbers of its file or socket and of its frame there.
    #[must_use]
    pub const fn with_frame(mut self, input: u32, frame: u64) -> Self {
        self.input = input;
        self.frame = frame;
        self
    }

    /// The same datagram with these octets, such as those that were inside a tunnel.
    #[must_use]
    pub const fn with_payload<'b>(&self, payload: &'b [u8]) -> Datagram<'b> {
        Datagram {
            exporter: self.exporter,
            transport: self.transport,
            received: self.received,
            input: self.input,
            frame: self.frame,
            payload,
        }
    }

    /// The numbers of its input and frame.
    #[must_use]
    pub const fn id(&self) -> DatagramId {
        DatagramId {
            input: self.input,
            frame: self.frame,
        }
    }
}

/// The transport of a datagram; it decides how long templates live (RFC 7011, section 8).
///
/// ```
/// use netflow_core::{Decoder, Limits, Transport, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// // Templates of a session over TCP are withdrawn when it ends.
/// let mut datagram = example::ipfix();
/// datagram.transport = Transport::Stream;
/// decoder.decode(datagram)?;
/// decoder.end_session(datagram.exporter);
/// assert_eq!(decoder.templates().count(), 0);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Transport {
    /// UDP: templates expire when they are not refreshed.
    #[default]
    Udp,
    /// TCP, TLS or SCTP: templates live as long as the session.
    Stream,
    /// A file (RFC 5655): templates live for the whole file.
    File,
}

/// The protocols that are read here.
///
/// ```
/// use netflow_core::{Decoder, Limits, Protocol, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::sflow())?;
/// let protocol = decoded.messages().next().unwrap().header().protocol;
/// assert_eq!((protocol, protocol.name()), (Protocol::SflowV5, "sflow5"));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Protocol {
    /// NetFlow version 1.
    NetflowV1,
    /// NetFlow version 5.
    NetflowV5,
    /// NetFlow version 6.
    NetflowV6,
    /// NetFlow version 7.
    NetflowV7,
    /// NetFlow version 8, router-based aggregation.
    NetflowV8,
    /// NetFlow version 9 (RFC 3954).
    NetflowV9,
    /// IPFIX (RFC 7011).
    Ipfix,
    /// sFlow version 5.
    SflowV5,
}

named!(Protocol {
    NetflowV1 = "netflow1",
    NetflowV5 = "netflow5",
    NetflowV6 = "netflow6",
    NetflowV7 = "netflow7",
    NetflowV8 = "netflow8",
    NetflowV9 = "netflow9",
    Ipfix = "ipfix",
    SflowV5 = "sflow5",
});
