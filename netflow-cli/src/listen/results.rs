//! What becomes of each datagram of a worker.

use alloc::collections::BTreeMap;
use std::io;

use netflow_core::{Datagram, Decoded, Error, Protocol, Timestamp};
use netflow_output::sink::{Sink as _, WorkerSink};

use super::forward::Forward;
#[cfg(feature = "http")]
use super::recent::Recent;

/// Where the datagrams of a worker go, decoded and as they are.
pub(super) struct Results {
    pub(super) sink: WorkerSink,
    pub(super) forward: Forward,
    /// What the report shows, if one is served.
    #[cfg(feature = "http")]
    pub(super) recent: Option<Recent>,
    /// Messages so far.
    pub(super) messages: BTreeMap<Protocol, u64>,
}

impl Results {
    pub(super) fn decoded(
        &mut self,
        datagram: &Datagram<'_>,
        decoded: &Decoded<'_>,
    ) -> io::Result<()> {
        self.forward.pass_on(datagram);
        #[cfg(feature = "http")]
        if let Some(recent) = &mut self.recent {
            recent.decoded(decoded);
        }
        for message in decoded.messages().filter(|message| !message.is_late()) {
            *self.messages.entry(message.header().protocol).or_default() += 1;
        }
        self.sink.message(decoded)
    }

    pub(super) fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) -> io::Result<()> {
        self.forward.pass_on(datagram);
        #[cfg(feature = "http")]
        if let Some(recent) = &mut self.recent {
            recent.unreadable(datagram, error);
        }
        self.sink.unreadable(datagram, error)
    }

    /// Hands rows over, and passes the time on.
    pub(super) fn tick(&mut self, now: Timestamp) -> io::Result<()> {
        self.sink.tick(now)?;
        #[cfg(feature = "http")]
        if let Some(recent) = &mut self.recent {
            recent.tick(now);
        }
        Ok(())
    }
}
