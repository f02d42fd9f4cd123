//! `netflow decode`: files in, rows out.

use std::io;
use std::path::Path;

use netflow_core::{Datagram, Decoder, Limits};
use netflow_io::{Error, Options, Source};

use crate::args::{Decode, Format, SchemaName};
use crate::files::{self, Files};
use crate::lines::Lines;
use crate::output::Output;
use crate::rows::Rows;
use crate::status::Status;
use crate::wire::Wire;

/// Runs the command.
pub(crate) fn run(args: &Decode) -> Status {
    let names: Vec<String> = args
        .files
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    // In a capture a template stands until it is replaced: what was sent once, hours before,
    // may be all there is of it.
    let limits = Limits {
        template_lifetime: None,
        ..Limits::default()
    };
    let files = Files::new(names);
    let rows: Box<dyn Rows> = Box::new(Lines::new(
        Wire {
            list_depth: limits.list_depth,
        },
        files,
    ));
    let mut run = Run {
        decoder: Decoder::new(limits),
        rows,
        output: Output::stdout(),
    };
    let mut status = Status::Success;
    for (index, path) in args.files.iter().enumerate() {
        let options = Options::default().with_ports(args.ports.iter().copied());
        match open(path, options) {
            Ok(source) => match run.file(index as u64, source) {
                Ok(None) => {}
                Ok(Some(error)) => {
                    eprintln!("netflow: {error}");
                    status = status.max(Status::Unreadable);
                }
                Err(_) => return Status::Success,
            },
            Err(error) => {
                eprintln!("netflow: {error}");
                status = status.max(Status::Unreadable);
            }
        }
    }
    let _ = run.output.finish();
    status
}

struct Run {
    decoder: Decoder,
    rows: Box<dyn Rows>,
    output: Output,
}

impl Run {
    fn file(&mut self, index: u64, mut source: Source) -> io::Result<Option<Error>> {
        while let Some(packet) = source.next() {
            let packet = match packet {
                Ok(packet) => packet,
                Err(error) => return Ok(Some(error)),
            };
            let datagram = Datagram {
                frame: files::number(index, packet.datagram.frame),
                ..packet.datagram
            };
            let out = &mut self.output.buffer;
            match self.decoder.decode(datagram) {
                Ok(message) => self.rows.message(&message, out),
                Err(error) => self.rows.unreadable(&datagram, &error, out),
            }
            self.output.pass_on()?;
        }
        Ok(None)
    }
}

fn open(path: &Path, options: Options) -> Result<Source, Error> {
    if path.as_os_str() == "-" {
        Source::from_reader_with(io::stdin(), "standard input", options)
    } else {
        netflow_io::open_with(path, options)
    }
}
