//! What a client of Kafka needs.

#[cfg(feature = "kafka")]
mod settings;

use core::fmt;

use super::address::address;
use super::http::Credentials;

/// The port of a broker.
const PORT: u16 = 9092;
/// The longest name of a topic.
const LONGEST_TOPIC: usize = 249;

/// Brokers and a topic: `kafka://broker:9092,broker/topic`; over TLS `kafka+tls://`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KafkaAddress {
    /// Host and port of brokers, separated by commas; from any of them a client learns of all.
    pub brokers: String,
    /// The name of the topic.
    pub topic: String,
    /// Whether it is TLS.
    pub is_secure: bool,
}

impl KafkaAddress {
    pub(super) fn parse(text: &str, is_secure: bool) -> Result<Self, String> {
        if text.contains('@') {
            return Err("credentials belong into a file or the environment".to_owned());
        }
        let (brokers, topic) = text.split_once('/').unwrap_or((text, ""));
        let brokers = brokers
            .split(',')
            .map(|broker| address(broker, Some(PORT)))
            .collect::<Result<Vec<_>, _>>()?
            .join(",");
        if topic.is_empty() {
            return Err("a topic is missing, as in kafka://HOST:9092/TOPIC".to_owned());
        }
        // What brokers accept.
        let is_letter = |octet: u8| octet.is_ascii_alphanumeric() || b"._-".contains(&octet);
        let is_name = topic.bytes().all(is_letter) && ![".", ".."].contains(&topic);
        if !is_name || topic.len() > LONGEST_TOPIC {
            return Err(format!(
                "a topic has at most {LONGEST_TOPIC} letters, digits, dots, underscores and hyphens"
            ));
        }
        Ok(Self {
            brokers,
            topic: topic.to_owned(),
            is_secure,
        })
    }
}

impl fmt::Display for KafkaAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let transport = if self.is_secure { "+tls" } else { "" };
        write!(f, "kafka{transport}://{}/{}", self.brokers, self.topic)
    }
}

/// The key of a message, by which Kafka chooses its partition: all messages with the same key are in the
/// same partition, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum KafkaKey {
    /// Address of the exporter and number of the observation domain: `192.0.2.1|7`.
    #[default]
    ExporterAndDomain,
    /// Address of the exporter: `192.0.2.1`. For datagrams that are decoded later, since what one domain
    /// announces may be needed by another.
    Exporter,
}

/// An output to Kafka.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct KafkaConfig {
    /// The key of messages.
    pub key: KafkaKey,
    /// `user:password` for SASL.
    pub credentials: Option<Credentials>,
    /// Settings of librdkafka, such as `compression.type`. Those that the accounting of rows depends on, and
    /// secrets, are refused.
    pub settings: Vec<(String, String)>,
}
