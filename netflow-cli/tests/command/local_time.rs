//! `--local-time`, beside the times in UTC.

use crate::run::{command, decode, finish, testdata};

/// Standard output of `netflow decode` in Nepal, which has no summer time.
fn in_nepal(options: &[&str], columns: &str, file: &str) -> String {
    let mut command = command(["decode", "--quiet", "--local-time"]);
    let command = command.args(options).arg(testdata(file));
    let run = finish(command.env("TZ", "<+0545>-5:45").env("COLUMNS", columns));
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.stdout
}

#[test]
fn rows_have_the_same_points_in_time_with_the_offset_of_the_zone() {
    let file = "genuine/nfr_v9.pcap";
    let utc = decode(&["--format", "json"], &[file]);
    let rows = in_nepal(&["--format", "json"], "80", file);
    let csv = in_nepal(&["--format", "csv", "--fields", "start"], "80", file);
    let mut lines = csv.lines().skip(1);
    for (row, local) in utc.rows().iter().zip(rows.lines()) {
        let local: serde_json::Value = serde_json::from_str(local).unwrap();
        for (name, value) in row.as_object().unwrap() {
            if !["received", "export_time", "start", "end"].contains(&name.as_str()) {
                assert_eq!(value, &local[name]);
                continue;
            }
            let local = local[name].as_str().unwrap();
            let (local, offset) = local.split_at(local.len() - "+05:45".len());
            assert_eq!(offset, "+05:45");
            let minutes = |time: &str| -> i64 {
                let number = |place: core::ops::Range<usize>| -> i64 {
                    time.get(place).unwrap().parse().unwrap()
                };
                (number(8..10) * 24 + number(11..13)) * 60 + number(14..16)
            };
            let utc = value.as_str().unwrap().trim_end_matches('Z');
            assert_eq!(minutes(local) - minutes(utc), 5 * 60 + 45, "{utc} {local}");
            assert_eq!(local.get(16..), utc.get(16..));
        }
        assert_eq!(lines.next(), local["start"].as_str());
    }
}

#[test]
fn the_table_shows_the_offset_in_each_row_or_with_the_date() {
    let file = "synthetic/cisco_asr9k_v9.pcap";
    let wide = in_nepal(&[], "200", file);
    let lines: Vec<&str> = wide.lines().take(3).collect();
    assert!(
        lines[0].starts_with("start                         "),
        "{wide}"
    );
    assert!(
        lines[2].starts_with("2026-01-01 05:44:00.000+05:45 "),
        "{wide}"
    );
    let narrow = in_nepal(&[], "80", file);
    let lines: Vec<&str> = narrow.lines().skip(3).take(2).collect();
    assert_eq!(lines[0], "2026-01-01 +05:45", "{narrow}");
    assert!(
        lines[1].starts_with("05:44:00 TCP       192.0.2.1"),
        "{narrow}"
    );
}

#[test]
fn what_has_no_zone_is_refused() {
    let file = testdata("synthetic/nfv5.pcap");
    let run = |options: &[&str], zone: &str| {
        let mut command = command(["decode", "--local-time"]);
        finish(command.args(options).arg(&file).env("TZ", zone))
    };
    let wire = run(&["--schema", "wire"], "UTC0");
    assert_eq!(wire.status, 2);
    assert!(
        wire.stderr
            .contains("--local-time is for the flows of the schema flow"),
        "{}",
        wire.stderr
    );
    let unknown = run(&[], "Nowhere/Atlantis");
    assert_eq!(unknown.status, 2);
    assert!(
        unknown.stderr.contains("the time zone, from TZ"),
        "{}",
        unknown.stderr
    );
}
