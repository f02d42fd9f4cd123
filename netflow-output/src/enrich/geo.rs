//! Places and autonomous systems of addresses, from databases in MaxMind's format
//! (<https://maxmind.github.io/MaxMind-DB/>).

use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;
use std::path::Path;

#[cfg(feature = "geo")]
use maxminddb::{PathElement, Reader};

#[cfg(feature = "geo")]
use super::file;
#[cfg(feature = "geo")]
use super::replaceable::Replaceable;

/// Databases of places and of autonomous systems; each may be missing. A clone shares them.
///
/// ```
/// use netflow_output::enrich::Geo;
///
/// let geo = Geo::default(); // no database: nothing is known
/// assert_eq!(geo.place("192.0.2.1".parse()?), None);
/// # Ok::<(), core::net::AddrParseError>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Geo {
    /// Places: GeoLite2 City or Country, or a database of the same form.
    pub places: Option<GeoDatabase>,
    /// Autonomous systems: GeoLite2 ASN, or a database of the same form.
    pub systems: Option<GeoDatabase>,
}

/// A database of addresses; a clone shares it.
///
/// It is read into memory as a whole, so that a file that is replaced meanwhile does no harm. What
/// it holds may be anything: a lookup in a damaged database finds nothing. Parsed from the path of the file.
///
/// [`replace`](Self::replace) puts another in its place, for all clones once each is [refreshed](Self::refresh).
#[derive(Clone)]
pub struct GeoDatabase {
    #[cfg(feature = "geo")]
    reader: Replaceable<Reader<Vec<u8>>>,
}

impl GeoDatabase {
    /// Reads a database.
    ///
    /// # Errors
    ///
    /// The file cannot be read, has more than 2 GiB, or is not such a database; or this build is without the
    /// feature `geo`.
    pub fn open(path: &Path) -> Result<Self, GeoError> {
        #[cfg(feature = "geo")]
        return read(path).map(|reader| Self {
            reader: Replaceable::new(reader),
        });
        #[cfg(not(feature = "geo"))]
        Err(GeoError {
            file: path.display().to_string(),
            reason: "this build lacks the feature geo, which reads such databases".to_owned(),
        })
    }
}

impl GeoDatabase {
    /// Puts another database in the place of this one and of its clones.
    pub fn replace(&self, other: &Self) {
        #[cfg(feature = "geo")]
        self.reader.replace(&other.reader);
        #[cfg(not(feature = "geo"))]
        let _ = other;
    }

    /// Whether no other database has replaced this one.
    #[inline]
    #[must_use]
    pub fn is_latest(&self) -> bool {
        #[cfg(feature = "geo")]
        return self.reader.is_latest();
        #[cfg(not(feature = "geo"))]
        true
    }

    /// Takes the database that replaced this one, if one did.
    #[inline]
    pub fn refresh(&mut self) {
        #[cfg(feature = "geo")]
        self.reader.refresh();
    }
}

impl FromStr for GeoDatabase {
    type Err = GeoError;

    fn from_str(path: &str) -> Result<Self, GeoError> {
        Self::open(Path::new(path))
    }
}

impl fmt::Debug for GeoDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GeoDatabase").finish_non_exhaustive()
    }
}

/// What a database of places knows of an address; names are English.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct Place<'g> {
    /// The continent: `Europe`.
    pub continent: Option<&'g str>,
    /// The country by its two letters (ISO 3166-1): `CH`.
    pub country_code: Option<&'g str>,
    /// The country: `Switzerland`.
    pub country: Option<&'g str>,
    /// The largest subdivision of the country by its letters (ISO 3166-2, without the country): `ZH`.
    pub region_code: Option<&'g str>,
    /// The largest subdivision of the country: `Zurich`.
    pub region: Option<&'g str>,
    /// The city.
    pub city: Option<&'g str>,
    /// The time zone: `Europe/Zurich`.
    pub time_zone: Option<&'g str>,
    /// Latitude and longitude in degrees.
    pub location: Option<(f64, f64)>,
}

