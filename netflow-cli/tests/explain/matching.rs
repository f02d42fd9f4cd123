//! `netflow explain --where`.

use crate::capture::{run, testdata};

#[test]
fn only_domains_with_a_flow_that_matches_are_reported() {
    let file = testdata("synthetic/two_exporters.pcap");
    let all = json(&[], &file);
    let exporter = all["domains"][0]["exporter"].as_str().unwrap();
    let of_exporter = |domain: &&serde_json::Value| domain["exporter"] == exporter;
    let domains = all["domains"].as_array().unwrap();
    let expected: Vec<_> = domains.iter().filter(of_exporter).collect();
    assert!(expected.len() < domains.len());

    let chosen = json(&["--where", &format!("exporter {exporter}")], &file);
    assert_eq!(
        chosen["domains"]
            .as_array()
            .unwrap()
            .iter()
            .collect::<Vec<_>>(),
        expected
    );
    assert_eq!(chosen["matching_flows"], chosen["flows"]);
    for finding in chosen["findings"].as_array().unwrap() {
        assert!(finding.get("exporter").is_none_or(|of| of == exporter));
    }

    let none = json(&["--where", "not any"], &file);
    assert_eq!(none["domains"], serde_json::json!([]));
    assert_eq!(none["matching_flows"], 0);
}

#[test]
fn the_text_says_how_many_flows_match_and_where() {
    let file = testdata("synthetic/two_exporters.pcap");
    let output = run(80, &["--where", "any"], &file);
    let text = String::from_utf8(output.stdout).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    assert!(
        text.contains("8 flows match --where, in 4 of 4 observation domains"),
        "{text}"
    );
}

fn json(arguments: &[&str], file: &std::path::Path) -> serde_json::Value {
    let output = run(80, &[&["--format", "json"], arguments].concat(), file);
    serde_json::from_slice(&output.stdout).unwrap()
}
