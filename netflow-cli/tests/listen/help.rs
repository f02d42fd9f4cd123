//! The options in the help, and for each a test that fails without it.

use alloc::collections::BTreeMap;
use core::time::Duration;
use std::env;
#[cfg(all(feature = "http", feature = "tls"))]
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use crate::harness::WITHOUT;

/// Tests, and the options of `listen` without which each fails.
const LISTEN: &[(&str, &[&str])] = &[
    ("configuration::every_option_is_a_key", &["config"]),
    ("endings::an_address_that_is_taken_is_an_error", &["check"]),
    (
        "options::flows_are_lines_of_json_on_standard_output_within_a_second_or_so",
        &["udp"],
    ),
    ("options::ipfix_over_tcp_is_decoded", &["tcp"]),
    (
        "tls::a_collector_is_trusted_by_the_authority_that_was_named",
        &["tls", "tls-certificate", "tls-key", "output-ca"],
    ),
    (
        "tls::exporters_need_a_certificate_if_asked",
        &[
            "tls-client-ca",
            "tls-clients",
            "output-certificate",
            "output-key",
        ],
    ),
    (
        "options::protocols_belong_to_the_address_before_them_or_to_all",
        &["protocol"],
    ),
    (
        "options::exporters_outside_the_allowed_subnets_are_refused",
        &["allow"],
    ),
    (
        "options::workers_share_exporters_and_write_to_one_output",
        &["workers", "no-steering"],
    ),
    (
        "options::a_smaller_read_buffer_than_asked_for_is_reported_with_the_remedy",
        &["read-buffer"],
    ),
    (
        "options::a_longer_datagram_than_the_maximum_is_refused",
        &["max-message"],
    ),
    (
        "options::a_connection_without_a_message_is_closed_after_the_read_timeout",
        &["read-timeout"],
    ),
    (
        "options::connections_are_limited",
        &["max-connections", "max-connections-by-address"],
    ),
    (
        "options::a_short_queue_between_threads_drops_datagrams_and_reports_it",
        &["queue"],
    ),
    (
        "options::datagrams_are_forwarded_as_they_came_from_a_port_for_each_exporter",
        &["forward"],
    ),
    (
        "forward::datagrams_keep_the_address_of_their_exporter_if_asked",
        &["forward-spoof"],
    ),
    (
        "options::each_output_has_its_format_schema_and_fields",
        &["output", "schema", "fields"],
    ),
    (
        "schemas::options_of_one_schema_change_its_documents",
        &[
            "format",
            "compat",
            "community-id-seed",
            "include-flowset-id",
            "forward-tag",
            "time-key",
        ],
    ),
    (
        "filters::each_output_has_a_filter_of_its_own_or_that_of_all",
        &["where"],
    ),
    (
        "options::a_record_of_two_directions_can_be_two_flows",
        &["split-biflows"],
    ),
    (
        "outputs::a_slow_output_drops_the_newest_rows_if_asked_and_counts_them",
        &["when-full", "output-queue"],
    ),
    (
        "outputs::files_by_time_have_their_names_when_they_are_complete",
        &["rotate"],
    ),
    (
        "outputs::files_are_compressed_by_their_name_and_limited_in_size",
        &["rotate-size"],
    ),
    (
        "outputs::old_files_are_removed_by_age_and_by_size",
        &["keep", "keep-size"],
    ),
    (
        "outputs::what_a_peer_does_not_take_waits_on_disk_for_the_next_run",
        &["spool"],
    ),
    (
        "outputs::a_full_spool_drops_new_rows_and_counts_them",
        &["spool-size"],
    ),
    (
        "outputs::a_peer_that_reads_nothing_is_given_up_after_the_output_timeout",
        &["output-timeout"],
    ),
    (
        "http_outputs::credentials_come_from_a_file_or_the_environment_and_are_not_printed",
        &["output-credentials"],
    ),
    (
        "http_outputs::headers_and_properties_are_added",
        &["output-header", "output-source", "output-attribute"],
    ),
    (
        "http_outputs::requests_are_compressed_as_asked",
        &["output-compression"],
    ),
    (
        "http_outputs::a_request_has_as_many_rows_as_asked_at_most",
        &["batch-rows", "batch-size"],
    ),
    (
        "http_outputs::rows_wait_for_others_as_long_as_asked",
        &["batch-time"],
    ),
    #[cfg(feature = "s3")]
    (
        "s3::objects_are_sent_to_the_endpoint_and_region_in_the_form_that_were_asked_for",
        &["staging", "s3-endpoint", "s3-region", "s3-addressing"],
    ),
    #[cfg(feature = "s3")]
    (
        "s3::a_full_folder_drops_new_rows_if_asked",
        &["staging-size"],
    ),
    #[cfg(feature = "kafka")]
    (
        "kafka::settings_are_checked_before_anything_starts",
        &["kafka-setting"],
    ),
    #[cfg(feature = "kafka")]
    (
        "kafka::a_topic_is_read_instead_of_sockets",
        &["kafka", "group"],
    ),
    #[cfg(feature = "kafka")]
    (
        "kafka::what_can_never_be_read_is_refused_before_anything_starts",
        &[
            "group-credentials",
            "group-ca",
            "group-certificate",
            "group-key",
            "group-setting",
        ],
    ),
    ("options::a_sampling_rate_can_be_configured", &["sampling"]),
    (
        "schemas::an_announced_rate_can_be_overridden",
        &["sampling-override"],
    ),
    (
        "schemas::options_of_one_domain_can_apply_to_all_of_the_exporter",
        &["options-scope"],
    ),
    (
        "schemas::the_meaning_of_second_counters_can_be_said",
        &["exporter"],
    ),
    (
        "http::numbers_that_fall_are_a_restart_unless_that_is_switched_off",
        &["no-sequence-reset"],
    ),
    (
        "schemas::elements_can_be_defined_in_a_file",
        &["definitions"],
    ),
    (
        "configuration::a_hangup_reads_the_names_of_interfaces_again_without_a_configuration_file",
        &["interface-names"],
    ),
    (
        "schemas::documents_have_what_a_site_adds",
        &["internal-networks", "tag", "add-field", "target"],
    ),
    (
        "schemas::documents_have_places_and_systems_from_databases",
        &["geo", "asn"],
    ),
    (
        "schemas::a_hangup_reads_names_of_services_again",
        &["services"],
    ),
    (
        "schemas::documents_have_names_of_addresses_from_a_server",
        &["dns"],
    ),
    (
        "state::a_template_is_in_force_for_as_long_as_it_is_asked_to_be",
        &["template-timeout"],
    ),
    (
        "options::ports_of_one_address_are_exporters_of_their_own_if_asked",
        &["by-port"],
    ),
    (
        "schemas::addresses_are_replaced_if_there_is_a_key",
        &["anonymise"],
    ),
    (
        "state::the_memory_of_the_state_is_limited",
        &["state-memory"],
    ),
    (
        "state::templates_survive_a_restart_with_any_number_of_workers",
        &["state"],
    ),
    (
        "state::the_state_is_saved_at_times_too",
        &["state-interval"],
    ),
    ("options::quiet_leaves_warnings_and_errors", &["quiet"]),
    (
        "endings::what_an_output_does_not_take_in_time_is_counted_as_lost",
        &["drain-timeout"],
    ),
    (
        "http::health_and_readiness_are_pages_and_the_page_for_people_only_where_asked_for",
        &["http", "metrics"],
    ),
    (
        "report::pages_for_people_need_the_token_and_those_for_programs_do_not",
        &["ui-token"],
    ),
    (
        "report::groups_beyond_the_memory_are_counted_with_their_error",
        &["ui-memory"],
    ),
];

