//! Standard output.

use alloc::sync::Arc;
use std::fs::File;
use std::io;

use netflow_core::Timestamp;

use super::{Delivery, Failure};
use crate::sink::outputs::body::Body;
use crate::sink::outputs::chunk::Chunk;
use crate::sink::outputs::ledger::Ledger;
use crate::sink::outputs::unwritten::Unwritten;

/// Standard output, without a buffer of its own. A closed pipe is the end of it.
#[derive(Debug)]
pub(crate) struct Stdout {
    to: File,
    body: Body,
    unwritten: Unwritten,
    ledger: Arc<Ledger>,
}

impl Stdout {
    pub(crate) fn new(body: Body, ledger: Arc<Ledger>) -> io::Result<Self> {
        Ok(Self {
            to: duplicate()?,
            body,
            unwritten: Unwritten::default(),
            ledger,
        })
    }

    fn write_out(&mut self) -> Result<(), Failure> {
        self.unwritten
            .write(&mut self.to, &self.ledger)
            .map_err(|error| match error.kind() {
                io::ErrorKind::BrokenPipe => Failure::last(error),
                _ => error.into(),
            })
    }
}

impl Delivery for Stdout {
    fn write(&mut self, chunk: Chunk) -> Result<(), Failure> {
        let added = self.body.write(chunk, &mut self.unwritten);
        added.map_err(Failure::last)?;
        self.write_out()
    }

    fn resume(&mut self) -> Result<(), Failure> {
        self.write_out()
    }

    fn tick(&mut self, _: Timestamp) -> Result<(), Failure> {
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let ended = self.body.finish(&mut self.unwritten);
        ended.map_err(Failure::last)?;
        self.write_out()
    }
}

#[cfg(unix)]
fn duplicate() -> io::Result<File> {
    use std::os::fd::AsFd as _;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn duplicate() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;
    Ok(io::stdout().as_handle().try_clone_to_owned()?.into())
}
