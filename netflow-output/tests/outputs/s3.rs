//! Objects in S3: in a stub that checks each request.

#[path = "s3/stub.rs"]
mod stub;

use alloc::collections::BTreeSet;
use core::time::Duration;
use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, thread};

use netflow_core::Timestamp;
use netflow_output::sink::{
    Credentials, LossReason, OutputConfig, OutputState, OutputStatistics, Outputs, Policy,
    SpoolConfig,
};
use netflow_testdata::own_port;

use self::stub::{BUCKET, Fault, SECRET, StubStore};
use super::support::{Folder, LONG, ROWS, Worker, check, csv, json, numbers, output, wait_until};

/// 2023-11-14 22:10:00 UTC.
const START: u32 = 1_699_999_800;
const NAME: &str = "%Y/%m/%d/flows-%H%M.json";

fn configured(name: &str, store: &StubStore, folder: &Folder) -> OutputConfig {
    at(&format!("http://{}", store.address), name, folder)
}

fn at(endpoint: &str, name: &str, folder: &Folder) -> OutputConfig {
    let encoding = match name.split('.').nth(1).unwrap() {
        "csv" => csv(),
        #[cfg(feature = "columns")]
        "parquet" => super::support::columns(netflow_output::format::Container::Parquet),
        _ => json(),
    };
    let mut config = output(&format!("s3://{BUCKET}/{name}"), encoding);
    fs::write(folder.file("secret"), format!("{SECRET}\n")).unwrap();
    config.s3.credentials = Some(Credentials::File(folder.file("secret").into()));
    config.s3.endpoint = Some(endpoint.to_owned());
    config.s3.staging = Some(folder.path().join("staging"));
    config
}

/// Sends messages in each of three intervals.
fn send(worker: &mut Worker, messages: u64) {
    for interval in 0..3 {
        worker.now = Timestamp::from_secs(START + 300 * interval);
        worker.send_repeatedly(messages, 1);
    }
}

fn run(config: OutputConfig, messages: u64) -> OutputStatistics {
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    send(&mut worker, messages);
    worker.finish();
    let output = outputs.finish(LONG).remove(0);
    check(&output);
    output
}

/// The numbers of the rows of all objects, each of which must be there once.
fn rows(store: &StubStore) -> BTreeSet<u64> {
    let mut all = BTreeSet::new();
    for (name, octets) in store.objects() {
        for number in numbers_of(&name, &octets) {
            assert!(
                all.insert(number),
                "{number} is there twice, the second time in {name}"
            );
        }
    }
    all
}

fn numbers_of(name: &str, octets: &[u8]) -> Vec<u64> {
    let mut text = String::new();
    match name.rsplit('.').next().unwrap() {
        "gz" => flate2::read::GzDecoder::new(octets).read_to_string(&mut text),
        _ => { octets }.read_to_string(&mut text),
    }
    .unwrap();
    if name.contains(".csv") {
        let number = |line: &str| line.trim().rsplit(',').next().unwrap().parse().unwrap();
        return text.lines().skip(1).map(number).collect();
    }
    numbers(&text)
}

