//! `netflow listen`: a collector that runs until it is stopped.

mod collector;
mod config;
mod forward;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "kafka")]
mod kafka;
mod log;
mod notify;
mod outputs;
#[cfg(feature = "http")]
mod recent;
mod report;
mod results;
mod saved;
mod scoped;
mod settings;
mod worker;

use std::ffi::OsString;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{ArgMatches, FromArgMatches};

use self::collector::Collector;
use self::config::Config;
use self::log::Log;
use self::settings::Settings;
use crate::args::{self as command_line, Cli, Command, Listen};
use crate::features;
use crate::status::Status;

/// The name of the subcommand.
const NAME: &str = "listen";

/// Runs the command. `arguments` are those of the process; they override the configuration file,
/// also when it is reloaded.
pub(crate) fn run(
    arguments: &[OsString],
    listen: Listen,
    matches: &ArgMatches,
) -> Result<Status, clap::Error> {
    let command_line = CommandLine {
        arguments,
        matches,
        config: listen.config.clone(),
    };
    let settings = match &command_line.config {
        None => settings(listen, matches)?,
        Some(path) => command_line.with_config(path)?,
    };
    if settings.check {
        println!("{}", settings.summary());
        return Ok(Status::Success);
    }
    let log = Log::new(settings.quiet, settings.rows_on_terminal());
    let status = match Collector::start(settings, &log) {
        Ok(collector) => collector.run(|| command_line.reload()),
        Err(reason) => {
            log.error(&reason, &[]);
            Status::Unreadable
        }
    };
    log.end();
    Ok(status)
}

/// The command line that the process was started with.
struct CommandLine<'a> {
    arguments: &'a [OsString],
    matches: &'a ArgMatches,
    config: Option<std::path::PathBuf>,
}

impl CommandLine<'_> {
    /// The settings of the file, and those of the command line over them.
    fn with_config(&self, path: &Path) -> Result<Settings, clap::Error> {
        let mut root = features::command();
        root.build();
        let unusable = |reason: &dyn core::fmt::Display| error(&reason.to_string());
        let Some(command) = root.find_subcommand(NAME) else {
            return Err(unusable(&"there is no such subcommand"));
        };
        let config = Config::read(path, command).map_err(|reason| unusable(&reason))?;
        let (name, rest) = self.arguments.split_at(self.arguments.len().min(2));
        let from_file = config.arguments(self.matches);
        let all = name.iter().chain(&from_file).chain(rest);
        match parse(all.cloned().collect()) {
            Ok((listen, matches)) => settings(listen, &matches),
            Err(whole) => {
                // The first line that fails alone is the one to name.
                let fails = |arguments: &[String]| {
                    let arguments = arguments.iter().map(OsString::from);
                    let error = parse(name.iter().cloned().chain(arguments).collect()).err()?;
                    let is_of_value = error.kind() != ErrorKind::MissingRequiredArgument;
                    is_of_value.then(|| first_line(&error))
                };
                Err(config
                    .blame(fails)
                    .map_or(whole, |reason| unusable(&reason)))
            }
        }
    }

    /// The settings, with the configuration file and the files that options name read again; an error is one line.
    fn reload(&self) -> Result<Settings, String> {
        let settings = match &self.config {
            Some(path) => self.with_config(path),
            None => parse(self.arguments.to_vec())
                .and_then(|(listen, matches)| settings(listen, &matches)),
        };
        settings.map_err(|error| first_line(&error))
    }
}

fn parse(arguments: Vec<OsString>) -> Result<(Listen, ArgMatches), clap::Error> {
    let matches = features::command().try_get_matches_from(arguments)?;
    let own = matches
        .subcommand_matches(NAME)
        .cloned()
        .unwrap_or_default();
    match Cli::from_arg_matches(&matches)?.command {
        Command::Listen(listen) => Ok((*listen, own)),
        _ => Err(error("it is another subcommand")),
    }
}

fn settings(listen: Listen, matches: &ArgMatches) -> Result<Settings, clap::Error> {
    Settings::new(listen, matches).map_err(|reason| error(&reason))
}

fn error(reason: &str) -> clap::Error {
    command_line::error(NAME, &reason)
}

/// The message of an error of the command line, without the usage.
fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line).to_owned()
}
