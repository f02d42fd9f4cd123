//! What the options say about the other end of an output.

#[cfg(any(feature = "http", feature = "kafka", feature = "tls"))]
use std::path::PathBuf;

use clap::ArgMatches;
#[cfg(any(feature = "http", feature = "kafka"))]
use netflow_output::sink::Credentials;
use netflow_output::sink::PeerConfig;
#[cfg(feature = "s3")]
use netflow_output::sink::S3Config;
#[cfg(feature = "http")]
use netflow_output::sink::{HttpCompression, HttpConfig};
#[cfg(feature = "kafka")]
use netflow_output::sink::{KafkaConfig, KafkaKey};

#[cfg(feature = "kafka")]
use crate::args::format::SchemaName;
#[cfg(feature = "s3")]
use crate::args::listen::Addressing;
#[cfg(feature = "http")]
use crate::args::listen::Compression;
#[cfg(any(feature = "http", feature = "kafka"))]
use crate::args::listen::NameAndText;
#[cfg(feature = "http")]
use crate::args::quantity::OctetCount;
use crate::args::quantity::Span;
use crate::listen::scoped::Scope;

/// The other end of a connection.
pub(super) fn peer(matches: &ArgMatches, scope: Scope) -> PeerConfig {
    let mut peer = PeerConfig::default();
    if let Some(span) = scope.last::<Span>(matches, "output_timeout") {
        peer.timeout = span.0;
    }
    #[cfg(any(feature = "http", feature = "kafka", feature = "tls"))]
    {
        peer.tls.ca = scope.last(matches, "output_ca");
        let certificate: Option<PathBuf> = scope.last(matches, "output_certificate");
        peer.tls.client = certificate.zip(scope.last(matches, "output_key"));
    }
    peer
}

/// A server of HTTP. An error is a sentence.
#[cfg(feature = "http")]
pub(super) fn http(matches: &ArgMatches, scope: Scope) -> Result<HttpConfig, String> {
    let mut http = HttpConfig::default();
    http.credentials = output_credentials(matches, scope)?;
    http.headers = pairs(matches, scope, "output_header");
    http.attributes = pairs(matches, scope, "output_attribute");
    if let Some(compression) = scope.last(matches, "output_compression") {
        http.compression = match compression {
            Compression::None => HttpCompression::Plain,
            Compression::Gzip => HttpCompression::Gzip,
            Compression::Zstd => HttpCompression::Zstd,
        };
    }
    if let Some(rows) = scope.last::<u32>(matches, "batch_rows") {
        http.rows = usize::try_from(rows).unwrap_or(usize::MAX);
    }
    if let Some(octets) = scope.last::<OctetCount>(matches, "batch_size") {
        http.octets = octets.0;
    }
    if let Some(span) = scope.last::<Span>(matches, "batch_time") {
        http.interval = span.0;
    }
    if let Some(source) = scope.last(matches, "output_source") {
        http.source = source;
    }
    Ok(http)
}

/// A topic of Kafka. An error is a sentence.
#[cfg(feature = "kafka")]
pub(super) fn kafka(
    matches: &ArgMatches,
    scope: Scope,
    schema: SchemaName,
) -> Result<KafkaConfig, String> {
    let mut kafka = KafkaConfig::default();
    if schema == SchemaName::Raw {
        kafka.key = KafkaKey::Exporter;
    }
    kafka.credentials = output_credentials(matches, scope)?;
    kafka.settings = pairs(matches, scope, "kafka_setting");
    Ok(kafka)
}

/// A bucket. An error is a sentence.
#[cfg(feature = "s3")]
pub(super) fn s3(matches: &ArgMatches, scope: Scope) -> Result<S3Config, String> {
    let mut s3 = S3Config::default();
    s3.credentials = output_credentials(matches, scope)?;
    s3.staging = scope.last(matches, "staging");
    if let Some(octets) = scope.last::<OctetCount>(matches, "staging_size") {
        s3.staging_octets = u64::try_from(octets.0).unwrap_or(u64::MAX);
    }
    s3.endpoint = scope.last(matches, "s3_endpoint");
    s3.region = scope.last(matches, "s3_region");
    s3.is_virtual_hosted = scope.last(matches, "s3_addressing") == Some(Addressing::Host);
    Ok(s3)
}

#[cfg(any(feature = "http", feature = "kafka"))]
fn pairs(matches: &ArgMatches, scope: Scope, option: &str) -> Vec<(String, String)> {
    let pairs: Vec<NameAndText> = scope.all(matches, option);
    pairs.into_iter().map(|pair| (pair.0, pair.1)).collect()
}

#[cfg(any(feature = "http", feature = "kafka"))]
fn output_credentials(matches: &ArgMatches, scope: Scope) -> Result<Option<Credentials>, String> {
    let from: Option<String> = scope.last(matches, "output_credentials");
    from.as_deref()
        .map(|from| credentials("--output-credentials", from))
        .transpose()
}

/// Where a secret is.
#[cfg(any(feature = "http", feature = "kafka"))]
pub(in crate::listen) fn credentials(option: &str, text: &str) -> Result<Credentials, String> {
    match text.split_once(':') {
        Some(("file", path)) if !path.is_empty() => Ok(Credentials::File(path.into())),
        Some(("env", name)) if !name.is_empty() => Ok(Credentials::Environment(name.to_owned())),
        // The message does not repeat the text, which may be the secret.
        _ => Err(format!(
            "{option} needs file:PATH or env:NAME: a secret on the command line can be seen by others"
        )),
    }
}
