//! Where countries are.

mod countries;

use self::countries::COUNTRIES;

/// The outlines of land as the path of an SVG: x is the longitude plus 180 degrees, y is 90 degrees less the
/// latitude. Made from Natural Earth, which is in the public domain, by `netflow-report/geography.py`.
pub(crate) const LAND: &str = include_str!("geography/land.txt");

/// A country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Country {
    pub(crate) name: &'static str,
    /// Degrees of its middle.
    pub(crate) latitude: i16,
    pub(crate) longitude: i16,
}

/// The country with these two letters (ISO 3166-1).
pub(crate) fn country(code: &str) -> Option<Country> {
    let index = COUNTRIES.binary_search_by_key(&code, |row| row.0).ok()?;
    let (_, name, latitude, longitude) = *COUNTRIES.get(index)?;
    Some(Country {
        name,
        latitude,
        longitude,
    })
}

#[cfg(test)]
mod tests {
    use super::{COUNTRIES, LAND, country};

    #[test]
    fn countries_are_found_by_their_letters() {
        for row in COUNTRIES {
            let found = country(row.0).unwrap();
            assert_eq!(found.name, row.1);
            assert!(
                found.latitude.abs() <= 90 && found.longitude.abs() <= 180,
                "{row:?}"
            );
        }
        assert_eq!(country("CH").unwrap().name, "Switzerland");
        assert_eq!(country("ZZ"), None);
    }

    #[test]
    fn the_outlines_of_land_are_within_the_map() {
        let numbers =
            LAND.split(|letter: char| letter.is_ascii_uppercase() || letter.is_whitespace());
        let numbers: Vec<f64> = numbers.filter_map(|number| number.parse().ok()).collect();
        assert!(numbers.len() > 1_000);
        for point in numbers.chunks(2) {
            // Land at the date line continues beyond the edges, where it is not shown.
            assert!((-360.0..=400.0).contains(&point[0]) && (0.0..=180.0).contains(&point[1]));
        }
    }
}
