//! The sockets in a library without them: they cannot be opened.

use core::convert::Infallible;

use netflow_core::Decoder;

use super::{ListenerSettings, OpenAddress, Received, netflow_listener_stats};
use crate::result::{Failure, netflow_result};

/// There are none.
#[derive(Debug)]
pub(crate) struct Sockets(Infallible);

/// Nothing is stopped.
#[derive(Debug)]
pub(crate) struct Stop(Infallible);

impl Sockets {
    pub(crate) fn open(_: &ListenerSettings<'_>) -> Result<(Self, Stop), (Failure, String)> {
        let reason = "the library was built without the feature `live`";
        let failure = Failure::Argument(netflow_result::NETFLOW_ERROR_UNSUPPORTED, reason);
        Err((failure, reason.to_owned()))
    }

    pub(crate) const fn receive(&mut self, _: &mut Decoder) -> Result<Received<'_>, Failure> {
        match self.0 {}
    }

    pub(crate) const fn stats(&self) -> netflow_listener_stats {
        match self.0 {}
    }

    pub(crate) const fn address(&self, _: usize) -> Option<OpenAddress> {
        match self.0 {}
    }

    pub(crate) const fn descriptor(&self) -> i32 {
        match self.0 {}
    }
}

impl Stop {
    pub(crate) const fn stop(&self) {
        match self.0 {}
    }
}
