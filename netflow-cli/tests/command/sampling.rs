//! Sampling rates: their scopes, and what the command line says of them.

use serde_json::Value;

use crate::run::{decode, netflow, testdata};

/// Rate and rule of each flow, or why there is no rate.
fn sampled(options: &[&str], file: &str) -> Vec<(Option<u64>, Option<String>)> {
    let options = [options, &["--format", "json"]].concat();
    let run = decode(&options, &[&format!("synthetic/{file}.pcap")]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let of = |row: &Value| {
        let rule = row["sampling"].as_str().map(str::to_owned);
        (row["sampling_rate"].as_u64(), rule)
    };
    run.rows().iter().map(of).collect()
}

fn rate(rate: u64, rule: &str) -> (Option<u64>, Option<String>) {
    (Some(rate), Some(rule.to_owned()))
}

fn no_rate(reason: &str) -> (Option<u64>, Option<String>) {
    (None, Some(reason.to_owned()))
}

const NONE: (Option<u64>, Option<String>) = (None, None);

#[test]
fn rates_have_the_scope_that_options_announce() {
    let expected = [no_rate("ambiguous")];
    assert_eq!(sampled(&[], "trap_rates_of_line_cards"), expected);
    for file in [
        "trap_rates_of_metering_processes",
        "trap_rates_of_observation_points",
    ] {
        let expected = [rate(100, "scope"), rate(1_000, "scope"), NONE];
        assert_eq!(sampled(&[], file), expected);
    }
    let expected = [rate(100, "selection_sequence")];
    assert_eq!(sampled(&[], "trap_selection_sequence"), expected);
    let expected = [rate(20, "flow_selection")];
    assert_eq!(sampled(&[], "trap_flow_selection"), expected);
    let expected = [no_rate("time"), no_rate("hash")];
    assert_eq!(sampled(&[], "trap_rates_without_number"), expected);
}

#[test]
fn options_of_other_domains_apply_where_the_command_line_says_so() {
    let other = ["--options-scope", "exporter"];
    assert_eq!(sampled(&[], "trap_rates_of_other_domain"), [NONE]);
    let expected = [rate(100, "other_domain")];
    assert_eq!(sampled(&other, "trap_rates_of_other_domain"), expected);
    let name = |options: &[&str]| {
        let options = [options, &["--format", "json"]].concat();
        let run = decode(&options, &["synthetic/trap_names_of_other_domain.pcap"]);
        run.rows()[0]["input_interface_name"].clone()
    };
    assert_eq!(name(&[]), Value::Null);
    assert_eq!(name(&other), "Gi1/0/1");
}

#[test]
fn a_configured_rate_is_for_exporters_that_announce_none_and_an_override_for_all() {
    let configured = ["--sampling", "192.0.2.0/24=500", "--sampling=192.0.2.9=7"];
    let expected = [rate(500, "configured")];
    assert_eq!(sampled(&configured, "trap_rates_of_other_domain"), expected);
    let announced = [rate(20, "flow_selection")];
    assert_eq!(sampled(&configured, "trap_flow_selection"), announced);
    // Something was announced, though nobody knows what of it applies.
    let expected = [no_rate("ambiguous")];
    assert_eq!(sampled(&configured, "trap_rates_of_line_cards"), expected);
    let overridden = ["--sampling-override", "192.0.2.1=700"];
    for file in ["trap_flow_selection", "trap_rates_of_line_cards"] {
        assert_eq!(sampled(&overridden, file), [rate(700, "override")]);
    }
}

#[test]
fn explain_takes_the_same_options() {
    let file = testdata("synthetic/trap_rates_of_other_domain.pcap");
    let args = ["explain", "--format", "json", "--options-scope", "exporter"];
    let run = netflow(
        args.map(Into::into)
            .into_iter()
            .chain([file.into_os_string()]),
    );
    let report = run.rows().remove(0);
    let domains = report["domains"].as_array().unwrap();
    let mut sampling = domains
        .iter()
        .flat_map(|domain| domain["sampling"].as_array());
    let rules = sampling.find_map(|rates| rates.first().map(|rate| rate["rule"].clone()));
    assert_eq!(rules, Some("other_domain".into()));
}

#[test]
fn a_rate_that_makes_no_sense_is_refused() {
    for (rate, reason) in [
        ("192.0.2.0/24", "no rate"),
        ("192.0.2.0/33=100", "up to 32"),
        ("router=100", "no IP address"),
        ("192.0.2.0/24=0", "1 or more"),
    ] {
        for option in ["--sampling", "--sampling-override"] {
            let run = netflow(["decode", option, rate, "x.pcap"]);
            assert_eq!(run.status, 2);
            assert!(run.stderr.contains(reason), "{}", run.stderr);
        }
    }
}

#[test]
fn the_summary_says_which_rates_and_names_are_in_doubt() {
    for (file, doubt) in [
        (
            "rates_of_line_cards",
            "ambiguous: rates differ by line card",
        ),
        (
            "rates_without_number",
            "time-based selection by selector 1 (1000 of 100000)",
        ),
        (
            "rates_of_other_domain",
            "sampling     domain 6 announces rates, this one none",
        ),
        (
            "names_of_other_domain",
            "names        domain 0 announces names of interfaces, this one none",
        ),
    ] {
        let file = testdata(&format!("synthetic/trap_{file}.pcap"));
        let run = netflow(["decode".into(), file.clone().into_os_string()]);
        assert!(run.stderr.contains(doubt), "{}", run.stderr);
        let settled = [
            "--sampling-override=0.0.0.0/0=10",
            "--options-scope=exporter",
        ];
        let args = ["decode", settled[0], settled[1]].map(Into::into);
        let run = netflow(args.into_iter().chain([file.into_os_string()]));
        assert!(!run.stderr.contains("sampling"), "{}", run.stderr);
    }
    let file = testdata("synthetic/trap_rates_of_metering_processes.pcap");
    let run = netflow(["decode".into(), file.into_os_string()]);
    assert!(!run.stderr.contains("sampling"), "{}", run.stderr);
}
