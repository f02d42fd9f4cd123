//! A collector that runs, and what is sent to it.

use alloc::sync::Arc;
use core::net::SocketAddr;
use core::sync::atomic::{AtomicU32, Ordering};
use core::time::Duration;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread::{self, JoinHandle};
use std::time::Instant;

/// How long a test waits for what has to happen. It is long because a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// The variable with an option that is left out of all command lines, so that the test of this option
/// fails: with `=` at its end if it takes a value.
pub(crate) const WITHOUT: &str = "NETFLOW_TEST_WITHOUT";

/// How long a test waits for what a collector has to do: less where a test is expected to fail.
pub(crate) fn patience() -> Duration {
    match env::var_os(WITHOUT) {
        Some(_) => PATIENCE / 10,
        None => PATIENCE,
    }
}

/// A collector that runs.
pub(crate) struct Collector {
    child: Child,
    /// What it listens on, in the order of its options.
    pub(crate) addresses: Vec<SocketAddr>,
    log: Arc<Mutex<String>>,
    reading: Vec<JoinHandle<()>>,
    output: Arc<Mutex<Vec<u8>>>,
}

/// How a collector ended.
pub(crate) struct Ended {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) log: String,
}

impl Collector {
    /// Starts a collector with these options, and waits until it listens.
    pub(crate) fn start(options: &[&str]) -> Self {
        let listeners = ["--udp", "--tcp", "--tls", "--http", "--metrics"];
        let options_left = left(options);
        let is_listener = |option: &&&str| listeners.contains(*option);
        let count = options_left.iter().filter(is_listener).count();
        Self::start_with(options, count)
    }

    /// The same, where it listens on this number of addresses.
    pub(crate) fn start_with(options: &[&str], listeners: usize) -> Self {
        Self::spawn(&mut netflow(options), listeners)
    }

    /// The same with one listener and variables of the environment.
    #[cfg(feature = "s3")]
    pub(crate) fn start_in(options: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::spawn(netflow(options).envs(variables.iter().copied()), 1)
    }

    fn spawn(command: &mut Command, listeners: usize) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (log, output) = (
            Arc::<Mutex<String>>::default(),
            Arc::<Mutex<Vec<u8>>>::default(),
        );
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let mut stdout = child.stdout.take().unwrap();
        let (to_log, to_output) = (Arc::clone(&log), Arc::clone(&output));
        let reading = vec![
            thread::spawn(move || {
                for line in stderr.lines().map_while(Result::ok) {
                    *to_log.lock().unwrap() += &(line + "\n");
                }
            }),
            thread::spawn(move || {
                let mut octets = [0; 4_096];
                while let Ok(count @ 1..) = stdout.read(&mut octets) {
                    to_output
                        .lock()
                        .unwrap()
                        .extend_from_slice(&octets[..count]);
                }
            }),
        ];
        let mut collector = Self {
            child,
            addresses: Vec::new(),
            log,
            reading,
            output,
        };
        collector.wait(|collector| collector.log().matches("msg=listening").count() >= listeners);
        let log = collector.log();
        let lines = log.lines().filter(|line| line.contains("msg=listening"));
        collector.addresses = lines
            .map(|line| field(line, "address").parse().unwrap())
            .collect();
        collector
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// What it has written to standard output so far.
    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().unwrap()).into_owned()
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until something is so.
    pub(crate) fn wait(&mut self, until: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + patience();
        while !until(self) {
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "it has ended: {}", self.log());
            assert!(
                Instant::now() < deadline,
                "without success: {}\n{}",
                self.log(),
                self.stdout()
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until it has written this number of lines to standard output.
    pub(crate) fn wait_for_lines(&mut self, count: usize) {
        self.wait(|collector| collector.stdout().lines().count() >= count);
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Stops it by SIGTERM.
    pub(crate) fn stop(self) -> Ended {
        self.signal("TERM");
        self.end()
    }

    /// Waits until it ends.
    pub(crate) fn end(mut self) -> Ended {
        let deadline = Instant::now() + patience();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "it does not end: {}", self.log());
            thread::sleep(Duration::from_millis(10));
        };
        for thread in self.reading.drain(..) {
            thread.join().unwrap();
        }
        Ended {
            status: status.code(),
            stdout: self.stdout(),
            log: self.log(),
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // After its end there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command with these options.
pub(crate) fn netflow(options: &[&str]) -> Command {
    subcommand("listen", options)
}

/// A subcommand with these options.
pub(crate) fn subcommand(name: &str, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_netflow"));
    command.arg(name).args(left(options));
    command
}

/// The options without the one that [`WITHOUT`] names.
fn left<'a>(options: &[&'a str]) -> Vec<&'a str> {
    let mut left = options.to_vec();
    let Ok(name) = env::var(WITHOUT) else {
        return left;
    };
    let takes_value = name.ends_with('=');
    let name = name.trim_end_matches('=');
    while let Some(at) = left.iter().position(|option| *option == name) {
        let end = left.len().min(at + 1 + usize::from(takes_value));
        left.drain(at..end);
    }
    left.retain(|option| option.split('=').next() != Some(name));
    left
}

