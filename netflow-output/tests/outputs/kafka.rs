//! Brokers of Kafka inside of this process: librdkafka brings them for tests.

use alloc::collections::BTreeMap;
use core::time::Duration;
use std::process::{Child, Command, Stdio};

use netflow_core::InputNames;
use netflow_output::format::dialect::Vflow;
use netflow_output::format::{Format, Lines, Raw, RawForm, Records, Wire};
use netflow_output::sink::{
    Credentials, Destination, Encoding, KafkaKey, LossReason, OutputConfig, OutputState,
    OutputStatistics, Outputs, Policy, SpoolConfig,
};
use netflow_testdata::own_port;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::Message as _;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use rdkafka::{Offset, TopicPartitionList};

use super::support::{Folder, LONG, ROWS, Worker, check, csv, json, numbers, output, wait_until};

/// How long to look for messages that should not be there.
const SILENCE: Duration = Duration::from_millis(300);
const TOPIC: &str = "flows";
const PARTITIONS: i32 = 4;

type Cluster = MockCluster<'static, DefaultProducerContext>;

fn cluster() -> Cluster {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic(TOPIC, PARTITIONS, 1).unwrap();
    cluster
}

fn to(cluster: &Cluster) -> OutputConfig {
    output(
        &format!("kafka://{}/{TOPIC}", cluster.bootstrap_servers()),
        json(),
    )
}

/// All messages of the topic: partition, key and content.
fn messages(brokers: &str, count: u64) -> Vec<(i32, String, String)> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "test")
        .create()
        .unwrap();
    let mut partitions = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        partitions
            .add_partition_offset(TOPIC, partition, Offset::Beginning)
            .unwrap();
    }
    consumer.assign(&partitions).unwrap();
    let mut messages = Vec::new();
    loop {
        // After the last one it looks for duplicates.
        let is_complete = messages.len() as u64 >= count;
        let patience = if is_complete { SILENCE } else { LONG };
        let Some(message) = consumer.poll(patience) else {
            assert!(is_complete, "{} of {count} messages", messages.len());
            return messages;
        };
        let message = message.unwrap();
        let text = |octets: Option<&[u8]>| String::from_utf8(octets.unwrap().to_vec()).unwrap();
        messages.push((
            message.partition(),
            text(message.key()),
            text(message.payload()),
        ));
    }
}

/// The numbers of the rows of JSON in the topic, in order.
fn rows(brokers: &str, count: u64) -> Vec<u64> {
    let lines = messages(brokers, count);
    let lines: String = lines
        .into_iter()
        .map(|(_, key, row)| {
            assert_eq!(key, "198.51.100.1|7");
            row + "\n"
        })
        .collect();
    numbers(&lines)
}

/// Fails unless each accepted row is in the topic or counted as lost.
fn check_all_arrived(brokers: &str, output: &OutputStatistics) {
    check(output);
    assert_eq!(
        rows(brokers, output.written),
        (0..output.accepted).collect::<Vec<_>>()
    );
    assert_eq!((output.written, output.lost.total()), (output.accepted, 0));
}

