//! An expression is read or refused at a column of it, and chooses the same flows by rows and by sets.

use netflow_query::{Chosen, Filter, SetFilter, SetMatch};

/// Reads an expression; after a zero octet follows a datagram whose flows it chooses.
pub fn run(octets: &[u8]) {
    let mut parts = octets.splitn(2, |octet| *octet == 0);
    let text = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let payload = parts.next().unwrap_or_default();
    let filter = match Filter::parse(&text) {
        Ok(filter) => filter,
        Err(error) => {
            assert!(error.column() > 0 && error.column() <= text.chars().count() + 1);
            assert!(!error.excerpt(&text).is_empty());
            return;
        }
    };
    assert_eq!(filter.as_str(), text);
    let mut compiled = SetFilter::new(filter.clone());
    let mut decoder = crate::decoder();
    let Ok(decoded) = decoder.decode(crate::datagram(payload)) else {
        return;
    };
    for set in decoded.joined_sets() {
        let of_set = compiled.prepare(&set);
        let mut chosen = Vec::new();
        for start in (0..set.flows().count()).step_by(Chosen::FLOWS) {
            let rows = compiled.choose(&set, start).rows();
            chosen.extend(rows.map(|row| start + row));
        }
        for (row, flow) in set.flows().enumerate() {
            let is_chosen = filter.matches(&flow);
            assert_eq!(chosen.contains(&row), is_chosen);
            assert_eq!(compiled.matches(&flow), is_chosen);
            assert!(of_set == SetMatch::Each || is_chosen == (of_set == SetMatch::All));
        }
    }
}
