//! The groups of functions, each of which has a manual page.

/// One manual page: what its functions are for, and which they are.
#[derive(Debug)]
pub(super) struct Group {
    /// The name of the page, without its section.
    pub(super) page: &'static str,
    /// What the functions are for.
    pub(super) purpose: &'static str,
    /// Functions whose name begins with one of these belong to it, unless a longer one of another group
    /// fits.
    pub(super) prefixes: &'static [&'static str],
    /// Structs and types of functions that callers pass, which the page describes.
    pub(super) types: &'static [&'static str],
    /// Programs in `examples/c` that show it.
    pub(super) examples: &'static [&'static str],
}

/// Every group, in the order of the overview.
pub(super) const GROUPS: &[Group] = &[
    Group {
        page: "netflow_decoder",
        purpose: "make a decoder, pass it datagrams",
        prefixes: &[
            "netflow_abi_version",
            "netflow_datagram_",
            "netflow_decode",
            "netflow_end_session",
            "netflow_options_init",
            "netflow_version",
        ],
        types: &[
            "netflow_options",
            "netflow_datagram",
            "netflow_definition",
            "netflow_rate",
            "netflow_counters",
        ],
        examples: &["collector.c"],
    },
    Group {
        page: "netflow_flows",
        purpose: "read the flows of a message, by structs or by the number or name of a field",
        prefixes: &[
            "netflow_each_flow",
            "netflow_field_",
            "netflow_flow",
            "netflow_rewind",
        ],
        types: &["netflow_field_info", "netflow_flow_callback"],
        examples: &["collector.c", "top_talkers.cpp"],
    },
    Group {
        page: "netflow_walk",
        purpose: "walk over everything that was sent: sets, records, fields, lists, samples",
        prefixes: &[
            "netflow_enter",
            "netflow_find_record",
            "netflow_leave",
            "netflow_next_field",
            "netflow_next_record",
            "netflow_next_set",
        ],
        types: &["netflow_set", "netflow_record", "netflow_field"],
        examples: &[],
    },
    Group {
        page: "netflow_value",
        purpose: "read the value of a field that the walk returned",
        prefixes: &["netflow_value_"],
        types: &["netflow_value"],
        examples: &[],
    },
    Group {
        page: "netflow_element",
        purpose: "look up elements in the registries; addresses as text",
        prefixes: &["netflow_address_text", "netflow_element_"],
        types: &["netflow_element"],
        examples: &[],
    },
    Group {
        page: "netflow_problem",
        purpose: "what could not be read, errors of calls, counters, domains",
        prefixes: &[
            "netflow_each_domain",
            "netflow_last_error",
            "netflow_next_problem",
            "netflow_problem_count",
            "netflow_reason_name",
            "netflow_stats_read",
            "netflow_strerror",
        ],
        types: &[
            "netflow_problem",
            "netflow_error",
            "netflow_stats",
            "netflow_domain",
        ],
        examples: &["decode_file.c"],
    },
    Group {
        page: "netflow_snapshot",
        purpose: "keep what exporters announced over a restart, or pass it to another decoder",
        prefixes: &["netflow_load", "netflow_save"],
        types: &["netflow_load_report"],
        examples: &["threads.c"],
    },
    Group {
        page: "netflow_source",
        purpose: "read captures and IPFIX files",
        prefixes: &["netflow_source_"],
        types: &[
            "netflow_source_options",
            "netflow_source_stats",
            "netflow_read_callback",
        ],
        examples: &["decode_file.c", "threads.c"],
    },
    Group {
        page: "netflow_stream",
        purpose: "cut IPFIX over TCP into messages",
        prefixes: &["netflow_stream_"],
        types: &[],
        examples: &["stream.c"],
    },
    Group {
        page: "netflow_filter",
        purpose: "choose flows by an expression",
        prefixes: &["netflow_filter_"],
        types: &["netflow_filter_error"],
        examples: &["decode_file.c"],
    },
    Group {
        page: "netflow_json",
        purpose: "write flows and records as JSON",
        prefixes: &["netflow_json_", "netflow_next_json"],
        types: &[],
        examples: &["decode_file.c"],
    },
    Group {
        page: "netflow_relay",
        purpose: "send what was read on as IPFIX",
        prefixes: &["netflow_relay_"],
        types: &[
            "netflow_relay_options",
            "netflow_relay_stats",
            "netflow_send_callback",
        ],
        examples: &["stream.c"],
    },
    Group {
        page: "netflow_health",
        purpose: "find out what is wrong with an export",
        prefixes: &[
            "netflow_finding_",
            "netflow_health_",
            "netflow_next_finding",
        ],
        types: &["netflow_finding", "netflow_detail"],
        examples: &["decode_file.c"],
    },
    Group {
        page: "netflow_definitions",
        purpose: "read definitions of elements from files",
        prefixes: &["netflow_definitions_"],
        types: &[],
        examples: &["decode_file.c"],
    },
    Group {
        page: "netflow_listener",
        purpose: "receive over UDP, TCP and TLS",
        prefixes: &["netflow_listener_", "netflow_receive"],
        types: &[
            "netflow_listener_options",
            "netflow_listen_address",
            "netflow_listener_stats",
        ],
        examples: &["listener.c"],
    },
    Group {
        page: "netflow_arrow",
        purpose: "gather flows into Arrow arrays",
        prefixes: &["netflow_arrow_"],
        types: &["netflow_arrow_options"],
        examples: &[],
    },
];

impl Group {
    /// The group of a function.
    pub(super) fn of(function: &str) -> Option<&'static Self> {
        let fits = |group: &Self| {
            let prefixes = group.prefixes.iter();
            let fitting = prefixes.filter(|prefix| function.starts_with(**prefix));
            fitting.map(|prefix| prefix.len()).max()
        };
        GROUPS
            .iter()
            .filter(|group| fits(group).is_some())
            .max_by_key(|group| fits(group))
    }
}
