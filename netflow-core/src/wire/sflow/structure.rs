//! Structures by table: every flow and counter structure that is known, and the
//! members in a record of it.
//!
//! The rows come from `registry/sflow.csv`. What they say is read by one small
//! machine, [`Members`], into the flat form that the expected results use:
//!
//! - a discriminant is `NAME_type`, then `NAME`;
//! - a counted array is `NAME_count`, then `NAME[0]` or `NAME[0].member`;
//! - a string or opaque is `NAME_length`, then `NAME` without its padding;
//! - octets after the known members are `extra`, those of an unknown structure `raw`.

mod member;
mod members;
mod row;
mod table;

pub use member::{Member, MemberName, MemberValue};
pub use members::Members;
pub use row::Structure;

use self::table::{COUNTERS, FLOWS, SAMPLES};
use crate::wire::sflow::data_format::{DataFormat, Kind};

/// The structure of a flow record of this format.
#[must_use]
pub fn flow(format: DataFormat) -> Option<&'static Structure> {
    Structure::get(Kind::Flow, format)
}

/// The structure of a counter record of this format.
#[must_use]
pub fn counter(format: DataFormat) -> Option<&'static Structure> {
    Structure::get(Kind::Counter, format)
}

/// The structure of the header of a sample of this format.
#[must_use]
pub fn sample(format: DataFormat) -> Option<&'static Structure> {
    Structure::get(Kind::Sample, format)
}

impl Structure {
    /// The structure of this format.
    #[must_use]
    pub fn get(kind: Kind, format: DataFormat) -> Option<&'static Self> {
        let table = match kind {
            Kind::Sample => SAMPLES,
            Kind::Flow => FLOWS,
            Kind::Counter => COUNTERS,
        };
        let index = table.binary_search_by_key(&format, |row| row.format).ok()?;
        table.get(index)
    }

    /// Every structure of a kind, in the order of their formats.
    pub fn all(kind: Kind) -> impl Iterator<Item = &'static Self> {
        match kind {
            Kind::Sample => SAMPLES.iter(),
            Kind::Flow => FLOWS.iter(),
            Kind::Counter => COUNTERS.iter(),
        }
    }

    /// The members in these octets, which begin at `offset` in the datagram.
    #[must_use]
    pub const fn members<'a>(&'static self, octets: &'a [u8], offset: usize) -> Members<'a> {
        Members::new(Some(self), octets, offset)
    }
}
