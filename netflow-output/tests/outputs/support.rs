//! Messages with rows that can be recognised, and workers that send them.

use core::time::Duration;
use std::path::{Path, PathBuf};
use std::time::Instant;

use netflow_core::element::iana;
use netflow_core::encode::{IpfixHeader, MessageBuilder, TemplateDefinition};
use netflow_core::field::FlowField;
use netflow_core::{Datagram, Decoder, InputNames, Limits, Timestamp, Transport};
use netflow_output::format::{Biflows, Csv, FlowLines};
use netflow_output::sink::{Encoding, OutputConfig, OutputStatistics, Sink, WorkerSink};

/// Rows of a message.
pub(crate) const ROWS: u64 = 20;
/// Long enough for a loaded machine.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// A worker that decodes messages, each row of which has a number of its own in `octets`.
pub(crate) struct Worker {
    pub(crate) sink: WorkerSink,
    decoder: Decoder,
    next: u64,
    pub(crate) now: Timestamp,
}

impl Worker {
    /// Counts its rows from `first`.
    pub(crate) fn new(sink: WorkerSink, first: u64) -> Self {
        Self {
            sink,
            decoder: Decoder::new(Limits::new(1)),
            next: first,
            now: Timestamp::from_secs(1_700_000_000),
        }
    }

    /// Passes on messages of [`ROWS`] rows.
    pub(crate) fn send(&mut self, messages: u64) {
        for _ in 0..messages {
            let payload = message(self.next);
            self.next += ROWS;
            let exporter = "198.51.100.1:2055".parse().unwrap();
            let datagram = Datagram::new(exporter, Transport::Udp, self.now, &payload);
            self.sink
                .message(&self.decoder.decode(datagram).unwrap())
                .unwrap();
        }
    }

    /// Sends this number of messages again and again, each time handing over what was gathered.
    pub(crate) fn send_repeatedly(&mut self, times: u64, messages: u64) {
        for _ in 0..times {
            self.send(messages);
            self.tick();
        }
    }

    /// Hands over what was gathered.
    pub(crate) fn tick(&mut self) {
        self.sink.tick(self.now).unwrap();
    }

    /// Hands over what was gathered, but not the time.
    pub(crate) fn sink_flush(&mut self) {
        self.sink.flush().unwrap();
    }

    pub(crate) fn finish(mut self) {
        self.sink.finish(self.decoder.stats()).unwrap();
    }
}

fn message(first: u64) -> Vec<u8> {
    let template = TemplateDefinition::new(256)
        .field(iana::SOURCE_IPV4_ADDRESS.id, 4)
        .field(iana::OCTET_DELTA_COUNT.id, 8);
    let mut message = MessageBuilder::new(
        IpfixHeader::default()
            .with_export_time(1_700_000_000)
            .with_sequence(0)
            .with_observation_domain(7),
    );
    message.template(&template).unwrap();
    for row in first..first + ROWS {
        let record = [[192, 0, 2, 1].into(), row.into()];
        message.record(&template, record).unwrap();
    }
    message.finish().to_vec()
}

pub(crate) fn fields() -> Option<Vec<FlowField>> {
    Some(vec![FlowField::SourceAddress, FlowField::Octets])
}

pub(crate) fn json() -> Encoding {
    Encoding::rows(|| {
        Box::new(FlowLines::new(
            fields(),
            Biflows::Whole,
            InputNames::default(),
        ))
    })
}

pub(crate) fn csv() -> Encoding {
    Encoding::rows(|| Box::new(Csv::new(fields(), Biflows::Whole, InputNames::default())))
}

#[cfg(feature = "columns")]
pub(crate) fn columns(container: netflow_output::format::Container) -> Encoding {
    Encoding::columns(fields(), Biflows::Whole, InputNames::default(), container)
}

pub(crate) fn output(destination: &str, encoding: Encoding) -> OutputConfig {
    let mut config = OutputConfig::new(destination.parse().unwrap(), encoding);
    config.backoff.first = Duration::from_millis(5);
    config.backoff.longest = Duration::from_millis(50);
    config
}

/// The numbers of rows of JSON, in order; each line must be whole.
pub(crate) fn numbers(text: &str) -> Vec<u64> {
    let number = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).expect(line);
        assert_eq!(row["source_address"], "192.0.2.1");
        row["octets"].as_u64().unwrap()
    };
    assert!(text.is_empty() || text.ends_with('\n'));
    let mut numbers: Vec<u64> = text.lines().map(number).collect();
    numbers.sort_unstable();
    numbers
}

/// Fails unless every row is accounted for.
pub(crate) fn check(output: &OutputStatistics) {
    assert_eq!(output.waiting, 0, "{output:?}");
    assert_eq!(
        output.accepted + output.recovered,
        output.written + output.lost.total() + output.spooled,
        "{output:?}"
    );
}

/// Waits for something that happens in another thread.
pub(crate) fn wait_until(what: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < LONG, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A folder that is removed with all its files.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("netflow-output-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A folder that another process has made.
    #[cfg(feature = "s3")]
    pub(crate) const fn at(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// The path of a new named pipe in it.
    pub(crate) fn pipe(&self) -> String {
        let path = self.file("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
