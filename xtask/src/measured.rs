//! What measurements of programs share.

use core::ops::{Deref, DerefMut};
use core::time::Duration;
use std::net::UdpSocket;
use std::process::{Child, Command};
use std::thread;
use std::time::Instant;

use crate::repository::Result;

/// How long a program may take to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that runs until it is ended; killed if it is dropped before.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        Ok(Self(command.spawn()?))
    }

    /// Asks it to end, by SIGTERM, and waits until it has ended.
    pub(crate) fn end(&mut self) -> Result {
        Command::new("kill").arg(self.0.id().to_string()).status()?;
        let deadline = Instant::now() + PATIENCE;
        while self.0.try_wait()?.is_none() {
            if Instant::now() >= deadline {
                return Err(format!("process {} does not end", self.0.id()).into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Deref for Running {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A UDP port of 127.0.0.1 that is free now.
pub(crate) fn free_port() -> Result<u16> {
    Ok(UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Processes that wanted to run during the last minute, on average: the first number of `/proc/loadavg`.
pub(crate) fn load() -> Option<f64> {
    let averages = std::fs::read_to_string("/proc/loadavg").ok()?;
    averages.split(' ').next()?.parse().ok()
}

/// A number of far less than 2^52, for arithmetic with fractions.
#[expect(
    clippy::cast_precision_loss,
    reason = "figures for people, of far fewer than 2^52"
)]
pub(crate) const fn precise(number: u64) -> f64 {
    number as f64
}
