//! How much is kept.

/// How much [`Health`](crate::Health) keeps. What is beyond a limit is counted, not kept, so
/// that memory stays bounded however many exporters there are: with the defaults a few
/// megabytes for a network of usual size, and at most about 100 MiB.
///
/// ```
/// use netflow_health::{Health, HealthLimits};
///
/// let mut limits = HealthLimits::default();
/// limits.domains = 10_000;
/// let health = Health::new(limits);
/// assert_eq!(limits.examples, 20);
/// # let _ = health;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HealthLimits {
    /// Observation domains. Of further ones only the messages are counted. Default 1,000.
    pub domains: usize,
    /// Templates of all domains together. Default 4,096.
    pub templates: usize,
    /// Fields of each template. Default 256.
    pub fields: usize,
    /// Changed definitions of templates that are kept, of all domains together. Default 4,096.
    pub changes: usize,
    /// Set ids of each domain whose template was missing or could not be read. Default 256.
    pub sets: usize,
    /// Different sampling rates of each domain, and names of each kind. Default 64.
    pub rates: usize,
    /// Examples of everything else: ports, gaps, events. Default 20.
    pub examples: usize,
    /// Kinds of problems; there are fewer in one protocol. Default 128.
    pub problems: usize,
    /// Examples of problems of one kind, with the octets around them. Default 5.
    pub problem_examples: usize,
}

impl Default for HealthLimits {
    fn default() -> Self {
        Self {
            domains: 1_000,
            templates: 4_096,
            fields: 256,
            changes: 4_096,
            sets: 256,
            rates: 64,
            examples: 20,
            problems: 128,
            problem_examples: 5,
        }
    }
}
