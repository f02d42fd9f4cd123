//! The table as people see it.

use crate::run::{command, finish, testdata};

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
    let shown = table("80", &[], "synthetic/two_exporters.pcap");
    assert_eq!(shown, "");
}

#[test]
fn a_table_of_200_columns_shows_everything() {
    let shown = table("200", &[], "synthetic/nfv5.pcap");
    let lines: Vec<&str> = shown.lines().take(4).chain(shown.lines().last()).collect();
    assert_eq!(lines, [""]);
}
