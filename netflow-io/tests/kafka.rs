//! Members of a group that read datagrams from brokers inside of this process, which librdkafka brings for tests.
#![cfg(feature = "kafka")]

extern crate alloc;

use alloc::collections::BTreeMap;
use core::time::Duration;
use std::time::Instant;

use netflow_io::kafka::{KafkaError, KafkaEvent, KafkaOptions, KafkaSource, PartitionState};
use rdkafka::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer as _};

const TOPIC: &str = "datagrams";
const GROUP: &str = "outlets";
const PARTITIONS: i32 = 4;
const PATIENCE: Duration = Duration::from_secs(60);
const WAIT: Duration = Duration::from_millis(20);

type Cluster = MockCluster<'static, DefaultProducerContext>;

fn cluster() -> (Cluster, KafkaOptions) {
    let cluster = MockCluster::new(1).unwrap();
    let settings = [
        ("bootstrap.servers", cluster.bootstrap_servers().as_str()),
        ("session.timeout.ms", "6000"),
        ("heartbeat.interval.ms", "200"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let options = KafkaOptions::new(TOPIC, GROUP, settings.to_vec());
    // These brokers do not make topics on request.
    for topic in [TOPIC, &options.state_topic()] {
        cluster.create_topic(topic, PARTITIONS, 1).unwrap();
    }
    (cluster, options)
}

fn document(number: u32) -> String {
    format!(
        r#"{{"exporter":"192.0.2.1","port":2055,"received":"2023-11-14T22:13:20Z","payload":"{number:08x}"}}"#
    )
}

/// Puts messages into a partition.
fn send(cluster: &Cluster, partition: i32, messages: &[String]) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", cluster.bootstrap_servers());
    let producer: BaseProducer = config.create().unwrap();
    for message in messages {
        let record = BaseRecord::<str, str>::to(TOPIC)
            .partition(partition)
            .payload(message);
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
}

/// A member whose state of a partition is the numbers that it has read, each once.
struct Member {
    source: KafkaSource,
    numbers: BTreeMap<i32, Vec<u32>>,
    refused: Vec<(i32, i64, String)>,
    problems: Vec<&'static str>,
}

impl Member {
    fn join(options: &KafkaOptions) -> Self {
        Self {
            source: KafkaSource::join(options).unwrap(),
            numbers: BTreeMap::new(),
            refused: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn save(&mut self) {
        let states = self.source.positions().map(|(partition, offset)| {
            let numbers = self.numbers[&partition].iter();
            PartitionState {
                partition,
                offset,
                snapshot: numbers.flat_map(|number| number.to_be_bytes()).collect(),
            }
        });
        let states: Vec<_> = states.collect();
        self.source.save(&states).unwrap();
    }

    fn step(&mut self) {
        match self.source.next_event(WAIT).unwrap() {
            KafkaEvent::Datagram {
                partition,
                offset,
                datagram,
            } => {
                assert_eq!(datagram.input, u32::try_from(partition).unwrap());
                assert_eq!(datagram.frame, u64::try_from(offset).unwrap() + 1);
                let octets = datagram.payload.try_into().unwrap();
                let number = u32::from_be_bytes(octets);
                self.numbers.get_mut(&partition).unwrap().push(number);
            }
            KafkaEvent::Refused {
                partition,
                offset,
                reason,
                ..
            } => self.refused.push((partition, offset, reason)),
            KafkaEvent::Assigned(partitions) => {
                for assigned in partitions {
                    let snapshot = assigned.snapshot.unwrap_or_default();
                    let numbers = snapshot
                        .chunks(4)
                        .map(|octets| u32::from_be_bytes(octets.try_into().unwrap()));
                    self.numbers.insert(assigned.partition, numbers.collect());
                    self.problems.extend(assigned.problem);
                }
            }
            KafkaEvent::Restarted { partition } => {
                self.numbers.insert(partition, Vec::new());
                self.problems.push("restarted");
            }
            KafkaEvent::Revoked { is_lost } => {
                if !is_lost {
                    self.save();
                }
                self.numbers.clear();
                self.source.release().unwrap();
            }
            KafkaEvent::Failed(reason) => println!("{reason}"),
            _ => {}
        }
    }

    fn count(&self) -> usize {
        self.numbers.values().map(Vec::len).sum()
    }
}

fn wait_until(what: &str, members: &mut [Member], mut is_so: impl FnMut(&[Member]) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so(members) {
        assert!(Instant::now() < deadline, "without success: {what}");
        members.iter_mut().for_each(Member::step);
    }
}

#[test]
fn a_partition_that_moves_is_read_on_where_its_state_ends() {
    let (cluster, options) = cluster();
    let numbers = |from: u32| (from..from + 50).map(document).collect::<Vec<_>>();
    for partition in 0..PARTITIONS {
        send(&cluster, partition, &numbers(0));
    }
    let mut members = vec![Member::join(&options)];
    wait_until("all is read", &mut members, |members| {
        members[0].count() == 200
    });
    members.push(Member::join(&options));
    wait_until("both have partitions", &mut members, |members| {
        members.iter().all(|member| member.numbers.len() == 2)
    });
    for partition in 0..PARTITIONS {
        send(&cluster, partition, &numbers(50));
    }
    let all: Vec<u32> = (0..100).collect();
    wait_until("the rest is read", &mut members, |members| {
        members.iter().map(Member::count).sum::<usize>() == 400
    });
    for member in &members {
        assert!(member.numbers.values().all(|numbers| *numbers == all));
        assert_eq!(member.source.counts().removed, 0);
    }
    assert_eq!(members[0].source.counts().rebalances, 2);
    // One leaves after it has saved its state, and the other one takes over.
    members[0].save();
    members.remove(0);
    wait_until("one has all partitions", &mut members, |members| {
        members[0].numbers.len() == 4
    });
    for partition in 0..PARTITIONS {
        send(&cluster, partition, &[document(100)]);
    }
    wait_until("the last is read", &mut members, |members| {
        members[0].count() == 404
    });
    let all: Vec<u32> = (0..=100).collect();
    assert!(members[0].numbers.values().all(|numbers| *numbers == all));
    wait_until("the lag is known", &mut members, |members| {
        let lags: Vec<u64> = members[0].source.lags().map(|(_, lag)| lag).collect();
        lags == [0; 4]
    });
}

#[test]
fn messages_that_are_no_datagrams_are_returned_with_their_place_and_counted() {
    let (cluster, options) = cluster();
    let long = " ".repeat(300_000);
    let hostile = [
        String::new(),
        "{}".to_owned(),
        "\u{0}\u{1}".to_owned(),
        r#"{"exporter":"#.repeat(10_000),
        long,
        document(0).replace("payload", "other"),
        document(7),
    ];
    send(&cluster, 2, &hostile);
    let mut members = vec![Member::join(&options)];
    wait_until("the datagram is read", &mut members, |members| {
        members[0].count() == 1
    });
    let member = &members[0];
    assert_eq!(member.numbers[&2], [7]);
    let places: Vec<_> = member.refused.iter().map(|(p, o, _)| (*p, *o)).collect();
    assert_eq!(places, (0..6).map(|offset| (2, offset)).collect::<Vec<_>>());
    let counts = member.source.counts();
    assert_eq!((counts.messages, counts.refused.total()), (7, 6));
    let counted: Vec<_> = counts.refused.iter().filter(|(_, n)| *n > 0).collect();
    assert_eq!(
        counted,
        [
            ("too_long", 1),
            ("no_document", 3),
            ("no_exporter", 1),
            ("no_payload", 1)
        ]
    );
}

#[test]
fn a_state_that_is_damaged_or_of_another_topic_is_not_used() {
    let (cluster, options) = cluster();
    send(&cluster, 0, &[document(1)]);
    let mut writer = KafkaSource::join(&options).unwrap();
    let state = |partition, offset| PartitionState {
        partition,
        offset,
        snapshot: Vec::new(),
    };
    // Beyond the end of its partition.
    writer.save(&[state(0, 1_000)]).unwrap();
    drop(writer);
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", cluster.bootstrap_servers());
    let producer: BaseProducer = config.create().unwrap();
    let topic = options.state_topic();
    let damaged = BaseRecord::<str, str>::to(&topic)
        .partition(1)
        .payload("state");
    producer.send(damaged).map_err(|(error, _)| error).unwrap();
    producer.flush(PATIENCE).unwrap();
    let mut members = vec![Member::join(&options)];
    wait_until("the datagram is read", &mut members, |members| {
        members[0].count() == 1
    });
    assert_eq!(members[0].problems.len(), 2);
    assert_eq!(members[0].source.counts().unusable_states, 2);
}

#[test]
fn a_pause_reads_nothing_and_loses_nothing() {
    let (cluster, options) = cluster();
    let mut members = vec![Member::join(&options)];
    wait_until("it has partitions", &mut members, |members| {
        members[0].numbers.len() == 4
    });
    members[0].source.pause();
    send(&cluster, 0, &(0..100).map(document).collect::<Vec<_>>());
    let until = Instant::now() + Duration::from_millis(500);
    while Instant::now() < until {
        members[0].step();
    }
    assert_eq!(members[0].count(), 0);
    members[0].source.resume();
    wait_until("all is read", &mut members, |members| {
        members[0].count() == 100
    });
    assert_eq!(members[0].numbers[&0], (0..100).collect::<Vec<_>>());
    // A partition that is given back while it is paused is read when it comes back.
    members[0].source.pause();
    members.push(Member::join(&options));
    wait_until("both have partitions", &mut members, |members| {
        members.iter().all(|member| member.numbers.len() == 2)
    });
    send(&cluster, 0, &[document(100)]);
    wait_until("the last is read", &mut members, |members| {
        members.iter().map(Member::count).sum::<usize>() == 101
    });
}

#[test]
fn a_state_is_not_saved_without_brokers_and_that_is_counted() {
    let (cluster, options) = cluster();
    let mut source = KafkaSource::join(&options).unwrap();
    cluster.broker_down(1).unwrap();
    let state = PartitionState {
        partition: 0,
        offset: 0,
        snapshot: Vec::new(),
    };
    let error = source.save(&[state]).unwrap_err();
    assert!(matches!(error, KafkaError::State(_)), "{error}");
    assert_eq!(source.counts().unsaved_states, 1);
}

#[test]
fn options_that_can_never_work_are_refused_without_secrets() {
    let options = |group: &str, name: &str, value: &str| {
        let settings = vec![(name.to_owned(), value.to_owned())];
        KafkaOptions::new(TOPIC, group, settings)
    };
    assert!(
        options("a.b-c_1", "session.timeout.ms", "6000")
            .check()
            .is_ok()
    );
    let group = "x".repeat(240);
    for (group, name, value) in [
        ("", "session.timeout.ms", "6000"),
        ("a b", "session.timeout.ms", "6000"),
        (&group, "session.timeout.ms", "6000"),
        ("a", "session.timeouts.ms", "6000"),
        ("a", "session.timeout.ms", "soon"),
    ] {
        assert!(options(group, name, value).check().is_err());
    }
    let secret = options("a", "sasl.password", "hunter2");
    assert!(!format!("{secret:?}").contains("hunter2"));
    for name in [
        "group.id",
        "enable.auto.commit",
        "partition.assignment.strategy",
    ] {
        assert!(KafkaOptions::check_setting(name).is_err());
    }
}
