//! The client of librdkafka: its settings, and what it reports.

use core::mem;
use core::time::Duration;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{
    BaseProducer, BaseRecord, DeliveryResult, Producer as _, ProducerContext, PurgeConfig,
};

use crate::sink::outputs::config::PeerConfig;
use crate::sink::outputs::kafka::{KafkaAddress, KafkaConfig};

/// Settings that users may replace.
const DEFAULTS: [(&str, &str); 7] = [
    ("client.id", "netflow"),
    ("compression.type", "lz4"),
    ("linger.ms", "50"),
    // Octets and messages that are not acknowledged; the queue of the output holds the others.
    ("queue.buffering.max.kbytes", "32768"),
    ("queue.buffering.max.messages", "100000"),
    // The partition that clients in Java choose for the key.
    ("partitioner", "murmur2_random"),
    ("reconnect.backoff.max.ms", "5000"),
];

/// Settings that the accounting of rows depends on: each message is reported once, as stored by the brokers or as not
/// stored, and is not given up while another attempt may succeed.
const FIXED: [(&str, &str); 3] = [
    ("acks", "all"),
    ("enable.idempotence", "true"),
    ("message.timeout.ms", "0"),
];

/// Other settings that are refused, with other names of those above.
const REFUSED: [&str; 7] = [
    "acks",
    "request.required.acks",
    "enable.idempotence",
    "message.timeout.ms",
    "delivery.timeout.ms",
    "delivery.report.only.error",
    "transactional.id",
];

/// How long the client may take to return messages that are withdrawn.
const STOPPING: Duration = Duration::from_millis(300);

/// What became of a message.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) number: usize,
    pub(super) result: Result<(), Rejection>,
}

/// Why a message was not taken, or not stored.
#[derive(Debug)]
pub(super) enum Rejection {
    /// The client or the broker takes no more for now.
    Full,
    /// It is larger than the brokers accept.
    TooLarge,
    /// The brokers refused its content.
    Refused,
    /// Another attempt may succeed.
    Failed(io::Error),
}

/// A producer, which is made when there is something to send.
#[derive(Debug)]
pub(super) struct Client {
    settings: ClientConfig,
    config: KafkaConfig,
    topic: String,
    producer: Option<Producer>,
}

/// It has no debug output of its own.
struct Producer(BaseProducer<Events>);

impl core::fmt::Debug for Producer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Producer(..)")
    }
}

/// What librdkafka has reported since it was last asked.
#[derive(Debug, Default)]
struct Events {
    reports: Mutex<Vec<Report>>,
    /// Why no broker can be reached, until a message is acknowledged.
    unreachable: Mutex<Option<Unreachable>>,
}

#[derive(Debug, Clone)]
struct Unreachable {
    reason: String,
    /// The brokers refused the credentials, which may have changed since they were read.
    is_refused: bool,
}

impl ClientContext for Events {
    /// Errors are in the statistics of the output.
    fn log(&self, _: RDKafkaLogLevel, _: &str, _: &str) {}

    fn error(&self, error: KafkaError, reason: &str) {
        let is_refused = matches!(
            error,
            KafkaError::Global(
                RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SaslAuthenticationFailed
            )
        );
        let is_unreachable = matches!(
            error,
            KafkaError::Global(
                RDKafkaErrorCode::AllBrokersDown
                    | RDKafkaErrorCode::SSL
                    | RDKafkaErrorCode::Resolve
            )
        );
        if is_refused || is_unreachable {
            let reason = reason.to_owned();
            *lock(&self.unreachable) = Some(Unreachable { reason, is_refused });
        }
    }
}

