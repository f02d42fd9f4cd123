//! The state of exporters, kept in a file from one run to the next.

use std::fs;
use std::io;
use std::path::Path;

use netflow_core::Decoder;
use netflow_output::sink::Output;

/// Loads the state, if the file is there already. An error is a line for standard error.
pub(crate) fn load(path: &Path, decoder: &mut Decoder) -> Result<(), String> {
    let octets = match fs::read(path) {
        Ok(octets) => octets,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display())),
    };
    match decoder.load(&octets) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!(
            "{} holds no state: {error}; remove it, or give another --state",
            path.display()
        )),
    }
}

/// Saves the state; the file that was there is replaced when all is written.
pub(crate) fn save(path: &Path, decoder: &Decoder) -> Result<(), String> {
    let written = Output::file(path).and_then(|mut output| {
        decoder.save_into(&mut output.buffer);
        output.finish()
    });
    written.map_err(|error| format!("{} cannot be written: {error}", path.display()))
}
