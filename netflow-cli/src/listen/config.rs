//! The configuration file: options of the command line in TOML.
//!
//! Each key becomes the option with its name, so there is one list of options, with one set of
//! checks. Keys that the command line sets too are ignored.

use alloc::borrow::Cow;
use core::fmt;
use core::ops::Range;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use netflow_query::suggest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::features::{CERTIFICATES, CREDENTIALS, HTTP_OUTPUT, KAFKA_OUTPUT, S3_OUTPUT};

/// Why a configuration file cannot be used.
#[derive(Debug)]
pub(super) struct ConfigError {
    path: PathBuf,
    line: Option<usize>,
    reason: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, " line {line}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// Options that have options of their own: each is a table in an array. The second name is the key
/// of its value.
const SCOPES: [(&str, &str); 4] = [
    ("udp", "address"),
    ("tcp", "address"),
    ("tls", "address"),
    ("output", "to"),
];

/// Groups of options, in one or more lists. One such option on the command line replaces the whole group
/// in the file.
const GROUPS: [&[&[&str]]; 2] = [
    &[&["udp", "tcp", "tls", "protocol"]],
    &[
        &OUTPUT,
        &CERTIFICATES,
        &CREDENTIALS,
        &HTTP_OUTPUT,
        &KAFKA_OUTPUT,
        &S3_OUTPUT,
    ],
];

/// Options of every output.
const OUTPUT: [&str; 15] = [
    "output",
    "format",
    "schema",
    "fields",
    "where",
    "split-biflows",
    "when-full",
    "output-queue",
    "rotate",
    "rotate-size",
    "keep",
    "keep-size",
    "spool",
    "spool-size",
    "output-timeout",
];

/// Options that only the command line has.
const NOT_IN_FILES: [&str; 4] = ["config", "check", "help", "version"];

/// The options that a file sets.
#[derive(Debug)]
pub(super) struct Config {
    path: PathBuf,
    settings: Vec<Setting>,
}

/// One key, as arguments.
#[derive(Debug)]
struct Setting {
    /// The option.
    name: String,
    /// Its name within the program.
    id: String,
    line: usize,
    arguments: Vec<String>,
}

impl Config {
    /// Reads a file; `command` knows the options that there are.
    pub(super) fn read(path: &Path, command: &Command) -> Result<Self, ConfigError> {
        let error = |line, reason| ConfigError {
            path: path.to_owned(),
            line,
            reason,
        };
        let text = fs::read_to_string(path).map_err(|failed| error(None, failed.to_string()))?;
        let line = |span: Range<usize>| line_of(&text, span.start);
        let table = DeTable::parse(&text).map_err(|failed| {
            let message = failed.message().to_owned();
            error(failed.span().map(line), message)
        })?;
        let mut settings = Vec::new();
        for (key, value) in table.get_ref().iter() {
            let reader = KeyReader {
                command,
                line: &line,
            };
            let read = reader.key(key, value);
            settings.extend(read.map_err(|failed| error(Some(failed.0), failed.1))?);
        }
        // What is for all outputs or listeners comes before them.
        settings.sort_by_key(|setting| (is_scope(&setting.name), setting.line));
        Ok(Self {
            path: path.to_owned(),
            settings,
        })
    }

    /// The keys that the command line does not set, as arguments.
    pub(super) fn arguments(&self, command_line: &ArgMatches) -> Vec<OsString> {
        let is_set = |id: &str| {
            let known = command_line.try_contains_id(id).is_ok();
            known && command_line.value_source(id) == Some(ValueSource::CommandLine)
        };
        let settings = self
            .settings
            .iter()
            .filter(|setting| match group_of(&setting.name) {
                [] => !is_set(&setting.id),
                group => !names(group).any(|name| is_set(&name.replace('-', "_"))),
            });
        settings
            .flat_map(|setting| setting.arguments.iter().map(OsString::from))
            .collect()
    }

    /// Finds the line that makes a command line fail; `fails` tries arguments.
    pub(super) fn blame(&self, fails: impl Fn(&[String]) -> Option<String>) -> Option<ConfigError> {
        self.settings.iter().find_map(|setting| {
            Some(ConfigError {
                path: self.path.clone(),
                line: Some(setting.line),
                reason: fails(&setting.arguments)?,
            })
        })
    }
}

/// The group that an option is in; empty if it is in none.
fn group_of(name: &str) -> &'static [&'static [&'static str]] {
    let group = GROUPS
        .iter()
        .find(|group| names(group).any(|other| other == name));
    group.copied().unwrap_or_default()
}

/// The options of a group.
fn names(group: &[&'static [&'static str]]) -> impl Iterator<Item = &'static str> {
    group.iter().copied().flatten().copied()
}

fn is_scope(name: &str) -> bool {
    SCOPES.iter().any(|(scope, _)| *scope == name)
}

/// A fault in a line.
struct ConfigFault(usize, String);

/// Turns keys into arguments.
struct KeyReader<'c> {
    command: &'c Command,
    line: &'c dyn Fn(Range<usize>) -> usize,
}

