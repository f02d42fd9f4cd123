//! Debian's rsyslog as the peer: it reads each row as the JSON that it is.

use core::time::Duration;
use std::fs;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};

use netflow_output::sink::Outputs;

use super::support::{Folder, LONG, ROWS, Worker, check, json, output, wait_until};

const RSYSLOG: &str = "/usr/sbin/rsyslogd";

/// A server that ends with the test.
struct Rsyslog(Child);

impl Drop for Rsyslog {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Rsyslog {
    /// Writes the field `octets` of each message to a file.
    fn start(folder: &Folder, tcp: u16, udp: u16) -> Self {
        let conf = format!(
            "global(workDirectory=\"{folder}\")\n\
             module(load=\"imtcp\")\n\
             module(load=\"imudp\")\n\
             module(load=\"mmjsonparse\")\n\
             input(type=\"imtcp\" port=\"{tcp}\" address=\"127.0.0.1\")\n\
             input(type=\"imudp\" port=\"{udp}\" address=\"127.0.0.1\")\n\
             template(name=\"octets\" type=\"string\" string=\"%inputname% %app-name% %$!octets%\\n\")\n\
             action(type=\"mmjsonparse\" cookie=\"\")\n\
             action(type=\"omfile\" file=\"{folder}/received\" template=\"octets\")\n",
            folder = folder.path().display(),
        );
        fs::write(folder.path().join("conf"), conf).unwrap();
        let child = Command::new(RSYSLOG)
            .args(["-n", "-f", &folder.file("conf"), "-i", &folder.file("pid")])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }
}

#[test]
#[ignore = "needs rsyslog; cargo xtask test runs it"]
fn rsyslog_reads_every_row_by_tcp_and_by_udp() {
    let folder = Folder::new("rsyslog");
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let tcp = { tcp }.local_addr().unwrap();
    let udp = { udp }.local_addr().unwrap();
    let _server = Rsyslog::start(&folder, tcp.port(), udp.port());
    wait_until("the server", || TcpStream::connect(tcp).is_ok());

    let outputs = Outputs::start(vec![
        output(&format!("syslog+tcp://{tcp}"), json()),
        output(&format!("syslog://{udp}"), json()),
    ])
    .unwrap();
    let mut worker = Worker::new(outputs.worker(), 0);
    for _ in 0..10 {
        worker.send(1);
        worker.tick();
        std::thread::sleep(Duration::from_millis(10));
    }
    worker.finish();
    for output in outputs.finish(LONG) {
        check(&output);
        assert_eq!(output.written, 10 * ROWS);
    }
    let received = || fs::read_to_string(folder.path().join("received")).unwrap_or_default();
    wait_until("all rows", || {
        received().lines().count() as u64 == 20 * ROWS
    });
    for input in ["imtcp", "imudp"] {
        let received = received();
        let rows = received.lines().filter_map(|line| line.strip_prefix(input));
        let mut rows: Vec<u64> = rows
            .map(|row| row.strip_prefix(" netflow ").unwrap().parse().unwrap())
            .collect();
        rows.sort_unstable();
        assert_eq!(rows, (0..10 * ROWS).collect::<Vec<_>>(), "{input}");
    }
}
