//! `netflow top --listen`: what exporters send now.

use core::time::Duration;
use std::io::{self, Write as _};
use std::time::{Instant, SystemTime};

use netflow_core::{Limits, Timestamp};
use netflow_io::live::{Live, LiveOptions};
use netflow_io::{Event, Feed};
use netflow_output::format::Format as _;
use netflow_output::sink::Output;

use super::tables::Tables;
use crate::args::{Top, TopFormat};
use crate::interrupt::Interrupt;
use crate::run::Job;
use crate::status::Status;
use crate::stderr;

/// How often the terminal shows the sums, and an interval may end.
const TICK: Duration = Duration::from_secs(1);
/// How long to wait for a datagram.
const IDLE: Duration = Duration::from_millis(200);
/// Number of datagrams between two readings of the clock.
const STRIDE: u32 = 64;
/// Moves to the top left of a terminal.
const HOME: &str = "\u{1b}[H";
/// Clears the rest of a line, and of the screen.
const CLEAR_LINE: &str = "\u{1b}[K\n";
const CLEAR_SCREEN: &str = "\u{1b}[J";

/// Counts what exporters send until the command is interrupted.
pub(super) fn run(args: &Top, job: &Job<'_>, tables: Tables, to_terminal: bool) -> Status {
    match listen(args, job, tables, to_terminal) {
        Ok(written) => job.ended(written.map(|()| Status::Success)),
        Err(reason) => {
            stderr::line(&reason);
            Status::Unreadable
        }
    }
}

/// The error is a line for standard error; the inner one is that of the output.
fn listen(
    args: &Top,
    job: &Job<'_>,
    mut tables: Tables,
    to_terminal: bool,
) -> Result<io::Result<()>, String> {
    let interrupt = Interrupt::catch().map_err(|error| error.to_string())?;
    let addresses = args.listen.iter();
    let options = addresses.fold(LiveOptions::new(), |options, address| options.udp(*address));
    let mut live = Live::bind(&options).map_err(|error| error.to_string())?;
    let mut output = match job.output() {
        Ok(output) => output,
        Err(error) => return Ok(Err(error)),
    };
    let mut feed = Feed::new(job.decoder(Limits::default()));
    let Some(mut source) = live.take_sources().pop() else {
        return Ok(Ok(()));
    };
    source.set_idle(IDLE);
    let mut screen = Screen {
        // Rows of other formats go to the program that reads them.
        is_shown: to_terminal && args.format == TopFormat::Table,
        drawn: None,
    };
    if !args.quiet && !screen.is_shown {
        for listener in live.listeners() {
            stderr::line(&format_args!("listening on {}", listener.address));
        }
    }
    let mut count: u32 = 0;
    let stopper = live.stopper();
    loop {
        if interrupt.status().is_some() {
            // What the sockets hold is still read.
            stopper.stop();
        }
        let added = match feed.next(&mut source) {
            None => break,
            Some(Err(error)) => return Err(error.to_string()),
            Some(Ok(Event::Decoded(_, decoded))) => {
                count = count.wrapping_add(1);
                tables.message(&decoded, &mut output.buffer)
            }
            Some(Ok(Event::Idle)) => {
                count = 0;
                Ok(())
            }
            Some(Ok(_)) => Ok(()),
        };
        added.map_err(|error| error.to_string())?;
        if count % STRIDE == 0 && screen.is_due() {
            let ended = tables.tick(now(), &mut output.buffer);
            ended.map_err(|error| error.to_string())?;
            if let Err(error) = screen.draw(&tables, &mut output) {
                return Ok(Err(error));
            }
        }
    }
    screen.end(&mut output);
    let written = tables.finish(feed.decoder().stats(), &mut output.buffer);
    written.map_err(|error| error.to_string())?;
    Ok(output.finish())
}

fn now() -> Timestamp {
    Timestamp::from_system_time(SystemTime::now())
}

/// What a terminal shows.
struct Screen {
    is_shown: bool,
    /// When it was drawn, or the output flushed.
    drawn: Option<Instant>,
}

impl Screen {
    fn is_due(&self) -> bool {
        self.drawn.is_none_or(|drawn| drawn.elapsed() >= TICK)
    }

    /// Shows the sums so far; tables that are complete scroll up above them.
    fn draw(&mut self, tables: &Tables, output: &mut Output) -> io::Result<()> {
        self.drawn = Some(Instant::now());
        if !self.is_shown {
            return output.flush();
        }
        // Only the latest table fits on the screen; a file has all.
        output.buffer.clear();
        let mut table = Vec::new();
        tables.show(&mut table);
        let mut text = String::from(HOME);
        for line in String::from_utf8_lossy(&table).lines() {
            text.push_str(line);
            text.push_str(CLEAR_LINE);
        }
        text.push_str(CLEAR_SCREEN);
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// Makes room for the last table.
    fn end(&self, output: &mut Output) {
        if self.is_shown {
            output.buffer.extend_from_slice(HOME.as_bytes());
            output.buffer.extend_from_slice(CLEAR_SCREEN.as_bytes());
        }
    }
}
