//! Options of dialects by the names that they have on the command line, for callers that pass texts.

use core::fmt;
use core::str::FromStr;
use core::time::Duration;

use super::{CommunityIdSeed, DialectOptions, Faults};
use crate::enrich::{DnsOptions, HostNames};

/// An option cannot have this value, or there is none of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingError {
    /// The option.
    pub name: String,
    /// What is wrong.
    pub reason: String,
}

/// The names of all settings.
const NAMES: [&str; 14] = [
    "add-field",
    "asn",
    "community-id-seed",
    "compat",
    "dns",
    "dns-wait",
    "forward-tag",
    "geo",
    "include-flowset-id",
    "internal-networks",
    "services",
    "tag",
    "target",
    "time-key",
];

impl DialectOptions {
    /// Sets an option by its name on the command line, without the dashes; `true` and `false` are the values of those
    /// that have none there. `tag` and `add-field` (`NAME=TEXT`) add to what is there; `dns-wait`, in seconds, follows
    /// `dns`.
    ///
    /// ```
    /// use netflow_output::format::dialect::{DialectOptions, Faults};
    ///
    /// let mut options = DialectOptions::default();
    /// options.set("compat", "true")?;
    /// options.set("internal-networks", "private,203.0.113.0/24")?;
    /// assert_eq!(options.faults, Faults::Copied);
    ///
    /// let error = options.set("community-id-seed", "high").unwrap_err();
    /// assert_eq!(error.to_string(), "community-id-seed: expected a number below 65536, found \"high\"");
    /// # Ok::<(), netflow_output::format::dialect::SettingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// There is no such option, the value is invalid, or a file that it names cannot be read.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        self.apply(name, value).map_err(|reason| SettingError {
            name: name.to_owned(),
            reason,
        })
    }

    fn apply(&mut self, name: &str, value: &str) -> Result<(), String> {
        let enrichment = &mut self.enrichment;
        match name {
            "add-field" => {
                let field = value.split_once('=').filter(|(name, _)| !name.is_empty());
                let (name, text) = field.ok_or_else(|| expected("NAME=TEXT", value))?;
                self.additions.add_field(name.to_owned(), text.to_owned());
            }
            "asn" => enrichment.geo.systems = Some(parsed(value)?),
            "community-id-seed" => {
                let seed = value.parse();
                let seed = seed.map_err(|_| expected("a number below 65536", value))?;
                self.community_id_seed = CommunityIdSeed(seed);
            }
            "compat" => {
                self.faults = match boolean(value)? {
                    true => Faults::Copied,
                    false => Faults::Corrected,
                };
            }
            "dns" => {
                let options: DnsOptions = parsed(value)?;
                let started = HostNames::start(options);
                enrichment.host_names = Some(started.map_err(|error| error.to_string())?);
            }
            "dns-wait" => {
                let seconds = value.parse();
                let seconds = seconds.map_err(|_| expected("a number of seconds", value))?;
                let names = enrichment.host_names.as_ref();
                let names = names.ok_or("nothing to wait for: set dns first")?;
                names.set_patience(Duration::from_secs(seconds));
            }
            "forward-tag" => value.clone_into(&mut self.forward_tag),
            "geo" => enrichment.geo.places = Some(parsed(value)?),
            "include-flowset-id" => self.include_flowset_id = boolean(value)?,
            "internal-networks" => self.internal_networks = parsed(value)?,
            "services" => enrichment.services = Some(parsed(value)?),
            "tag" => self.additions.add_tag(value.to_owned()),
            "target" => value.clone_into(&mut self.target),
            "time-key" => self.time_key = Some(value.to_owned()),
            _ => {
                return Err(format!(
                    "there is no such option; there are {}",
                    NAMES.join(", ")
                ));
            }
        }
        Ok(())
    }
}

fn parsed<T: FromStr<Err: fmt::Display>>(value: &str) -> Result<T, String> {
    value.parse().map_err(|error: T::Err| error.to_string())
}

fn boolean(value: &str) -> Result<bool, String> {
    value.parse().map_err(|_| expected("true or false", value))
}

fn expected(what: &str, found: &str) -> String {
    format!("expected {what}, found {found:?}")
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)
    }
}

impl core::error::Error for SettingError {}

#[cfg(test)]
mod tests {
    use super::{DialectOptions, NAMES};

    #[test]
    fn each_name_is_known_and_wrong_values_say_what_was_expected() {
        for name in NAMES {
            // Texts take anything.
            if let Err(error) = DialectOptions::default().set(name, "no such\u{0}file") {
                assert!(error.to_string().starts_with(name), "{error}");
                assert!(!error.reason.contains("there is no such option"), "{error}");
            }
        }
        for (name, value, reason) in [
            ("compat", "yes", "expected true or false, found \"yes\""),
            ("add-field", "=x", "expected NAME=TEXT, found \"=x\""),
            ("dns-wait", "1", "nothing to wait for: set dns first"),
            (
                "tags",
                "x",
                "there is no such option; there are add-field, asn",
            ),
        ] {
            let error = DialectOptions::default().set(name, value).unwrap_err();
            assert!(error.reason.starts_with(reason), "{error}");
        }
    }
}
