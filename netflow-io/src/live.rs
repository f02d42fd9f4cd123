//! Datagrams from the network: UDP, and IPFIX over TCP and TLS.
//!
//! # Overview
//!
//! [`bind`](Live::bind) opens the sockets of [`LiveOptions`] and returns one [`LiveSource`] for each
//! worker, a [`Datagrams`](crate::Datagrams) that a [`Feed`](crate::Feed) reads in a thread of its own. Each exporter
//! address belongs to one worker, so that its templates are known there and its flows keep their
//! order: the kernel distributes datagrams and connections among the sockets of the workers by a
//! classic BPF program on the source address ([`worker_of`]). If the kernel cannot do this, one
//! thread receives and passes datagrams on through a bounded queue for each worker.
//!
//! # Example
//!
//! ```
//! use netflow_core::Decoder;
//! use netflow_io::live::{Live, LiveOptions};
//! use netflow_io::{Event, Feed};
//!
//! let mut live = Live::bind(&LiveOptions::new().udp("127.0.0.1:0".parse()?))?;
//! let collector = live.listeners()[0].address;
//! # let mut v5 = vec![0; 24 + 48];
//! # (v5[1], v5[3]) = (5, 1);
//! # std::net::UdpSocket::bind("127.0.0.1:0")?.send_to(&v5, collector)?;
//! let stop = live.stopper();
//! let mut flows = 0;
//! for mut source in live.take_sources() {
//!     // Here in turn; usually each in a thread of its own.
//!     let mut feed = Feed::new(Decoder::default());
//!     while let Some(event) = feed.next(&mut source) {
//!         if let Event::Decoded(_, decoded) = event? {
//!             flows += decoded.flows().count();
//!             stop.stop(); // what was received before is still returned
//!         }
//!     }
//! }
//! assert_eq!(flows, 1);
//! assert_eq!(live.summary().datagrams, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is promised
//!
//! No sender can make it panic, grow beyond [`LiveOptions`] or harm another sender: connections are
//! limited in total and by address, a message has to be complete within a time, and datagrams that
//! are refused, dropped by the kernel or lost in a queue are counted in [`LiveSummary`].

mod batch;
mod bind;
mod connection;
mod counters;
mod error;
mod notice;
mod options;
mod queue;
mod read;
mod receiver;
mod source;
mod steer;
mod stop;
mod streams;
#[cfg(feature = "tls")]
mod tls;

pub use self::bind::{Live, OpenListener, ReadBuffer};
pub use self::counters::LiveSummary;
pub use self::error::LiveError;
pub use self::notice::{CloseReason, Notice};
pub use self::options::{Listener, ListenerTransport, LiveOptions, Protocols};
pub use self::source::LiveSource;
pub use self::steer::worker_of;
pub use self::stop::Stopper;
#[cfg(feature = "tls")]
pub use self::tls::{ClientCertificates, TlsError, TlsOptions};