#[test]
fn each_row_is_a_message_and_those_of_a_domain_are_in_one_partition() {
    let cluster = cluster();
    let outputs = Outputs::start(vec![to(&cluster)]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send_repeatedly(20, 6);
    worker.finish();
    let output = outputs.finish(LONG).remove(0);
    assert_eq!(output.accepted, 120 * ROWS);
    assert_eq!(output.connections, 1);
    check_all_arrived(&cluster.bootstrap_servers(), &output);
    let partitions: BTreeMap<i32, ()> = messages(&cluster.bootstrap_servers(), output.written)
        .into_iter()
        .map(|(partition, ..)| (partition, ()))
        .collect();
    assert_eq!(partitions.len(), 1);
}

#[test]
fn a_key_can_be_the_exporter_alone_and_rows_can_be_csv() {
    let cluster = cluster();
    let mut config = to(&cluster);
    config.kafka.key = KafkaKey::Exporter;
    config.encoding = csv();
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send(1);
    worker.finish();
    check(&outputs.finish(LONG)[0]);
    let messages = messages(&cluster.bootstrap_servers(), ROWS);
    assert_eq!(messages.len() as u64, ROWS);
    for (index, (_, key, row)) in messages.iter().enumerate() {
        assert_eq!(
            (key.as_str(), row),
            ("198.51.100.1", &format!("192.0.2.1,{index}"))
        );
    }
}

#[test]
fn documents_of_every_schema_begin_as_they_do_in_a_file() {
    let forms: [fn() -> Box<dyn Format + Send>; 4] = [
        || Box::new(Raw::new(RawForm::Json)),
        || Box::new(Lines::new(Records::new(8), InputNames::default())),
        || Box::new(Lines::new(Wire::new(8), InputNames::default())),
        || Box::new(Vflow::default()),
    ];
    for form in forms {
        let cluster = cluster();
        let mut config = to(&cluster);
        config.encoding = Encoding::rows(form);
        let outputs = Outputs::start(vec![config]).unwrap();
        let mut worker = Worker::new(outputs.worker(), 0);
        worker.send(3);
        worker.finish();
        let output = outputs.finish(LONG).remove(0);
        check(&output);
        assert!(output.written > 0);
        for (_, _, document) in messages(&cluster.bootstrap_servers(), output.written) {
            let parsed = serde_json::from_str::<serde_json::Value>(&document);
            assert!(parsed.is_ok(), "{document}");
        }
    }
}

#[test]
fn rows_wait_while_the_broker_is_away_and_arrive_when_it_is_back() {
    let cluster = cluster();
    let outputs = Outputs::start(vec![to(&cluster)]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send_repeatedly(5, 6);
    wait_until("rows are acknowledged", || {
        outputs.statistics()[0].waiting == 0
    });
    cluster.broker_down(1).unwrap();
    worker.send_repeatedly(5, 6);
    wait_until("the broker is missed", || {
        outputs.statistics()[0].state == OutputState::Retrying
    });
    assert!(outputs.statistics()[0].last_error.is_some());
    cluster.broker_up(1).unwrap();
    worker.send_repeatedly(5, 6);
    wait_until("the broker is back", || {
        let statistics = outputs.statistics().remove(0);
        statistics.state == OutputState::Running && statistics.waiting == 0
    });
    worker.finish();
    check_all_arrived(&cluster.bootstrap_servers(), &outputs.finish(LONG)[0]);
}

#[test]
fn a_full_queue_of_the_client_is_no_error() {
    let cluster = cluster();
    cluster
        .broker_round_trip_time(1, Duration::from_millis(150))
        .unwrap();
    let mut config = to(&cluster);
    let setting = ("queue.buffering.max.messages", "50");
    config.kafka.settings = vec![(setting.0.to_owned(), setting.1.to_owned())];
    config.queue.chunks = 2;
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send_repeatedly(10, 3);
    worker.finish();
    let output = outputs.finish(LONG).remove(0);
    assert_eq!((output.errors, output.state), (0, OutputState::Finished));
    check_all_arrived(&cluster.bootstrap_servers(), &output);
}

#[test]
fn a_dead_broker_costs_a_bounded_memory_and_every_lost_row_is_counted() {
    let cluster = cluster();
    cluster.broker_down(1).unwrap();
    let mut config = to(&cluster);
    config.policy = Policy::DropNewest;
    config.queue.octets = 256 << 10;
    config.kafka.settings = vec![("queue.buffering.max.kbytes".to_owned(), "64".to_owned())];
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    for _ in 0..100 {
        worker.send_repeatedly(1, 100);
        // A row is longer than 32 octets: what waits has a limit.
        let statistics = outputs.statistics().remove(0);
        assert!(statistics.waiting * 32 < 600 << 10, "{statistics:?}");
    }
    worker.finish();
    let output = outputs.finish(Duration::from_millis(300)).remove(0);
    check(&output);
    assert_eq!((output.accepted, output.written), (10_000 * ROWS, 0));
    assert!(output.lost.get(LossReason::QueueFull) > 0, "{output:?}");
    assert!(output.lost.get(LossReason::Shutdown) > 0, "{output:?}");
}

#[test]
fn what_a_broker_did_not_acknowledge_waits_on_disk_for_the_next_run() {
    let cluster = cluster();
    let folder = Folder::new("kafka-spool");
    let config = |brokers: &str| {
        let mut config = output(&format!("kafka://{brokers}/{TOPIC}"), json());
        config.policy = Policy::Spool;
        config.spool = Some(SpoolConfig::new(folder.file("spool").into()));
        config
    };
    let outputs = Outputs::start(vec![config(&address())]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send_repeatedly(10, 6);
    worker.finish();
    let first = outputs.finish(Duration::from_millis(500)).remove(0);
    check(&first);
    assert_eq!((first.written, first.spooled), (0, 60 * ROWS), "{first:?}");
    let outputs = Outputs::start(vec![config(&cluster.bootstrap_servers())]).unwrap();
    // The time of a worker makes outputs look at what else is due.
    let mut worker = Worker::new(outputs.worker(), 0);
    wait_until("the spool is sent", || {
        worker.tick();
        outputs.statistics()[0].written == 60 * ROWS
    });
    worker.finish();
    let second = outputs.finish(LONG).remove(0);
    check(&second);
    assert_eq!(second.recovered, 60 * ROWS);
    assert_eq!(
        rows(&cluster.bootstrap_servers(), 60 * ROWS),
        (0..60 * ROWS).collect::<Vec<_>>()
    );
}

#[test]
fn messages_that_a_broker_refuses_are_counted_by_reason() {
    for (error, reason) in [
        (
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
            LossReason::TooLarge,
        ),
        (
            RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_RECORD,
            LossReason::Rejected,
        ),
    ] {
        let cluster = cluster();
        cluster.request_errors(RDKafkaApiKey::Produce, &[error]);
        let outputs = Outputs::start(vec![to(&cluster)]).unwrap();
        let mut worker = Worker::new(outputs.worker(), 0);
        worker.send(3);
        worker.tick();
        wait_until("an answer", || outputs.statistics()[0].waiting == 0);
        worker.send(3);
        worker.finish();
        let output = outputs.finish(LONG).remove(0);
        check(&output);
        assert!(output.lost.get(reason) > 0, "{output:?}");
        assert_eq!(output.lost.get(reason), output.lost.total());
        let rows = rows(&cluster.bootstrap_servers(), output.written);
        assert_eq!(rows.len() as u64, output.written, "{output:?}");
    }
}

#[test]
fn what_can_never_work_is_refused_at_the_start_without_its_secrets() {
    let config = || output(&format!("kafka://127.0.0.1:9/{TOPIC}"), json());
    assert!(Outputs::check(&config()).is_ok());
    for (name, value, expected) in [
        ("compresion.type", "zstd", "compresion.type"),
        ("linger.ms", "soon", "linger.ms"),
        ("acks", "1", "accounting"),
        ("enable.idempotence", "false", "accounting"),
        ("sasl.password", "hunter2", "may be a secret"),
        ("ssl.key.pem", "hunter2", "may be a secret"),
        ("message.max.bytes", "1", "message.max.bytes"),
    ] {
        let mut config = config();
        config.kafka.settings = vec![(name.to_owned(), value.to_owned())];
        let error = Outputs::check(&config).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    for text in [
        "kafka://broker",
        "kafka:///flows",
        "kafka://broker/",
        "kafka://broker/a b",
        "kafka://broker/..",
        "kafka://broker:x/flows",
        "kafka://user:hunter2@broker/flows",
    ] {
        let error = text.parse::<Destination>().unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    let several: Destination = "kafka+tls://a,[2001:db8::1]:9093/x".parse().unwrap();
    assert_eq!(
        several.to_string(),
        "kafka+tls://a:9092,[2001:db8::1]:9093/x"
    );
}

#[test]
fn missing_credentials_are_an_error_that_is_tried_again() {
    let cluster = cluster();
    let folder = Folder::new("kafka-credentials");
    let mut config = to(&cluster);
    config.kafka.credentials = Some(Credentials::File(folder.file("secret").into()));
    config.policy = Policy::DropNewest;
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send(1);
    worker.tick();
    wait_until("an error", || outputs.statistics()[0].errors > 1);
    let error = outputs.statistics()[0].last_error.clone().unwrap();
    assert!(error.contains("secret"), "{error}");
    worker.finish();
    let output = outputs.finish(Duration::from_millis(100)).remove(0);
    check(&output);
    assert_eq!(output.lost.total(), ROWS);
}

/// A broker of another project, which holds messages in memory.
struct Broker {
    child: Child,
    address: String,
}

impl Broker {
    fn start(address: &str) -> Self {
        let program = std::env::var_os("NETFLOW_KAFKA_BROKER").expect("the path of the broker");
        let url = format!("tcp://{address}");
        let child = Command::new(&program)
            .args(["--listener-url", &url, "--advertised-listener-url", &url])
            .args(["--storage-engine", "memory://tansu/"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("the topic", || {
            let create = Command::new(&program)
                .args(["topic", "create", "--broker", &url])
                .args(["--partitions", "4", TOPIC])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            create.unwrap().success()
        });
        Self {
            child,
            address: address.to_owned(),
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &id]).status();
        assert!(sent.unwrap().success());
    }

    fn output(&self) -> OutputConfig {
        output(&format!("kafka://{}/{TOPIC}", self.address), json())
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address where nobody listens.
fn address() -> String {
    own_port().local_addr().unwrap().to_string()
}

#[test]
#[ignore = "needs a broker; cargo xtask test --full runs it"]
fn a_real_broker_receives_each_row_also_after_it_was_slow() {
    let broker = Broker::start(&address());
    let outputs = Outputs::start(vec![broker.output()]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send_repeatedly(20, 6);
    wait_until("rows are acknowledged", || {
        worker.tick();
        outputs.statistics()[0].waiting == 0
    });
    broker.signal("-STOP");
    worker.send_repeatedly(20, 6);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(outputs.statistics()[0].waiting, 120 * ROWS);
    broker.signal("-CONT");
    worker.send_repeatedly(20, 6);
    worker.finish();
    let output = outputs.finish(LONG).remove(0);
    assert_eq!((output.errors, output.accepted), (0, 360 * ROWS));
    check_all_arrived(&broker.address, &output);
}

/// The broker forgets its messages and what it knew of its producers, as one does whose disk is lost.
#[test]
#[ignore = "needs a broker; cargo xtask test --full runs it"]
fn a_broker_that_is_killed_and_restarted_receives_what_it_had_not_acknowledged() {
    let address = address();
    let broker = Broker::start(&address);
    let mut config = broker.output();
    config.peer.timeout = Duration::from_secs(2);
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.send_repeatedly(20, 6);
    wait_until("rows are acknowledged", || {
        worker.tick();
        outputs.statistics()[0].waiting == 0
    });
    let mut received = rows(&address, 120 * ROWS);
    drop(broker);
    worker.send_repeatedly(20, 6);
    wait_until("the broker is missed", || {
        outputs.statistics()[0].state == OutputState::Retrying
    });
    let broker = Broker::start(&address);
    worker.send_repeatedly(20, 6);
    worker.finish();
    let output = outputs.finish(LONG).remove(0);
    check(&output);
    assert_eq!((output.written, output.lost.total()), (output.accepted, 0));
    received.extend(rows(&broker.address, 240 * ROWS));
    received.sort_unstable();
    received.dedup();
    assert_eq!(received, (0..360 * ROWS).collect::<Vec<_>>());
}