/// The files in the staging folder, besides its lock.
fn staged(folder: &Folder) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.path().join("staging")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().unwrap() != "lock" {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn each_file_becomes_an_object_of_the_same_name() {
    for (name, first) in [
        (NAME, "2023/11/14/flows-2210.json"),
        ("a b/%Y%m%d-%H%M.csv.gz", "a b/20231114-2210.csv.gz"),
    ] {
        let folder = Folder::new("s3");
        let store = StubStore::start(&[]);
        let output = run(configured(name, &store, &folder), 10);
        assert_eq!((output.errors, output.lost.total()), (0, 0), "{output:?}");
        assert_eq!((output.written, output.files_completed), (30 * ROWS, 3));
        assert_eq!((output.spooled, output.spooled_octets), (0, 0));
        let objects = store.objects();
        assert_eq!(objects.len(), 3);
        assert!(objects.contains_key(first), "{:?}", objects.keys());
        let octets: usize = objects.values().map(Vec::len).sum();
        assert_eq!(output.written_octets, octets as u64);
        assert_eq!(rows(&store), (0..30 * ROWS).collect());
        assert!(staged(&folder).is_empty());
        assert!(!format!("{output:?}").contains("hunter2"));
    }
}

#[cfg(feature = "columns")]
#[test]
fn an_object_can_be_parquet() {
    use parquet::file::reader::{FileReader as _, SerializedFileReader};

    let folder = Folder::new("s3-parquet");
    let store = StubStore::start(&[Fault::Status(503, Some(0), "SlowDown")]);
    let output = run(configured("flows-%H%M.parquet", &store, &folder), 10);
    assert_eq!(output.written, 30 * ROWS);
    let count = |octets: Vec<u8>| {
        let reader = SerializedFileReader::new(bytes::Bytes::from(octets)).unwrap();
        reader.metadata().file_metadata().num_rows()
    };
    let counts: Vec<i64> = store.objects().into_values().map(count).collect();
    assert_eq!(counts, [200, 200, 200]);
}

#[test]
fn a_large_object_is_sent_in_parts_and_a_part_that_failed_again() {
    let cases: [(&[Fault], u64); 4] = [
        (&[], 0),
        // The second part of the first object is sent twice.
        (
            &[
                Fault::None,
                Fault::None,
                Fault::Status(503, Some(0), "SlowDown"),
            ],
            0,
        ),
        (&[Fault::None, Fault::None, Fault::Cut], 0),
        // What begins and what ends the upload; then all of it is sent again.
        (&[Fault::Status(500, None, "InternalError")], 1),
    ];
    for (faults, errors) in cases {
        let folder = Folder::new("s3-parts");
        let store = StubStore::start(faults);
        let mut config = configured(NAME, &store, &folder);
        config.s3.part_octets = 5_000;
        let output = run(config, 10);
        assert_eq!(output.written, 30 * ROWS);
        assert_eq!(output.errors, errors, "{output:?}");
        assert!(store.parts() > 3, "{}", store.parts());
        assert_eq!(rows(&store), (0..30 * ROWS).collect());
        assert_eq!(store.open_uploads(), 0);
    }
}

#[test]
fn rows_are_in_objects_once_though_the_store_is_busy_fails_and_cuts_connections() {
    let faults = [
        Fault::Status(503, Some(1), "SlowDown"),
        Fault::Status(500, None, "InternalError"),
        Fault::Cut,
        Fault::TakenButCut,
        Fault::Status(429, Some(0), "TooManyRequests"),
        Fault::Status(403, None, "RequestTimeTooSkewed"),
        Fault::Slow(Duration::from_millis(700)),
    ];
    let folder = Folder::new("s3-faults");
    let store = StubStore::start(&faults);
    let mut config = configured(NAME, &store, &folder);
    config.peer.timeout = Duration::from_millis(500);
    let started = std::time::Instant::now();
    let output = run(config, 10);
    assert!(started.elapsed() >= Duration::from_secs(1), "Retry-After");
    assert_eq!((output.written, output.lost.total()), (30 * ROWS, 0));
    assert!(output.errors >= 6, "{output:?}");
    assert!(store.faults().is_empty());
    // One that was stored without an answer is recognised, and neither sent nor named again.
    assert_eq!(rows(&store), (0..30 * ROWS).collect());
    assert_eq!(store.objects().len(), 3);
}

#[test]
fn an_object_that_the_store_refuses_does_not_keep_others() {
    let folder = Folder::new("s3-refused");
    let store = StubStore::start(&[Fault::Status(400, None, "EntityTooLarge")]);
    let output = run(configured(NAME, &store, &folder), 10);
    assert_eq!((output.written, output.errors), (30 * ROWS, 1));
    let error = output.last_error.unwrap();
    assert!(
        error.contains("2210.json: status 400: EntityTooLarge: as asked"),
        "{error}"
    );
    assert_eq!(store.order().last().unwrap(), "2023/11/14/flows-2210.json");
}

#[test]
fn an_object_of_another_is_not_replaced() {
    let folder = Folder::new("s3-taken");
    let store = StubStore::start(&[]);
    let first = run(configured(NAME, &store, &folder), 1);
    // Another run in the same interval, and files cut by size.
    let mut config = configured(NAME, &store, &folder);
    config.rotation.octets = Some(1_500);
    let second = run(config, 4);
    assert_eq!(first.written + second.written, 15 * ROWS);
    let objects = store.objects();
    assert_eq!(objects.len(), 3 + 6, "{:?}", objects.keys());
    for number in 1..=2 {
        assert!(objects.contains_key(&format!("2023/11/14/flows-2215.{number}.json")));
    }
}

#[test]
fn what_the_store_has_not_taken_waits_on_disk_for_the_next_run() {
    type Change = fn(&mut OutputConfig, &Folder);
    let reasons: [(&str, Change); 4] = [
        ("refused", |_, _| ()),
        ("status 403: Forbidden", |config, folder| {
            fs::write(folder.file("wrong"), "AKIAWRONG:hunter3").unwrap();
            config.s3.credentials = Some(Credentials::File(folder.file("wrong").into()));
        }),
        ("status 404: NoSuchBucket", |config, _| {
            config.destination = format!("s3://absent/{NAME}").parse().unwrap();
        }),
        ("No such file", |config, folder| {
            config.s3.credentials = Some(Credentials::File(folder.file("absent").into()));
        }),
    ];
    for (reason, change) in reasons {
        let folder = Folder::new("s3-waits");
        let store = StubStore::start(&[]);
        let mut config = configured(NAME, &store, &folder);
        if reason == "refused" {
            let closed = own_port().local_addr().unwrap();
            config.s3.endpoint = Some(format!("http://{closed}"));
        }
        change(&mut config, &folder);
        let outputs = Outputs::start(vec![config]).unwrap();
        let mut worker = Worker::new(outputs.worker(), 0);
        send(&mut worker, 10);
        worker.finish();
        wait_until("a failure", || outputs.statistics()[0].errors > 1);
        let output = outputs.finish(Duration::from_millis(300)).remove(0);
        check(&output);
        let error = output.last_error.clone().unwrap();
        assert!(error.contains(reason), "{error}");
        assert!(!format!("{output:?}").contains("hunter"), "{output:?}");
        assert_eq!(
            (output.spooled, output.written),
            (30 * ROWS, 0),
            "{output:?}"
        );
        let octets: u64 = staged(&folder)
            .iter()
            .map(|path| path.metadata().unwrap().len())
            .sum();
        assert_eq!(output.spooled_octets, octets);

        let next = run(configured(NAME, &store, &folder), 0);
        assert_eq!((next.recovered, next.accepted), (30 * ROWS, 0));
        assert_eq!((next.written, next.spooled), (30 * ROWS, 0));
        assert_eq!(rows(&store), (0..30 * ROWS).collect());
        assert!(staged(&folder).is_empty());
    }
}

#[test]
fn a_full_folder_is_left_to_the_policy_and_every_row_is_counted() {
    for policy in [Policy::Block, Policy::DropNewest] {
        let folder = Folder::new("s3-full");
        let listener = own_port();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let mut config = at(&format!("http://{address}"), NAME, &folder);
        config.policy = policy;
        config.queue.chunks = 4;
        config.rotation.octets = Some(1_000);
        config.s3.staging_octets = 8_000;
        let outputs = Outputs::start(vec![config]).unwrap();
        let mut worker = Worker::new(outputs.worker(), 0);
        let thread = thread::spawn(move || {
            send(&mut worker, 12);
            worker.finish();
        });
        if policy == Policy::DropNewest {
            thread.join().unwrap();
        } else {
            wait_until("a full folder", || {
                outputs.statistics()[0].queued_chunks == 4
            });
            assert!(!thread.is_finished());
            assert!(outputs.statistics()[0].spooled_octets < 10_000);
        }
        wait_until("a failure", || {
            outputs.statistics()[0].state == OutputState::Retrying
        });
        let store = StubStore::on(TcpListener::bind(address).unwrap(), &[]);
        if policy == Policy::Block {
            // It has ended only after there was room again.
            wait_until("the end of the rows", || {
                outputs.statistics()[0].accepted == 36 * ROWS
            });
        }
        let output = outputs.finish(LONG).remove(0);
        check(&output);
        assert_eq!(output.accepted, 36 * ROWS);
        assert_eq!(output.lost.get(LossReason::QueueFull), output.lost.total());
        assert_eq!(
            output.lost.total() > 0,
            policy == Policy::DropNewest,
            "{output:?}"
        );
        assert_eq!(rows(&store).len() as u64, output.written);
        assert_eq!(output.written + output.lost.total(), output.accepted);
    }
}

#[test]
fn a_store_with_a_wrong_certificate_gets_nothing() {
    let folder = Folder::new("s3-tls");
    let [trusted, other] = ["trusted", "other"].map(|name| {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        fs::write(folder.file(name), made.cert.pem()).unwrap();
        made
    });
    let store = StubStore::with_tls(&trusted, &[]);
    let port = store.address.port();
    for (ca, expected) in [("other", false), ("trusted", true)] {
        let mut config = at(&format!("https://localhost:{port}"), NAME, &folder);
        config.peer.tls.ca = Some(folder.file(ca).into());
        let outputs = Outputs::start(vec![config]).unwrap();
        if !expected {
            let mut worker = Worker::new(outputs.worker(), 0);
            send(&mut worker, 10);
            worker.finish();
            wait_until("a failure", || outputs.statistics()[0].errors > 1);
        }
        let drain = if expected { LONG } else { Duration::ZERO };
        let output = outputs.finish(drain).remove(0);
        check(&output);
        assert_eq!(output.written, if expected { 30 * ROWS } else { 0 });
        if !expected {
            let error = output.last_error.unwrap();
            assert!(error.contains("certificate"), "{error}");
            assert!(store.objects().is_empty());
        }
    }
    assert_eq!(rows(&store), (0..30 * ROWS).collect());
    drop(other);
}

/// What is killed: a collector that sends objects until then. It is not a test of its own.
#[test]
#[ignore = "another test runs it in a process of its own"]
fn a_collector_to_be_killed() {
    let folder = PathBuf::from(env::var("NETFLOW_TEST_FOLDER").unwrap());
    let folder = core::mem::ManuallyDrop::new(Folder::at(folder));
    let endpoint = env::var("NETFLOW_TEST_ENDPOINT").unwrap();
    let mut config = at(&endpoint, NAME, &folder);
    config.rotation.octets = Some(60_000);
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    for second in 0_u32.. {
        worker.now = Timestamp::from_secs(START + second % 300);
        worker.send(20);
        worker.tick();
        thread::sleep(Duration::from_millis(1));
    }
}

/// Kills a collector that has sent objects and has others on its disk.
fn kill_a_collector(endpoint: &str, folder: &Folder, is_time: impl Fn() -> bool) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "s3::a_collector_to_be_killed"])
        .env("NETFLOW_TEST_FOLDER", folder.path())
        .env("NETFLOW_TEST_ENDPOINT", endpoint)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let has_rows = |path: &PathBuf| {
        let is_part = path.extension().is_some_and(|end| end == "part");
        is_part
            && path
                .metadata()
                .is_ok_and(|metadata| metadata.len() > 10_000)
    };
    wait_until("objects and a file", || {
        is_time() && staged(folder).iter().any(has_rows)
    });
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_killed_collector_has_every_row_in_one_object_after_its_next_run() {
    let folder = Folder::new("s3-killed");
    // The answer to an object is lost: then the collector is killed.
    let store = StubStore::start(&[Fault::None, Fault::TakenButCut]);
    let endpoint = format!("http://{}", store.address);
    kill_a_collector(&endpoint, &folder, || store.objects().len() >= 2);
    let before = rows(&store);
    let next = run(at(&endpoint, NAME, &folder), 0);
    assert_eq!(next.lost.total(), 0, "{next:?}");
    let after = rows(&store);
    // From the first on, without a gap: all that was on disk when it was killed.
    assert_eq!(after, (0..after.len() as u64).collect());
    assert!(
        next.recovered > 0 && next.written == next.recovered,
        "{next:?}"
    );
    assert!(after.len() > before.len());
    assert!(staged(&folder).is_empty());
}

