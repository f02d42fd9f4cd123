//! Files that rotate: one for each interval, whole in any case.

use core::time::Duration;
use std::env;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::SystemTime;

use netflow_core::Timestamp;
use netflow_output::sink::{
    Encoding, LossReason, OutputConfig, OutputState, OutputStatistics, Outputs, Policy,
};

use super::support::{Folder, LONG, ROWS, Worker, check, csv, json, numbers, output, wait_until};

/// 2023-11-14 22:10:00 UTC.
const START: u32 = 1_699_999_800;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What a file holds, decompressed.
fn text(path: &Path) -> String {
    let mut text = String::new();
    let file = File::open(path).unwrap();
    match path.extension().unwrap().to_str().unwrap() {
        #[cfg(feature = "compression")]
        "gz" => flate2::read::GzDecoder::new(file)
            .read_to_string(&mut text)
            .unwrap(),
        #[cfg(feature = "compression")]
        "zst" => zstd::stream::read::Decoder::new(file)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap(),
        _ => { file }.read_to_string(&mut text).unwrap(),
    };
    text
}

#[test]
fn there_is_one_file_an_interval_whatever_the_number_of_workers() {
    const INTERVALS: u64 = 3;
    const MESSAGES: u64 = 40;
    const WORKERS: u64 = 3;
    let mut names = vec!["flows-%H%M.json"];
    if cfg!(feature = "compression") {
        names.extend(["flows-%H%M.json.gz", "flows-%H%M.json.zst"]);
    }
    for name in names {
        let folder = Folder::new("one-file");
        let pattern = folder.file(&format!("%Y/%m/%d/{name}"));
        let outputs = Outputs::start(vec![output(&pattern, json())]).unwrap();
        let mut workers: Vec<Worker> = (0..WORKERS)
            .map(|index| Worker::new(outputs.worker(), index * INTERVALS * MESSAGES * ROWS))
            .collect();
        for interval in 0..INTERVALS {
            // Each second a worker more is in the next interval.
            for second in 0..WORKERS {
                for (index, worker) in workers.iter_mut().enumerate() {
                    let ahead = u32::from(second > index as u64);
                    let interval = u32::try_from(interval).unwrap();
                    worker.now = Timestamp::from_secs(START + 300 * interval + ahead);
                    worker.send(MESSAGES / WORKERS + u64::from(second == 0));
                }
            }
        }
        workers.into_iter().for_each(Worker::finish);
        let [output] = &outputs.finish(LONG)[..] else {
            panic!()
        };
        check(output);
        assert_eq!(output.lost.total(), 0);
        assert_eq!(output.files_completed, INTERVALS);
        let found = files(folder.path());
        let names: Vec<PathBuf> = ["2210", "2215", "2220"]
            .iter()
            .map(|time| {
                folder
                    .path()
                    .join("2023/11/14")
                    .join(name.replace("%H%M", time))
            })
            .collect();
        assert_eq!(found, names);
        let rows: Vec<u64> = found.iter().flat_map(|path| numbers(&text(path))).collect();
        let mut distinct = rows.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(rows.len() as u64, output.written);
        assert_eq!(rows.len(), distinct.len());
    }
}

#[test]
fn rows_are_in_the_file_of_the_time_they_were_received() {
    let folder = Folder::new("time");
    let pattern = folder.file("%H%M.json");
    let outputs = Outputs::start(vec![output(&pattern, json())]).unwrap();
    let mut workers = [0, 1_000].map(|first| Worker::new(outputs.worker(), first));
    for (index, secs) in [(0, 299), (1, 300), (0, 299), (0, 301)] {
        let worker = &mut workers[index];
        worker.now = Timestamp::from_secs(START + secs);
        worker.send(1);
        worker.sink_flush();
    }
    // The first file is complete two seconds after its end.
    workers[0].now = Timestamp::from_secs(START + 302);
    workers[0].tick();
    wait_until("the first file", || {
        folder.path().join("2210.json").exists()
    });
    workers.into_iter().for_each(Worker::finish);
    outputs.finish(LONG).iter().for_each(check);
    assert_eq!(
        numbers(&folder.read("2210.json")),
        (0..2 * ROWS).collect::<Vec<_>>()
    );
    let late = (2 * ROWS..3 * ROWS).chain(1_000..1_000 + ROWS);
    assert_eq!(numbers(&folder.read("2215.json")), late.collect::<Vec<_>>());
}

