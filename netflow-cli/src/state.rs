//! The state of exporters, kept in a file from one run to the next.

use core::net::IpAddr;
use std::fs;
use std::io;
use std::path::Path;

use netflow_core::{Decoder, Limits};
use netflow_output::sink::Output;

/// Loads the state, if the file is there already. An error is a line for standard error.
pub(crate) fn load(path: &Path, decoder: &mut Decoder) -> Result<(), String> {
    load_where(path, decoder, |_| true)
}

/// Loads the state of the exporters with some addresses, if the file is there already. An error is a
/// line for standard error.
pub(crate) fn load_where(
    path: &Path,
    decoder: &mut Decoder,
    belongs: impl Fn(IpAddr) -> bool,
) -> Result<(), String> {
    let octets = match fs::read(path) {
        Ok(octets) => octets,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
    };
    match decoder.load_where(&octets, |domain| belongs(domain.exporter.ip())) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!(
            "{} holds no state: {error}; remove it, or use another --state",
            path.display()
        )),
    }
}

/// Saves the state of the exporters of these decoders; the file that was there is replaced when all is
/// written. An error is a line for standard error.
pub(crate) fn save(path: &Path, decoders: &[Decoder]) -> Result<(), String> {
    let mut together = None;
    let decoder = match decoders {
        [decoder] => decoder,
        decoders => together.insert(joined(path, decoders)?),
    };
    let written = Output::file(path).and_then(|mut output| {
        decoder.save_into(&mut output.buffer);
        output.finish()
    });
    written.map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

/// One decoder with the state of all.
fn joined(path: &Path, decoders: &[Decoder]) -> Result<Decoder, String> {
    // Each has its own limit; here all of them have to fit.
    let limits = Limits::default().with_state_octets(usize::MAX >> 1);
    let mut all = Decoder::new(limits);
    for decoder in decoders {
        all.load(&decoder.save())
            .map_err(|error| format!("{} is not saved: {error}", path.display()))?;
    }
    Ok(all)
}