/// A folder that no output makes.
const UNUSED_SPOOL: &str = "netflow-spool-of-an-output-that-never-starts";

#[test]
fn what_can_never_work_is_refused_at_the_start_without_its_secrets() {
    let folder = Folder::new("s3-wrong");
    type Change = fn(&mut OutputConfig);
    let changes: [(&str, Change); 6] = [
        ("need a folder", |config| config.s3.staging = None),
        ("need no spool", |config| {
            config.policy = Policy::Spool;
            config.spool = Some(SpoolConfig::new(env::temp_dir().join(UNUSED_SPOOL)));
        }),
        ("the store decides", |config| {
            config.rotation.keep_octets = Some(1);
        }),
        ("like https://", |config| {
            config.s3.endpoint = Some("localhost".to_owned());
        }),
        ("file or the environment", |config| {
            config.s3.endpoint = Some("http://key:hunter2@localhost".to_owned());
        }),
        ("compressed inside", |config| {
            config.destination = "s3://flows/%H.parquet.gz".parse().unwrap();
            config.encoding = parquet();
        }),
    ];
    for (expected, change) in changes {
        if expected == "compressed inside" && cfg!(not(feature = "columns")) {
            continue;
        }
        let mut config = at("http://127.0.0.1:9", NAME, &folder);
        change(&mut config);
        let error = Outputs::check(&config).unwrap_err().to_string();
        assert!(
            error.contains(expected) && !error.contains("hunter2"),
            "{error}"
        );
        assert!(Outputs::start(vec![config]).is_err());
    }
    assert!(!env::temp_dir().join(UNUSED_SPOOL).exists());
    Outputs::check(&at("http://127.0.0.1:9", NAME, &folder)).unwrap();
    // A check makes nothing.
    assert!(!folder.path().join("staging").exists());
}

fn parquet() -> netflow_output::sink::Encoding {
    #[cfg(feature = "columns")]
    return super::support::columns(netflow_output::format::Container::Parquet);
    #[cfg(not(feature = "columns"))]
    json()
}

#[test]
fn two_outputs_do_not_share_a_folder() {
    let folder = Folder::new("s3-shared");
    let store = StubStore::start(&[]);
    let config = configured(NAME, &store, &folder);
    let first = Outputs::start(vec![config.clone()]).unwrap();
    let lock = folder.path().join("staging/lock");
    wait_until("the first", || Path::new(&lock).exists());
    let second = Outputs::start(vec![config]).unwrap();
    wait_until("a failure", || second.statistics()[0].errors > 0);
    let error = second.statistics()[0].last_error.clone().unwrap();
    assert!(error.contains("in use by another output"), "{error}");
    let mut worker = Worker::new(second.worker(), 0);
    // It begins when the first has ended, as after a change of the configuration.
    let _ = first.finish(LONG);
    send(&mut worker, 1);
    worker.finish();
    let output = second.finish(LONG).remove(0);
    check(&output);
    assert_eq!(output.written, 3 * ROWS);
}
