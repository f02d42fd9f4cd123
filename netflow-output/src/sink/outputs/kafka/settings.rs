//! The settings of librdkafka by which a client reaches brokers.

use std::io;
use std::path::Path;

use super::{KafkaAddress, KafkaConfig};
use crate::sink::outputs::config::PeerConfig;

/// What may hold a secret.
const SECRET: [&str; 8] = [
    "password",
    "passphrase",
    "secret",
    "private.key",
    "oauthbearer.config",
    "ssl.key",
    "ssl_key",
    "jaas",
];

/// Settings that the address has already.
const OF_ADDRESS: [&str; 2] = ["bootstrap.servers", "metadata.broker.list"];

/// Other names of properties that have a value here. A client with both would choose one at random.
const ALIASES: [(&str, &str); 3] = [
    ("compression.codec", "compression.type"),
    ("queue.buffering.max.ms", "linger.ms"),
    ("sasl.mechanisms", "sasl.mechanism"),
];

impl KafkaConfig {
    /// The settings of librdkafka by which a client reaches these brokers, and those of the user after them: for
    /// an output, and for what reads a topic. Secrets are [apart](Self::secret_settings).
    ///
    /// # Errors
    ///
    /// A setting may hold a secret or replaces the address, or there are no trusted certificates.
    pub fn client_settings(
        &self,
        address: &KafkaAddress,
        peer: &PeerConfig,
    ) -> io::Result<Vec<(String, String)>> {
        let protocol = match (address.is_secure, &self.credentials) {
            (false, None) => "plaintext",
            (false, Some(_)) => "sasl_plaintext",
            (true, None) => "ssl",
            (true, Some(_)) => "sasl_ssl",
        };
        let mut settings = Vec::new();
        let mut set = |name: &str, value: String| settings.push((name.to_owned(), value));
        set("bootstrap.servers", address.brokers.clone());
        set("security.protocol", protocol.to_owned());
        if self.credentials.is_some() {
            // It never sends the password.
            set("sasl.mechanism", "SCRAM-SHA-512".to_owned());
        }
        if address.is_secure {
            let path = |path: &Path| path.display().to_string();
            set("ssl.ca.location", path(peer.tls.trusted()?));
            if let Some((chain, key)) = &peer.tls.client {
                set("ssl.certificate.location", path(chain));
                set("ssl.key.location", path(key));
            }
        }
        set("socket.timeout.ms", peer.timeout.as_millis().to_string());
        let connect = peer.connect_timeout.as_millis().to_string();
        set("socket.connection.setup.timeout.ms", connect);
        for (name, value) in &self.settings {
            check(name)?;
            let alias = ALIASES.iter().find(|(alias, _)| alias == name);
            set(
                alias.map_or(name.as_str(), |(_, usual)| *usual),
                value.clone(),
            );
        }
        Ok(settings)
    }

    /// The settings with the credentials, as they are now; none without credentials.
    ///
    /// # Errors
    ///
    /// The credentials cannot be read, or have another form.
    pub fn secret_settings(&self) -> io::Result<Vec<(String, String)>> {
        let Some(credentials) = &self.credentials else {
            return Ok(Vec::new());
        };
        let secret = credentials.read()?;
        let (user, password) = secret.split_once(':').ok_or_else(|| {
            io::Error::other("the credentials for Kafka have the form user:password")
        })?;
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Ok(vec![
            pair("sasl.username", user),
            pair("sasl.password", password),
        ])
    }
}

/// Refuses settings that are not for users.
fn check(name: &str) -> io::Result<()> {
    if SECRET.iter().any(|part| name.contains(part)) {
        return Err(io::Error::other(format!(
            "the setting {name} may be a secret, which belongs into a file or the environment"
        )));
    }
    if OF_ADDRESS.contains(&name) {
        return Err(io::Error::other(format!(
            "the setting {name} is the address of the topic"
        )));
    }
    Ok(())
}