type ConfigKey<'t> = Spanned<Cow<'t, str>>;
type ConfigValue<'t> = Spanned<DeValue<'t>>;

impl KeyReader<'_> {
    fn key(
        &self,
        key: &ConfigKey<'_>,
        value: &ConfigValue<'_>,
    ) -> Result<Vec<Setting>, ConfigFault> {
        let name = key.get_ref().as_ref();
        let line = (self.line)(key.span());
        let option = self.option(name).ok_or_else(|| self.unknown(name, line))?;
        let mut settings = Vec::new();
        match value.get_ref() {
            DeValue::Array(values) => {
                for value in values.iter() {
                    let line = (self.line)(value.span());
                    let arguments = match value.get_ref() {
                        DeValue::Table(table) => self.scope(name, line, table)?,
                        value => vec![argument(option, name, value, line)?],
                    };
                    settings.push((line, arguments));
                }
            }
            DeValue::Table(table) => settings.push((line, self.scope(name, line, table)?)),
            DeValue::Boolean(false) if !takes_value(option) => {}
            value => settings.push((line, vec![argument(option, name, value, line)?])),
        }
        let setting = |(line, arguments)| Setting {
            name: name.to_owned(),
            id: option.get_id().to_string(),
            line,
            arguments,
        };
        Ok(settings.into_iter().map(setting).collect())
    }

    /// A listener or output with options of its own.
    fn scope(
        &self,
        name: &str,
        line: usize,
        table: &DeTable<'_>,
    ) -> Result<Vec<String>, ConfigFault> {
        let scope = SCOPES.iter().find(|(scope, _)| *scope == name);
        let Some((_, main)) = scope else {
            return Err(ConfigFault(
                line,
                format!("\"{name}\" takes a value, not a table"),
            ));
        };
        let own = group_of(name);
        let mut first = None;
        let mut arguments = Vec::new();
        for (key, value) in table.iter() {
            let line = (self.line)(key.span());
            let key = key.get_ref().as_ref();
            let belongs = names(own).any(|name| name == key) && !is_scope(key);
            let option = self.option(if key == *main { name } else { key });
            let Some(option) = option.filter(|_| key == *main || belongs) else {
                let others = names(own).filter(|name| !is_scope(name));
                let known: Vec<&str> = others.chain([*main]).collect();
                return Err(ConfigFault(line, unknown(key, name, &known)));
            };
            if key == *main {
                first = Some(argument(option, name, value.get_ref(), line)?);
                continue;
            }
            match value.get_ref() {
                DeValue::Array(values) => {
                    for value in values.iter() {
                        arguments.push(argument(option, key, value.get_ref(), line)?);
                    }
                }
                value => arguments.push(argument(option, key, value, line)?),
            }
        }
        let Some(first) = first else {
            return Err(ConfigFault(
                line,
                format!("[[{name}]] needs the key \"{main}\""),
            ));
        };
        arguments.insert(0, first);
        Ok(arguments)
    }

    fn option(&self, name: &str) -> Option<&Arg> {
        let mut options = self.command.get_arguments();
        options.find(|option| option.get_long() == Some(name) && !NOT_IN_FILES.contains(&name))
    }

    fn unknown(&self, name: &str, line: usize) -> ConfigFault {
        let names = self.command.get_arguments().filter_map(Arg::get_long);
        let names: Vec<&str> = names.filter(|name| !NOT_IN_FILES.contains(name)).collect();
        ConfigFault(line, unknown(name, "", &names))
    }
}

fn unknown(name: &str, scope: &str, known: &[&str]) -> String {
    let mut text = format!("there is no key \"{name}\"");
    if !scope.is_empty() {
        text += &format!(" in [[{scope}]]");
    }
    if let Some(nearest) = suggest::nearest(name, known.iter().copied()) {
        text += &format!(", did you mean \"{nearest}\"?");
    }
    text
}

fn takes_value(option: &Arg) -> bool {
    option.get_action().takes_values()
}

/// A key and a value as an argument.
fn argument(
    option: &Arg,
    name: &str,
    value: &DeValue<'_>,
    line: usize,
) -> Result<String, ConfigFault> {
    let fault = |reason: &str| ConfigFault(line, format!("\"{name}\" {reason}"));
    match value {
        DeValue::Boolean(true) if !takes_value(option) => Ok(format!("--{name}")),
        _ if !takes_value(option) => Err(fault("is either true or false")),
        DeValue::Boolean(value) => Ok(format!("--{name}={}", if *value { "yes" } else { "no" })),
        DeValue::String(value) => Ok(format!("--{name}={value}")),
        DeValue::Integer(value) if value.radix() == 10 => {
            Ok(format!("--{name}={}", value.as_str()))
        }
        _ => Err(fault("takes a text or a whole number")),
    }
}

/// The number of the line that an octet is in.
fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().iter().take(at);
    before.filter(|octet| **octet == b'\n').count() + 1
}
