//! Names of addresses, from a name server that refuses every wrong query (`netflow_testdata::dns`).
#![cfg(feature = "dns")]

use core::net::IpAddr;
use core::time::Duration;
use std::thread;
use std::time::Instant;

use netflow_output::enrich::{DnsCounts, DnsOptions, HostNames};
use netflow_testdata::dns::{NameServer, Reply};

/// No test takes this long, unless something hangs.
const PATIENCE: Duration = Duration::from_secs(60);

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// Names of this server, asked for with short time-outs.
fn names(server: &NameServer, change: impl FnOnce(&mut DnsOptions)) -> HostNames {
    let mut options = DnsOptions::new(vec![server.address]);
    options.timeout = Duration::from_millis(200);
    change(&mut options);
    HostNames::start(options).unwrap()
}

/// Names for which flows wait.
fn awaited(reply: impl Fn(IpAddr) -> Reply + Send + 'static) -> (NameServer, HostNames) {
    let server = NameServer::start(reply);
    let names = names(&server, |_| {});
    names.set_patience(PATIENCE);
    (server, names)
}

/// The counts, as numbers: queries, names, nameless, failures, left out, late.
fn numbers(counts: DnsCounts) -> [u64; 6] {
    [
        counts.queries,
        counts.names,
        counts.nameless,
        counts.failures,
        counts.left_out,
        counts.late,
    ]
}

#[test]
fn a_name_is_asked_for_once_and_kept() {
    let (server, names) = awaited(|asked| match asked {
        IpAddr::V4(_) => Reply::Name("www.example.net"),
        IpAddr::V6(_) => Reply::Alias("host_6.example.net"),
    });
    for _ in 0..3 {
        let name = names.name(address("192.0.2.7"));
        assert_eq!(name.as_deref(), Some("www.example.net"));
        let name = names.name(address("2001:db8::7"));
        assert_eq!(name.as_deref(), Some("host_6.example.net"));
        // The same address.
        let name = names.name(address("::ffff:192.0.2.7"));
        assert_eq!(name.as_deref(), Some("www.example.net"));
    }
    let asked = [address("192.0.2.7"), address("2001:db8::7")];
    assert_eq!(server.asked(), asked);
    assert_eq!(server.refused(), 0);
    assert_eq!(numbers(names.counts()), [2, 2, 0, 0, 0, 0]);
}

#[test]
fn what_is_no_name_is_none_and_not_asked_for_again() {
    const REPLIES: [Reply; 8] = [
        Reply::Code(3),
        Reply::Code(2),
        Reply::Octets(&[0]),
        Reply::Octets(b"\x08<script>\0"),
        Reply::Octets(b"\x03a\0b\0"),
        // A pointer to itself, one beyond the end, and a name that does not end.
        Reply::Octets(&[0xc0, 56]),
        Reply::Octets(&[0xff, 0xff]),
        Reply::Octets(&[5, b'a']),
    ];
    let (server, names) = awaited(|asked| match asked {
        IpAddr::V4(asked) => REPLIES[usize::from(asked.octets()[3])].clone(),
        IpAddr::V6(_) => Reply::Code(0),
    });
    let asked = (0..8).map(|last| address(&format!("192.0.2.{last}")));
    let asked: Vec<_> = asked.chain([address("2001:db8::1")]).collect();
    for _ in 0..2 {
        for address in &asked {
            assert_eq!(names.name(*address), None, "{address}");
        }
    }
    // Two have no name. The others have no usable answer, whether asked for once or again.
    let counts = names.counts();
    assert_eq!((counts.names, counts.nameless, counts.failures), (0, 2, 7));
    assert_eq!(counts.queries, 2 + 7 * 2);
    assert_eq!(server.asked().len(), 2 + 7 * 2);
}

#[test]
fn a_forged_answer_is_not_taken() {
    let (_server, names) = awaited(|_| Reply::Forged("true.example"));
    let name = names.name(address("192.0.2.1"));
    assert_eq!(name.as_deref(), Some("true.example"));
    assert_eq!(names.counts().queries, 1);
    for garbage in [&b""[..], &[0xff; 40], &[0xc0, 12, 0, 12, 0, 1], &[63]] {
        let (_server, names) = awaited(move |_| Reply::Garbage(garbage));
        assert_eq!(names.name(address("192.0.2.1")), None);
        assert_eq!(names.counts().failures, 1);
    }
}

#[test]
fn a_server_that_does_not_answer_is_followed_by_the_next() {
    let silent = NameServer::start(|_| Reply::Silence);
    let good = NameServer::start(|_| Reply::Name("late.example"));
    let names = names(&silent, |options| options.servers.push(good.address));
    names.set_patience(PATIENCE);
    let name = names.name(address("192.0.2.1"));
    assert_eq!(name.as_deref(), Some("late.example"));
    assert_eq!(numbers(names.counts()), [2, 1, 0, 0, 0, 0]);
}

#[test]
fn nothing_waits_for_a_silent_server_and_the_queue_is_bounded() {
    let server = NameServer::start(|_| Reply::Silence);
    let names = names(&server, |options| {
        (options.threads, options.queue) = (1, 10);
        options.timeout = Duration::from_secs(30);
    });
    let started = Instant::now();
    for last in 0..=255 {
        assert_eq!(names.name(address(&format!("192.0.2.{last}"))), None);
    }
    assert!(started.elapsed() < Duration::from_secs(5));
    let counts = names.counts();
    // The thread may have taken one meanwhile.
    assert!((245..=246).contains(&counts.left_out), "{counts:?}");
    assert_eq!(counts.left_out + counts.late, 256);
    // Neither do those who may wait, once they have waited long enough all together.
    names.set_patience(Duration::from_millis(50));
    let started = Instant::now();
    for _ in 0..100 {
        assert_eq!(names.name(address("192.0.2.0")), None);
    }
    let elapsed = started.elapsed();
    assert!(elapsed >= Duration::from_millis(50) && elapsed < Duration::from_secs(5));
}

#[test]
fn a_name_that_comes_late_is_there_for_the_next_flow() {
    let server = NameServer::start(|_| Reply::Name("www.example.net"));
    let names = names(&server, |_| {});
    let started = Instant::now();
    assert_eq!(names.name(address("192.0.2.1")), None);
    while names.name(address("192.0.2.1")).is_none() {
        assert!(started.elapsed() < PATIENCE);
        thread::sleep(Duration::from_millis(1));
    }
    assert!(names.counts().late > 0);
}

#[test]
fn addresses_of_no_host_are_not_asked_for() {
    let (server, names) = awaited(|_| Reply::Name("group.example"));
    for text in ["0.0.0.0", "::", "224.0.0.5", "ff02::1", "255.255.255.255"] {
        assert_eq!(names.name(address(text)), None, "{text}");
    }
    assert!(server.asked().is_empty());
}

#[test]
fn servers_are_named_by_address_and_port() {
    let servers = |text: &str| -> Vec<String> {
        let options: DnsOptions = text.parse().unwrap();
        options.servers.iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        servers("192.0.2.53, 192.0.2.53:5353,2001:db8::53,[2001:db8::53]:5353"),
        [
            "192.0.2.53:53",
            "192.0.2.53:5353",
            "[2001:db8::53]:53",
            "[2001:db8::53]:5353"
        ]
    );
    for text in ["", "resolver.example", "192.0.2.53,", "192.0.2.53:x"] {
        let error = text.parse::<DnsOptions>().unwrap_err().to_string();
        assert!(error.starts_with("expected \"system\" or"), "{error}");
    }
}
