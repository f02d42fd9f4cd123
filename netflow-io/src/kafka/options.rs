//! What a member of a consumer group needs, and why it cannot go on.

use core::fmt;

use rdkafka::config::ClientConfig;
use rdkafka::error::KafkaError as ClientError;
use thiserror::Error as ThisError;

/// The longest name of a topic.
const LONGEST_TOPIC: usize = 249;

/// Settings that users may replace.
const DEFAULTS: [(&str, &str); 7] = [
    ("client.id", "netflow"),
    // Memory for what a member fetches ahead, of all its partitions.
    ("queued.max.messages.kbytes", "4096"),
    ("queued.min.messages", "10000"),
    ("fetch.wait.max.ms", "100"),
    ("reconnect.backoff.max.ms", "5000"),
    ("socket.keepalive.enable", "true"),
    // By which the lag of each partition is known.
    ("statistics.interval.ms", "2000"),
];

/// Settings that the accounting of messages depends on: offsets are committed with the state, and all partitions
/// are released before others are assigned.
const FIXED: [(&str, &str); 5] = [
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("enable.partition.eof", "false"),
    ("auto.offset.reset", "earliest"),
    ("partition.assignment.strategy", "range,roundrobin"),
];

/// Other settings that users may not replace, and other names of those above.
const REFUSED: [&str; 10] = [
    "auto.commit.enable",
    "auto.commit.interval.ms",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "group.remote.assignor",
    "topic.auto.offset.reset",
    "enable.auto.offset.reset",
    "bootstrap.servers",
    "metadata.broker.list",
];

/// A topic, and the group that reads it.
///
/// ```
/// use netflow_io::kafka::KafkaOptions;
///
/// let settings = vec![("bootstrap.servers".to_owned(), "192.0.2.1:9092".to_owned())];
/// let options = KafkaOptions::new("datagrams", "netflow", settings);
/// assert_eq!(options.state_topic(), "datagrams-netflow-state");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct KafkaOptions {
    /// The topic of datagrams.
    pub topic: String,
    /// The name of the consumer group.
    pub group: String,
    /// Settings of librdkafka: `bootstrap.servers`, and what else is needed to reach the brokers.
    pub settings: Vec<(String, String)>,
}

/// Without the settings, which may hold secrets.
impl fmt::Debug for KafkaOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaOptions")
            .field("topic", &self.topic)
            .field("group", &self.group)
            .finish_non_exhaustive()
    }
}

impl KafkaOptions {
    /// Reads this topic as a member of this group.
    pub fn new(
        topic: impl Into<String>,
        group: impl Into<String>,
        settings: Vec<(String, String)>,
    ) -> Self {
        Self {
            topic: topic.into(),
            group: group.into(),
            settings,
        }
    }

    /// The topic that holds the state of each partition: `TOPIC-GROUP-state`.
    #[must_use]
    pub fn state_topic(&self) -> String {
        format!("{}-{}-state", self.topic, self.group)
    }

    /// Whether a setting is for users; the reason if not.
    ///
    /// # Errors
    ///
    /// The setting cannot be changed.
    ///
    /// ```
    /// use netflow_io::kafka::KafkaOptions;
    ///
    /// assert!(KafkaOptions::check_setting("session.timeout.ms").is_ok());
    /// assert!(KafkaOptions::check_setting("enable.auto.commit").is_err());
    /// ```
    pub fn check_setting(name: &str) -> Result<(), KafkaError> {
        let is_fixed = FIXED.iter().any(|(fixed, _)| *fixed == name);
        if is_fixed || REFUSED.contains(&name) {
            return Err(KafkaError::Options(format!(
                "the setting {name} cannot be changed: the accounting of datagrams depends on it"
            )));
        }
        Ok(())
    }

    /// Whether these options can work. Nothing is connected.
    ///
    /// # Errors
    ///
    /// A setting is unknown or has no such value, or the name of the group has other letters than a topic may have.
    pub fn check(&self) -> Result<(), KafkaError> {
        let is_letter = |octet: u8| octet.is_ascii_alphanumeric() || b"._-".contains(&octet);
        if self.group.is_empty() || !self.group.bytes().all(is_letter) {
            return Err(KafkaError::Options(
                "a group has letters, digits, dots, underscores and hyphens".to_owned(),
            ));
        }
        let state_topic = self.state_topic();
        if state_topic.len() > LONGEST_TOPIC {
            return Err(KafkaError::Options(format!(
                "the topic of the state, {state_topic}, has more than {LONGEST_TOPIC} letters"
            )));
        }
        let checked = self.consumer().create_native_config();
        checked.map_err(|error| KafkaError::Options(sentence(&error)))?;
        Ok(())
    }

    /// The settings of a member of the group.
    pub(super) fn consumer(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        for (name, value) in DEFAULTS {
            config.set(name, value);
        }
        for (name, value) in &self.settings {
            config.set(name, value);
        }
        for (name, value) in FIXED {
            config.set(name, value);
        }
        config.set("group.id", &self.group);
        config
    }

    /// The settings of a producer of states, which is the same client otherwise.
    pub(super) fn producer(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        for (name, value) in &self.settings {
            // Those of consumers would be refused or reported.
            if is_of_connections(name) {
                config.set(name, value);
            }
        }
        config.set("client.id", "netflow");
        config
    }
}

/// Whether a setting is about reaching brokers.
fn is_of_connections(name: &str) -> bool {
    const PREFIXES: [&str; 13] = [
        "api.version.",
        "bootstrap.",
        "security.",
        "sasl.",
        "ssl.",
        "socket.",
        "broker.",
        "reconnect.",
        "client.dns",
        "enable.sasl.",
        "enable.ssl.",
        "https.",
        "metadata.",
    ];
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Why datagrams cannot be read from a topic.
///
/// ```
/// use netflow_io::kafka::KafkaOptions;
///
/// let error = KafkaOptions::check_setting("enable.auto.commit").unwrap_err();
/// println!("{error}");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum KafkaError {
    /// It can never work with these options.
    #[error("{0}")]
    Options(String),
    /// The client cannot go on: it has to be made again, with credentials as they are then.
    #[error("{0}")]
    Client(String),
    /// The state cannot be saved.
    #[error("the state is not saved: {0}")]
    State(String),
}

/// The error in words, without the values of settings.
pub(super) fn sentence(error: &ClientError) -> String {
    match error {
        ClientError::ClientConfig(_, reason, name, _) => format!("{name}: {reason}"),
        ClientError::ClientCreation(reason) => reason.clone(),
        other => match other.rdkafka_error_code() {
            Some(code) => code.to_string(),
            None => other.to_string(),
        },
    }
}
