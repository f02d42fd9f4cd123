//! Requests and responses.

use alloc::sync::Arc;
use core::hash::{BuildHasher as _, Hasher as _};
use core::time::Duration;
use std::hash::RandomState;
use std::io::{self, Write as _};
use std::path::Path;
use std::thread;
use std::time::{Instant, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ureq::Agent;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig};

use super::answer::{self, Answer, Response};
use super::request::Request;
use crate::sink::outputs::config::PeerConfig;
use crate::sink::outputs::http::{
    Credentials, HttpAddress, HttpCompression, HttpConfig, HttpServer,
};

/// Octets of an answer that are read.
const LONGEST_ANSWER: u64 = 16 << 20;
/// Wait between two requests that ask whether Splunk has stored the events.
const ACKNOWLEDGEMENT: Duration = Duration::from_millis(250);
/// The longest time that a server may ask to wait.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// Sends requests to one address, over connections that are kept.
#[derive(Debug)]
pub(super) struct Client {
    agent: Agent,
    address: HttpAddress,
    url: String,
    compression: HttpCompression,
    credentials: Option<Credentials>,
    headers: Vec<(String, String)>,
    /// Names this client to Splunk, which counts acknowledgements for each.
    channel: String,
    /// How long to wait for an acknowledgement.
    timeout: Duration,
}

impl Client {
    pub(super) fn new(
        address: HttpAddress,
        config: &HttpConfig,
        peer: &PeerConfig,
    ) -> io::Result<Self> {
        Ok(Self {
            agent: agent(peer, address.is_secure)?,
            url: url(&address),
            address,
            compression: config.compression,
            credentials: config.credentials.clone(),
            headers: config.headers.clone(),
            channel: channel(),
            timeout: peer.timeout,
        })
    }

    pub(super) const fn address(&self) -> &HttpAddress {
        &self.address
    }

    /// Sends a request of this number of rows. Returns the answer, and the length of the body as sent.
    pub(super) fn send(&self, request: &Request, rows: usize) -> io::Result<(Answer, usize)> {
        let (body, encoding) = compress(&request.body, self.compression)?;
        let mut headers = self.headers.clone();
        headers.push(("Content-Type".to_owned(), request.content_type.to_owned()));
        if let Some(encoding) = encoding {
            headers.push(("Content-Encoding".to_owned(), encoding.to_owned()));
        }
        let mut url = self.url.clone();
        if self.address.server == HttpServer::ClickHouse {
            // A block that is inserted again is recognised by it.
            url.push_str("&insert_deduplication_token=");
            url.push_str(&request.token);
        }
        let response = self.post(&url, headers, &body)?;
        if self.address.server == HttpServer::Splunk && response.status == 200 {
            if let Some(number) = answer::acknowledgement(&response.body) {
                self.wait_for_acknowledgement(number)?;
            }
        }
        Ok((response.answer(self.address.server, rows), body.len()))
    }

    fn post(
        &self,
        url: &str,
        mut headers: Vec<(String, String)>,
        body: &[u8],
    ) -> io::Result<Response> {
        if let Some(credentials) = &self.credentials {
            headers.extend(self.authorization(&credentials.read()?));
        }
        if self.address.server == HttpServer::Splunk {
            headers.push(("X-Splunk-Request-Channel".to_owned(), self.channel.clone()));
        }
        let mut post = self.agent.post(url);
        for (name, value) in &headers {
            post = post.header(name, value);
        }
        let mut response = post.send(body).map_err(io::Error::other)?;
        let retry_after = response.headers().get("retry-after");
        let retry_after = retry_after
            .and_then(|value| value.to_str().ok())
            .and_then(wait);
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(LONGEST_ANSWER);
        Ok(Response {
            status,
            retry_after,
            body: body.read_to_vec().map_err(io::Error::other)?,
        })
    }

    fn authorization(&self, secret: &str) -> Vec<(String, String)> {
        let header = |name: &str, value: String| vec![(name.to_owned(), value)];
        let pair = secret.split_once(':');
        match (self.address.server, pair) {
            (HttpServer::Datadog, _) => header("DD-API-KEY", secret.to_owned()),
            (HttpServer::Splunk, _) => header("Authorization", format!("Splunk {secret}")),
            (HttpServer::ClickHouse, Some((user, password))) => vec![
                ("X-ClickHouse-User".to_owned(), user.to_owned()),
                ("X-ClickHouse-Key".to_owned(), password.to_owned()),
            ],
            (_, Some(_)) => header(
                "Authorization",
                format!("Basic {}", STANDARD.encode(secret)),
            ),
            (HttpServer::Elasticsearch, None) => {
                header("Authorization", format!("ApiKey {secret}"))
            }
            (_, None) => header("Authorization", format!("Bearer {secret}")),
        }
    }

    /// Waits until Splunk reports that the events are stored.
    fn wait_for_acknowledgement(&self, number: u64) -> io::Result<()> {
        let scheme = if self.address.is_secure {
            "https"
        } else {
            "http"
        };
        let url = format!(
            "{scheme}://{}/services/collector/ack?channel={}",
            self.address.authority, self.channel
        );
        let question = format!("{{\"acks\":[{number}]}}");
        let start = Instant::now();
        loop {
            let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
            let response = self.post(&url, headers, question.as_bytes())?;
            if answer::is_acknowledged(&response.body, number) {
                return Ok(());
            }
            if start.elapsed() >= self.timeout {
                return Err(io::Error::other("the events are not acknowledged"));
            }
            thread::sleep(ACKNOWLEDGEMENT);
        }
    }
}

