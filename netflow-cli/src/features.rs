//! Options of features that a build may lack.

use clap::{Arg, Command, CommandFactory};

use crate::args::Cli;

/// The subcommand that has these options.
const SUBCOMMAND: &str = "listen";

/// What needs TLS.
const TLS: [&str; 5] = [
    "tls",
    "tls-certificate",
    "tls-key",
    "tls-client-ca",
    "tls-clients",
];
/// What needs HTTP, besides the options of outputs.
const HTTP: [&str; 4] = ["http", "metrics", "ui-token", "ui-memory"];
/// Options of outputs that need HTTP.
pub(crate) const HTTP_OUTPUT: [&str; 7] = [
    "output-header",
    "output-compression",
    "batch-rows",
    "batch-size",
    "batch-time",
    "output-source",
    "output-attribute",
];
/// Options of outputs that need Kafka.
pub(crate) const KAFKA_OUTPUT: [&str; 1] = ["kafka-setting"];
/// Options of outputs that need S3.
pub(crate) const S3_OUTPUT: [&str; 5] = [
    "staging",
    "staging-size",
    "s3-endpoint",
    "s3-region",
    "s3-addressing",
];
/// Sources that need Kafka.
const KAFKA: [&str; 7] = [
    "kafka",
    "group",
    "group-credentials",
    "group-ca",
    "group-certificate",
    "group-key",
    "group-setting",
];
/// Options of outputs that need HTTP or Kafka.
pub(crate) const CREDENTIALS: [&str; 1] = ["output-credentials"];
/// Options of outputs that need TLS, HTTP or Kafka.
pub(crate) const CERTIFICATES: [&str; 3] = ["output-ca", "output-certificate", "output-key"];

/// The command line. An option of a feature that this build lacks is an error that names the feature.
pub(crate) fn command() -> Command {
    let mut command = Cli::command();
    #[cfg(target_os = "linux")]
    {
        command = command.mut_subcommand("top", |top| {
            top.mut_arg("files", |files| {
                files.required(false).required_unless_present("listen")
            })
        });
    }
    if command.find_subcommand(SUBCOMMAND).is_some() {
        command = command.mut_subcommand(SUBCOMMAND, |listen| {
            let listen = refuse(listen, &TLS, "tls");
            let listen = refuse(listen, &HTTP, "http");
            let listen = refuse(listen, &HTTP_OUTPUT, "http");
            let listen = refuse(listen, &KAFKA, "kafka");
            let listen = refuse(listen, &KAFKA_OUTPUT, "kafka");
            let listen = refuse(listen, &S3_OUTPUT, "s3");
            let listen = refuse(listen, &CREDENTIALS, "http or kafka");
            refuse(listen, &CERTIFICATES, "tls, http or kafka")
        });
    }
    command
}

/// Adds options that exist only to be refused, unless they exist.
fn refuse(mut command: Command, options: &[&'static str], feature: &'static str) -> Command {
    for option in options {
        if command
            .get_arguments()
            .any(|known| known.get_long() == Some(option))
        {
            continue;
        }
        let refused = move |_: &str| {
            Err::<String, _>(format!("this build of netflow lacks the feature {feature}"))
        };
        let argument = Arg::new(*option).long(*option).hide(true);
        command = command.arg(argument.value_parser(refused));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn each_option_of_a_feature_exists_or_is_refused_with_its_name() {
        let mut root = command();
        root.build();
        let Some(listen) = root.find_subcommand("listen") else {
            return; // only Linux has it
        };
        let options = super::TLS.iter().chain(&super::HTTP);
        let options = options.chain(&super::HTTP_OUTPUT);
        let options = options.chain(&super::KAFKA).chain(&super::KAFKA_OUTPUT);
        let options = options.chain(&super::S3_OUTPUT);
        let options = options.chain(&super::CREDENTIALS);
        for option in options.chain(&super::CERTIFICATES) {
            let known = listen
                .get_arguments()
                .find(|known| known.get_long() == Some(option));
            assert!(known.is_some(), "{option}");
        }
        let hidden = listen.get_arguments().filter(|option| option.is_hide_set());
        let (tls, http) = (cfg!(feature = "tls"), cfg!(feature = "http"));
        let kafka = cfg!(feature = "kafka");
        let missing = |is_there: bool, options: &[&str]| if is_there { 0 } else { options.len() };
        let expected = missing(tls, &super::TLS)
            + missing(http, &super::HTTP)
            + missing(http, &super::HTTP_OUTPUT)
            + missing(kafka, &super::KAFKA)
            + missing(kafka, &super::KAFKA_OUTPUT)
            + missing(cfg!(feature = "s3"), &super::S3_OUTPUT)
            + missing(http || kafka, &super::CREDENTIALS)
            + missing(tls || http || kafka, &super::CERTIFICATES);
        assert_eq!(hidden.count(), expected);
    }

    #[cfg(not(feature = "tls"))]
    #[test]
    fn a_missing_feature_is_named() {
        let refused = command().try_get_matches_from(["netflow", "listen", "--tls", "4740"]);
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("lacks the feature tls"), "{text}");
    }
}
