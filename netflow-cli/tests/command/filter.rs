//! `netflow decode --where`.

use crate::run::decode;

#[test]
fn every_format_has_the_flows_that_a_filter_chooses() {
    let file = ["genuine/nfr_v5.pcap"];
    let filter = ["--where", "proto tcp and dst port 22 and bytes > 500"];
    let lines = |format: &str| {
        let run = decode(&[&filter[..], &["--format", format]].concat(), &file);
        assert_eq!(run.status, 0, "{}", run.stderr);
        run.stdout.lines().count()
    };
    let all = decode(&["--format", "json"], &file);
    let chosen = all.rows().into_iter().filter(|row| {
        let number = |name: &str| row[name].as_u64().unwrap();
        number("protocol") == 6 && number("destination_port") == 22 && number("octets") > 500
    });
    let chosen = chosen.count();
    assert!(chosen > 0);
    assert_eq!(lines("json"), chosen);
    // A header; a header, two rules and the sums.
    assert_eq!(lines("csv"), chosen + 1);
    assert_eq!(lines("table"), chosen + 4);
}

#[test]
fn an_expression_that_is_none_is_an_error_of_usage_with_its_column() {
    let run = decode(&["--where", "port 53 or prt 80"], &["genuine/nfr_v5.pcap"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("column 12"), "{}", run.stderr);
    assert!(run.stderr.contains("did you mean"), "{}", run.stderr);
}
