//! What a datagram costs a collector, beside nfcapd, nfacctd and one that only counts.
//!
//! Each receives the same datagrams at a rate that all can follow. What is compared is the time of the
//! processor that it takes for them, user and system: other work on the machine changes that less than
//! the time of day.

mod memory;
mod receiver;

use core::time::Duration;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::thread;

use self::receiver::{COUNTING, FLOWS, Kit, Receiver, STORED, ended};
use crate::command::cargo;
use crate::measured::{free_port, precise};
use crate::repository::Result;
use crate::tools;

/// Ticks of the processor's clock in `/proc/PID/stat`, which Linux fixes at 100 a second.
const TICKS: f64 = 100.0;
/// What is measured; other features of the command change nothing of it.
const BUILD: &str = "build --locked --release -p netflow-cli --features columns";

/// Starts a collector.
type Start = fn(&Kit) -> Result<Receiver>;

/// What a collector took for the datagrams.
struct Figure {
    name: &'static str,
    datagrams: u64,
    seconds: f64,
}

impl Figure {
    /// Datagrams for each second of the processor.
    fn rate(&self) -> f64 {
        if self.seconds > 0.0 {
            precise(self.datagrams) / self.seconds
        } else {
            0.0
        }
    }
}

/// Measures all of them, `cargo xtask load [DATAGRAMS [RATE]]`, or the memory of one under load,
/// `cargo xtask load memory [MINUTES [RATE]]`.
pub(crate) fn run(options: &[&str]) -> ExitCode {
    let (is_memory, options) = match options {
        ["memory", rest @ ..] => (true, rest),
        all => (false, all),
    };
    let number = |index: usize, default: u64| {
        let option = options.get(index);
        option.map_or(Some(default), |option| option.parse().ok())
    };
    let (amount, usual_rate) = if is_memory {
        (60, 5_000)
    } else {
        (400_000, 20_000)
    };
    let (Some(amount), Some(rate)) = (number(0, amount), number(1, usual_rate)) else {
        eprintln!("usage: cargo xtask load [DATAGRAMS [RATE]] | load memory [MINUTES [RATE]]");
        return ExitCode::from(2);
    };
    let done = || {
        cargo(BUILD).run()?;
        if is_memory {
            memory::watch(&Kit::new()?, amount, rate)
        } else {
            compare(amount, rate)
        }
    };
    match done() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(datagrams: u64, rate: u64) -> Result {
    tools::provide(&[&tools::NFDUMP, &tools::PMACCT])?;
    let mut figures = Vec::new();
    let kinds: [(&'static str, Start); 6] = [
        // It receives all of them and refuses each for its address, so that it is only counted.
        (COUNTING, |kit| {
            kit.netflow(COUNTING, &["--output", "null", "--allow", "192.0.2.1"])
        }),
        ("netflow, null", |kit| {
            kit.netflow("netflow, null", &["--output", "null"])
        }),
        ("netflow, Parquet", |kit| {
            let file = kit.file("flows-%H%M.parquet");
            let options = ["--output", &file, "--fields", STORED];
            kit.netflow("netflow, Parquet", &options)
        }),
        ("netflow, NDJSON", |kit| {
            let file = kit.file("flows.json");
            let options = ["--output", &file, "--fields", STORED];
            kit.netflow("netflow, NDJSON", &options)
        }),
        ("nfcapd", nfcapd),
        ("nfacctd", nfacctd),
    ];
    for (name, start) in kinds {
        let kit = Kit::new()?;
        match start(&kit) {
            Ok(receiver) => figures.push(measure(&kit, receiver, datagrams, rate)?),
            Err(error) => println!("{name}: left out, {error}"),
        }
    }
    print(&figures, datagrams);
    Ok(())
}

fn nfcapd(kit: &Kit) -> Result<Receiver> {
    let port = free_port()?;
    let mut command = Command::new("nfcapd");
    command
        .args(["-b", "127.0.0.1", "-p", &port.to_string(), "-B", "16777216"])
        .arg("-w")
        .arg(&kit.folder)
        .stderr(Stdio::null());
    Receiver::start("nfcapd", &mut command, port)
}

/// nfacctd with a file of CSV, one row a flow key.
fn nfacctd(kit: &Kit) -> Result<Receiver> {
    let port = free_port()?;
    let path = kit.folder.join("nfacctd.conf");
    let content = format!(
        "daemonize: false\nnfacctd_ip: 127.0.0.1\nnfacctd_port: {port}\n\
         nfacctd_pipe_size: 16777216\nplugins: print\nprint_output: csv\n\
         print_output_file: {}\nprint_refresh_time: 3600\nplugin_pipe_size: 67108864\n\
         plugin_buffer_size: 65536\n\
         aggregate: src_host, dst_host, src_port, dst_port, proto, tos, tcpflags, in_iface, out_iface\n",
        kit.file("flows.csv")
    );
    fs::write(&path, content)?;
    let mut command = Command::new("nfacctd");
    command
        .env("PATH", tools::path())
        .arg("-f")
        .arg(&path)
        .stderr(Stdio::null());
    Receiver::start("nfacctd", &mut command, port)
}

/// Sends the datagrams, ends the receiver, and reads what it took and what it has.
fn measure(kit: &Kit, mut receiver: Receiver, datagrams: u64, rate: u64) -> Result<Figure> {
    thread::sleep(Duration::from_secs(2));
    let before = processor_seconds(receiver.process.id())?;
    let sent = Command::new(&kit.netflow)
        .args(["replay", "--generate", "ipfix", "--exporters", "16"])
        .args([
            "--count",
            &datagrams.to_string(),
            "--rate",
            &rate.to_string(),
        ])
        .args(["--to", &format!("127.0.0.1:{}", receiver.port)])
        .stderr(Stdio::null())
        .status()?;
    if !sent.success() {
        return Err("the datagrams could not be sent".into());
    }
    // What is still in the socket's buffer.
    thread::sleep(Duration::from_secs(2));
    let seconds = processor_seconds(receiver.process.id())? - before;
    let dropped = kernel_drops(receiver.port)?;
    let counted = ended(kit, &mut receiver)?;
    Ok(Figure {
        name: receiver.name,
        // nfacctd does not count datagrams.
        datagrams: counted.unwrap_or(datagrams.saturating_sub(dropped)),
        seconds,
    })
}

/// Datagrams that the kernel dropped because the socket of this port had no room: the last column of
/// `/proc/net/udp`, whose second is the local address, in hexadecimal digits.
fn kernel_drops(port: u16) -> Result<u64> {
    let sockets = fs::read_to_string("/proc/net/udp")?;
    let end = format!(":{port:04X}");
    let of_port = sockets.lines().filter(|line| {
        let local = line.split_whitespace().nth(1);
        local.is_some_and(|local| local.ends_with(&end))
    });
    let drops = of_port.filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok());
    Ok(drops.sum())
}

/// Seconds that a process and its children have used of the processor: `utime` and `stime` of
/// `/proc/PID/stat`.
fn processor_seconds(process: u32) -> Result<f64> {
    let mut sum = of_process(Path::new(&format!("/proc/{process}/stat")))?;
    // nfacctd has a process for each plugin.
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    for child in children.unwrap_or_default().split_whitespace() {
        sum += of_process(Path::new(&format!("/proc/{child}/stat")))?;
    }
    Ok(sum)
}

fn of_process(stat: &Path) -> Result<f64> {
    let text = fs::read_to_string(stat)?;
    // The name, in parentheses, may hold anything.
    let (_, rest) = text
        .rsplit_once(')')
        .ok_or("it is not a stat of a process")?;
    let mut fields = rest.split_whitespace().skip(11).map(str::parse::<u64>);
    let ticks = match (fields.next(), fields.next()) {
        (Some(Ok(user)), Some(Ok(system))) => user + system,
        _ => return Err("it is not a stat of a process".into()),
    };
    Ok(precise(ticks) / TICKS)
}

fn print(figures: &[Figure], sent: u64) {
    let rate = |name: &str| {
        let figure = figures.iter().find(|figure| figure.name == name);
        figure.map_or(f64::NAN, Figure::rate)
    };
    let (counting, nfcapd) = (rate(COUNTING), rate("nfcapd"));
    println!(
        "{:<18} {:>10} {:>8} {:>12} {:>14} {:>9} {:>9}",
        "receiver", "received", "lost", "µs/datagram", "flows/cpu-s", "/counting", "/nfcapd"
    );
    for figure in figures {
        let rate = figure.rate();
        println!(
            "{:<18} {:>10} {:>8} {:>12.2} {:>14.0} {:>9.2} {:>9.2}",
            figure.name,
            figure.datagrams,
            sent.saturating_sub(figure.datagrams),
            1e6 / rate,
            rate * precise(FLOWS),
            rate / counting,
            rate / nfcapd
        );
    }
    println!(
        "/counting, /nfcapd: datagrams for each second of the processor, divided by those of that receiver"
    );
}
