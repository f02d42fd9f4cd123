//! Rows that do not fit.

use super::cells::Cells;
use super::column::TableColumn;
use super::layout::TableLayout;

const LONG: &str = "[2001:db8:1111:2222:3333:4444:5555:6666]:12345";
const LONGEST: &str = "[fe80:1111:2222:3333:4444:5555:6666:7777]:65535";

fn row(source: &str, destination: &str) -> Cells {
    let mut cells = Cells::default();
    for text in [
        "2021-04-11 10:20:00.250",
        "1.2s",
        "TCP",
        source,
        destination,
        "",
        "",
        "12.3k",
        "99.9M",
        "",
        "",
        "...AP.SF",
        "1",
        "2",
        "192.0.2.1",
    ] {
        cells.push_text(text);
    }
    cells
}

fn shown(rows: &[Cells], room: usize) -> String {
    let mut layout = TableLayout::choose(TableColumn::USUAL, rows, room, None);
    let mut out = Vec::new();
    layout.head(&mut out);
    for row in rows {
        layout.row(row, &mut out);
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn addresses_that_do_not_fit_take_a_line_each() {
    let rows = [
        row("192.0.2.1:443", "198.51.100.1:40000"),
        row(LONG, "198.51.100.1:40000"),
        row("192.0.2.1:443", LONG),
        row(LONG, LONGEST),
    ];
    assert_eq!(
        shown(&rows, 80),
        "\
start     dur proto source                    destination            pkts octets
--------------------------------------------------------------------------------
2021-04-11
10:20:00 1.2s TCP   192.0.2.1:443          -> 198.51.100.1:40000    12.3k  99.9M
10:20:00 1.2s TCP   [2001:db8:1111:2222:3333:4444:5555:6666]:12345
                                           -> 198.51.100.1:40000    12.3k  99.9M
10:20:00 1.2s TCP   192.0.2.1:443
                  -> [2001:db8:1111:2222:3333:4444:5555:6666]:12345 12.3k  99.9M
10:20:00 1.2s TCP   [2001:db8:1111:2222:3333:4444:5555:6666]:12345
                 -> [fe80:1111:2222:3333:4444:5555:6666:7777]:65535 12.3k  99.9M
"
    );
}

#[test]
fn addresses_that_fit_stay_on_their_line() {
    let rows = [row(LONG, LONGEST)];
    let shown = shown(&rows, 140);
    assert_eq!(shown.lines().count(), 4, "{shown}");
    assert!(shown.contains(&format!("{LONG} -> {LONGEST}")), "{shown}");
}

#[test]
fn no_line_is_wider_than_80_columns_whatever_the_addresses() {
    let ends = [
        "",
        "10.0.0.1",
        "192.0.2.1:443",
        "2001:db8::1",
        LONG,
        LONGEST,
    ];
    for first in ends {
        for second in ends {
            let rows = [row(first, second), row(second, first)];
            for line in shown(&rows, 80).lines() {
                assert!(line.len() <= 80, "{line}");
            }
        }
    }
}
