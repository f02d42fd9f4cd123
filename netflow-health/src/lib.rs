//! What is wrong with the flow export of a network, and where: findings as data.
//!
//! # Overview
//!
//! [`Health`] takes the content that a [`Decoder`](netflow_core::Decoder) returned for each datagram.
//! Its [`Report`] has every observation domain with its templates and their changes, sampling
//! rates and the rules they follow from, clocks, sequence numbers and the losses they show;
//! every kind of problem with examples; and [`Finding`]s: what a person should know, with a
//! stable code and number, a severity, a place and the numbers it rests on.
//!
//! There are no sentences here: the command `netflow explain` writes them, Python and C have
//! the data.
//!
//! # Features
//!
//! - `json`: [`Report::document`], the report as one JSON document.
//!
//! # Limits
//!
//! Memory is bounded by [`HealthLimits`]. What is beyond a limit is counted.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::as_conversions,
        clippy::arithmetic_side_effects,
        clippy::string_slice
    )
)]

extern crate alloc;

#[cfg(feature = "json")]
mod document;
mod domain;
mod examples;
mod finding;
mod health;
mod limits;
mod problem;
mod report;
mod rules;
mod source;

pub use self::domain::{
    Announced, AnnouncedRate, AnnouncedSelection, Changes, Clock, Contradictions, DomainHealth,
    Gap, HistoryEvent, HistoryField, IcmpUse, Meanings, MissingTime, MissingTimes, NewLength,
    RateCount, Rates, RefusedTemplate, SecondCounterUse, Seen, Skew, TemplateHistory, Templates,
    UnknownAlgorithm, UnreadSets, sampler_name,
};
pub use self::examples::Examples;
pub use self::finding::{Detail, Finding, FindingKind, Severity};
pub use self::health::Health;
pub use self::limits::HealthLimits;
pub use self::problem::{Around, ProblemExample, ProblemKind, ProblemsByKind};
pub use self::report::Report;
pub use self::source::SourceFacts;

/// A number of things in memory.
fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
