//! The table as people see it.

use std::fs;

use serde_json::Value;

use crate::run::{Directory, command, finish, testdata};

fn table(columns: &str, options: &[&str], file: &str) -> String {
    let mut command = command(["decode", "--quiet"]);
    let run = finish(
        command
            .args(options)
            .arg(testdata(file))
            .env("COLUMNS", columns),
    );
    assert_eq!(run.status, 0);
    run.stdout
}

#[test]
fn a_table_of_80_columns_shows_what_fits() {
    let shown = table("80", &[], "synthetic/cisco_asr9k_v9.pcap");
    assert_eq!(
        shown,
        "\
start    proto     source                   destination         pkts octets
---------------------------------------------------------------------------
sampling 1:1000
2025-12-31
23:59:00 TCP       192.0.2.1:40000       -> 198.51.100.1:80        1   1517
23:59:00 UDP       192.0.2.2:40001       -> 198.51.100.2:443       2   3017
23:59:00 TCP       192.0.2.3:40002       -> 198.51.100.3:53        3   4517
23:59:00 ICMP 0/22 192.0.2.4             -> 198.51.100.4           4   6017
23:59:00 TCP       192.0.2.5:40004       -> 198.51.100.5:80        5   7517
23:59:00 UDP       192.0.2.6:40005       -> 198.51.100.6:443       6   9017
sampling 1:2000
23:59:00 TCP       [2001:db8:1::1]:40000 -> [2001:db8:2::1]:80     1   1517
23:59:00 UDP       [2001:db8:1::2]:40001 -> [2001:db8:2::2]:443    2   3017
23:59:00 TCP       [2001:db8:1::3]:40002 -> [2001:db8:2::3]:53     3   4517
23:59:00 ICMP 0/22 2001:db8:1::4         -> 2001:db8:2::4          4   6017
sampling 1:1000
23:59:00 TCP       192.0.2.1:40000       -> 198.51.100.1:80        1   1517
23:59:00 UDP       192.0.2.2:40001       -> 198.51.100.2:443       2   3017
23:59:00 TCP       192.0.2.3:40002       -> 198.51.100.3:53        3   4517
23:59:00 ICMP 0/22 192.0.2.4             -> 198.51.100.4           4   6017
---------------------------------------------------------------------------
14 flows                                                          41  61.7k
14 flows are sampled; --scaled multiplies by the rate
"
    );
}

#[test]
fn counters_and_sums_of_sampled_flows_are_scaled_if_that_is_asked_for() {
    let shown = table("80", &["--scaled"], "synthetic/cisco_asr9k_v9.pcap");
    let rows: Vec<Vec<&str>> = shown
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let counters = |row: &[&str]| row[row.len() - 2..].join(" ");
    // One in 1000, and one in 2000.
    assert_eq!(counters(&rows[4]), "1000 1.52M");
    assert_eq!(counters(&rows[11]), "2000 3.03M");
    // (21 + 10) * 1000 + 10 * 2000 packets.
    assert_eq!(rows.last().unwrap().join(" "), "14 flows 51.0k 76.8M");
}

