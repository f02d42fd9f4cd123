//! What an output over HTTP needs beside its address.

use core::fmt;
use core::time::Duration;
use std::env;
use std::fs;
use std::io;
use std::path::PathBuf;

/// Which server is at the other end, and so what a request looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpServer {
    /// Any: rows as they are, with `http://` or `https://`.
    Plain,
    /// Elasticsearch or OpenSearch, by `_bulk`. The path is the index or data stream.
    Elasticsearch,
    /// The intake for logs of Datadog. The host is the site, such as `datadoghq.eu`.
    Datadog,
    /// The HTTP Event Collector of Splunk, with acknowledgement if the token asks for it.
    Splunk,
    /// Grafana Loki.
    Loki,
    /// ClickHouse, by `JSONEachRow`. The path is `database.table`.
    ClickHouse,
    /// Logs of OpenTelemetry, by OTLP/HTTP in JSON.
    Otlp,
}

impl HttpServer {
    /// The scheme of its destinations.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Plain => "http",
            Self::Elasticsearch => "elasticsearch",
            Self::Datadog => "datadog",
            Self::Splunk => "splunk",
            Self::Loki => "loki",
            Self::ClickHouse => "clickhouse",
            Self::Otlp => "otlp",
        }
    }

    const ALL: [Self; 6] = [
        Self::Elasticsearch,
        Self::Datadog,
        Self::Splunk,
        Self::Loki,
        Self::ClickHouse,
        Self::Otlp,
    ];
}

/// An address of HTTP: `elasticsearch+http://host:9200/flows`. Without `+http` it is HTTPS.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpAddress {
    /// Which server it is.
    pub server: HttpServer,
    /// Whether it is HTTPS.
    pub is_secure: bool,
    /// Host and port.
    pub authority: String,
    /// The path, without its first slash.
    pub path: String,
}

impl HttpAddress {
    /// None if the scheme is another.
    pub(super) fn parse(scheme: &str, rest: &str) -> Option<Result<Self, String>> {
        let (server, is_secure) = match scheme {
            "http" => (HttpServer::Plain, false),
            "https" => (HttpServer::Plain, true),
            _ => {
                let (name, transport) = scheme.split_once('+').unwrap_or((scheme, "https"));
                let server = HttpServer::ALL
                    .into_iter()
                    .find(|server| server.scheme() == name)?;
                let is_secure = match transport {
                    "https" => true,
                    "http" => false,
                    _ => return None,
                };
                (server, is_secure)
            }
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        Some(if authority.is_empty() {
            Err("a host is missing".to_owned())
        } else if authority.contains('@') {
            Err("credentials belong into a file or the environment".to_owned())
        } else {
            Ok(Self {
                server,
                is_secure,
                authority: authority.to_owned(),
                path: path.to_owned(),
            })
        })
    }
}

impl fmt::Display for HttpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.server.scheme();
        let transport = match (self.server, self.is_secure) {
            (HttpServer::Plain, true) => "s",
            (HttpServer::Plain, false) | (_, true) => "",
            (_, false) => "+http",
        };
        write!(f, "{scheme}{transport}://{}", self.authority)?;
        if !self.path.is_empty() {
            // What follows a question mark may be a token.
            let path = self.path.split('?').next().unwrap_or_default();
            write!(f, "/{path}")?;
        }
        Ok(())
    }
}

/// Where a secret is read from, for each request or connection. It is printed nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credentials {
    /// The contents of a file, without the end of the line.
    File(PathBuf),
    /// A variable of the environment.
    Environment(String),
}

impl Credentials {
    /// The secret as it is now.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or the variable is not set.
    pub fn read(&self) -> io::Result<String> {
        let secret = match self {
            Self::File(path) => fs::read_to_string(path).map_err(|error| {
                io::Error::new(error.kind(), format!("{}: {error}", path.display()))
            })?,
            Self::Environment(name) => env::var(name)
                .map_err(|_| io::Error::other(format!("the variable {name} is not set")))?,
        };
        Ok(secret.trim_end().to_owned())
    }
}

/// How the body of a request is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum HttpCompression {
    /// Not at all.
    Plain,
    /// gzip, which every server here takes.
    #[default]
    Gzip,
    /// zstd, which Datadog and ClickHouse take too.
    Zstd,
}

/// An output over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpConfig {
    /// Maximum rows of a request; 1,000 by default, the limit of Datadog.
    pub rows: usize,
    /// Maximum octets of the rows of a request, before compression; 4 MiB by default.
    pub octets: usize,
    /// How long rows wait for others; 1 s by default.
    pub interval: Duration,
    /// How a body is compressed.
    pub compression: HttpCompression,
    /// An API key, a token, or `user:password`, as the server wants it.
    pub credentials: Option<Credentials>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// `ddsource` of Datadog, `sourcetype` of Splunk, the label `job` of Loki and the `service.name` of
    /// OTLP; `netflow` by default.
    pub source: String,
    /// `ddtags` and `service` of Datadog, further labels of Loki, attributes of the resource of OTLP,
    /// and `index`, `host` or `source` of Splunk.
    pub attributes: Vec<(String, String)>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            rows: 1_000,
            octets: 4 << 20,
            interval: Duration::from_secs(1),
            compression: HttpCompression::default(),
            credentials: None,
            headers: Vec::new(),
            source: "netflow".to_owned(),
            attributes: Vec::new(),
        }
    }
}