/// Runs the command to its end, without listening.
pub(crate) fn run(options: &[&str]) -> Ended {
    run_subcommand("listen", options)
}

/// Runs a subcommand to its end.
pub(crate) fn run_subcommand(name: &str, options: &[&str]) -> Ended {
    let mut command = subcommand(name, options);
    let output = command.stdin(Stdio::null()).output().unwrap();
    Ended {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        log: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The value of a field in a line of the log.
pub(crate) fn field(line: &str, name: &str) -> String {
    let start = line
        .find(&format!(" {name}="))
        .map(|at| at + name.len() + 2);
    let value = &line[start.unwrap_or_else(|| panic!("no {name} in {line}"))..];
    match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default().to_owned(),
        None => value.split(' ').next().unwrap_or_default().to_owned(),
    }
}

/// The value of a field in the last line of the log with this message.
pub(crate) fn logged(log: &str, message: &str, name: &str) -> String {
    let line = log.lines().rfind(|line| field(line, "msg") == message);
    field(
        line.unwrap_or_else(|| panic!("no \"{message}\" in {log}")),
        name,
    )
}

/// A NetFlow v5 packet of one flow that sent this number of octets.
pub(crate) fn v5(sequence: u32, octets: u32) -> Vec<u8> {
    let mut packet = vec![0; 24 + 48];
    packet[..4].copy_from_slice(&[0, 5, 0, 1]);
    packet[8..12].copy_from_slice(&1_700_000_000_u32.to_be_bytes());
    packet[16..20].copy_from_slice(&sequence.to_be_bytes());
    packet[24..28].copy_from_slice(&[192, 0, 2, 1]);
    packet[24 + 20..24 + 24].copy_from_slice(&octets.to_be_bytes());
    packet
}

/// An IPFIX message with the template 256: source address and octets.
pub(crate) fn template(domain: u32) -> Vec<u8> {
    ipfix(domain, &[0, 2, 0, 16, 1, 0, 0, 2, 0, 8, 0, 4, 0, 1, 0, 4])
}

/// An IPFIX message with one record of the template 256.
pub(crate) fn record(domain: u32, octets: u32) -> Vec<u8> {
    let mut set = vec![1, 0, 0, 12, 192, 0, 2, 1];
    set.extend(octets.to_be_bytes());
    ipfix(domain, &set)
}

fn ipfix(domain: u32, sets: &[u8]) -> Vec<u8> {
    let length = u16::try_from(16 + sets.len()).unwrap();
    let mut message = vec![0, 10];
    message.extend(length.to_be_bytes());
    message.extend(1_700_000_000_u32.to_be_bytes());
    message.extend(0_u32.to_be_bytes());
    message.extend(domain.to_be_bytes());
    message.extend(sets);
    message
}

/// Sends a datagram from an address of the loopback interface.
pub(crate) fn send(from: &str, to: SocketAddr, payload: &[u8]) {
    UdpSocket::bind((from, 0))
        .unwrap()
        .send_to(payload, to)
        .unwrap();
}

/// A new folder, removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("netflow-listen-{}-{number}", std::process::id());
        let path = env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// The path of a file in it.
    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// The path of a new named pipe in it, which is open and which nobody reads.
    pub(crate) fn pipe(&self) -> (String, fs::File) {
        let path = self.file("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        let pipe = fs::OpenOptions::new().read(true).write(true).open(&path);
        (path, pipe.unwrap())
    }

    /// Writes a file and returns its path.
    pub(crate) fn write(&self, name: &str, content: &str) -> String {
        fs::write(self.0.join(name), content).unwrap();
        self.file(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
