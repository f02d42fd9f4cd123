//! The report as people see it.

use crate::capture::{Cut, run, testdata, text};

#[test]
fn a_small_capture_at_80_columns_reads_like_this() {
    assert_eq!(
        text(&testdata("synthetic/trap_two_samplers.pcap")),
        include_str!("two_samplers.txt")
    );
}

#[test]
fn a_damaged_capture_at_80_columns_reads_like_this() {
    assert_eq!(
        text(&testdata("synthetic/trap_set_length_3.pcap")),
        include_str!("set_length_3.txt")
    );
}

#[test]
fn a_frame_at_80_columns_reads_like_this() {
    let file = testdata("synthetic/trap_set_length_3.pcap");
    let output = run(80, &["--frame", "1"], &file);
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        include_str!("set_length_3_frame.txt")
    );
}

#[test]
fn the_report_of_many_exporters_begins_with_a_table_of_them() {
    let text = text(&testdata("synthetic/sflow_samples.pcap"));
    let lines: Vec<&str> = text.lines().collect();
    let head = lines
        .iter()
        .position(|line| line.trim().starts_with("exporter "));
    let head = head.unwrap_or_else(|| panic!("{text}"));
    assert_eq!(
        lines[head].split_whitespace().collect::<Vec<_>>(),
        [
            "exporter", "protocol", "flows", "lost", "errors", "warnings"
        ]
    );
    // As many lines as exporters are described below, each once.
    let rows = lines[head + 1..].iter().take_while(|line| !line.is_empty());
    assert_eq!(rows.count(), text.matches("\n  seen ").count());
    let few = self::text(&testdata("synthetic/nfv5.pcap"));
    assert!(!few.contains("warnings\n"), "{few}");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for file in netflow_testdata::all_captures() {
        for width in [80, 132, 200] {
            let output = run(width, &[], &file);
            for line in String::from_utf8(output.stdout).unwrap().lines() {
                assert!(
                    line.chars().count() <= width,
                    "{} at {width}: {line}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn nothing_is_coloured_that_is_no_terminal() {
    let text = text(&testdata("synthetic/trap_set_length_3.pcap"));
    assert!(!text.contains('\x1b'));
}

#[test]
fn problems_of_one_kind_are_shown_five_times_then_counted() {
    let cut = Cut::new("more", "synthetic/trap_set_length_3.pcap", &[1; 219]);
    let text = text(&cut.0);
    assert_eq!(text.matches("set length 3 is shorter").count(), 5);
    assert!(text.contains("… and 214 more like it"), "{text}");
}