/// Tests, and the options of `replay` without which each fails.
const REPLAY: [(&str, &[&str]); 5] = [
    (
        "replay::datagrams_are_sent_at_the_rate_that_was_asked_for",
        &["rate"],
    ),
    (
        "replay::what_is_replayed_is_decoded_as_the_capture_is",
        &["to"],
    ),
    (
        "replay::a_capture_can_be_sent_again_and_again",
        &["loop", "count"],
    ),
    (
        "replay::a_capture_can_be_sent_faster_than_it_was_captured",
        &["speed"],
    ),
    (
        "replay::each_exporter_has_a_loopback_address_of_its_own",
        &["generate", "exporters"],
    ),
];

/// Longer than each of these tests takes, also where it waits for what does not happen.
const LONG: Duration = Duration::from_secs(120);
/// Tests that run at a time; most of them wait.
const AT_A_TIME: usize = 4;

/// The long options in the help of a subcommand, those that take a value with `=` at their end.
fn options(subcommand: &str) -> Vec<String> {
    let help = Command::new(env!("CARGO_BIN_EXE_netflow"))
        .args([subcommand, "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let names = help.lines().filter_map(|line| {
        let line = line.trim_start();
        let start = line.strip_prefix("--").or_else(|| {
            let (short, long) = line.split_once(", --")?;
            (short.starts_with('-') && short.len() == 2).then_some(long)
        })?;
        let is_of_name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
        let end = start.find(|letter: char| !is_of_name(letter) && letter != '-');
        let (name, rest) = start.split_at(end.unwrap_or(start.len()));
        let value = if rest.starts_with(" <") { "=" } else { "" };
        Some(format!("{name}{value}"))
    });
    names.filter(|name| name != "help").collect()
}

