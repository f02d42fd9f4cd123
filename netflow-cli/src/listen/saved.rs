//! The state of all workers in one file.

use core::time::Duration;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Instant;

use netflow_core::{Decoder, Limits};
use netflow_io::live::worker_of;
use netflow_output::sink::Output;

use super::worker::Request;

/// How long workers may take to save their state.
const PATIENCE: Duration = Duration::from_secs(10);

/// The state that an earlier run has saved; nothing if there was none. An error is a line about the
/// file.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, String> {
    match fs::read(path) {
        Ok(octets) => {
            let mut decoder = Decoder::default();
            decoder.load(&octets).map_err(|error| {
                format!(
                    "{} holds no state: {error}; remove it, or choose another --state",
                    path.display()
                )
            })?;
            Ok(Some(octets))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

/// Loads the part of the state that belongs to one of this number of workers.
pub(super) fn load(state: &[u8], decoder: &mut Decoder, worker: usize, workers: usize) {
    let belongs = |address: core::net::IpAddr| worker_of(address, workers) == worker;
    // It was checked when it was read.
    let _ = decoder.load_where(state, |domain| belongs(domain.exporter.ip()));
}

/// Asks all workers for their state; none if a worker does not answer because it waits for an
/// output.
pub(super) fn ask(workers: &[SyncSender<Request>]) -> Option<Vec<Vec<u8>>> {
    let answers: Vec<_> = workers
        .iter()
        .map(|worker| {
            let (sender, answer) = sync_channel(1);
            worker.try_send(Request::Save(sender)).ok().map(|()| answer)
        })
        .collect::<Option<_>>()?;
    let deadline = Instant::now() + PATIENCE;
    let receive = |answer: std::sync::mpsc::Receiver<Vec<u8>>| {
        let left = deadline.saturating_duration_since(Instant::now());
        answer.recv_timeout(left).ok()
    };
    answers.into_iter().map(receive).collect()
}

/// Writes one file with the state of all workers; an older file is replaced only once everything is
/// written. An error is a line about the file.
pub(super) fn write(path: &Path, states: &[Vec<u8>]) -> Result<(), String> {
    // Each has its own limit; here all of them have to fit.
    let limits = Limits::default().with_state_octets(usize::MAX >> 1);
    let mut all = Decoder::new(limits);
    for state in states {
        all.load(state)
            .map_err(|error| format!("{} is not saved: {error}", path.display()))?;
    }
    let written = Output::file(path).and_then(|mut output| {
        all.save_into(&mut output.buffer);
        output.finish()
    });
    written.map_err(|error| format!("{} cannot be written: {error}", path.display()))
}
