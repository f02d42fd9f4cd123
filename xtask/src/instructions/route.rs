//! The paths from a datagram to its reader, and the workloads that are read on them.

/// Workloads, by the names of `netflow_benches::Kind`.
pub(crate) const KINDS: [&str; 5] = ["v5", "v9", "ipfix", "ipfix_variable", "sflow"];

/// The 11 fields of the benches.
pub(crate) const FIELDS: &str = "source_address,destination_address,octets,packets,start,end,\
    input_interface,output_interface,source_port,destination_port,protocol";

/// A way from datagrams to what reads them.
pub(super) struct Route {
    pub(super) name: &'static str,
    pub(super) what: What,
}

pub(super) enum What {
    /// In the program `instructions` of the benches.
    Library(&'static str),
    /// The same with Arrow, which takes much longer to build.
    Arrow(&'static str),
    /// The same, for the documents of another tool.
    Dialect(&'static str),
    /// `netflow decode` with these options, reading a capture. `*` stands for [`FIELDS`].
    Command(&'static [&'static str]),
}

pub(super) const ROUTES: [Route; 40] = [
    Route {
        name: "decode",
        what: What::Library("decode"),
    },
    Route {
        name: "flows_11",
        what: What::Library("flows"),
    },
    Route {
        name: "rows_11",
        what: What::Library("rows"),
    },
    Route {
        name: "columns_11",
        what: What::Library("columns"),
    },
    Route {
        name: "arrow_11",
        what: What::Arrow("arrow"),
    },
    Route {
        name: "arrow_11_filtered",
        what: What::Arrow("arrow_filtered"),
    },
    Route {
        name: "filter_none",
        what: What::Library("filter_none"),
    },
    Route {
        name: "filter_integer",
        what: What::Library("filter_integer"),
    },
    Route {
        name: "filter_integers",
        what: What::Library("filter_integers"),
    },
    Route {
        name: "filter_address",
        what: What::Library("filter_address"),
    },
    Route {
        name: "filter_addresses",
        what: What::Library("filter_addresses"),
    },
    Route {
        name: "filter_prefix",
        what: What::Library("filter_prefix"),
    },
    Route {
        name: "filter_prefixes",
        what: What::Library("filter_prefixes"),
    },
    Route {
        name: "top_ports",
        what: What::Library("top_ports"),
    },
    Route {
        name: "top_hosts",
        what: What::Library("top_hosts"),
    },
    Route {
        name: "text_json_11",
        what: What::Library("text_json_11"),
    },
    Route {
        name: "text_json_all",
        what: What::Library("text_json_all"),
    },
    Route {
        name: "text_csv_11",
        what: What::Library("text_csv_11"),
    },
    Route {
        name: "text_table",
        what: What::Library("text_table"),
    },
    Route {
        name: "json_11",
        what: What::Command(&["-f", "json", "--fields", "*"]),
    },
    Route {
        name: "json_all",
        what: What::Command(&["-f", "json"]),
    },
    Route {
        name: "csv_11",
        what: What::Command(&["-f", "csv", "--fields", "*"]),
    },
    Route {
        name: "table",
        what: What::Command(&["-f", "table"]),
    },
    Route {
        name: "text_ecs_json",
        what: What::Dialect("text_ecs_json"),
    },
    Route {
        name: "text_ecs-integration_json",
        what: What::Dialect("text_ecs-integration_json"),
    },
    Route {
        name: "text_logstash_json",
        what: What::Dialect("text_logstash_json"),
    },
    Route {
        name: "text_fluentd_json",
        what: What::Dialect("text_fluentd_json"),
    },
    Route {
        name: "text_goflow2_json",
        what: What::Dialect("text_goflow2_json"),
    },
    Route {
        name: "text_goflow2_protobuf",
        what: What::Dialect("text_goflow2_protobuf"),
    },
    Route {
        name: "text_nfdump_json",
        what: What::Dialect("text_nfdump_json"),
    },
    Route {
        name: "text_nfdump_csv",
        what: What::Dialect("text_nfdump_csv"),
    },
    Route {
        name: "text_nfdump_line",
        what: What::Dialect("text_nfdump_line"),
    },
    Route {
        name: "text_elastiflow_json",
        what: What::Dialect("text_elastiflow_json"),
    },
    Route {
        name: "text_datadog_json",
        what: What::Dialect("text_datadog_json"),
    },
    Route {
        name: "text_akvorado_json",
        what: What::Dialect("text_akvorado_json"),
    },
    Route {
        name: "text_pmacct_json",
        what: What::Dialect("text_pmacct_json"),
    },
    Route {
        name: "text_sflowtool_line",
        what: What::Dialect("text_sflowtool_line"),
    },
    Route {
        name: "text_ipfixcol2_json",
        what: What::Dialect("text_ipfixcol2_json"),
    },
    Route {
        name: "text_vflow_json",
        what: What::Dialect("text_vflow_json"),
    },
    Route {
        name: "text_telegraf_json",
        what: What::Dialect("text_telegraf_json"),
    },
];

impl Route {
    pub(super) const fn is_command(&self) -> bool {
        matches!(self.what, What::Command(_))
    }
}
