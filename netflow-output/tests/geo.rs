//! Databases of addresses, written by another library (`testdata/geo/make.py`).
#![cfg(feature = "geo")]

use core::net::IpAddr;
use std::path::PathBuf;
use std::{env, fs, process};

use netflow_output::enrich::{Geo, GeoDatabase};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../testdata/geo")
        .join(name)
}

fn geo() -> Geo {
    let mut geo = Geo::default();
    geo.places = Some(GeoDatabase::open(&path("places.mmdb")).unwrap());
    geo.systems = Some(GeoDatabase::open(&path("systems.mmdb")).unwrap());
    geo
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_place_has_what_the_database_knows() {
    let geo = geo();
    let place = geo.place(address("192.0.2.1")).unwrap();
    assert_eq!(place.continent, Some("Europe"));
    assert_eq!(place.country_code, Some("CH"));
    assert_eq!(place.country, Some("Switzerland"));
    assert_eq!(place.region_code, Some("ZH"));
    assert_eq!(place.region, Some("Zurich"));
    assert_eq!(place.city, Some("Zürich \"Oerlikon\""));
    assert_eq!(place.time_zone, Some("Europe/Zurich"));
    assert_eq!(place.location, Some((47.4111, 8.5441)));
    let place = geo.place(address("2001:db8:1::1")).unwrap();
    assert_eq!((place.country_code, place.city), (Some("JP"), None));
    assert_eq!(geo.place(address("192.0.2.200")), None);
    assert_eq!(geo.place(address("2001:db8:2::1")), None);
}

#[test]
fn a_system_has_a_number_and_perhaps_a_name() {
    let geo = geo();
    let system = geo.system(address("192.0.2.200")).unwrap();
    assert_eq!(
        (system.number, system.organization),
        (64_496, Some("Example Org"))
    );
    let system = geo.system(address("198.51.100.1")).unwrap();
    assert_eq!((system.number, system.organization), (4_200_000_000, None));
    assert_eq!(geo.system(address("203.0.113.1")), None);
}

#[test]
fn a_file_that_is_no_database_is_an_error_with_its_name() {
    let error = GeoDatabase::open(&path("make.py")).unwrap_err();
    assert!(
        error.to_string().contains("make.py: is not a database"),
        "{error}"
    );
    let error = GeoDatabase::open(&path("none.mmdb")).unwrap_err();
    assert!(error.to_string().contains("none.mmdb"), "{error}");
}

#[test]
fn damaged_databases_find_nothing_or_anything_but_do_not_panic() {
    let octets = fs::read(path("places.mmdb")).unwrap();
    let damaged = env::temp_dir().join(format!("netflow-geo-{}.mmdb", process::id()));
    let addresses = [
        "192.0.2.1",
        "2001:db8:1::1",
        "0.0.0.0",
        "::",
        "255.255.255.255",
    ];
    for place in (0..octets.len()).step_by(3) {
        let mut copy = octets.clone();
        if place % 2 == 0 {
            copy[place] ^= 0xff;
        } else {
            copy.truncate(place);
        }
        fs::write(&damaged, copy).unwrap();
        let Ok(database) = GeoDatabase::open(&damaged) else {
            continue;
        };
        let mut geo = Geo::default();
        geo.places = Some(database.clone());
        geo.systems = Some(database);
        for text in addresses {
            let _ = (geo.place(address(text)), geo.system(address(text)));
        }
    }
    fs::remove_file(damaged).unwrap();
}
