//! What databases of the site know of the addresses of flows.

mod geo;

pub use self::geo::{AutonomousSystem, Geo, GeoDatabase, GeoError, Place};
