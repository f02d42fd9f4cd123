//! The documents of other collectors, so that programs that read them need not change.
//!
//! A dialect is a schema: it says what a document holds. [`Documents`] writes those of [`Ecs`],
//! [`Logstash`], [`Fluentd`], [`Telegraf`] and [`Ipfixcol2`], as JSON lines or MessagePack. [`Goflow2`],
//! [`Nfdump`] and [`Vflow`] implement [`Format`](super::Format) directly, and so does the one writer of the
//! dialects whose members are normalised fields by other names. [`DialectOptions`] makes any of them by its
//! name.
//!
//! Each is correct by default. Where the original has a known fault, [`Faults::Copied`] copies it,
//! but for crashes; `docs/src/dialects.md` lists the differences.

#[macro_use]
mod positions;

mod choice;
mod codec;
mod community_id;
mod documents;
mod ecs;
mod encode;
mod flow_id;
mod fluentd;
mod goflow2;
mod ipfixcol2;
mod logstash;
mod names;
mod networks;
mod nfdump;
mod protocols;
mod record;
mod renamed;
mod setting;
mod telegraf;
mod vflow;

pub use self::choice::{DialectForm, DialectName, DialectOptions, UnknownName};
pub use self::community_id::CommunityIdSeed;
pub use self::documents::{Additions, Dialect, Documents};
pub use self::ecs::{Ecs, EcsOptions, OctetArrays};
pub use self::encode::{
    CommonMembers, Encode, JsonDocument, MessagePackDocument, PlannedText, TimeDigits,
};
pub use self::fluentd::{Fluentd, FluentdOptions};
pub use self::goflow2::{Goflow2, Goflow2Form, Goflow2Options};
pub use self::ipfixcol2::{Ipfixcol2, Ipfixcol2Options};
pub use self::logstash::{Logstash, LogstashOptions};
pub use self::networks::{Networks, ParseNetworkError};
pub use self::nfdump::{Nfdump, NfdumpForm, NfdumpOptions};
pub use self::setting::SettingError;
pub use self::telegraf::{Telegraf, TelegrafOptions};
pub use self::vflow::{Vflow, VflowOptions};

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