/// The test of each option, by the option as [`WITHOUT`] wants it.
fn tests() -> BTreeMap<String, &'static str> {
    let mut tests = BTreeMap::new();
    for (subcommand, table) in [("listen", LISTEN), ("replay", &REPLAY)] {
        let options = options(subcommand);
        for option in &options {
            let name = option.trim_end_matches('=');
            let test = table.iter().find(|(_, options)| options.contains(&name));
            let (test, _) = test.unwrap_or_else(|| panic!("no test of {subcommand} --{name}"));
            let other = tests.insert(format!("--{option}"), *test);
            assert!(other.is_none(), "--{option} is an option of both");
        }
        let named: usize = table.iter().map(|(_, options)| options.len()).sum();
        assert_eq!(named, options.len(), "{subcommand}: {options:?}");
    }
    tests
}

#[test]
#[cfg(all(feature = "http", feature = "tls"))]
fn each_option_has_a_test() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/listen");
    let tests = tests();
    assert!(tests.len() > 70, "{tests:?}");
    for (option, test) in tests {
        let (file, name) = test.split_once("::").unwrap();
        let source = fs::read_to_string(format!("{folder}/{file}.rs")).unwrap();
        assert!(source.contains(&format!("\nfn {name}() {{")), "{test}");
        let option = option.trim_end_matches('=');
        // By some test of the file; the_test_of_each_option_fails_without_it checks that it is this one.
        let uses = [format!("\"{option}\""), format!("\"{option}=")];
        let uses = uses.iter().any(|using| source.contains(using));
        assert!(uses, "{file}.rs does not use {option}");
    }
}

/// Whether a test passes when an option is left out of its command lines.
fn passes_without(option: &str, test: &str) -> bool {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", test])
        .env(WITHOUT, option)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let deadline = Instant::now() + LONG;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if Instant::now() > deadline {
            break None;
        }
        thread::sleep(Duration::from_millis(50));
    };
    // The collectors that it has started may still run.
    let group = format!("-{}", child.id());
    let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
    let _ = child.wait();
    status.is_some_and(|status| status.success())
}

#[test]
#[ignore = "takes minutes; cargo xtask test --full runs it"]
fn the_test_of_each_option_fails_without_it() {
    let tests: Vec<_> = tests().into_iter().collect();
    let share = tests.len().div_ceil(AT_A_TIME);
    // Another reason to fail, such as less patience, is no proof that the option matters.
    let proves_nothing = |(option, test): &&(String, &'static str)| {
        passes_without(option, test) || !passes_without("--no-such-option", test)
    };
    let unproven: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = tests
            .chunks(share)
            .map(|tests| {
                scope.spawn(move || tests.iter().filter(proves_nothing).collect::<Vec<_>>())
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(
        unproven.is_empty(),
        "these pass without the option, or fail with it: {unproven:?}"
    );
}
