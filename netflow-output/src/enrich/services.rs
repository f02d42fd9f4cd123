//! Names of services by port, from a file of the form of `/etc/services`.

use core::fmt;
use core::str::{self, FromStr};
use std::collections::HashMap;
use std::path::Path;

use super::file;
use super::replaceable::Replaceable;

/// Names of services by protocol and port; a clone shares them. Parsed from the path of a file.
///
/// [`replace`](Self::replace) puts others in their place, for all clones once each is [refreshed](Self::refresh).
///
/// ```
/// use netflow_output::enrich::Services;
///
/// let services = Services::parse(b"https 443/tcp # web\ndomain 53/udp dns\n", "services")?;
/// assert_eq!(services.name(6, 443), Some("https"));
/// assert_eq!(services.name(17, 53), Some("domain"));
/// assert_eq!(services.name(17, 443), None);
///
/// let error = Services::parse(b"https\n", "services").unwrap_err();
/// assert_eq!(error.to_string(), "services:1: expected a port as 443/tcp, found \"\"");
/// # Ok::<(), netflow_output::enrich::ServicesError>(())
/// ```
#[derive(Clone)]
pub struct Services(Replaceable<ServiceNames>);

/// The names in a file, by protocol and port.
type ServiceNames = HashMap<ServiceKey, Box<str>>;
/// Protocol and port.
type ServiceKey = (u8, u16);

/// Octets of the largest file that is read.
const MAX_OCTETS: u64 = 16 << 20;
/// Octets of the longest name: each flow may repeat it. Those of IANA have 15 (RFC 6335, section 5.1).
const LONGEST: usize = 64;
/// Protocols with ports, by the names that files have for them.
const PROTOCOLS: [(&str, u8); 5] = [
    ("tcp", 6),
    ("udp", 17),
    ("dccp", 33),
    ("sctp", 132),
    ("udplite", 136),
];

/// A file of services cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServicesError {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 if the file cannot be read at all.
    pub line: usize,
    /// What was expected, and what is there.
    pub reason: String,
}

impl Services {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, has more than 16 MiB, or a line of it has another form.
    pub fn open(path: &Path) -> Result<Self, ServicesError> {
        let name = path.display().to_string();
        let unreadable = |reason: String| ServicesError {
            file: name.clone(),
            line: 0,
            reason,
        };
        let text = file::read(path, MAX_OCTETS).map_err(unreadable)?;
        Self::parse(&text, &name)
    }

    /// Reads the content of a file; `file` is its name in errors. Each line is a name, its port and protocol (`443/tcp`),
    /// and other names, which are passed over; so are protocols whose flows have no ports. The first name of a port counts.
    ///
    /// # Errors
    ///
    /// A line has another form.
    pub fn parse(text: &[u8], file: &str) -> Result<Self, ServicesError> {
        let mut names = ServiceNames::new();
        for (line, content) in (1..).zip(text.split(|octet| *octet == b'\n')) {
            let found = entry(content).map_err(|reason| ServicesError {
                file: file.to_owned(),
                line,
                reason,
            })?;
            if let Some((key, name)) = found {
                names.entry(key).or_insert_with(|| name.into());
            }
        }
        Ok(Self(Replaceable::new(names)))
    }

    /// The name of the service at a port of a protocol (by its IANA number).
    #[must_use]
    pub fn name(&self, protocol: u8, port: u16) -> Option<&str> {
        self.0.get().get(&(protocol, port)).map(AsRef::as_ref)
    }

    /// The port of a flow that is probably the server's: the one that has a name; if both or none have one, the lower.
    #[must_use]
    pub fn server_port(&self, protocol: u8, source_port: u16, destination_port: u16) -> u16 {
        let is_named = |port| self.name(protocol, port).is_some();
        match (is_named(source_port), is_named(destination_port)) {
            (true, false) => source_port,
            (false, true) => destination_port,
            _ => source_port.min(destination_port),
        }
    }

    /// Puts other names in the place of these and of those of clones.
    pub fn replace(&self, other: &Self) {
        self.0.replace(&other.0);
    }

    /// Whether no others have replaced these.
    #[inline]
    #[must_use]
    pub fn is_latest(&self) -> bool {
        self.0.is_latest()
    }

    /// Takes the names that replaced these, if any did.
    #[inline]
    pub fn refresh(&mut self) {
        self.0.refresh();
    }
}

