//! The Decoder: what it keeps, from whom, and for how long.

mod accounting;
mod addresses;
mod biflow;
mod builder;
#[path = "../support/captured.rs"]
mod captured;
mod clock;
mod common_properties;
mod counters;
mod doubts;
mod duplicates;
mod fields;
mod fixed;
mod icmp;
mod lists;
mod messages;
mod names;
mod options;
mod other_domains;
mod scope;
mod scopes;
mod sections;
mod sum;
mod templates;
mod waiting;