/// What sends requests, with time-outs and certificates. Statuses are not errors for it.
pub(in crate::sink::outputs::delivery) fn agent(
    peer: &PeerConfig,
    is_secure: bool,
) -> io::Result<Agent> {
    let agent = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_connect(Some(peer.connect_timeout))
        .timeout_global(Some(peer.timeout))
        .user_agent(concat!("netflow/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls(peer, is_secure)?)
        .build();
    Ok(agent.into())
}

/// Where requests of this kind go.
fn url(address: &HttpAddress) -> String {
    let scheme = if address.is_secure { "https" } else { "http" };
    let HttpAddress {
        authority, path, ..
    } = address;
    let path = path.trim_matches('/');
    match address.server {
        HttpServer::Plain => format!("{scheme}://{authority}/{}", address.path),
        HttpServer::Elasticsearch if path.is_empty() => {
            format!("{scheme}://{authority}/netflow/_bulk")
        }
        HttpServer::Elasticsearch => format!("{scheme}://{authority}/{path}/_bulk"),
        // A site, or the address of a proxy, with a port.
        HttpServer::Datadog if authority.contains(':') => {
            format!("{scheme}://{authority}/api/v2/logs")
        }
        HttpServer::Datadog => format!("{scheme}://http-intake.logs.{authority}/api/v2/logs"),
        HttpServer::Splunk => format!("{scheme}://{authority}/services/collector/event"),
        HttpServer::Loki => format!("{scheme}://{authority}/loki/api/v1/push"),
        HttpServer::Otlp => format!("{scheme}://{authority}/v1/logs"),
        HttpServer::ClickHouse => {
            let table = if path.is_empty() { "netflow" } else { path };
            format!("{scheme}://{authority}/?query=INSERT%20INTO%20{table}%20FORMAT%20JSONEachRow")
        }
    }
}

/// Seconds, or a date of HTTP (RFC 9110, section 10.2.3).
pub(in crate::sink::outputs::delivery) fn wait(value: &str) -> Option<Duration> {
    let seconds = value.trim().parse().map(Duration::from_secs).ok();
    let until = || {
        let until = httpdate(value.trim())?;
        Some(until.duration_since(SystemTime::now()).unwrap_or_default())
    };
    Some(seconds.or_else(until)?.min(LONGEST_WAIT))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
fn httpdate(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut parts = text.split_once(", ")?.1.split([' ', ':']);
    let mut next = || parts.next();
    let day: u64 = next()?.parse().ok()?;
    let month = next()?;
    let month = u64::try_from(MONTHS.iter().position(|name| *name == month)?).ok()? + 1;
    let year: u64 = next()?.parse().ok()?;
    let [hours, minutes, seconds] = [next()?, next()?, next()?].map(str::parse::<u64>);
    if !(1970..10_000).contains(&year) || !(1..=31).contains(&day) {
        return None;
    }
    // Days before a year that begins in March, so that the day of a leap year is the last.
    let (years, months) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days =
        years * 365 + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 1;
    let days = days.checked_sub(719_468)?;
    let seconds = days * 86_400 + hours.ok()? * 3_600 + minutes.ok()? * 60 + seconds.ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

fn compress(
    body: &[u8],
    compression: HttpCompression,
) -> io::Result<(Vec<u8>, Option<&'static str>)> {
    Ok(match compression {
        HttpCompression::Plain => (body.to_vec(), None),
        HttpCompression::Gzip => {
            let level = flate2::Compression::fast();
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
            encoder.write_all(body)?;
            (encoder.finish()?, Some("gzip"))
        }
        HttpCompression::Zstd => (zstd::bulk::compress(body, 1)?, Some("zstd")),
    })
}

/// A random number in the form of a UUID.
fn channel() -> String {
    let random = || RandomState::new().build_hasher().finish();
    let (high, low) = (random(), random());
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0xfff,
        low & 0xffff_ffff_ffff
    )
}

fn tls(peer: &PeerConfig, is_secure: bool) -> io::Result<TlsConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = TlsConfig::builder().unversioned_rustls_crypto_provider(provider);
    if !is_secure {
        return Ok(config.build());
    }
    let trusted = certificates(peer.tls.trusted()?)?;
    config = config.root_certs(RootCerts::new_with_certs(&trusted));
    if let Some((chain, key)) = &peer.tls.client {
        let key = PrivateKey::from_pem(&std::fs::read(key)?).map_err(io::Error::other)?;
        let client = ClientCert::new_with_certs(&certificates(chain)?, key);
        config = config.client_cert(Some(client));
    }
    Ok(config.build())
}

fn certificates(file: &Path) -> io::Result<Vec<Certificate<'static>>> {
    let pem = std::fs::read(file)?;
    let items = ureq::tls::parse_pem(&pem);
    let certificates = items.filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(error) => Some(Err(io::Error::other(error))),
    });
    certificates.collect()
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::time::SystemTime;

    use super::{LONGEST_WAIT, httpdate, wait};

    #[test]
    fn a_time_to_wait_is_seconds_or_a_date() {
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("99999999"), Some(LONGEST_WAIT));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert_eq!(wait("soon"), None);
        for (text, secs) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 00:00:00 GMT", 1_709_164_800),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ] {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(secs);
            assert_eq!(httpdate(text), Some(time), "{text}");
        }
    }
}
