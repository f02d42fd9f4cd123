//! The documents of other collectors, so that programs that read them need not change.
//!
//! A dialect is a schema: it says what a document holds. [`Documents`] writes those of [`Ecs`],
//! [`Logstash`] and [`Fluentd`], as JSON lines or MessagePack. [`Goflow2`] and [`Nfdump`]
//! implement [`Format`](super::Format) directly. [`DialectOptions`] makes any of them by its name.
//!
//! Each is correct by default. Where the original has a known fault, [`Faults::Copied`] copies it,
//! but for crashes; `docs/src/dialects.md` lists the differences.

mod choice;
mod codec;
mod community_id;
mod documents;
mod ecs;
mod encode;
mod flow_id;
mod fluentd;
mod goflow2;
mod logstash;
mod names;
mod networks;
mod nfdump;
mod protocols;
mod record;
mod renamed;

pub use self::choice::{DialectForm, DialectName, DialectOptions, UnknownName};
pub use self::community_id::CommunityIdSeed;
pub use self::documents::{Additions, Dialect, Documents};
pub use self::ecs::{Ecs, EcsOptions, OctetArrays};
pub use self::encode::{Encode, JsonDocument, MessagePackDocument};
pub use self::fluentd::{Fluentd, FluentdOptions};
pub use self::goflow2::{Goflow2, Goflow2Form, Goflow2Options};
pub use self::logstash::{Logstash, LogstashOptions};
pub use self::networks::{Networks, ParseNetworkError};
pub use self::nfdump::{Nfdump, NfdumpForm, NfdumpOptions};

/// Whether known faults of the original are copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Faults {
    /// No: known faults are corrected.
    #[default]
    Corrected,
    /// Yes, but never a crash.
    Copied,
}

impl Faults {
    /// Whether faults are copied.
    const fn are_copied(self) -> bool {
        matches!(self, Self::Copied)
    }
}