impl ProducerContext for Events {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, number: usize) {
        let result = match result {
            Ok(_) => {
                *lock(&self.unreachable) = None;
                Ok(())
            }
            Err((error, _)) => Err(rejection(error)),
        };
        lock(&self.reports).push(Report { number, result });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Client {
    pub(super) fn new(
        address: &KafkaAddress,
        config: &KafkaConfig,
        peer: &PeerConfig,
    ) -> io::Result<Self> {
        let mut settings = ClientConfig::new();
        for (name, value) in DEFAULTS {
            settings.set(name, value);
        }
        for (name, value) in config.client_settings(address, peer)? {
            check(&name)?;
            settings.set(name, value);
        }
        for (name, value) in FIXED {
            settings.set(name, value);
        }
        // The names and values of all settings are checked, and nothing is started.
        settings
            .create_native_config()
            .map_err(|error| sentence(&error))?;
        Ok(Self {
            settings,
            config: config.clone(),
            topic: address.topic.clone(),
            producer: None,
        })
    }

    /// Passes on a message. Returns whether a producer was made for it.
    pub(super) fn send(
        &mut self,
        key: &[u8],
        payload: &[u8],
        milliseconds: i64,
        number: usize,
    ) -> Result<bool, Rejection> {
        let is_new = self.producer.is_none();
        let producer = match &mut self.producer {
            Some(producer) => producer,
            none => {
                let made = connect(&self.settings, &self.config);
                none.insert(made.map_err(Rejection::Failed)?)
            }
        };
        let mut record = BaseRecord::with_opaque_to(&self.topic, number)
            .payload(payload)
            .timestamp(milliseconds);
        if !key.is_empty() {
            record = record.key(key);
        }
        let sent = producer.0.send(record);
        sent.map(|()| is_new)
            .map_err(|(error, _)| rejection(&error))
    }

    /// What was reported, after waiting for this time at most.
    pub(super) fn reports(&self, wait: Duration) -> Vec<Report> {
        let Some(producer) = &self.producer else {
            return Vec::new();
        };
        let take = || mem::take(&mut *lock(&producer.events().reports));
        producer.0.poll(wait);
        let mut reports = take();
        // One call reads one event, the reports of one batch of one partition.
        loop {
            producer.0.poll(Duration::ZERO);
            let more = take();
            if more.is_empty() {
                return reports;
            }
            reports.extend(more);
        }
    }

    /// Why this client can send nothing more.
    pub(super) fn fatal_error(&self) -> Option<io::Error> {
        let (code, reason) = self.producer.as_ref()?.0.client().fatal_error()?;
        Some(io::Error::other(format!("{code}: {reason}")))
    }

    /// Why no broker can be reached. After credentials were refused, the next message makes a new client with
    /// those that are in force then.
    pub(super) fn unreachable(&self) -> Option<(io::Error, bool)> {
        let unreachable = lock(&self.producer.as_ref()?.events().unreachable).clone()?;
        Some((io::Error::other(unreachable.reason), unreachable.is_refused))
    }

    /// Forgets that no broker could be reached: nothing was sent meanwhile.
    pub(super) fn forget_unreachable(&self) {
        if let Some(producer) = &self.producer {
            *lock(&producer.events().unreachable) = None;
        }
    }

    /// Ends the client, and returns the last reports.
    pub(super) fn stop(&mut self) -> Vec<Report> {
        let Some(producer) = self.producer.take() else {
            return Vec::new();
        };
        producer.0.purge(PurgeConfig::default().queue().inflight());
        // What is not reported in time was not acknowledged.
        let _ = producer.0.flush(STOPPING);
        mem::take(&mut *lock(&producer.events().reports))
    }
}

impl Producer {
    fn events(&self) -> &Events {
        self.0.client().context()
    }
}

fn connect(settings: &ClientConfig, config: &KafkaConfig) -> io::Result<Producer> {
    let mut settings = settings.clone();
    for (name, value) in config.secret_settings()? {
        settings.set(name, value);
    }
    let producer = settings.create_with_context(Events::default());
    Ok(Producer(producer.map_err(|error| sentence(&error))?))
}

/// Refuses settings that are not for users.
fn check(name: &str) -> io::Result<()> {
    if REFUSED.contains(&name) {
        return Err(io::Error::other(format!(
            "the setting {name} cannot be changed: the accounting of rows depends on it"
        )));
    }
    Ok(())
}

fn rejection(error: &KafkaError) -> Rejection {
    match error.rdkafka_error_code() {
        Some(RDKafkaErrorCode::QueueFull) => Rejection::Full,
        Some(RDKafkaErrorCode::MessageSizeTooLarge) => Rejection::TooLarge,
        Some(RDKafkaErrorCode::InvalidRecord | RDKafkaErrorCode::InvalidTimestamp) => {
            Rejection::Refused
        }
        _ => Rejection::Failed(sentence(error)),
    }
}

/// The error in words, without the values of settings.
fn sentence(error: &KafkaError) -> io::Error {
    io::Error::other(match error {
        KafkaError::ClientConfig(_, reason, name, _) => format!("{name}: {reason}"),
        KafkaError::ClientCreation(reason) => reason.clone(),
        KafkaError::MessageProduction(code) => code.to_string(),
        other => other.to_string(),
    })
}
