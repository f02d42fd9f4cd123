//! What comes from a source: its datagrams with their numbers, and the sessions that end.

use core::net::SocketAddr;

use netflow_core::{Datagram, Decoder};

/// Where datagrams come from: a capture, an IPFIX file, a socket, or what a program of yours reads.
///
/// ```
/// use core::convert::Infallible;
///
/// use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
/// use netflow_io::{Arrival, Datagrams, Event, Feed};
///
/// /// Payloads in memory, all of one exporter.
/// struct Payloads(Vec<Vec<u8>>, usize);
///
/// impl Datagrams for Payloads {
///     type Error = Infallible;
///
///     fn next_arrival(&mut self) -> Option<Result<Arrival<'_>, Infallible>> {
///         let payload = self.0.get(self.1)?;
///         self.1 += 1;
///         let exporter = "198.51.100.1:2055".parse().unwrap();
///         let received = Timestamp::from_secs(1_700_000_000);
///         let datagram = Datagram::new(exporter, Transport::Udp, received, payload);
///         Some(Ok(Arrival::Datagram(datagram)))
///     }
/// }
///
/// // NetFlow v5 with one record.
/// let mut payload = vec![0; 72];
/// (payload[1], payload[3]) = (5, 1);
/// let mut source = Payloads(vec![payload; 3], 0);
/// let mut feed = Feed::new(Decoder::new(Limits::default()));
/// let mut flows = 0;
/// while let Some(event) = feed.next(&mut source) {
///     if let Ok(Event::Decoded(_, decoded)) = event {
///         flows += decoded.flows().count();
///     }
/// }
/// assert_eq!(flows, 3);
/// ```
pub trait Datagrams {
    /// Why it cannot be read further.
    type Error;

    /// What comes next; it borrows the source until the next call. `None` at the end.
    ///
    /// An error is the last that comes.
    fn next_arrival(&mut self) -> Option<Result<Arrival<'_>, Self::Error>>;
}

/// What comes from a source.
///
/// ```
/// use netflow_core::{Decoder, Limits};
/// use netflow_io::{Arrival, Arrivals, Source};
///
/// let mut source = Source::from_reader(netflow_core::example::ipfix().payload, "memory")?;
/// let mut decoder = Decoder::new(Limits::default());
/// let mut arrivals = Arrivals::new();
/// while let Some(arrival) = arrivals.next(&mut source, &mut decoder) {
///     match arrival? {
///         Arrival::Datagram(datagram) => assert_eq!(datagram.payload.len(), 173),
///         Arrival::SessionEnded(exporter) => println!("{exporter} has closed its connection"),
///         _ => {} // idle: time for what is done every second
///     }
/// }
/// # Ok::<(), netflow_io::CaptureError>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Arrival<'a> {
    /// A datagram, or a message of a stream or file.
    Datagram(Datagram<'a>),
    /// The transport session of this exporter has ended, and with it its templates are void
    /// (RFC 7011, section 8).
    SessionEnded(SocketAddr),
    /// Nothing came for a while.
    Idle,
}

/// Numbers the datagrams of a source and ends transport sessions: the part of a [`Feed`](crate::Feed)
/// for callers that keep their decoder themselves.
///
/// ```
/// use netflow_core::{Decoder, Limits};
/// use netflow_io::{Arrival, Arrivals};
///
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../testdata/genuine/sf_v9.pcap");
/// let mut decoder = Decoder::new(Limits::default());
/// let mut source = netflow_io::open(path)?;
/// let mut arrivals = Arrivals::new();
/// let mut flows = 0;
/// while let Some(arrival) = arrivals.next(&mut source, &mut decoder) {
///     if let Arrival::Datagram(datagram) = arrival? {
///         flows += decoder.decode(datagram).map_or(0, |decoded| decoded.flows().count());
///     }
/// }
/// assert!(flows > 0);
/// # Ok::<(), netflow_io::CaptureError>(())
/// ```
#[derive(Debug, Default)]
pub struct Arrivals {
    /// The number of the present input.
    pub(crate) input: u32,
    /// Datagrams of the present input.
    pub(crate) datagrams: u64,
    /// The exporter whose session ends with the next call.
    ending: Option<SocketAddr>,
}

impl Arrivals {
    /// Nothing has arrived; the present input has the number 0.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            input: 0,
            datagrams: 0,
            ending: None,
        }
    }

    /// What follows is of the input with this number.
    pub const fn begin_input(&mut self, input: u32) {
        self.input = input;
        self.datagrams = 0;
    }

    /// What comes next from a source, a datagram with its number; `None` at the end. The session that
    /// the last call reported as ended ends in the decoder first: until then, what the decoder knows of
    /// it can be asked for.
    ///
    /// # Errors
    ///
    /// The source cannot be read.
    pub fn next<'s, S: Datagrams>(
        &mut self,
        source: &'s mut S,
        decoder: &mut Decoder,
    ) -> Option<Result<Arrival<'s>, S::Error>> {
        self.end_pending(decoder);
        let arrival = match source.next_arrival()? {
            Ok(arrival) => arrival,
            Err(error) => return Some(Err(error)),
        };
        Some(Ok(match arrival {
            Arrival::Datagram(datagram) => {
                let datagram = datagram.with_frame(self.input, datagram.frame);
                Arrival::Datagram(self.number(datagram))
            }
            Arrival::SessionEnded(exporter) => {
                self.ending = Some(exporter);
                arrival
            }
            Arrival::Idle => arrival,
        }))
    }

    /// Ends the session that the last call of [`next`](Self::next) reported as ended.
    pub fn end_pending(&mut self, decoder: &mut Decoder) {
        if let Some(exporter) = self.ending.take() {
            decoder.end_session(exporter);
        }
    }

    /// The datagram with the number that it will have, unless it has one.
    pub(crate) const fn numbered<'d>(&self, datagram: Datagram<'d>) -> Datagram<'d> {
        if datagram.frame == 0 {
            datagram.with_frame(self.input, self.datagrams.saturating_add(1))
        } else {
            datagram
        }
    }

    /// Counts a datagram, which gets a number if it has none.
    pub(crate) const fn number<'d>(&mut self, datagram: Datagram<'d>) -> Datagram<'d> {
        let datagram = self.numbered(datagram);
        self.datagrams = self.datagrams.saturating_add(1);
        datagram
    }
}