/// What a database of autonomous systems knows of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AutonomousSystem<'g> {
    /// The number of the autonomous system.
    pub number: u32,
    /// Who runs it.
    pub organization: Option<&'g str>,
}

/// A database cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GeoError {
    /// The file.
    pub file: String,
    /// Why.
    pub reason: String,
}

impl fmt::Display for GeoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.reason)
    }
}

impl core::error::Error for GeoError {}

/// Octets of the largest database that is read.
#[cfg(feature = "geo")]
const MAX_OCTETS: u64 = 2 << 30;

impl Geo {
    /// Where an address is; `None` if no database knows.
    #[must_use]
    pub fn place(&self, address: IpAddr) -> Option<Place<'_>> {
        let database = self.places.as_ref()?;
        #[cfg(feature = "geo")]
        return place(database.reader.get(), address);
        #[cfg(not(feature = "geo"))]
        {
            let _ = (database, address);
            None
        }
    }

    /// The autonomous system of an address; `None` if no database knows.
    #[must_use]
    pub fn system(&self, address: IpAddr) -> Option<AutonomousSystem<'_>> {
        let database = self.systems.as_ref()?;
        #[cfg(feature = "geo")]
        return system(database.reader.get(), address);
        #[cfg(not(feature = "geo"))]
        {
            let _ = (database, address);
            None
        }
    }

    /// Whether no others have replaced these.
    #[inline]
    #[must_use]
    pub fn is_latest(&self) -> bool {
        let mut databases = [&self.places, &self.systems].into_iter().flatten();
        databases.all(GeoDatabase::is_latest)
    }

    /// Takes the databases that replaced these.
    #[inline]
    pub fn refresh(&mut self) {
        for database in [&mut self.places, &mut self.systems].into_iter().flatten() {
            database.refresh();
        }
    }

    /// Whether there is not a database.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.places.is_none() && self.systems.is_none()
    }
}

#[cfg(feature = "geo")]
fn read(path: &Path) -> Result<Reader<Vec<u8>>, GeoError> {
    let unreadable = |reason: String| GeoError {
        file: path.display().to_string(),
        reason,
    };
    let octets = file::read(path, MAX_OCTETS).map_err(unreadable)?;
    Reader::from_source(octets)
        .map_err(|error| unreadable(format!("is not a database of addresses: {error}")))
}

#[cfg(feature = "geo")]
fn place(reader: &Reader<Vec<u8>>, address: IpAddr) -> Option<Place<'_>> {
    let found = reader.lookup(address).ok()?;
    found.offset()?;
    let text = |path: &[PathElement<'_>]| found.decode_path::<&str>(path).ok().flatten();
    let degrees = |key| {
        let path = [PathElement::Key("location"), PathElement::Key(key)];
        found.decode_path::<f64>(&path).ok().flatten()
    };
    let name = |key| {
        text(&[
            PathElement::Key(key),
            PathElement::Key("names"),
            PathElement::Key("en"),
        ])
    };
    Some(Place {
        continent: name("continent"),
        country_code: text(&[PathElement::Key("country"), PathElement::Key("iso_code")]),
        country: name("country"),
        region_code: text(&[
            PathElement::Key("subdivisions"),
            PathElement::Index(0),
            PathElement::Key("iso_code"),
        ]),
        region: text(&[
            PathElement::Key("subdivisions"),
            PathElement::Index(0),
            PathElement::Key("names"),
            PathElement::Key("en"),
        ]),
        city: name("city"),
        time_zone: text(&[PathElement::Key("location"), PathElement::Key("time_zone")]),
        location: degrees("latitude").zip(degrees("longitude")),
    })
}

#[cfg(feature = "geo")]
fn system(reader: &Reader<Vec<u8>>, address: IpAddr) -> Option<AutonomousSystem<'_>> {
    let found = reader.lookup(address).ok()?;
    let number = [PathElement::Key("autonomous_system_number")];
    let organization = [PathElement::Key("autonomous_system_organization")];
    Some(AutonomousSystem {
        number: found.decode_path(&number).ok().flatten()?,
        organization: found.decode_path(&organization).ok().flatten(),
    })
}