#[test]
fn a_clock_that_jumps_costs_no_row() {
    let folder = Folder::new("jumps");
    let pattern = folder.file("%Y%m%d-%H%M.json");
    let outputs = Outputs::start(vec![output(&pattern, json())]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    let mut count = 0;
    // A day ahead, back again, to 1970, to the end of what a timestamp holds, and home.
    let times = [
        Timestamp::from_secs(START),
        Timestamp::from_secs(START + 86_400),
        Timestamp::from_secs(START + 1),
        Timestamp::from_secs(0),
        Timestamp::from_nanos(i64::MAX),
        Timestamp::from_nanos(-1),
        Timestamp::from_secs(START + 2),
    ];
    for time in times {
        worker.now = time;
        worker.send(1);
        worker.tick();
        count += ROWS;
    }
    worker.finish();
    let [ended] = &outputs.finish(LONG)[..] else {
        panic!()
    };
    check(ended);
    assert_eq!((ended.accepted, ended.written), (count, count), "{ended:?}");
    let mut rows: Vec<u64> = files(folder.path())
        .iter()
        .flat_map(|path| numbers(&text(path)))
        .collect();
    rows.sort_unstable();
    assert_eq!(rows, (0..count).collect::<Vec<_>>());
}

/// What an output did that received this number of chunks of this number of messages.
fn sent(config: OutputConfig, chunks: u64, messages: u64) -> OutputStatistics {
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.now = Timestamp::from_secs(START);
    worker.send_repeatedly(chunks, messages);
    worker.finish();
    let output = outputs.finish(LONG).remove(0);
    check(&output);
    output
}

#[test]
fn a_large_file_is_followed_by_one_with_a_number() {
    let folder = Folder::new("large");
    fs::write(folder.path().join("2210.json"), "of another run\n").unwrap();
    let mut config = output(&folder.file("%H%M.json"), json());
    config.rotation.octets = Some(1_500);
    let output = sent(config, 5, 2);
    assert_eq!(output.files_completed, 5);
    assert_eq!(folder.read("2210.json"), "of another run\n");
    for number in 1..=5 {
        assert_eq!(
            numbers(&folder.read(&format!("2210.{number}.json"))).len() as u64,
            2 * ROWS
        );
    }
}

#[test]
fn old_and_excess_files_are_removed_and_no_others() {
    let folder = Folder::new("retention");
    let day = folder.path().join("2020/01/01");
    fs::create_dir_all(&day).unwrap();
    fs::create_dir_all(folder.path().join("other")).unwrap();
    let now = SystemTime::now();
    let mut ages = Vec::new();
    for (name, hours) in [
        ("2020/01/01/0000.json", 50),
        ("2020/01/01/0005.1.json", 49),
        ("0010.json", 50),
        ("other/0015.json", 50),
    ] {
        ages.push((folder.path().join(name), hours));
    }
    for (path, hours) in &ages {
        let file = File::create(path).unwrap();
        file.set_modified(now - Duration::from_secs(hours * 3600))
            .unwrap();
    }
    let mut config = output(&folder.file("%Y/%m/%d/%H%M.json"), json());
    config.rotation.keep_for = Some(Duration::from_secs(48 * 3600));
    config.rotation.octets = Some(1);
    config.rotation.keep_octets = Some(3_000);
    let output = sent(config, 20, 1);
    assert!(!folder.path().join("2020").exists());
    assert!(ages[2].0.exists() && ages[3].0.exists());
    let left = files(&folder.path().join("2023"));
    let octets: u64 = left.iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!(octets <= 3_000 && left.len() > 1, "{octets} {left:?}");
    assert_eq!(output.files_removed, 2 + 20 - left.len() as u64);
}

#[test]
fn a_folder_that_cannot_be_written_is_tried_again() {
    let folder = Folder::new("read-only");
    // Where the folder should be is a file: nobody can write there, root neither.
    fs::write(folder.path().join("2023"), "").unwrap();
    let mut config = output(&folder.file("%Y/%H%M.json"), json());
    config.policy = Policy::DropNewest;
    config.queue.chunks = 2;
    let outputs = Outputs::start(vec![config]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    worker.now = Timestamp::from_secs(START);
    worker.send(1);
    worker.tick();
    wait_until("a failure", || outputs.statistics()[0].errors > 1);
    worker.send_repeatedly(9, 1);
    assert_eq!(outputs.statistics()[0].state, OutputState::Retrying);
    fs::remove_file(folder.path().join("2023")).unwrap();
    worker.finish();
    let [output] = &outputs.finish(LONG)[..] else {
        panic!()
    };
    check(output);
    assert_eq!(output.accepted, 10 * ROWS);
    assert!(output.lost.get(LossReason::QueueFull) >= 7 * ROWS);
    assert_eq!(
        numbers(&folder.read("2023/2210.json")).len() as u64,
        output.written
    );
    assert_eq!(output.written, 10 * ROWS - output.lost.total());
}

/// The formats of files that a killed collector leaves.
fn encoding(name: &str) -> Encoding {
    match name.split('.').nth(1).unwrap() {
        "json" => json(),
        "csv" => csv(),
        #[cfg(feature = "columns")]
        "arrows" => super::support::columns(netflow_output::format::Container::Ipc(
            netflow_output::format::IpcFormat::Stream,
        )),
        #[cfg(feature = "columns")]
        "parquet" => super::support::columns(netflow_output::format::Container::Parquet),
        other => panic!("{other}"),
    }
}

/// What is killed: a collector that writes until then. It is not a test of its own.
#[test]
#[ignore = "another test runs it in a process of its own"]
fn a_collector_to_be_killed() {
    let name = env::var("NETFLOW_TEST_PATTERN").unwrap();
    let encoding = encoding(Path::new(&name).file_name().unwrap().to_str().unwrap());
    let outputs = Outputs::start(vec![output(&name, encoding)]).unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    for second in 0_u32.. {
        worker.now = Timestamp::from_secs(START + second % 300);
        worker.send(20);
        worker.tick();
        thread::sleep(Duration::from_millis(1));
    }
}

fn kill_a_collector(pattern: &str) {
    let folder = Path::new(pattern).parent().unwrap().to_owned();
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "rotation::a_collector_to_be_killed"])
        .env("NETFLOW_TEST_PATTERN", pattern)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // Parquet writes nothing before its first group of rows is full.
    let least = if pattern.ends_with("parquet") {
        0
    } else {
        20_000
    };
    wait_until("a file with rows", || {
        let parts = files(&folder);
        parts.iter().any(|path| {
            path.extension().is_some_and(|name| name == "part")
                && path
                    .metadata()
                    .is_ok_and(|metadata| metadata.len() >= least)
        })
    });
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn files_of_a_killed_collector_are_cut_at_their_last_whole_row() {
    let mut names = vec!["%H%M.json", "%H%M.csv"];
    if cfg!(feature = "compression") {
        names.extend(["%H%M.json.gz", "%H%M.json.zst", "%H%M.csv.gz"]);
    }
    for name in names {
        let folder = Folder::new("killed");
        let pattern = folder.file(name);
        kill_a_collector(&pattern);
        let part = folder
            .path()
            .join(format!(".{}.part", name.replace("%H%M", "2210")));
        if !name.ends_with("gz") && !name.ends_with("zst") {
            // Wherever it was killed, the last row is cut now.
            let len = part.metadata().unwrap().len();
            File::options()
                .write(true)
                .open(&part)
                .unwrap()
                .set_len(len - 3)
                .unwrap();
        }
        restart(&pattern, encoding(name), [1, 0]);
        let found = files(folder.path());
        assert_eq!(found, [folder.path().join(name.replace("%H%M", "2210"))]);
        let text = text(&found[0]);
        let rows = if name.contains("csv") {
            assert!(text.starts_with("source_address,octets\r\n") && text.ends_with("\r\n"));
            let octets = |row: &str| row.split_once(',').unwrap().1.parse().unwrap();
            text.lines().skip(1).map(octets).collect()
        } else {
            numbers(&text)
        };
        // No row before the cut is missing.
        assert_eq!(rows, (0..rows.len() as u64).collect::<Vec<_>>());
        assert!(rows.len() as u64 > ROWS, "{name}: {}", rows.len());
    }
}

/// Starts a collector where another was killed, and checks how many files it recovered and lost.
fn restart(pattern: &str, encoding: Encoding, [recovered, lost]: [u64; 2]) {
    let outputs = Outputs::start(vec![output(pattern, encoding)]).unwrap();
    let [output] = &outputs.finish(LONG)[..] else {
        panic!()
    };
    let files = (output.files_recovered, output.files_lost);
    assert_eq!(files, (recovered, lost), "{output:?}");
}

#[cfg(feature = "columns")]
#[test]
fn a_killed_stream_of_arrow_ends_after_its_last_whole_batch() {
    use arrow_array::cast::AsArray as _;
    use arrow_array::types::UInt64Type;
    use arrow_ipc::reader::StreamReader;

    let folder = Folder::new("killed-arrow");
    let pattern = folder.file("%H%M.arrows");
    kill_a_collector(&pattern);
    let part = folder.path().join(".2210.arrows.part");
    let len = part.metadata().unwrap().len();
    File::options()
        .write(true)
        .open(&part)
        .unwrap()
        .set_len(len - 3)
        .unwrap();
    restart(&pattern, encoding("%H%M.arrows"), [1, 0]);
    let file = File::open(folder.path().join("2210.arrows")).unwrap();
    let mut rows = Vec::new();
    for batch in StreamReader::try_new(file, None).unwrap() {
        let batch = batch.unwrap();
        let octets = batch.column_by_name("octets").unwrap();
        rows.extend(octets.as_primitive::<UInt64Type>().values().iter().copied());
    }
    assert_eq!(rows, (0..rows.len() as u64).collect::<Vec<_>>());
    assert!(rows.len() as u64 > ROWS, "{}", rows.len());
}

#[cfg(feature = "columns")]
#[test]
fn parquet_of_a_killed_collector_is_counted_as_lost() {
    let folder = Folder::new("killed-parquet");
    let pattern = folder.file("%H%M.parquet");
    kill_a_collector(&pattern);
    restart(&pattern, encoding("%H%M.parquet"), [0, 1]);
    assert_eq!(files(folder.path()), <[PathBuf; 0]>::default());
}

#[cfg(feature = "columns")]
#[test]
fn columns_of_all_workers_are_in_one_file() {
    use netflow_output::format::Container;
    use parquet::file::reader::FileReader as _;
    use parquet::file::serialized_reader::SerializedFileReader;

    for (name, made) in [
        ("%H%M.parquet", "2210.parquet"),
        ("flows.parquet", "flows.parquet"),
    ] {
        let folder = Folder::new("columns");
        let parquet = super::support::columns(Container::Parquet);
        let outputs = Outputs::start(vec![output(&folder.file(name), parquet)]).unwrap();
        let workers: Vec<_> = (0..3)
            .map(|index| Worker::new(outputs.worker(), index * 1_000))
            .map(|mut worker| {
                thread::spawn(move || {
                    worker.now = Timestamp::from_secs(START);
                    worker.send_repeatedly(10, 5);
                    worker.finish();
                })
            })
            .collect();
        workers
            .into_iter()
            .for_each(|worker| worker.join().unwrap());
        let [output] = &outputs.finish(LONG)[..] else {
            panic!()
        };
        check(output);
        assert_eq!((output.written, output.files_completed), (3 * 50 * ROWS, 1));
        let file = File::open(folder.path().join(made)).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let rows = reader.metadata().file_metadata().num_rows();
        assert_eq!(u64::try_from(rows).unwrap(), output.written);
        assert_eq!(files(folder.path()).len(), 1);
    }
}

#[test]
fn a_file_that_another_collector_writes_is_left_alone() {
    let folder = Folder::new("two-collectors");
    let pattern = folder.file("%H%M.json");
    let first = Outputs::start(vec![output(&pattern, json())]).unwrap();
    let mut worker = Worker::new(first.worker(), 0);
    worker.now = Timestamp::from_secs(START);
    worker.send(1);
    worker.tick();
    wait_until("the rows", || first.statistics()[0].written == ROWS);
    let second = Outputs::start(vec![output(&pattern, json())]).unwrap();
    let [output] = &second.finish(LONG)[..] else {
        panic!()
    };
    assert_eq!((output.files_recovered, output.errors), (0, 0));
    worker.finish();
    first.finish(LONG).iter().for_each(check);
    assert_eq!(numbers(&folder.read("2210.json")).len() as u64, ROWS);
}

#[test]
fn what_can_never_be_written_is_refused_at_the_start() {
    #[cfg(feature = "columns")]
    {
        let parquet = super::support::columns(netflow_output::format::Container::Parquet);
        let error = Outputs::start(vec![output("%H.parquet.gz", parquet)]).unwrap_err();
        assert_eq!(error.output, "%H.parquet.gz");
    }
    if !cfg!(feature = "compression") {
        assert!(Outputs::start(vec![output("%H.json.gz", json())]).is_err());
    }
}
