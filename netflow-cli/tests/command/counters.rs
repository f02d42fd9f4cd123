//! What the command line says of second counters.

use crate::run::{decode, netflow};

#[test]
fn the_command_line_says_what_second_counters_mean() {
    let counters = |options: &[&str], file: &str| {
        let options = [options, &["--format", "json"]].concat();
        let run = decode(&options, &[&format!("cases/{file}.pcap")]);
        assert_eq!(run.status, 0, "{}", run.stderr);
        let rows = run.rows();
        ["octets", "reverse_octets"].map(|field| rows[0][field].as_u64())
    };
    let found = [Some(530), Some(638)];
    let own = [Some(530), None];
    let file = "reverse_in_second_counters";
    assert_eq!(counters(&[], file), found);
    assert_eq!(counters(&["--exporter", "0.0.0.0/0=post"], file), own);
    let nearer = ["--exporter=0.0.0.0/0=post", "--exporter=192.0.2.1=biflow"];
    let expected = if exporter(file) == "192.0.2.1" {
        found
    } else {
        own
    };
    assert_eq!(counters(&nearer, file), expected);
    let file = "second_counters_of_egress";
    let biflow = ["--exporter", "0.0.0.0/0=biflow"];
    assert_eq!(counters(&biflow, file), [Some(1500), Some(0)]);
}

/// The address of the exporter of a capture.
fn exporter(file: &str) -> String {
    let run = decode(&["--format", "json"], &[&format!("cases/{file}.pcap")]);
    run.rows()[0]["exporter_address"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_word_that_is_none_is_refused() {
    for (kind, reason) in [
        ("192.0.2.0/24=both", "neither biflow nor post"),
        ("192.0.2.0/24", "neither biflow nor post"),
        ("router=post", "no IP address"),
    ] {
        let run = netflow(["decode", "--exporter", kind, "x.pcap"]);
        assert_eq!(run.status, 2);
        assert!(run.stderr.contains(reason), "{}", run.stderr);
    }
}