/// A service, if there is one in the line, and if its protocol has ports in flows.
fn entry(line: &[u8]) -> Result<Option<(ServiceKey, &str)>, String> {
    // Comments may be in any encoding.
    let content = line.split(|octet| *octet == b'#').next();
    let content = str::from_utf8(content.unwrap_or_default())
        .map_err(|_| "expected UTF-8, found other octets".to_owned())?;
    let mut words = content.split_ascii_whitespace();
    let Some(name) = words.next() else {
        return Ok(None);
    };
    // A line may be as long as the file.
    let cut = |word: &str| word.chars().take(LONGEST).collect::<String>();
    if name.len() > LONGEST || name.contains(char::is_control) {
        return Err(format!(
            "expected a name of at most {LONGEST} octets without control characters, found {:?}",
            cut(name)
        ));
    }
    let place = words.next().unwrap_or_default();
    let expected = || format!("expected a port as 443/tcp, found {:?}", cut(place));
    let (port, protocol) = place.split_once('/').ok_or_else(expected)?;
    let port = port.parse().map_err(|_| expected())?;
    let known = PROTOCOLS
        .iter()
        .find(|(known, _)| protocol.eq_ignore_ascii_case(known));
    Ok(known.map(|(_, number)| ((*number, port), name)))
}

impl FromStr for Services {
    type Err = ServicesError;

    fn from_str(path: &str) -> Result<Self, ServicesError> {
        Self::open(Path::new(path))
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.get().len();
        f.debug_struct("Services").field("names", &names).finish()
    }
}

impl fmt::Display for ServicesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.reason),
            line => write!(f, "{}:{line}: {}", self.file, self.reason),
        }
    }
}

impl core::error::Error for ServicesError {}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::{MAX_OCTETS, Services};

    #[test]
    fn the_first_name_of_a_port_counts_and_other_protocols_are_passed_over() {
        let text = b"# caf\xe9\n\nrtmp\t1/ddp\r\nhttp 80/TCP www # web\nother 80/tcp\n";
        let services = Services::parse(text, "services").unwrap();
        assert_eq!(services.name(6, 80), Some("http"));
        assert_eq!(services.name(6, 1), None);
    }

    #[test]
    fn the_server_has_the_port_with_a_name_or_the_lower_one() {
        let services = Services::parse(b"http 80/tcp\nproxy 8080/tcp\n", "services").unwrap();
        for (ports, server) in [
            ((50_000, 8_080), 8_080),
            ((8_080, 443), 8_080),
            ((8_080, 80), 80),
            ((50_000, 443), 443),
        ] {
            assert_eq!(
                services.server_port(6, ports.0, ports.1),
                server,
                "{ports:?}"
            );
        }
    }

    #[test]
    fn a_fault_names_the_line_and_what_was_expected() {
        let long = "x".repeat(65);
        for (text, expected) in [
            (
                "a 1/tcp\nb x/tcp",
                "services:2: expected a port as 443/tcp, found \"x/tcp\"",
            ),
            (
                "a 65536/tcp",
                "services:1: expected a port as 443/tcp, found \"65536/tcp\"",
            ),
            ("a 1", "services:1: expected a port as 443/tcp, found \"1\""),
            (
                "a\u{7f}b 1/tcp",
                "services:1: expected a name of at most 64",
            ),
            (
                &format!("{long} 1/tcp"),
                "services:1: expected a name of at most 64",
            ),
        ] {
            let error = Services::parse(text.as_bytes(), "services").unwrap_err();
            assert!(error.to_string().starts_with(expected), "{error}");
        }
        let error = Services::parse(b"\nx\xff 1/tcp", "services").unwrap_err();
        assert_eq!(
            error.to_string(),
            "services:2: expected UTF-8, found other octets"
        );
    }

    #[test]
    fn a_file_past_the_limit_is_an_error_without_a_line() {
        let path = env::temp_dir().join(format!("netflow-services-{}", process::id()));
        let file = fs::File::create(&path).unwrap();
        file.set_len(MAX_OCTETS + 1).unwrap();
        let error = Services::open(&path).unwrap_err();
        assert_eq!(error.line, 0);
        assert!(
            error
                .to_string()
                .ends_with(": has more than 16777216 octets"),
            "{error}"
        );
        fs::remove_file(&path).unwrap();
        assert_eq!(Services::open(&path).unwrap_err().line, 0);
    }

    #[test]
    fn clones_take_other_names_when_they_are_refreshed() {
        let mut known = Services::parse(b"old 1/tcp", "services").unwrap();
        let before = known.clone();
        before.replace(&Services::parse(b"new 1/tcp", "services").unwrap());
        assert!(!known.is_latest());
        assert_eq!(known.name(6, 1), Some("old"));
        known.refresh();
        assert!(known.is_latest());
        assert_eq!(known.name(6, 1), Some("new"));
    }
}