#[test]
fn only_the_table_is_scaled() {
    let mut command = command(["decode", "--scaled", "--format", "json"]);
    let run = finish(command.arg(testdata("synthetic/cisco_asr9k_v9.pcap")));
    assert_eq!(run.status, 2);
    assert!(
        run.stderr
            .contains("json has the fields octets_scaled and packets_scaled"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_table_has_colours_on_request_and_none_in_a_pipe() {
    let plain = table("80", &[], "synthetic/cisco_asr9k_v9.pcap");
    assert!(!plain.contains('\x1b'));
    assert_eq!(
        table("80", &["--color", "never"], "synthetic/cisco_asr9k_v9.pcap"),
        plain
    );
    let coloured = table(
        "80",
        &["--color", "always"],
        "synthetic/cisco_asr9k_v9.pcap",
    );
    assert!(coloured.starts_with("\x1b[1mstart "));
    assert!(coloured.contains("\n\x1b[1m14 flows "));
    let mut without = coloured;
    for colour in ["\x1b[1m", "\x1b[33m", "\x1b[0m"] {
        without = without.replace(colour, "");
    }
    assert_eq!(without, plain);
}

#[test]
fn a_table_of_200_columns_shows_everything() {
    let shown = table("200", &[], "synthetic/nfv5.pcap");
    let end = shown.lines().count() - 2;
    let lines: Vec<&str> = shown
        .lines()
        .take(4)
        .chain(shown.lines().skip(end))
        .collect();
    assert_eq!(
        lines,
        [
            "start (UTC)               dur proto source              destination       pkts octets sampling flags    in out exporter",
            "------------------------------------------------------------------------------------------------------------------------",
            "2025-12-31 23:59:30.250 28.0s TCP   192.0.2.1:50000  -> 198.51.100.1:443    12   9000    1:100 ...AP.SF 11  12 192.0.2.1",
            "2025-12-31 23:59:30.251 28.0s TCP   192.0.2.2:50001  -> 198.51.100.2:443    13   9001    1:100 ...AP.SF 11  12 192.0.2.1",
            "37 flows                                                                  1200 333756",
            "34 flows are sampled; --scaled multiplies by the rate",
        ]
    );
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for file in [
        "synthetic/cisco_asr9k_v9.pcap",
        "synthetic/juniper_mx_ipfix.pcap",
        "synthetic/nfv5.pcap",
        "synthetic/sflow_samples.pcap",
        "genuine/ovs.pcap",
        "genuine/pm_v9.pcap",
    ] {
        for columns in [80, 100, 132, 200] {
            for line in table(&columns.to_string(), &[], file).lines() {
                assert!(line.len() <= columns, "{file} {columns}: {line}");
            }
        }
    }
}

#[test]
fn the_fields_that_were_asked_for_are_the_columns() {
    let shown = table(
        "80",
        &["--fields", "octets,source_address,start"],
        "synthetic/nfv1.pcap",
    );
    let lines: Vec<&str> = shown.lines().take(3).collect();
    assert_eq!(
        lines,
        [
            "octets source_address start",
            "----------------------------------------------",
            "  9000 192.0.2.1      2025-12-31T23:59:30.250Z",
        ]
    );
}

#[test]
fn the_sums_of_the_reverse_direction_stand_below_a_table_without_its_columns() {
    // The counters of both directions, as the reader in Python finds them.
    let expected = testdata("genuine/sf_v10_biflow.expected.json");
    let rows: Vec<Value> = serde_json::from_slice(&fs::read(expected).unwrap()).unwrap();
    let data = rows.iter().filter(|row| row["kind"] == "data");
    let fields: Vec<&Value> = data
        .flat_map(|row| row["fields"].as_array().unwrap())
        .collect();
    let sum = |key: &str| -> u64 {
        let of_key = fields.iter().filter(|field| field[0] == key);
        of_key.map(|field| field[2].as_u64().unwrap()).sum()
    };
    let (there, back) = ([sum("2"), sum("1")], [sum("29305/2"), sum("29305/1")]);
    assert!(back[0] > 0 && back[1] > 0);

    let file = "genuine/sf_v10_biflow.pcap";
    let shown = table("200", &[], file);
    let said = format!(
        "and {} pkts, {} octets in the reverse direction\n",
        back[0], back[1]
    );
    assert!(shown.ends_with(&said), "{shown}");
    let totals = |shown: &str, line: usize| -> Vec<u64> {
        let line = shown.lines().rev().nth(line).unwrap();
        let numbers = line.split_whitespace().skip(2);
        numbers.map(|number| number.parse().unwrap()).collect()
    };
    assert_eq!(totals(&shown, 1), there);
    let shown = table("200", &["--split-biflows"], file);
    assert_eq!(totals(&shown, 0), [there[0] + back[0], there[1] + back[1]]);
    assert!(
        !table("200", &["--fields", "octets,reverse_octets"], file).contains("reverse direction")
    );
    assert!(!table("200", &[], "synthetic/nfv5.pcap").contains("reverse direction"));
}

#[test]
fn a_capture_without_flows_says_so() {
    assert_eq!(
        table("80", &[], "synthetic/sflow_all_counters.pcap"),
        "0 flows; 13 counters samples: --schema record shows them\n"
    );
    assert_eq!(
        table("80", &[], "synthetic/trap_enterprise_in_options.pcap"),
        "0 flows; 2 options records: --schema record shows them\n"
    );
    let none = table("80", &["--where", "port 1"], "synthetic/nfv5.pcap");
    assert_eq!(none, "0 flows\n");
}

#[test]
fn times_that_cannot_be_right_are_marked_and_counted() {
    let file = testdata("genuine/sf_v10.pcap");
    for columns in ["80", "200"] {
        let mut command = command(["decode"]);
        let run = finish(command.arg(&file).env("COLUMNS", columns));
        let rows: Vec<&str> = run.stdout.lines().collect();
        assert!(rows.iter().any(|row| row.contains("? ")), "{}", run.stdout);
        assert!(rows.iter().all(|row| !row.contains("s?")), "{}", run.stdout);
        let said =
            "clock        131 flows whose times cannot be right (marked ?), see netflow explain";
        assert!(run.stderr.contains(said), "{}", run.stderr);
    }
}

#[test]
fn of_a_file_with_nothing_in_it_there_is_no_table() {
    let directory = Directory::new("nothing");
    let cut = directory.file("cut.pcap");
    let capture = fs::read(testdata("synthetic/nfv5.pcap")).unwrap();
    fs::write(&cut, &capture[..60]).unwrap();
    let run = finish(command(["decode", "--quiet"]).arg(&cut));
    assert_eq!((run.status, run.stdout.as_str()), (1, ""));
    assert!(run.stderr.contains("is cut"), "{run:?}");
}
