//! What an operator may want to know of a connection or socket, for a log.

use alloc::collections::VecDeque;
use core::fmt;
use core::net::SocketAddr;
use std::sync::Mutex;

use crate::framing::FramingError;

/// Notices kept until they are taken. Further ones are counted.
const KEPT: usize = 256;

/// Something that happened to a connection.
///
/// ```
/// use netflow_io::live::Notice;
///
/// let notice = Notice::Connected("192.0.2.1:50000".parse()?);
/// assert_eq!(notice.to_string(), "192.0.2.1:50000 connected");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// A peer has connected.
    Connected(SocketAddr),
    /// A connection was closed.
    Closed(SocketAddr, CloseReason),
    /// A peer was turned away.
    Refused(SocketAddr, &'static str),
    /// The kernel refuses to accept connections, or to read a socket.
    Failed(String),
    /// There were this number of further notices.
    Dropped(u64),
}

/// Why a connection was closed.
///
/// ```
/// use netflow_io::live::{CloseReason, Notice};
///
/// let reason = CloseReason::Cut { octets: 5 };
/// let notice = Notice::Closed("192.0.2.1:50000".parse()?, reason);
/// assert!(notice.to_string().ends_with("ended by the peer 5 octets into a message"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// The peer has closed it.
    Ended,
    /// The peer has closed it inside a message.
    Cut {
        /// Octets of the message that arrived.
        octets: usize,
    },
    /// It carries no IPFIX.
    Framing(FramingError),
    /// A message was not complete in time.
    TimedOut,
    /// The network or the peer failed.
    Failed(String),
    /// The peer could not be authenticated, or does not speak TLS.
    Tls(String),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected(peer) => write!(f, "{peer} connected"),
            Self::Closed(peer, reason) => write!(f, "connection of {peer} closed: {reason}"),
            Self::Refused(peer, reason) => write!(f, "connection of {peer} refused: {reason}"),
            Self::Failed(reason) => f.write_str(reason),
            Self::Dropped(count) => write!(f, "{count} further notices about connections"),
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => f.write_str("ended by the peer"),
            Self::Cut { octets } => write!(f, "ended by the peer {octets} octets into a message"),
            Self::Framing(error) => error.fmt(f),
            Self::TimedOut => f.write_str("no complete message within the read timeout"),
            Self::Failed(error) => f.write_str(error),
            Self::Tls(error) => write!(f, "TLS: {error}"),
        }
    }
}

/// Notices that wait to be taken.
#[derive(Debug, Default)]
pub(super) struct Notices(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    notices: VecDeque<Notice>,
    dropped: u64,
}

impl Notices {
    pub(super) fn add(&self, notice: Notice) {
        let Ok(mut kept) = self.0.lock() else { return };
        if kept.notices.len() < KEPT {
            kept.notices.push_back(notice);
        } else {
            kept.dropped = kept.dropped.saturating_add(1);
        }
    }

    pub(super) fn take(&self) -> Vec<Notice> {
        let Ok(mut kept) = self.0.lock() else {
            return Vec::new();
        };
        let dropped = core::mem::take(&mut kept.dropped);
        let mut notices: Vec<Notice> = kept.notices.drain(..).collect();
        if dropped > 0 {
            notices.push(Notice::Dropped(dropped));
        }
        notices
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Notice, Notices};

    #[test]
    fn further_notices_are_counted_and_not_kept() {
        let notices = Notices::default();
        for port in 0..300 {
            notices.add(Notice::Connected(([192, 0, 2, 1], port).into()));
        }
        let taken = notices.take();
        assert_eq!(taken.len(), KEPT + 1);
        assert_eq!(taken.last(), Some(&Notice::Dropped(44)));
        assert_eq!(notices.take(), []);
    }
}
